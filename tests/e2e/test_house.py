"""The project's own scripts: that the sum of the tests cannot lie and that the lint checks find what they are for."""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "ci"))
import results  # noqa: E402

JUNIT = '<testsuites><testsuite name="A">{}</testsuite></testsuites>'
OK = '<testcase name="x" classname="A" status="run"/>'
BAD = '<testcase name="y" classname="A" status="run"><failure message="m">why</failure></testcase>'
SKIP = '<testcase name="z" classname="A" status="run" result="skipped"><skipped message="no disk"/></testcase>'


def test_counts_passed_failed_and_skipped():
    outcome = results.from_junit("n", 1, "", JUNIT.format(OK + OK + BAD + SKIP))
    assert (outcome.passed, outcome.failed, outcome.skips) == (2, 1, ["n: A.z: no disk"])


def test_a_crash_counts_as_a_failure_beside_what_had_passed():
    output = "[ RUN      ] A.x\n[       OK ] A.x (0 ms)\n[ RUN      ] A.y\nSegmentation fault\n"
    outcome = results.from_junit("n", -11, output, "")
    assert (outcome.passed, outcome.failed) == (1, 1)
    assert "A.y" in outcome.failures[0] and "signal 11" in outcome.failures[0]


@pytest.mark.parametrize("code, xml", [(0, ""), (0, "<broken"), (0, JUNIT.format("")), (1, JUNIT.format(OK)), (None, JUNIT.format(OK))])
def test_no_report_no_test_or_a_bad_ending_is_a_failure(code, xml):
    assert results.from_junit("n", code, "", xml).failed == 1


@pytest.mark.parametrize("code, output, passed, failed", [
    (0, "12 passed, 0 failed\n", 12, 0),
    (1, "x differs\n10 passed, 2 failed\n", 10, 2),
    (0, "0 passed, 0 failed\n", 0, 1),
    (0, "", 0, 1),
    (-6, "12 passed, 0 failed\n", 12, 1),
    (0, "12 passed, 0 failed\nand more\n", 0, 1),
])
def test_reads_the_sum_line(code, output, passed, failed):
    outcome = results.from_sum_line("n", code, output)
    assert (outcome.passed, outcome.failed) == (passed, failed)


@pytest.fixture
def checkout(tmp_path):
    """A copy of the scripts with an empty project around them."""
    shutil.copytree(ROOT / "ci", tmp_path / "p" / "ci")
    for folder in ("src/base", "src/model", "src/verify", "src/source", "src/backends/embedded", "cli", "tests", "testing", "scripts", "cmake"):
        (tmp_path / "p" / folder).mkdir(parents=True)
    return tmp_path / "p"


def check(checkout, script, path, text):
    (checkout / path).write_text(text)
    done = subprocess.run([checkout / "ci" / script], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("path, include, allowed", [
    ("src/model/a.cc", "base/b.h", True),
    ("src/base/a.cc", "model/b.h", False),
    ("src/verify/a.cc", "source/b.h", False),
    ("src/verify/a.cc", "documents/b.h", True),
    ("src/backends/embedded/a.cc", "documents/b.h", False),
    ("cli/a.cc", "backends/open.h", True),
    ("cli/a.cc", "backends/embedded/b.h", False),
    ("src/base/a.cc", "b.h", False),
])
def test_layers(checkout, path, include, allowed):
    code, out = check(checkout, "layers.sh", path, f'#include "{include}"\n')
    assert (code == 0) == allowed, out
    assert allowed or f"{path}:1" in out


@pytest.mark.parametrize("text, allowed", [
    ("// nothing to see\n", True),
    ("// TO" "DO: the rest\n", False),
    ('std::co' 'ut << "x";\n', False),
    ("std::ex" "it(1);\n", False),
])
def test_words(checkout, text, allowed):
    code, out = check(checkout, "words.sh", "src/base/a.cc", text)
    assert (code == 0) == allowed, out


@pytest.mark.parametrize("path, text, allowed", [
    ("cli/a.cc", "in.output.Line(name);\n", True),
    ("cli/a.cc", "in.output.out() << name;\n", False),
    ("src/base/a.cc", 'std::ce' 'rr << name;\n', False),
    ("src/base/a.cc", "err << name;\n", False),
    ("cli/output.cc", "out_ << Printable(text);\n", True),
    ("cli/output.cc", "out_ << text;\n", False),
])
def test_printed(checkout, path, text, allowed):
    code, out = check(checkout, "printed.sh", path, text)
    assert (code == 0) == allowed, out


def test_length(checkout):
    assert check(checkout, "length.sh", "src/base/a.cc", "\n" * 500)[0] == 0
    assert check(checkout, "length.sh", "src/base/a.cc", "\n" * 501)[0] == 1


def test_dev_names_its_verbs_and_refuses_others():
    done = subprocess.run([ROOT / "dev"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "./dev VERB" in done.stdout
    done = subprocess.run([ROOT / "dev", "frobnicate"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "no such verb: frobnicate" in done.stderr


@pytest.mark.parametrize("message, allowed", [
    ("base: say it\n\nIt was not said.", True),
    ("base: say it", False),
    ("base: " + "x" * 66 + "\n\nIt was not said.", True),
    ("base: " + "x" * 67 + "\n\nIt was not said.", False),
])
def test_commit_messages(checkout, message, allowed):
    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@example.org", *arguments], cwd=checkout, check=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "An old one that nobody judges")
    git("commit", "-q", "--allow-empty", "-m", message)
    done = subprocess.run([checkout / "ci" / "commits.sh"], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == allowed, done.stdout


GUARDED = ["-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-fstack-clash-protection", "-D_FORTIFY_SOURCE=2", "-fcf-protection=full", "-Wl,-z,relro,-z,now"]


@pytest.mark.parametrize("instead, complaint", [
    (None, ""),
    ("-no-pie", "not position independent"),
    ("-Wl,-z,execstack", "a stack that can be executed"),
    ("-Wl,-z,norelro", "read-only after relocation"),
    ("-Wl,-z,lazy", "bound lazily"),
    ("-fno-stack-protector", "no stack protector"),
    ("-U_FORTIFY_SOURCE", "no checked calls"),
    ("-fcf-protection=none", "no control-flow protection"),
    ("-fno-stack-clash-protection", "no probes of the stack"),
])
def test_hardened(checkout, instead, complaint):
    if os.uname().machine != "x86_64":
        pytest.skip("the flags are those of x86-64")
    functions = "".join(f"int f{i}(int a) {{ return a * {i}; }}\n" for i in range(12))
    (checkout / "p.c").write_text("#include <stdio.h>\n#include <string.h>\n" + functions + """int main(int argc, char** argv) {
  char large[20000], small[16];
  snprintf(large, sizeof large, "%s", argv[argc - 1]);
  strcpy(small, argv[0]);
  return puts(large) + puts(small);
}
""")
    (checkout / "build/bin").mkdir(parents=True)
    flags = [*GUARDED, *([instead] if instead else [])]
    subprocess.run(["cc", *flags, "-o", checkout / "build/bin/p", checkout / "p.c"], check=True)
    done = subprocess.run([checkout / "ci/hardened.sh"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("\n")) == ((1, 1) if instead else (0, 0)), done.stdout
    assert complaint in done.stdout


def test_hardened_wants_programs(checkout):
    done = subprocess.run([checkout / "ci/hardened.sh"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "no program there" in done.stdout
