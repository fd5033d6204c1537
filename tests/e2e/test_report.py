"""`report` tells of an earlier run what its journal says: after its end, after a stop, and while it goes on."""

import signal
import time

from rig import rig_program, start_rig  # noqa: F401


def the_run(migrate):
    return migrate("runs", "--output", "json").json["runs"][-1]


def wait_for_run(migrate):
    for _ in range(200):
        runs = migrate("runs", "--output", "json").json["runs"]
        if runs and "files" in runs[-1]:
            return runs[-1]
        time.sleep(0.05)
    raise AssertionError("no run has begun its files")


def test_a_run_that_has_ended(migrate, large):
    report = migrate("--local", large, "--output", "json").json
    run = the_run(migrate)["run_id"]
    told = migrate("report", run, "--output", "json").json
    assert (told["run_id"], told["state"], told["running"], told["resumable"]) == (run, "success", False, False)
    assert told["ended"] and told["program_version"] and told["next_steps"] == []
    assert told["phases"] == {"assets": "ended", "files": "ended", "wait": "ended", "verification": "ended"}
    for same in ("asset_reindexing", "file_reindexing", "verification", "errors"):
        assert told[same] == report[same], same
    text = migrate("report", run)
    assert text.err == "" and f"Run {run}: success\n" in text.out and "Overall success: YES" in text.out
    assert "Success: 300 of 300" in text.out and "What next" not in text.out


def test_a_run_that_goes_on_and_one_that_was_stopped(migrate, start, large):
    process = start("vams-migrate", "--local", large, "--max-rate", "400")
    run = wait_for_run(migrate)
    assert run["running"] and not run["resumable"] and run["state"] == "running: in the file phase"
    told = migrate("report", run["run_id"], "--output", "json").json
    assert told["running"] and told["phases"]["files"] == "under way" and told["next_steps"] == []
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 75
    told = migrate("report", run["run_id"], "--output", "json").json
    assert told["resumable"] and told["state"] == "stopped in the file phase" and told["ended"] is None
    assert told["phases"] == {"assets": "ended", "files": "stopped", "wait": "not begun", "verification": "not begun"}
    assert told["asset_reindexing"]["success_count"] == 300 and 0 < told["file_reindexing"]["success_count"] < 1200
    assert told["next_steps"][0]["command"] == f"vams-migrate resume {run['run_id']}"
    assert f"vams-migrate resume {run['run_id']}" in migrate("report", run["run_id"]).out


def test_failures_by_cause_and_how_to_try_them_again(start_rig, migrate, tmp_path):
    rig = start_rig("--assets", 6, "--files-per-asset", 4, "--buckets", 3, "--empty-every", 0, access_denied=["HeadObject"])
    config = rig.write_config(tmp_path / "config.json", verification_wait_time=0)
    against = ("--config", config, "--progress", "none", "--output", "json")
    report = migrate("run", *against, env={**rig.environment(), "AWS_MAX_ATTEMPTS": "2"}, expect=1).json
    run = report["run_id"]
    told = migrate("report", run, "--output", "json").json
    assert told["state"] == "findings" and told["file_reindexing"]["failed_count"] == told["failed_items"] == 24
    assert told["errors"] == report["errors"] and told["verification"] == report["verification"]
    assert told["findings_file"] == report["findings_file"]
    assert len(open(tmp_path / told["findings_file"]).readlines()) == told["findings"] > 0
    assert [step["command"] for step in told["next_steps"]] == [f"vams-migrate replay {run}", "vams-migrate verify"]
    text = migrate("report", run).out
    assert "24 failed (files): access-denied" in text and "such as" in text and "fix: " in text
    findings = tmp_path / told["findings_file"]
    whole = findings.read_bytes()
    findings.write_bytes(b"")
    lost = migrate("report", run, expect=3)
    assert "holds 0 bytes, and the journal counts" in lost.err and "hint: " in lost.err
    findings.write_bytes(whole)
    rig.faults()
    migrate("replay", run, *against, env=rig.environment())
    replayed = the_run(migrate)["run_id"]
    told = migrate("report", replayed, "--output", "json").json
    assert told["replay_of"] == run and told["state"] == "success"
    assert f"items of run {run} again" in migrate("report", replayed).out


def test_a_part_that_was_left_out_and_a_verification_that_was_not_asked_for(run, migrate, large):
    run("vams-reindex", "--local", large, "--operation", "files")
    told = migrate("report", the_run(migrate)["run_id"], "--output", "json").json
    assert told["phases"]["assets"] == told["phases"]["verification"] == "left out" and told["phases"]["files"] == "ended"
    assert told["verification"] is None


def test_what_cannot_be_told_says_why(migrate, large, tmp_path):
    state = tmp_path / "vams-migrate-state"
    assert "there is no run 20200101_000000" in migrate("report", "20200101_000000", expect=3).err
    assert "hint: `vams-migrate runs` lists" in migrate("report", "../x", expect=3).err
    assert "RUN" in migrate("report", expect=2).err
    migrate("--local", large, "--limit", "5")
    run = the_run(migrate)["run_id"]
    (state / "20200101_000000").mkdir()
    nothing = migrate("report", "20200101_000000", "--output", "json", expect=3)
    assert nothing.json["error"]["code"] == "not-found" and "no journal" in nothing.err
    journal = state / run / "journal"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:3] + bytes([whole[3] ^ 1]) + whole[4:])
    assert "the header of the journal is damaged" in migrate("report", run, expect=3).err
    # A torn end is what a crash leaves: the rest counts.
    journal.write_bytes(whole[:-3])
    assert migrate("report", run, "--output", "json").json["asset_reindexing"]["success_count"] == 5
