#!/usr/bin/env python3
"""clang-tidy over src/, cli/ and testing/, or the paths given, with a cache of clean files.

A file is looked at again only if it, a header of the project that it reaches, its compile command, .clang-tidy or a package
of ci/packages.txt changed. The cache is keyed on content, so it serves every checkout of the machine.
Prints what clang-tidy says, and as the last line "N files, N looked at, N with findings"; exit 1 if there are findings.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "tidy"
ROOMS = ("src", "cli", "testing")
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def cache_directory():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME") or "/nonexistent", ".cache")
    for candidate in (pathlib.Path(base) / "vams-migrate" / "tidy", ROOT / "build" / "tidy-cache"):
        try:
            candidate.mkdir(parents=True, exist_ok=True)
            return candidate
        except OSError:
            continue
    raise SystemExit("tidy: no directory for the cache")


@functools.cache
def own_includes(path):
    """The project's files that `path` includes directly."""
    found = []
    for name in INCLUDE.findall(path.read_bytes()):
        for base in (path.parent, ROOT / "src", ROOT, ROOT / "tests"):
            candidate = base / name.decode()
            if candidate.is_file():
                found.append(candidate.resolve())
                break
    return found


def reach(path):
    """`path` and every file of the project that it includes, directly or not."""
    seen, ahead = {path}, [path]
    while ahead:
        for other in own_includes(ahead.pop()):
            if other not in seen:
                seen.add(other)
                ahead.append(other)
    return sorted(seen)


def common_key():
    """What every file's result depends on."""
    packages = [line.split()[1] for line in (ROOT / "ci/packages.txt").read_text().splitlines() if " " in line and line[0] != "#"]
    versions = subprocess.run(["dpkg-query", "-W", *packages], capture_output=True, check=False).stdout
    return hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + versions).digest()


def key_of(source, command, common):
    key = hashlib.sha256(common)
    key.update(command.replace(str(ROOT), "").encode())
    for path in reach(source):
        key.update(str(path.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return key.hexdigest()


def look(source):
    """What clang-tidy says about one file, None if it is clean."""
    done = subprocess.run(
        ["clang-tidy-19", "-p", str(BUILD), "--quiet", str(source)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        return None
    return done.stdout.strip() or done.stderr.strip() or f"{source}: clang-tidy exited with {done.returncode}"


def main():
    wanted = [pathlib.Path(argument).resolve() for argument in sys.argv[1:]] or [ROOT / room for room in ROOMS]
    commands = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if any(path.is_relative_to(one) for one in wanted):
            commands[path] = entry["command"]
    cache = cache_directory()
    common = common_key()
    keys = {path: key_of(path, command, common) for path, command in commands.items()}
    stale = [path for path, key in keys.items() if not (cache / key).exists()]
    stale.sort(key=lambda path: -path.stat().st_size)  # the long ones first, for an even end
    findings, told = 0, set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, said in zip(stale, pool.map(look, stale)):
            if said is None:
                (cache / keys[path]).touch()
            else:
                findings += 1
                print(said, flush=True)
                told.update(line.replace(f"{ROOT}/", "") for line in said.splitlines() if " error: " in line or " warning: " in line)
    print(*sorted(told), sep="\n")  # once more and each once: a header's finding comes with every file that includes it
    print(f"{len(keys)} files, {len(stale)} looked at, {findings} with findings")
    return 1 if findings or not keys else 0


if __name__ == "__main__":
    sys.exit(main())
