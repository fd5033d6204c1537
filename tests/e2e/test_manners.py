"""What keeps a command from doing more than was meant, and what it leaves: empty arguments, active runs, modes of files, the terminal."""

import json
import resource
import signal
import stat
import subprocess
import time

import pytest
from conftest import contents, one_error
from rig import rig_program, start_rig  # noqa: F401

BLANK = ["", " ", "\t", '""', "''", "\u00a0", "\u200b", "\ufeff"]


@pytest.mark.parametrize("blank", BLANK)
@pytest.mark.parametrize("command", [["resume"], ["replay"], ["--asset"], ["--database"], ["--bucket"], ["--prefix"], ["--state-dir"],
                                     ["--report-dir"], ["rollback", "--asset"], ["verify", "--repair", "--remove-unexpected", "--database"]])
def test_an_empty_argument_is_an_error_and_changes_nothing(migrate, imported, command, blank):
    before = contents(imported)
    message = one_error(migrate(*command, blank, "--local", imported, expect=2))
    assert "the value " in message and (command[-1] in message or "RUN" in message)
    assert contents(imported) == before


@pytest.mark.parametrize("flag", ["asset", "database", "bucket", "prefix", "limit", "state_dir", "local", "config", "dry_run"])
def test_an_empty_variable_is_an_error(migrate, imported, flag):
    name = "VAMS_MIGRATE_" + flag.upper()
    assert one_error(migrate(*([] if flag == "local" else ["--local", imported]), env={name: ""}, expect=2)).startswith(f"error: {name}: ")


@pytest.mark.parametrize("key", ["asset", "database", "bucket", "prefix", "aws_profile", "state_dir", "report_dir"])
def test_an_empty_key_is_an_error(migrate, imported, tmp_path, key):
    (tmp_path / "c.json").write_text(json.dumps({"local": str(imported), key: ""}, indent=1))
    expected = (0, 2) if key == "aws_profile" else 2  # of no use to an embedded VAMS
    ran = migrate("--config", "c.json", "--dry-run", expect=expected)
    assert ran.code == 0 or one_error(ran).startswith(f"error: c.json:3:") and f" {key}: the value is empty" in ran.err
    checked = migrate("config", "check", "c.json", expect=expected)
    assert checked.code == ran.code


NAMES = {"asset_storage_table_name": "vams-assets", "s3_asset_buckets_table_name": "vams-buckets",
         "s3_object_created_sns_topic_arn": "arn:aws:sns:us-east-1:123456789012:topic", "opensearch_asset_index_ssm_param": "/v/assetIndexName",
         "opensearch_file_index_ssm_param": "/v/fileIndexName", "opensearch_endpoint_ssm_param": "/v/endPoint", "aws_region": "us-east-1",
         "aws_profile": "prod"}


@pytest.mark.parametrize("stray", [" ", "\t", "\r", "\u00a0", "\u200b", "\ufeff", '"', "\u201d"])
@pytest.mark.parametrize("key", NAMES)
def test_what_was_pasted_along_is_named_with_its_place(migrate, tmp_path, key, stray):
    (tmp_path / "c.json").write_text(json.dumps({**NAMES, key: NAMES[key] + stray}, indent=1))
    line = list(NAMES).index(key) + 2
    for command in (["config", "check", "c.json"], ["--config", "c.json"], ["plan", "--config", "c.json"]):
        message = one_error(migrate(*command, expect=2))
        assert message.startswith(f"error: c.json:{line}:") and f" {key}: \"" in message and "U+" in message


def test_a_profile_of_the_file_is_called_by_its_key(migrate, tmp_path):
    (tmp_path / "c.json").write_text(json.dumps(NAMES, indent=1))
    message = one_error(migrate("verify", "--config", "c.json", expect=(2, 3)))
    assert "(aws_profile in c.json:9)" in message and "--profile" not in message
    assert "(--profile)" in one_error(migrate("verify", "--config", "c.json", "--profile", "other", expect=(2, 3)))


# --- what runs already -------------------------------------------------------------------------------------------------


def test_a_refused_command_leaves_the_active_run_alone(run, start, start_rig, tmp_path):  # noqa: F811
    rig = start_rig("--assets", 40, "--files-per-asset", 10)
    given = ("--config", rig.write_config(tmp_path / "c.json", verification_wait_time=5), "--progress", "none")
    process = start("vams-migrate", *given, "--max-rate", "60", env=rig.environment())
    scratch = []
    for _ in range(100):
        time.sleep(0.1)
        scratch = list((tmp_path / "vams-migrate-state").glob("*/scratch"))
        if scratch and (scratch[0].parent / "journal").exists():
            break
    assert scratch, "the run did not begin"
    planted = scratch[0] / "of-the-active-run"
    planted.write_text("half of it")
    run_id = scratch[0].parent.name
    for command in (["resume", run_id], ["resume", "latest"]):
        refused = run("vams-migrate", *command, *given, env=rig.environment(), expect=3)
        assert f"process {process.pid} holds" in one_error(refused)
    assert "still active" in one_error(run("vams-migrate", "replay", run_id, *given, env=rig.environment(), expect=3))
    assert f"Run {run_id}" in run("vams-migrate", "report", "latest").out
    assert planted.read_text() == "half of it"
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0 and "Overall success: YES" in out, out + err


def test_only_the_owner_reads_what_a_run_leaves(migrate, imported, tmp_path):
    migrate("--local", imported)
    migrate("local", "documents", "delete", "assets", "models#duck", "--local", imported, expect=(0, 1))
    migrate("verify", "--local", imported, expect=(0, 1))
    run_directories = [path for path in (tmp_path / "vams-migrate-state").iterdir() if path.is_dir()]
    assert run_directories
    for path in [*run_directories, *(below for one in run_directories for below in one.rglob("*")), *(tmp_path / "reports").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE((imported / "run.lock").stat().st_mode) == 0o600


def test_a_hang_up_drains_as_a_signal_to_end_does(migrate, start, large):
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may themselves run under nohup, which a child inherits
    try:
        process = start("vams-migrate", "--local", large, "--max-rate", "200")
    finally:
        signal.signal(signal.SIGHUP, before)
    time.sleep(1.5)
    process.send_signal(signal.SIGHUP)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 75 and "Either way it can be resumed" in err, out + err
    migrate("resume", "latest", "--local", large)


# --- what is printed ---------------------------------------------------------------------------------------------------


def test_help_that_cannot_be_written_is_no_success(binaries, tmp_path):
    for words in (["--help"], ["--version"], ["local", "--help"], ["config", "template"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([binaries / "vams-migrate", *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path)
        assert done.returncode != 0 and "cannot write to standard output" in done.stderr, words


def test_a_limit_of_file_sizes_is_an_error_not_a_death(binaries, imported, tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))

    done = subprocess.run([binaries / "vams-migrate", "--local", imported], capture_output=True, text=True, check=False, cwd=tmp_path,
                          preexec_fn=limit)
    assert done.returncode > 0, f"ended by signal {-done.returncode}"
    assert "error: " in done.stderr and "File too large" in done.stderr, done.stderr


HOSTILE = {"c1": "a\u009b31mred", "osc": "b\u009d0;t\u009c", "turned": "c\u202egpj", "isolated": "d\u2066x\u2069", "line": "e\u2028x", "hidden": "f\u200bx"}


def test_names_that_a_terminal_acts_upon_are_escaped(migrate, vams, collection):
    folder = collection({f"asset/{name}.obj": b"1" for name in HOSTILE.values()})
    migrate("local", "import", folder, "--database", "names", "--local", vams)
    migrate("--local", vams)
    listed = migrate("local", "search", "files", "*", "--local", vams)
    documents = [line for line in listed.out.splitlines() if "#asset#" in line]
    assert len(documents) == len(HOSTILE)
    for name in HOSTILE.values():
        migrate("local", "documents", "delete", "files", f"names#asset#/{name}.obj", "--local", vams)
    found = migrate("verify", "--local", vams, "--output", "json", expect=1)
    printed = migrate("verify", "--local", vams, "--explain", expect=1)
    for text in (listed.out, found.out, printed.out, printed.err):
        assert not [c for c in text if "\x7f" <= c <= "\x9f" or c in "\u202e\u2066\u2069\u2028\u200b"], ascii(text)
    assert {f["id"] for f in found.json["findings"]} == {f"names#asset#/{name}.obj" for name in HOSTILE.values()}


def test_words_that_people_type(migrate):
    assert migrate("help", "verify").out == migrate("verify", "--help").out
    assert migrate("version").out == migrate("-V").out == migrate("--version").out
    assert "did you mean" not in one_error(migrate("local", "foo", expect=2))
    assert "vams-migrate --help" in migrate(expect=2).err
