"""What every built program has to be, whatever it does."""

import pytest
from conftest import ROOT

PROGRAMS = sorted(path.name.removesuffix("_main.cc").replace("_", "-") for path in (ROOT / "cli").glob("*_main.cc"))


def test_there_are_programs():
    assert set(PROGRAMS) >= {"vams-migrate", "vams-reindex", "golden-check"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_holds_no_path_of_the_checkout(binaries, root, program):
    assert str(root).encode() not in (binaries / program).read_bytes()


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_is_on_standard_output(run, program):
    ran = run(program, "--help")
    assert program in ran.out and ran.err == ""


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_unknown_flag_is_wrong_usage(run, program):
    operands = ["cases.jsonl"] if program == "golden-check" else []
    ran = run(program, "--frobnicate", *operands, expect=2)
    assert "--frobnicate" in ran.err and ran.out == ""
