#!/usr/bin/env python3
"""Every test on disk is run: each C++ test source is part of a built program, each TEST in it is in that program's list, and each
end-to-end file is one that pytest collects."""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
TEST = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\(\s*(\w+)\s*,\s*(\w+)\s*[,)]", re.MULTILINE)


def listed(program):
    """Suite names with their tests, as the program lists them; parameters and instances removed."""
    text = subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True, check=True).stdout
    found, suite = set(), ""
    for line in text.splitlines():
        name = line.split("#")[0].rstrip()
        if name and not name.startswith(" "):
            parts = name.rstrip(".").split("/")
            suite = parts
        elif name.strip():
            for part in suite:  # Instance/Suite/0 or Suite/0
                found.add((part, name.strip().split("/")[0]))
    return found


def main():
    bad = []
    built = {pathlib.Path(entry["directory"], entry["file"]).resolve()
             for entry in json.loads((BUILD / "compile_commands.json").read_text())}
    for path in sorted((ROOT / "tests").rglob("*.cc")):
        if path.name.endswith("_fuzz.cc"):
            continue  # built by its own preset, which globs the same folder
        if path not in built:
            bad.append(f"{path.relative_to(ROOT)}: in no test program")
    for tier in ("unit", "conformance", "fault"):
        sources = sorted((ROOT / "tests" / tier).glob("*.cc"))
        if not sources:
            continue
        names = listed(BUILD / "bin" / f"{tier}_tests")
        for path in sources:
            for suite, test in TEST.findall(path.read_text()):
                if (suite, test) not in names:
                    bad.append(f"{path.relative_to(ROOT)}: {suite}.{test} is not in {tier}_tests")
    for path in sorted((ROOT / "tests" / "e2e").rglob("*.py")):
        relative = path.relative_to(ROOT / "tests" / "e2e")
        if len(relative.parts) > 1 and relative.parts[0] != "__pycache__":
            bad.append(f"{path.relative_to(ROOT)}: end-to-end tests stand directly in tests/e2e")
        elif "def test_" in path.read_text() and not path.name.startswith("test_"):
            bad.append(f"{path.relative_to(ROOT)}: holds tests, but pytest collects test_*.py only")
        elif path.name.startswith("test_") and "def test_" not in path.read_text():
            bad.append(f"{path.relative_to(ROOT)}: holds no test")
    print(*bad, sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
