"""What is printed where: JSON alone on standard output, logs, progress, settings from the environment, help."""

import json
import os
import pty
import re
import select
import subprocess
import time

import pytest
from conftest import EXPECTED_ASSETS, EXPECTED_FILES, contents, only_report

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - (DEBUG|INFO|WARNING|ERROR|CRITICAL) - .+")

COMMANDS = {
    "run": [], "verify": [], "rollback": [], "indexes create": [], "indexes show": [], "indexes check": [], "local status": [],
    "local status --check-files": [], "local index": [], "local search": ["files", "pump"], "local documents get": ["assets", "models#robot"],
    "local documents put": ["assets", "models#new"], "local documents delete": ["assets", "models#robot"],
    "local import": ["MODELS", "--database", "more", "--bucket", "more"], "local load": ["-"], "local add bucket": ["new-bucket"],
    "local add asset": ["models", "robot", "--tags", "x"], "local add file": ["models", "robot", "FILE"],
    "local add metadata": ["models", "robot", "a=b"], "local add link": ["models", "robot", "pump"],
    "local add version": ["models", "robot", "3"],
}
VERBS = ["run", "verify", "rollback", "config template", "config check", "indexes create", "indexes show", "indexes check", "local init",
         "local import", "local load", "local add bucket", "local add asset", "local add file", "local add metadata", "local add link",
         "local add version", "local status", "local search", "local index", "local documents get", "local documents put",
         "local documents delete"]


def one_object(text):
    """The text as exactly one JSON object and a newline."""
    assert text.endswith("\n"), text
    value, end = json.JSONDecoder().raw_decode(text)
    assert text[end:] == "\n" and isinstance(value, dict), text
    return value


@pytest.fixture
def words(sample):
    """The words of a command, with the sample's paths put in."""
    place = {"MODELS": sample.models, "FILE": sample.models / "robot" / "robot.obj"}
    return lambda name: [*name.split(), *(place.get(word, word) for word in COMMANDS[name])]


# --- JSON --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_json_is_one_object_on_standard_output(migrate, migrated, words, name):
    stdin = '{"tables": {}}' if name == "local load" else "{}"
    ran = migrate(*words(name), "--local", migrated, "--output", "json", stdin=stdin)
    assert "error" not in one_object(ran.out)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_error_is_one_object_too(migrate, tmp_path, words, name):
    ran = migrate(*words(name), "--local", tmp_path / "none", "--output", "json", expect=3, stdin='{"tables": {}}')
    error = one_object(ran.out)["error"]
    assert error["code"] and error["message"].endswith("is no VAMS directory") and error["hint"]
    assert ran.err.startswith("error: ")


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_usage_is_one_object_too(migrate, migrated, words, name):
    ran = migrate(*words(name), "--local", migrated, "--output=json", "--frobnicate", expect=2)
    assert "--frobnicate" in one_object(ran.out)["error"]["message"]


def test_mistakes_of_a_configuration_are_listed(migrate, tmp_path):
    (tmp_path / "c.json").write_text('{\n  "local": "x",\n  "limit": -1,\n  "lgo_level": "INFO"\n}')
    error = one_object(migrate("--config", "c.json", "--output", "json", expect=2).out)["error"]
    assert [(m["source"], m["line"], m["column"], m["key"]) for m in error["mistakes"]] == [
        ("c.json", 3, 12, "limit"), ("c.json", 4, 3, "lgo_level")]


@pytest.mark.parametrize("args", [["local", "init", "new"], ["config", "template"], ["config", "check"], ["--version"], ["lcoal"], ["local"]])
def test_other_commands_in_json(migrate, tmp_path, args):
    (tmp_path / "c.json").write_text('{"local": "x"}')
    config = ["--config", "c.json"] if args == ["config", "check"] else []
    one_object(migrate(*args, *config, "--output", "json", expect=(0, 2)).out)


def test_json_of_a_run_is_its_report(migrate, imported, tmp_path):
    ran = migrate("--local", imported, "--output", "json")
    report = one_object(ran.out)
    path = report.pop("report_file")
    assert json.loads((tmp_path / path).read_text()) == report
    assert all(LINE.fullmatch(line) for line in ran.err.splitlines()) and "ASSET REINDEXING COMPLETE" in ran.err


def test_json_may_come_from_the_configuration(migrate, imported, tmp_path):
    (tmp_path / "c.json").write_text(json.dumps({"local": str(imported), "output": "json"}))
    one_object(migrate("local", "status", "--config", "c.json").out)


# --- the two streams ---------------------------------------------------------------------------------------------------


def test_a_runs_log_is_on_standard_output(migrate, imported):
    ran = migrate("--local", imported)
    assert ran.err == "" and all(LINE.fullmatch(line) for line in ran.out.splitlines())


def test_results_of_others_are_on_standard_output_and_logs_are_not(migrate, migrated):
    ran = migrate("verify", "--local", migrated, "--log-level", "DEBUG")
    assert not any(LINE.fullmatch(line) for line in ran.out.splitlines())
    assert all(LINE.fullmatch(line) for line in ran.err.splitlines())


@pytest.mark.parametrize("mode", ["auto", "log", "none", "bar", "json"])
def test_progress_modes(migrate, imported, mode):
    ran = migrate("--local", imported, "--progress", mode, "--max-rate", "20")
    assert all(LINE.fullmatch(line) for line in ran.out.splitlines()), "whatever the progress, the log is clean"
    assert "Overall success: YES" in ran.out
    if mode in ("auto", "log", "none"):
        assert ran.err == ""
    if mode == "json":
        events = [json.loads(line) for line in ran.err.splitlines()]
        assert {event["phase"] for event in events} >= {"assets", "files", "wait", "verify"}


def test_none_is_quieter_than_log(migrate, imported):
    logged = migrate("--local", imported, "--progress", "log", "--max-rate", "8").out
    assert " - files: " in logged or "/s" in logged
    assert "/s" not in migrate("--local", imported, "--progress", "none", "--max-rate", "8").out


def test_json_progress_beside_json_output(migrate, imported):
    ran = migrate("--local", imported, "--progress", "json", "--output", "json", "--log-level", "CRITICAL")
    one_object(ran.out)
    for line in ran.err.splitlines():
        json.loads(line)


def read_terminal(handle, process, seconds=60):
    """All that a program writes to the terminal until it ends."""
    seen = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([handle], [], [], 0.05)[0]:
            try:
                seen += os.read(handle, 65536)
            except OSError:
                break
        elif process.poll() is not None:
            break
    return seen.decode()


@pytest.mark.parametrize("env, bar", [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)])
def test_a_bar_on_a_terminal_only(start, imported, env, bar):
    ours, theirs = pty.openpty()
    process = start("vams-migrate", "--local", str(imported), "--max-rate", "15", env={**env, "VAMS_MIGRATE_LOG_LEVEL": "WARNING"},
                    stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = read_terminal(ours, process)
    os.close(ours)
    assert process.wait(10) == 0
    assert ("\r" in seen.replace("\r\n", "\n")) == bar, seen


def test_a_closed_pipe_is_no_success(binaries, migrated, tmp_path):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([binaries / "vams-migrate", "local", "status", "--local", migrated], stdout=full, stderr=subprocess.PIPE,
                              text=True, check=False, cwd=tmp_path)
    assert done.returncode != 0 and "cannot write to standard output" in done.stderr


# --- settings ----------------------------------------------------------------------------------------------------------


def test_every_flag_may_come_from_the_environment(migrate, imported, tmp_path):
    before = contents(imported)
    env = {"VAMS_MIGRATE_LOCAL": str(imported), "VAMS_MIGRATE_DRY_RUN": "true", "VAMS_MIGRATE_LIMIT": "3", "VAMS_MIGRATE_REPORT_DIR": "elsewhere",
           "VAMS_MIGRATE_ASSET_STORAGE_TABLE": "FromEnvironment", "VAMS_MIGRATE_LOG_LEVEL": "info"}
    ran = migrate(env=env)
    assert "Scanning asset table: FromEnvironment" in ran.out
    report = only_report(tmp_path / "elsewhere")
    assert report["migration_info"]["dry_run"] is True and report["asset_reindexing"]["total_count"] == 3
    assert contents(imported) == before


def test_flags_of_one_command_too(migrate, sample, vams):
    migrate("local", "import", sample.models, "--local", vams, env={"VAMS_MIGRATE_DATABASE": "models", "VAMS_MIGRATE_COPY": "true"})
    assert (vams / "content").is_dir()


def test_the_configuration_file_may_come_from_the_environment(migrate, imported, tmp_path):
    (tmp_path / "c.json").write_text(json.dumps({"local": str(imported), "dry_run": True}))
    assert "DRY RUN" in migrate(env={"VAMS_MIGRATE_CONFIG": "c.json"}).out


def test_flag_before_environment_before_file_before_default(migrate, imported, tmp_path):
    (tmp_path / "c.json").write_text(json.dumps({"local": str(imported), "asset_storage_table_name": "file", "dry_run": True}))
    table = lambda *args, **env: re.search("Scanning asset table: (.*)", migrate(*args, env=env).out).group(1)
    assert table("--local", imported, "--dry-run") == "assets"
    assert table("--config", "c.json") == "file"
    assert table("--config", "c.json", VAMS_MIGRATE_ASSET_STORAGE_TABLE="environment") == "environment"
    assert table("--config", "c.json", "--asset-storage-table", "flag", VAMS_MIGRATE_ASSET_STORAGE_TABLE="environment") == "flag"


def test_a_switch_can_be_turned_off_again(migrate, imported, tmp_path):
    (tmp_path / "c.json").write_text(json.dumps({"local": str(imported), "dry_run": True}))
    assert "DRY RUN" not in migrate("--config", "c.json", "--dry-run=false").out


def test_a_mistake_in_the_environment_names_the_variable(migrate, imported):
    ran = migrate("--local", imported, env={"VAMS_MIGRATE_LIMIT": "many"}, expect=2)
    assert "VAMS_MIGRATE_LIMIT: expected a whole number" in ran.err


def test_the_last_of_two_equal_flags_counts(migrate, imported):
    assert "Scanning asset table: two" in migrate("--local", imported, "--dry-run", "--asset-storage-table", "one", "--asset-storage-table", "two").out


def test_the_pace_is_kept(migrate, imported):
    begun = time.monotonic()
    migrate("--local", imported, "--max-rate", "10")
    assert time.monotonic() - begun > 1.5  # 28 events, ten of them at once
    begun = time.monotonic()
    migrate("--local", imported, "--sns-publish-delay", "0.2", "--max-workers", "2")
    assert time.monotonic() - begun > 1.5


# --- help --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_command_shows_an_example_and_the_exit_codes(migrate, verb):
    ran = migrate(*verb.split(), "--help")
    assert ran.err == "" and "Usage: vams-migrate" in ran.out
    example = ran.out.split("Example:\n")[1]
    assert "vams-migrate " + ("" if verb == "run" else verb) in example
    assert "Exit codes:" in ran.out and "VAMS_MIGRATE_" in ran.out
    assert migrate(*verb.split(), "-h").out == ran.out


def test_help_lists_every_command(migrate):
    text = migrate("--help").out
    for verb in VERBS:
        assert f"\n  {verb} " in text


@pytest.mark.parametrize("group", ["local", "local add", "local documents", "indexes", "config"])
def test_help_of_a_group(migrate, group):
    assert "Commands" in migrate(*group.split(), "--help").out
    assert "one more word" in migrate(*group.split(), expect=2).err


def test_help_needs_nothing_else(migrate):
    migrate("local", "import", "--help")
    migrate("--local", "/nowhere", "--help")
    migrate("--config", "/nowhere", "verify", "--help")


@pytest.mark.parametrize("program", ["vams-migrate", "vams-reindex", "golden-check"])
def test_version(run, program):
    ran = run(program, "--version")
    assert re.fullmatch(program + r" \d+\.\d+\.\d+\S*\n", ran.out) and ran.err == ""


@pytest.mark.parametrize("typed, meant", [
    (["lcoal", "status"], "local"), (["verfiy"], "verify"), (["local", "serch", "files"], "local search"), (["rolback"], "rollback"),
    (["local", "documents", "gte"], "local documents get"), (["indexes", "creat"], "indexes create"),
])
def test_an_unknown_command_names_the_nearest(migrate, typed, meant):
    ran = migrate(*typed, expect=2)
    assert f"did you mean '{meant}'?" in ran.err and ran.out == ""


@pytest.mark.parametrize("command, flag, meant", [
    ([], "--dryrun", "--dry-run"), ([], "--loacl", "--local"), (["verify"], "--repiar", "--repair"), (["rollback"], "--to-nul", "--to-null"),
    (["local", "import", "x"], "--databse=x", "--database"), (["verify"], "--skip-verification", ""), (["verify"], "--limit=3", ""),
])
def test_an_unknown_flag_names_the_nearest(migrate, imported, command, flag, meant):
    ran = migrate(*command, flag, "--local", imported, expect=2)
    assert "unknown flag " + flag.split("=")[0] in ran.err
    assert not meant or f"did you mean {meant}?" in ran.err


def test_run_may_be_named(migrate, imported, tmp_path):
    migrate("run", "--local", imported)
    assert only_report(tmp_path / "reports")["verification"]["file_index"]["actual_documents"] == EXPECTED_FILES


@pytest.mark.parametrize("flags, named", [
    (["--asset-storage-table=", "--dry-run"], "--asset-storage-table"), (["--profile=", "--dry-run"], "--profile"),
    (["--dry-run", "--profile", ""], "--profile"),
])
def test_an_empty_value_is_an_error_and_does_not_swallow_the_next_flag(migrate, imported, flags, named):
    before = contents(imported)
    ran = migrate("--local", imported, *flags, expect=2)
    assert ran.err.startswith(f"error: {named}: the value is empty"), ran
    assert contents(imported) == before


@pytest.mark.parametrize("flags", [["--profile", "--dry-run"], ["--asset-storage-table", "--dry-run"], ["--dry-run", "--limit"], ["--limit="],
                                   ["--dry-run="], ["--local=", "--dry-run"]])
def test_a_flag_that_lacks_its_value_is_refused(migrate, imported, flags):
    before = contents(imported)
    ran = migrate("--local", imported, *flags, expect=2)
    assert ran.err.startswith(f"error: {[f for f in flags if f != '--dry-run'][0].rstrip('=') if flags != ['--dry-run='] else '--dry-run'}"), ran
    assert contents(imported) == before


def test_after_two_dashes_everything_is_an_operand(migrate, migrated):
    assert migrate("local", "search", "files", "--local", migrated, "--", "--pump").out.splitlines()[-1] == "2 found"


@pytest.mark.parametrize("order", [["--local", "DIR", "verify"], ["verify", "--local", "DIR"], ["--output=json", "verify", "--local=DIR"]])
def test_flags_may_stand_before_the_command(migrate, migrated, order):
    ran = migrate(*[word.replace("DIR", str(migrated)) for word in order])
    assert str(EXPECTED_ASSETS) in ran.out
