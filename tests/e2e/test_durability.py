"""Killed, interrupted, run beside others: nothing is lost, and the next run ends exact."""

import json
import os
import random
import signal
import sqlite3
import threading
import time

import pytest
from conftest import EXPECTED_ASSETS, EXPECTED_FILES, document_ids

KILLS = 40 if os.environ.get("VAMS_DEEP") else 8


def test_killed_at_any_moment_the_next_run_is_exact(migrate, start, large):
    begun = time.monotonic()
    migrate("--local", large)
    whole = time.monotonic() - begun
    for seed in range(KILLS):
        migrate("rollback", "--indexes", "--yes", "vams-assets-v1", "--yes", "vams-files-v1", "--local", large)
        moment = random.Random(seed).uniform(0, whole)
        process = start("vams-migrate", "--local", large, "--report-dir", "killed")
        time.sleep(moment)
        process.kill()
        process.wait()
        begun = time.monotonic()
        ran = migrate("--local", large)
        assert "Overall success: YES" in ran.out, f"killed after {moment:.3f} s\n{ran}"
        assert time.monotonic() - begun < 5 * whole + 10, f"killed after {moment:.3f} s, the next run waited for what was in flight"
        migrate("verify", "--local", large)
        assert len(document_ids(large, "file")) == 1200


@pytest.mark.parametrize("command", [["import", "FOLDER", "--database", "many"], ["import", "FOLDER", "--database", "many", "--copy"]])
def test_a_killed_import_left_all_or_nothing_of_each_table_and_can_be_done_again(migrate, start, vams, many, command):
    command = [many if word == "FOLDER" else word for word in command]
    for seed in range(4):
        process = start("vams-migrate", "local", *command, "--local", vams)
        time.sleep(random.Random(seed).uniform(0, 0.3))
        process.kill()
        process.wait()
        shown = migrate("local", "status", "--local", vams, "--output", "json").json
        assert shown["tables"]["assets"] in (0, 300)
    migrate("local", *command, "--local", vams)
    migrate("--local", vams)
    assert len(document_ids(vams, "file")) == 1200


def test_a_killed_init_can_be_done_again(migrate, start, tmp_path):
    for seed in range(12):
        place = tmp_path / f"new-{seed}"
        process = start("vams-migrate", "local", "init", place)
        time.sleep(random.Random(seed).uniform(0, 0.03))
        process.kill()
        process.wait()
        if (place / "vams.db").exists():
            migrate("local", "status", "--local", place)
        else:
            migrate("local", "init", place)
        migrate("--local", place)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_with_75_and_a_report(migrate, start, large, tmp_path, stop):
    process = start("vams-migrate", "--local", large, "--max-rate", "200")
    time.sleep(1)
    begun = time.monotonic()
    process.send_signal(stop)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 75, err
    assert time.monotonic() - begun < 5
    (path,) = (tmp_path / "reports").iterdir()
    report = json.loads(path.read_text())
    assert report["migration_info"]["interrupted"] is True
    assert report["verification"] is None
    assert f"Report saved to: reports/{path.name}" in out
    assert 0 < report["asset_reindexing"]["success_count"] <= 300
    assert report["asset_reindexing"]["failed_count"] == 0 and report["file_reindexing"] is None or report["file_reindexing"]["failed_count"] == 0
    migrate("--local", large)
    migrate("verify", "--local", large)


def test_an_interrupt_does_not_wait_for_the_pace(start, imported):
    # 28 files at one in twenty seconds: the pace would hold the run for minutes.
    process = start("vams-migrate", "--local", imported, "--max-rate", "0.05")
    time.sleep(1)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 75
    assert time.monotonic() - begun < 3


def test_a_second_interrupt_ends_at_once(start, large):
    process = start("vams-migrate", "--local", large, "--max-rate", "1")
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    process.communicate(timeout=30)
    assert process.returncode == 75 and time.monotonic() - begun < 3


def test_an_interrupted_verify_gives_no_verdict(migrate, start, large, tmp_path):
    migrate("--local", large)
    process = start("vams-migrate", "verify", "--local", large, "--output", "json")
    time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode in (0, 75, -signal.SIGINT)  # done already, interrupted, not yet listening
    if process.returncode == 75:
        assert json.loads(out)["error"]["message"]
    if process.returncode == 0:
        assert json.loads(out)["verification"]["overall_success"] is True


def test_a_deadline_ends_the_run_as_an_interrupt_does(migrate, imported, tmp_path):
    begun = time.monotonic()
    migrate("--local", imported, "--max-rate", "1", "--deadline", "1s", expect=75)
    assert time.monotonic() - begun < 5
    (path,) = (tmp_path / "reports").iterdir()
    assert json.loads(path.read_text())["migration_info"]["interrupted"] is True
    migrate("--local", imported, "--deadline", "1h")


def test_writers_during_a_run_lose_nothing(migrate, start, run, large, tmp_path):
    """While a run is at work others add assets, files, metadata and tags and write documents; after it and one `local index`
    the asset index knows all of it, and a verify with repair makes the rest exact."""
    (tmp_path / "late.obj").write_text("o late\n")
    failures = []

    def work(name, commands):
        for command in commands:
            ran = run("vams-migrate", "local", *command, "--local", large, expect=None)
            if ran.code != 0:
                failures.append(ran)

    adds = [["add", "asset", "late", f"asset-{n}", "--bucket", "many-files"] for n in range(10)]
    files = [["add", "file", "many", f"asset-{n:03}", str(tmp_path / "late.obj")] for n in range(0, 300, 30)]
    tags = [["add", "asset", "many", f"asset-{n:03}", "--tags", "late"] for n in range(0, 300, 30)]
    process = start("vams-migrate", "--local", large, "--max-rate", "600", "--skip-verification")
    threads = [threading.Thread(target=work, args=(str(n), commands)) for n, commands in enumerate((adds, files, tags))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [], failures[0]
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    migrate("local", "index", "--local", large)
    assert {f"late#asset-{n}" for n in range(10)} <= document_ids(large, "asset")
    assert {f"many#asset-{n:03}#/late.obj" for n in range(0, 300, 30)} <= document_ids(large, "file")
    for n in range(0, 300, 30):
        document = migrate("local", "documents", "get", "assets", f"many#asset-{n:03}", "--local", large).json
        assert document["list_tags"] == ["late"]
    # Files take their tags when they are indexed; those of a tag that came later are stale, and only those.
    found = migrate("verify", "--local", large, "--output", "json", expect=(0, 1)).json["findings"]
    assert {(f["index"], f["kind"], f["cause"]) for f in found} <= {("files", "stale", "field list_tags differs")}
    migrate("verify", "--repair", "--local", large)


def test_a_dead_indexer_does_not_hang_a_run_that_holds_back(migrate, imported):
    # The file index cannot be written to any more; the run may not wait for its queue to empty.
    database = sqlite3.connect(imported / "file-index.db")
    database.execute("DROP TABLE tombstones")
    database.commit()
    database.close()
    ran = migrate("--local", imported, "--max-backlog", "1", "--max-rate", "20", expect=(1, 3), timeout=60)
    assert "indexer" in ran.out


def test_two_verifies_at_once(start, migrated):
    processes = [start("vams-migrate", "verify", "--local", migrated) for _ in range(4)]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert f"{EXPECTED_ASSETS} of {EXPECTED_ASSETS}" in out and f"{EXPECTED_FILES} of {EXPECTED_FILES}" in out
