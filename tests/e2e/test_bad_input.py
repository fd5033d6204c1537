"""Bad input: one clear message, the right exit code, and nothing changed."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import threading
import time

import pytest
from conftest import EXPECTED_ASSETS, EXPECTED_FILES, contents, document_ids


@pytest.fixture
def config(tmp_path, imported):
    """config(text) writes the configuration file c.json, with LOCAL in it replaced by the VAMS directory."""

    def write(text):
        data = text if isinstance(text, bytes) else text.replace("LOCAL", json.dumps(str(imported))).encode()
        (tmp_path / "c.json").write_bytes(data)
        return "c.json"

    return write


def errors(ran):
    """The error lines; nothing else but hints and notes may be on standard error, and nothing on standard output."""
    lines = ran.err.splitlines()
    assert all(line.startswith(("error: ", "hint: ", "note: ")) for line in lines), ran
    assert ran.out == "", ran
    return [line for line in lines if line.startswith("error: ")]


def one_error(ran):
    found = errors(ran)
    assert len(found) == 1, ran
    return found[0]


# --- configuration -----------------------------------------------------------------------------------------------------


def test_no_configuration_file(migrate):
    assert one_error(migrate("--config", "nope.json", expect=2)) == \
        "error: cannot read the configuration file nope.json: No such file or directory"


def test_the_configuration_file_is_a_directory(migrate):
    assert "it is a directory" in one_error(migrate("--config", ".", expect=2))


@pytest.mark.parametrize("text, place, what", [
    ('{\n  "local": "V",\n  "dry_run": tru\n}', "c.json:3:14", "found 'tru'"),
    ('{\n  "local": "V",\n  "dry_run": true', "c.json:3:18", "the end of the file"),
    ('{"local": "V" "dry_run": true}', "c.json:1:15", "expected ','"),
    ("", "c.json:1:1", "the end of the file"),
    ("[1]", "c.json:1:1", "expected an object"),
    ('{"local": "V', "c.json:1:", "no valid JSON"),
    ('{"a": 1} x', "c.json:1:10", "no valid JSON"),
    (b'{"x\xff": 1}', "c.json:1:4", "not UTF-8"),
    ("{'local': 'V'}", "c.json:1:2", "no valid JSON"),
    ('{"limit": 01}', "c.json:1:1", "no valid JSON"),
    ('{"limit": 1 /* no end', "c.json:1:", "no valid JSON"),
    ('{"a":' * 5000, "c.json:1:", ""),
])
def test_broken_json_names_line_and_column(migrate, config, text, place, what):
    message = one_error(migrate("--config", config(text), expect=2))
    assert message.startswith(f"error: {place}") and what in message


@pytest.mark.parametrize("text, named", [
    ('{"local": LOCAL, "lgo_level": "INFO"}', "lgo_level: unknown key; did you mean log_level?"),
    ('{"local": LOCAL, "reindex_settings": {"max_worker": 1}}', "did you mean reindex_settings.max_workers?"),
    ('{"local": LOCAL, "max_workers": 1}', "max_workers: unknown key; it belongs into reindex_settings"),
    ('{"local": LOCAL, "asset_table": "x"}', "asset_table: unknown key"),
    ('{"local": LOCAL, "dry_run": true, "dry_run": false}', "stands twice"),
])
def test_unknown_keys_name_the_nearest(migrate, config, imported, text, named):
    before = contents(imported)
    assert named in one_error(migrate("--config", config(text), expect=2))
    assert contents(imported) == before


def test_comments_and_underscored_keys_are_no_unknown_keys(migrate, config):
    migrate("--config", config('{"local": LOCAL, "comments": {"a": 1}, "_note": [1], /* c */ "dry_run": true, // d\n}'))


def test_all_placeholders_at_once(migrate, tmp_path):
    (tmp_path / "c.json").write_text(migrate("config", "template").out)
    ran = migrate("--config", "c.json", expect=2)
    found = errors(ran)
    keys = ["asset_storage_table_name", "s3_asset_buckets_table_name", "s3_object_created_sns_topic_arn",
            "opensearch_asset_index_ssm_param", "opensearch_file_index_ssm_param", "opensearch_endpoint_ssm_param"]
    assert len(found) == len(keys)
    for line, key in zip(found, keys):
        assert line.endswith(f"Please set the {key} in the CONFIG or provide it via command line")


def test_nothing_given_asks_for_everything_at_once(migrate):
    found = errors(migrate(expect=2))
    assert len(found) == 6 and all("Please set the " in line and "(--" in line for line in found)


@pytest.mark.parametrize("text, key, wanted", [
    ('"dry_run": "yes"', "dry_run", "true or false"),
    ('"limit": -4', "limit", "a whole number of at least 1"),
    ('"limit": 0', "limit", "a whole number of at least 1"),
    ('"limit": 1e300', "limit", "a whole number"),
    ('"limit": 99999999999999999999', "limit", "a whole number"),
    ('"reindex_settings": {"asset_batch_size": "x"}', "reindex_settings.asset_batch_size", "a whole number"),
    ('"reindex_settings": {"sns_publish_delay": -1}', "reindex_settings.sns_publish_delay", "a number of seconds"),
    ('"reindex_settings": []', "reindex_settings", "an object"),
    ('"verification_wait_time": 1.5', "verification_wait_time", "a whole number of seconds"),
    ('"log_level": "LOUD"', "log_level", "DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ('"log_level": 3', "log_level", "DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ('"asset_storage_table_name": 5', "asset_storage_table_name", "the name of a table"),
    ('"since": "yesterday"', "since", "a UTC time"),
    ('"deadline": "soon"', "deadline", "a time such as"),
    ('"tolerance": 101', "tolerance", "a percentage"),
])
def test_wrong_types_and_ranges(migrate, config, imported, text, key, wanted):
    before = contents(imported)
    message = one_error(migrate("--config", config('{\n  "local": LOCAL,\n  ' + text + "\n}"), expect=2))
    assert message.startswith("error: c.json:3:") and f" {key}: " in message and f"expected {wanted}" in message
    assert contents(imported) == before


def test_several_mistakes_are_told_together_in_the_order_of_the_file(migrate, config):
    found = errors(migrate("--config", config('{\n"limit": -1,\n"lgo_level": "x",\n"dry_run": 3,\n"local": LOCAL}'), expect=2))
    assert [line.split(":")[2] for line in found] == ["2", "3", "4"]


@pytest.mark.parametrize("flags, wanted", [
    (["--limit", "-4"], "--limit: expected a whole number of at least 1, found the number -4"),
    (["--limit", "0"], "--limit: expected a whole number of at least 1"),
    (["--limit", "ten"], "--limit: expected a whole number of at least 1, found the text \"ten\""),
    (["--limit", "1.5"], "--limit: expected a whole number of at least 1"),
    (["--limit"], "--limit needs a value"),
    (["--log-level", "LOUD"], "--log-level: expected DEBUG"),
    (["--progress", "loud"], "--progress: expected auto, bar, log, json or none"),
    (["--max-rate", "0"], "--max-rate: expected a number above 0"),
    (["--tolerance", "-1"], "--tolerance: expected a percentage"),
    (["--since", "2024-13-45"], "--since: expected a UTC time"),
    (["--dry-run=maybe"], "--dry-run"),
    (["extra"], "extra"),
    (["--lmit", "3"], "did you mean --limit?"),
])
def test_wrong_flags(migrate, imported, flags, wanted):
    before = contents(imported)
    assert wanted in one_error(migrate("--local", imported, *flags, expect=2))
    assert contents(imported) == before


def test_config_check_tells_the_same_mistakes(migrate, config):
    text = config('{"local": LOCAL, "limit": -1, "lgo_level": "INFO"}')
    assert errors(migrate("config", "check", text, expect=2)) == errors(migrate("--config", text, expect=2))


# --- the directory -----------------------------------------------------------------------------------------------------

COMMANDS = [["--local"], ["--dry-run", "--local"], ["verify", "--local"], ["local", "status", "--local"], ["rollback", "--local"],
            ["local", "index", "--local"], ["indexes", "show", "--local"], ["local", "search", "files", "x", "--local"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("make", ["missing", "empty", "other", "file"])
def test_no_vams(migrate, tmp_path, command, make):
    place = tmp_path / "place"
    if make == "file":
        place.write_text("a file")
    elif make != "missing":
        place.mkdir()
    if make == "other":
        (place / "notes.txt").write_text("mine")
    message = one_error(migrate(*command, place, expect=3))
    assert message == f"error: {place} is no VAMS directory"
    assert place.exists() == (make != "missing")
    if make == "other":
        assert [p.name for p in place.iterdir()] == ["notes.txt"]
    assert not (tmp_path / "vams-migrate-state").exists() and not (tmp_path / "reports").exists()


def damage_text(directory):
    (directory / "vams.db").write_text("hello\n")


def damage_empty(directory):
    (directory / "objects.db").write_bytes(b"")


def damage_swapped(directory):
    shutil.copy(directory / "objects.db", directory / "vams.db")


def damage_foreign(directory):
    (directory / "file-index.db").unlink()
    database = sqlite3.connect(directory / "file-index.db")
    database.execute("CREATE TABLE mine(x)")
    database.commit()
    database.close()


def damage_cut(directory):
    with open(directory / "vams.db", "r+b") as file:
        file.truncate(20_000)


def damage_missing(directory):
    (directory / "objects.db").unlink()


def damage_newer(directory):
    database = sqlite3.connect(directory / "asset-index.db")
    database.execute("PRAGMA user_version=99")
    database.close()


@pytest.mark.parametrize("damage, named", [
    (damage_text, "vams.db: is no database file"),
    (damage_empty, "objects.db: is no database file"),
    (damage_swapped, "vams.db: is a database of another program or another part"),
    (damage_foreign, "file-index.db: is a database of another program or another part"),
    (damage_cut, "vams.db: is damaged"),
    (damage_missing, "objects.db is missing"),
    (damage_newer, "asset-index.db: has format 99"),
])
@pytest.mark.parametrize("command", [["--local"], ["verify", "--local"], ["local", "status", "--local"]], ids=" ".join)
def test_a_foreign_or_damaged_file(migrate, imported, damage, named, command):
    damage(imported)
    files = {p.name: p.read_bytes() for p in imported.iterdir()}
    ran = migrate(*command, imported, expect=3)
    assert named in one_error(ran) and "hint: " in ran.err
    after = {p.name: p.read_bytes() for p in imported.iterdir() if not p.name.endswith(("-wal", "-shm", ".lock"))}
    assert after == files


def test_a_file_of_another_vams(migrate, imported, tmp_path):
    other = tmp_path / "other"
    migrate("local", "init", other)
    shutil.copy(other / "asset-index.db", imported / "asset-index.db")
    assert "asset-index.db: belongs to another VAMS directory" in one_error(migrate("--local", imported, expect=3))


def test_damage_in_the_middle_of_a_run_is_told_and_ends_it(migrate, imported):
    # The header and schema are sound, so that only reading the rows finds it.
    with open(imported / "vams.db", "r+b") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(8 * 4096)
        file.write(b"\xa5" * (size - 8 * 4096))
    ran = migrate("--local", imported, expect=3)
    assert "vams.db: is damaged" in ran.err + ran.out


def test_init_refuses_what_is_there(migrate, imported, tmp_path):
    before = contents(imported)
    assert "is a VAMS directory already" in one_error(migrate("local", "init", imported, expect=3))
    assert contents(imported) == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    assert "is not empty" in one_error(migrate("local", "init", tmp_path / "mine", expect=3))
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_an_unreadable_directory(run, migrated, binaries):
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root reads everything, and there is no setpriv to become somebody else")
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    # Not below pytest's own directory, which nobody else may enter.
    place = subprocess.run(["mktemp", "-d", "/tmp/vams-e2e-XXXXXX"], check=True, capture_output=True, text=True).stdout.strip()
    try:
        program = shutil.copy(binaries / "vams-migrate", place)
        hidden = shutil.copytree(migrated, f"{place}/vams")
        os.chmod(place, 0o755)
        os.chmod(hidden, 0)
        for command in (["--local"], ["verify", "--local"], ["local", "status", "--local"]):
            done = subprocess.run([*as_nobody, program, *command, hidden], capture_output=True, text=True, check=False, cwd="/")
            assert (done.returncode, done.stdout) == (3, ""), done
            assert done.stderr.startswith(f"error: {hidden}: cannot be read (Permission denied)\nhint: "), done
    finally:
        os.chmod(f"{place}/vams", 0o755)
        shutil.rmtree(place)


# --- the disk ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def mounted(folder, size):
    """A small file system; yields a function that makes it read-only."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, text=True, check=False) \
        if os.geteuid() == 0 and shutil.which("mount") else None
    if done is None or done.returncode != 0:
        pytest.skip("mounting a small file system is not allowed here: " + (done.stderr.strip() if done else "not root"))
    try:
        yield lambda: subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, leave):
    """Fills the file system but for `leave` bytes."""
    free = os.statvfs(folder)
    with open(folder / "fill", "wb") as file:
        file.write(b"\0" * max(0, free.f_bavail * free.f_frsize - leave))


@pytest.mark.parametrize("leave", [0, 16_384, 40_960, 65_536, 81_920, 98_304, 131_072])
def test_a_full_disk_ends_the_run_and_loses_nothing(migrate, imported, tmp_path, leave):
    with mounted(tmp_path / "small", "4m"):
        vams = shutil.copytree(imported, tmp_path / "small" / "vams")
        fill(tmp_path / "small", leave)
        ran = migrate("--local", vams, expect=(0, 1, 3), timeout=60)
        if ran.code != 0:
            assert "no space left on the file system" in ran.err + ran.out
        if leave == 0:
            assert ran.code == 3 and "no space left" in one_error(ran)
        (tmp_path / "small" / "fill").unlink()
        migrate("--local", vams)
        migrate("verify", "--local", vams)
        assert len(document_ids(vams, "file")) == EXPECTED_FILES


@pytest.mark.parametrize("how", [[], ["--copy"]])
def test_a_full_disk_stops_an_import_as_a_whole(migrate, vams, sample, tmp_path, how):
    with mounted(tmp_path / "small", "2m"):
        small = shutil.copytree(vams, tmp_path / "small" / "vams")
        fill(tmp_path / "small", 40_000)
        before = contents(vams)
        big = tmp_path / "big"
        for n in range(400):
            (big / f"asset-{n}").mkdir(parents=True)
            (big / f"asset-{n}" / "file.obj").write_text("x" * 500)
        ran = migrate("local", "import", big, "--database", "big", "--local", small, *how, expect=3)
        assert "no space left" in one_error(ran)
        (tmp_path / "small" / "fill").unlink()
        assert contents(small) == before
        migrate("local", "import", sample.models, "--database", "models", "--local", small, *how)
        migrate("--local", small)


def test_no_space_for_the_report_or_the_state(migrate, imported, tmp_path):
    with mounted(tmp_path / "small", "64k"):
        fill(tmp_path / "small", 0)
        before = contents(imported)
        for flag in ("--report-dir", "--state-dir"):
            ran = migrate("--local", imported, flag, tmp_path / "small" / "out", expect=3)
            assert "No space left on device" in one_error(ran)
        assert contents(imported) == before


def test_a_read_only_directory(migrate, sample, tmp_path):
    with mounted(tmp_path / "small", "4m") as make_read_only:
        vams = shutil.copytree(sample.migrated, tmp_path / "small" / "vams")
        make_read_only()
        before = {p.name: p.read_bytes() for p in vams.iterdir()}
        (tmp_path / "f.obj").write_text("f")
        for command in ([], ["rollback"], ["local", "index"], ["verify", "--repair"], ["local", "import", sample.models, "--database", "more"],
                        ["local", "add", "asset", "models", "robot", "--tags", "x"], ["local", "add", "file", "models", "robot", "f.obj"],
                        ["local", "documents", "delete", "assets", "models#robot"]):
            ran = migrate(*command, "--local", vams, expect=3)
            assert any(word in one_error(ran) for word in ("cannot be written to", "Read-only file system")), ran
            assert "hint: " in ran.err, ran
        ran = migrate("local", "documents", "put", "assets", "models#robot", "--local", vams, stdin="{}", expect=3)
        assert "cannot be written to" in one_error(ran)
        ran = migrate("local", "init", tmp_path / "small" / "new", expect=3)
        one_error(ran)
        # What only reads works.
        migrate("verify", "--local", vams)
        migrate("--local", vams, "--dry-run")
        migrate("local", "status", "--local", vams)
        assert "pump.glb" in migrate("local", "search", "files", "pump", "--local", vams).out
        assert {p.name: p.read_bytes() for p in vams.iterdir()} == before


# --- others at work ----------------------------------------------------------------------------------------------------


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_second_run_at_the_same_time_is_refused(migrate, start, imported):
    first = start("vams-migrate", "--local", imported, "--max-rate", "10")
    lock = imported / "run.lock"
    wait_for(lambda: lock.exists() and lock.read_text().endswith("\n"))
    for command in ([], ["rollback"], ["local", "index"], ["verify", "--repair"]):
        ran = migrate(*command, "--local", imported, expect=3)
        assert f"another run is at work on this VAMS: process {first.pid} holds" in one_error(ran), ran
    migrate("--local", imported, "--dry-run")
    migrate("verify", "--local", imported, expect=(0, 1))
    migrate("local", "status", "--local", imported)
    assert first.wait(60) == 0, first.stderr.read()
    migrate("--local", imported)


@contextlib.contextmanager
def write_lock(path, seconds):
    """Another process's write transaction on a database file."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(seconds, lambda: database.execute("ROLLBACK"))
    timer.start()
    try:
        yield
    finally:
        timer.join()
        database.close()


@pytest.mark.parametrize("file", ["vams.db", "objects.db", "asset-index.db", "file-index.db"])
def test_a_run_waits_for_another_writer(migrate, imported, file):
    with write_lock(imported / file, 2):
        migrate("--local", imported)
    migrate("verify", "--local", imported)


@pytest.mark.skipif(not os.environ.get("VAMS_DEEP"), reason="takes more than half a minute; ./dev test --deep")
@pytest.mark.parametrize("command", [["local", "add", "asset", "models", "robot", "--tags", "x"], ["rollback"]], ids=" ".join)
def test_a_writer_that_does_not_end_is_named(migrate, migrated, command):
    with write_lock(migrated / "vams.db", 40):
        ran = migrate(*command, "--local", migrated, expect=(1, 3))
        assert "vams.db: another process is writing to it" in ran.err


# --- names -------------------------------------------------------------------------------------------------------------


def test_names_that_are_no_utf8_are_all_named_and_nothing_is_imported(migrate, vams, collection):
    folder = collection({"asset/ok.obj": b"1"})
    with open(bytes(folder) + b"/asset/bad\xff.obj", "wb") as file:
        file.write(b"2")
    os.mkdir(bytes(folder) + b"/inv\xfe")
    before = contents(vams)
    message = one_error(migrate("local", "import", folder, "--database", "names", "--local", vams, expect=2))
    assert "not UTF-8" in message and "bad\\xff.obj" in message and "inv\\xfe" in message
    assert contents(vams) == before


def test_control_characters_in_names(migrate, vams, collection):
    names = ["tab\t.obj", "esc\x1b[31mred.obj", "del\x7f.obj", "line\u2028separator.obj", "new\nline.obj"]
    folder = collection({f"asset/{name}": b"1" for name in names})
    migrate("local", "import", folder, "--database", "names", "--local", vams)
    migrate("--local", vams)
    migrate("verify", "--local", vams)
    # A newline in the path is refused by the rules; the others are as good as any.
    assert document_ids(vams, "file") == {f"names#asset#/{name}" for name in names if "\n" not in name}
    # On a terminal they could do anything; they are shown escaped.
    ran = migrate("local", "search", "files", "obj", "--local", vams)
    assert "\x1b" not in ran.out and "esc\\x1b[31mred.obj" in ran.out
    migrate("local", "documents", "delete", "files", "names#asset#/esc\x1b[31mred.obj", "--local", vams)
    ran = migrate("verify", "--local", vams, expect=1)
    assert "\x1b" not in ran.out + ran.err and "esc\\x1b[31mred.obj" in ran.out
    found = migrate("verify", "--local", vams, "--output", "json", expect=1).json["findings"]
    assert [f["id"] for f in found] == ["names#asset#/esc\x1b[31mred.obj"]


BUCKET = {"bucketId": "b", "bucketName:baseAssetsPrefix": "names:/", "bucketName": "names", "baseAssetsPrefix": "/", "isVersioningEnabled": False}
ASSET = {"databaseId": "names", "assetId": "asset", "assetName": "Asset", "description": "d", "isDistributable": True, "tags": ["t"],
         "assetType": "none", "bucketId": "b", "assetLocation": {"Key": "asset/"}}


def state(*keys):
    objects = [{"bucket": "names", "key": key, "size": 3, "last_modified": "2025-03-04T05:06:07Z", "etag": "f94c84fac5cb091c60bb143cb957d229",
                "version_id": None, "metadata": {"assetid": "asset", "databaseid": "names"}} for key in keys]
    return {"tables": {"buckets": [BUCKET], "assets": [ASSET]}, "s3_buckets": [{"name": "names", "versioning": None}], "objects": objects}


def test_any_key_that_s3_takes_can_be_loaded_and_verified(migrate, vams):
    keys = ["asset/a b.obj", "asset/\x01.obj", "asset/nul\x00.obj", "asset//twice.obj", "asset/é模.obj", "asset/😀.obj", "asset/%2B+.obj",
            "asset/\U0010ffff.obj", "asset/'\"\\.obj"]
    migrate("local", "load", "-", "--local", vams, stdin=json.dumps(state(*keys)))
    migrate("--local", vams)
    migrate("verify", "--local", vams)
    paths = [key.removeprefix("asset/") for key in keys]
    assert document_ids(vams, "file") == {"names#asset#" + (path if path.startswith("/") else "/" + path) for path in paths}


@pytest.mark.parametrize("text, place", [
    ("{", "1:"),
    ("{}", 'expected an object with "tables"'),
    ("[]", 'expected an object with "tables"'),
    ("[" * 100_000, "no valid JSON"),
    (json.dumps(state("asset/x.obj")).replace("x.obj", "\udcff.obj"), "1:"),
    (json.dumps(state("asset/\ud800.obj")), "1:"),
    ('{"tables": {"asets": []}}', "did you mean 'assets'?"),
    ('{"tables": {"assets": [{"databaseId": 5}]}}', "state.tables.assets[0]"),
    (json.dumps(state("asset/x.obj", "")), "state.objects[1]"),
    (json.dumps(state("asset/" + "x" * 1100)), "at most 1024"),
    (json.dumps(state("asset/x.obj")).replace('"size": 3', '"size": -3'), "state.objects[0]: 'size'"),
    (json.dumps(state("asset/x.obj")).replace('"size": 3', '"size": "3"'), "state.objects[0]: 'size'"),
    (json.dumps(state("asset/x.obj")).replace("2025-03-04T05:06:07Z", "yesterday"), "state.objects[0]: 'last_modified'"),
    (json.dumps({**state("asset/x.obj"), "s3_buckets": []}), "there is no bucket 'names'"),
])
def test_a_broken_state_is_refused_as_a_whole(migrate, imported, text, place):
    before = contents(imported)
    assert place in one_error(migrate("local", "load", "-", "--local", imported, stdin=text, expect=2))
    assert contents(imported) == before


@pytest.mark.parametrize("document, what", [("", ""), ("{", ""), ("[1]", "object"), ('"x"', "object"), ('{"a": 1} 2', ""), ('{"a": "\udcff"}', "")])
def test_a_broken_document_is_refused(migrate, migrated, document, what):
    before = contents(migrated)
    ran = migrate("local", "documents", "put", "assets", "models#robot", "--local", migrated, stdin=document, expect=2)
    assert what in one_error(ran)
    assert contents(migrated) == before


def test_the_sample_is_what_these_tests_think(imported):
    assert document_ids(imported, "asset") == document_ids(imported, "file") == set() and EXPECTED_ASSETS == 10
