"""A run that was killed or stopped goes on where it was: nothing is lost, and what was confirmed is not sent again."""

import json
import os
import random
import signal
import tempfile
import time

import pytest
from conftest import document_ids
from rig import rig_program, start_rig  # noqa: F401

KILLS = 40 if os.environ.get("VAMS_DEEP") else 8
FILES = 1200


def the_run(migrate, number=-1):
    return migrate("runs", "--output", "json").json["runs"][number]


def test_killed_at_any_moment_the_run_goes_on(migrate, start, large):
    begun = time.monotonic()
    migrate("--local", large)
    whole = time.monotonic() - begun
    for seed in range(KILLS):
        migrate("rollback", "--indexes", "--yes", "vams-assets-v1", "--yes", "vams-files-v1", "--local", large)
        moment = random.Random(seed).uniform(0, whole)
        before = len(migrate("runs", "--output", "json").json["runs"])
        process = start("vams-migrate", "--local", large, "--report-dir", "killed")
        time.sleep(moment)
        process.kill()
        process.wait()
        runs = migrate("runs", "--output", "json").json["runs"]
        if len(runs) == before or not runs[-1]["resumable"]:
            migrate("--local", large)  # it was killed before it began, or after it had ended
        else:
            ran = migrate("resume", runs[-1]["run_id"], "--local", large)
            assert "Overall success: YES" in ran.out, f"killed after {moment:.3f} s\n{ran}"
            assert f"Going on with run {runs[-1]['run_id']}" in ran.out
        migrate("verify", "--local", large)
        assert len(document_ids(large, "file")) == FILES
        assert the_run(migrate)["state"] == "success"


def test_an_interrupted_run_says_how_to_go_on_and_its_report_is_of_the_whole(migrate, start, large, tmp_path):
    process = start("vams-migrate", "--local", large, "--max-rate", "400")
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 75
    run = the_run(migrate)
    assert run["resumable"] and run["state"].startswith("stopped in the ")
    assert f"To go on: vams-migrate resume {run['run_id']}" in out
    ran = migrate("resume", run["run_id"], "--local", large, "--output", "json")
    report = ran.json
    assert report["run_id"] == run["run_id"]
    assert report["asset_reindexing"]["success_count"] == 300
    assert report["file_reindexing"]["success_count"] == FILES
    assert report["verification"]["overall_success"] is True
    listed = migrate("runs")
    assert f"{run['run_id']}   success | 300 assets touched | {FILES:,} files sent" in listed.out
    again = migrate("resume", run["run_id"], "--local", large, expect=3)
    assert "has ended (success)" in again.err and "replay" in again.err


@pytest.mark.parametrize("flags, key", [(["--limit", "5"], "limit"), (["--database", "many"], "database"), (["--operation", "files"], None)])
def test_another_configuration_is_refused_by_name(migrate, start, large, flags, key):
    process = start("vams-migrate", "--local", large, "--max-rate", "100")
    time.sleep(1)
    process.kill()
    process.wait()
    run = the_run(migrate)["run_id"]
    refused = migrate("resume", run, "--local", large, *flags, expect=3 if key else 2)
    if key:
        assert f"what differs: {key}" in refused.err
        assert "the same configuration" in refused.err
    # How fast it goes and what it prints may differ.
    migrate("resume", run, "--local", large, "--max-rate", "100000", "--log-level", "WARNING")


def test_what_cannot_be_resumed_says_why(migrate, large, tmp_path):
    assert "there is no run 20200101_000000" in migrate("resume", "20200101_000000", "--local", large, expect=3).err
    assert "there is no run ../x" in migrate("resume", "../x", "--local", large, expect=3).err
    migrate("--local", large)
    run = the_run(migrate)["run_id"]
    assert "no failed item" in migrate("replay", run, "--local", large, expect=3).err
    journal = tmp_path / "vams-migrate-state" / run / "journal"
    data = bytearray(journal.read_bytes())
    data[3] ^= 1
    journal.write_bytes(data)
    broken = migrate("resume", run, "--local", large, expect=3)
    assert "the header of the journal is damaged" in broken.err and "hint: this run cannot be resumed" in broken.err
    (broken_run,) = migrate("runs", "--output", "json").json["runs"]
    assert broken_run["state"] == "unreadable", "what was refused has left no run"


def test_a_limited_run_verifies_what_both_parts_handled(migrate, start, large):
    process = start("vams-migrate", "--local", large, "--limit", "200", "--max-rate", "150")
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 75
    ran = migrate("resume", the_run(migrate)["run_id"], "--local", large, "--limit", "200", "--output", "json")
    assert ran.json["asset_reindexing"]["success_count"] == 200
    assert ran.json["file_reindexing"]["success_count"] == 200
    assert ran.json["verification"]["file_index"]["expected_documents"] == 200
    assert ran.json["verification"]["overall_success"] is True


SHAPE = ("--assets", 400, "--files-per-asset", 20, "--buckets", 3, "--big-asset", 2000)
MANY_ASSETS = ("--assets", 3000, "--files-per-asset", 1, "--buckets", 3)


def against(rig, tmp_path, wait=1):
    return "--config", rig.write_config(tmp_path / "config.json", verification_wait_time=wait), "--progress", "none"


KILLS_IN_FAULTS = 200 if os.environ.get("VAMS_DEEP") else 8
WORKERS = 32
IN_FLIGHT = WORKERS * 10  # requests at once, events in each
LATE = 0.1 + 0.3  # seconds: a commit comes so often, and takes a moment on a busy disk


class Arrivals:
    """How many events had arrived when, seen every few milliseconds until this share of all there is to send has, or the run has ended."""

    def __init__(self, rig, process, share):
        self.seen = []
        while process.poll() is None:
            stats = rig.stats
            self.seen.append((time.monotonic(), stats["events"]["arrived"]))
            done, all_of_it = (sum(stats[what][count] for what in ("touches", "events")) for count in ("distinct", "expected"))
            if done >= min(share, 1) * all_of_it:
                time.sleep(max(0, share - 1) * 10)  # it waits and verifies
                break
            time.sleep(0.005)

    def before(self, when):
        return max((count for at, count in self.seen if at <= when), default=0)


def seconds_of_a_sync():
    """What the disk, which other tests keep busy too, takes for a commit just now."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as file:
        file.write(b"x")
        file.flush()
        os.fsync(file.fileno())
    return time.monotonic() - began


def kill_and_judge(process, rig, arrivals, runs):
    """Kills it; gives how many events that had arrived are not confirmed, which is no more than what was under way or late."""
    killed = time.monotonic()
    process.kill()
    process.communicate()
    late_since = killed - LATE - 2 * seconds_of_a_sync()
    time.sleep(0.1)  # what had been sent arrives
    stats = rig.stats
    run = runs()
    if not run:
        assert stats["events"]["arrived"] == stats["touches"]["done"] == 0, "it sent something before it began a journal"
        return 0
    confirmed = (run[0].get("files") or {"published": 0})["published"]
    assert confirmed <= stats["events"]["distinct"], "confirmed and never arrived"
    unconfirmed = stats["events"]["distinct"] - confirmed
    late = stats["events"]["arrived"] - arrivals.before(late_since)
    assert unconfirmed <= IN_FLIGHT + late, (rig.command, run, stats)
    return unconfirmed


def test_killed_in_the_middle_of_faults_nothing_is_lost(start_rig, migrate, start, tmp_path):
    """And what a kill makes the next part send again is what was under way, or arrived within the last commit's time."""
    killed = 0
    for seed in range(KILLS_IN_FAULTS):
        shape = MANY_ASSETS if seed % 2 else SHAPE
        rig = start_rig("--seed", seed, *shape, latency_ms=2, jitter_ms=3, throttle=0.03, reset=0.01, lost_reply=0.005, partial=0.02,
                        garbage=0.002)
        state = ("--state-dir", str(tmp_path / f"state-{seed}"))
        runs = lambda state=state: migrate("runs", *state, "--output", "json").json["runs"]
        chance = random.Random(seed)
        kills = unconfirmed = 0
        command = ["run"]
        shares = sorted(chance.uniform(0, 1.1) for _ in range(5))
        while True:
            process = start("vams-migrate", *command, *against(rig, tmp_path), *state, "--max-workers", str(WORKERS), env=rig.environment())
            if kills == len(shares):
                break
            arrivals = Arrivals(rig, process, shares[kills])
            if process.poll() is not None:
                break
            unconfirmed += kill_and_judge(process, rig, arrivals, runs)
            kills += 1
            command = ["resume", runs()[0]["run_id"]] if runs() else ["run"]
        killed += kills
        out, err = process.communicate(timeout=200)
        assert process.returncode == 0, f"{rig.command}\n{out}\n{err}"
        stats = rig.stats
        assert rig.get("missing") == {"files": [], "assets": []}, rig.command
        assert stats["lost_updates"] == stats["resurrected"] == stats["events"]["unknown_keys"] == 0
        # An event whose answer was lost or unreadable is sent again, too; so is an asset touched.
        again = stats["faulted"]
        assert stats["events"]["repeated"] <= unconfirmed + 10 * again.get("PublishBatch", 0), (rig.command, unconfirmed, stats)
        assert stats["touches"]["most_of_one"] <= 1 + kills + again.get("UpdateItem", 0), (rig.command, stats)
        (run,) = runs()
        assert run["state"] == "success" and run["files"]["published"] == stats["events"]["expected"], run
        assert run["assets"]["touched"] == stats["touches"]["expected"], run
        if killed >= KILLS_IN_FAULTS:
            return
    raise AssertionError(f"only {killed} kills")


def test_access_denied_in_the_middle_stops_within_seconds_and_can_be_resumed(start_rig, migrate, start, tmp_path):
    rig = start_rig(*SHAPE, latency_ms=2)
    process = start("vams-migrate", "run", *against(rig, tmp_path), env=rig.environment())
    while rig.stats["events"]["distinct"] == 0:
        time.sleep(0.05)
    rig.faults(access_denied=["PublishBatch"])
    begun = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1 and time.monotonic() - begun < 10, f"{out}\n{err}"
    assert "sns:Publish" in out, out
    sent = rig.stats["events"]["distinct"]
    rig.faults()
    run = the_run(migrate)
    assert run["resumable"] and 0 < run["files"]["published"] <= sent
    ran = migrate("resume", run["run_id"], *against(rig, tmp_path), "--output", "json", env=rig.environment())
    assert ran.json["verification"]["overall_success"] is True
    stats = rig.stats
    assert stats["events"]["distinct"] == stats["events"]["expected"]
    assert stats["events"]["repeated"] <= 640


def test_an_outage_pauses_the_run_which_goes_on_by_itself(start_rig, migrate, start, tmp_path):
    rig = start_rig(*SHAPE, latency_ms=2)
    process = start("vams-migrate", "run", *against(rig, tmp_path), env=rig.environment())
    while rig.stats["events"]["distinct"] == 0:
        time.sleep(0.05)
    rig.faults(reset=1.0)
    time.sleep(8)
    rig.faults()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, f"{out}\n{err}"
    assert "is unavailable" in out and "retrying until it recovers" in out and "has recovered" in out
    stats = rig.stats
    assert stats["events"]["distinct"] == stats["events"]["expected"]
    report = json.loads(next((tmp_path / "reports").iterdir()).read_text())
    assert report["file_reindexing"]["failed_count"] == 0


def test_failed_items_are_tried_again_alone(start_rig, migrate, tmp_path):
    rig = start_rig("--assets", 6, "--files-per-asset", 4, "--buckets", 3, "--empty-every", 0)
    rig.faults(access_denied=["HeadObject"])
    ran = migrate("run", *against(rig, tmp_path), "--skip-verification", "--output", "json", env=rig.environment(), expect=1)
    assert ran.json["file_reindexing"]["failed_count"] == 24
    assert rig.stats["events"]["arrived"] == 0
    first = the_run(migrate)
    assert first["state"] == "findings" and first["files"]["failed"] == 24
    rig.faults()
    touched = rig.stats["touches"]["done"]
    again = migrate("replay", first["run_id"], *against(rig, tmp_path), "--output", "json", env=rig.environment())
    assert again.json["file_reindexing"]["success_count"] == again.json["file_reindexing"]["total_count"] == 24
    assert again.json["asset_reindexing"]["total_count"] == 0
    assert again.json["verification"]["overall_success"] is True
    stats = rig.stats
    assert stats["events"]["distinct"] == stats["events"]["arrived"] == 24
    assert stats["touches"]["done"] == touched, "nothing but what failed"
    assert the_run(migrate)["state"] == "success"


def test_a_bucket_that_could_not_be_listed_is_done_by_the_next_part(start_rig, migrate, tmp_path):
    rig = start_rig("--assets", 6, "--files-per-asset", 4, "--buckets", 3, "--empty-every", 0)
    rig.faults(access_denied=["ListObjectsV2"])
    ran = migrate("run", *against(rig, tmp_path), "--skip-verification", "--output", "json", env=rig.environment(), expect=1)
    assert ran.json["file_reindexing"]["success_count"] == 0
    run = the_run(migrate)
    assert run["resumable"], run
    rig.faults()
    ran = migrate("resume", run["run_id"], *against(rig, tmp_path), "--output", "json", env=rig.environment())
    assert ran.json["verification"]["overall_success"] is True
    assert ran.json["file_reindexing"]["success_count"] == 24 and ran.json["errors"] == []
    assert rig.stats["touches"]["repeated"] == 0


def test_what_is_refused_at_the_start_leaves_no_run(start_rig, migrate, tmp_path):
    rig = start_rig()
    config = rig.write_config(tmp_path / "config.json", s3_object_created_sns_topic_arn="arn:aws:sns:us-east-1:123456789012:another")
    migrate("run", "--config", config, env=rig.environment(), expect=3)
    assert migrate("runs", "--output", "json").json["runs"] == []


def test_a_part_of_the_standalone_utility_is_resumed_without_the_phases_it_left_out(migrate, start, large):
    process = start("vams-reindex", "--local", large, "--operation", "files", "--max-rate", "300")
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    run = the_run(migrate)
    assert run["resumable"] and run["state"] == "stopped in the file phase"
    ran = migrate("resume", run["run_id"], "--local", large, "--skip-verification", "--output", "json")
    assert ran.json["asset_reindexing"]["total_count"] == 0 and ran.json["file_reindexing"]["success_count"] == FILES


@pytest.mark.parametrize("deadline", [2, 3])
def test_deadlines_cut_a_run_into_parts_that_make_a_whole(start_rig, migrate, tmp_path, deadline):
    rig = start_rig(*SHAPE, latency_ms=2)
    ran = migrate("run", *against(rig, tmp_path), "--max-rate", "900", "--deadline", f"{deadline}s", env=rig.environment(), expect=75)
    assert "The time of --deadline is over" in ran.out
    parts = 1
    while True:
        run = the_run(migrate)
        assert run["resumable"] and run["state"].startswith("stopped "), run
        assert f"To go on: vams-migrate resume {run['run_id']}" in ran.out
        last = parts > 3
        more = ["--deadline", "1h" if last else f"{deadline}s", *(["--max-rate", "100000"] if last else ["--max-rate", "900"])]
        ran = migrate("resume", run["run_id"], *against(rig, tmp_path), *more, env=rig.environment(), expect=None)
        parts += 1
        if ran.code == 0:
            break
        assert ran.code == 75, ran
    assert parts > 1 and the_run(migrate)["state"] == "success" and "Overall success: YES" in ran.out
    stats = rig.stats
    assert stats["events"]["distinct"] == stats["events"]["arrived"] == stats["events"]["expected"]
    assert stats["touches"]["distinct"] == stats["touches"]["done"] == stats["touches"]["expected"]


def test_a_deadline_of_an_embedded_vams_leaves_a_run_that_goes_on(migrate, large):
    ran = migrate("--local", large, "--max-rate", "400", "--deadline", "2s", expect=75)
    assert "The time of --deadline is over" in ran.out
    run = the_run(migrate)
    assert run["resumable"]
    ran = migrate("resume", run["run_id"], "--local", large, "--deadline", "1h", "--output", "json")
    assert ran.json["file_reindexing"]["success_count"] == FILES and ran.json["verification"]["overall_success"] is True


def test_what_costs_too_much_is_not_begun(start_rig, migrate, tmp_path):
    rig = start_rig(*SHAPE)
    refused = migrate("run", *against(rig, tmp_path), "--max-cost", "0.001", env=rig.environment(), expect=3)
    assert "of it downstream), more than the $0.001 of --max-cost" in refused.err and "`vams-migrate plan` shows" in refused.err
    assert migrate("runs", "--output", "json").json["runs"] == []
    assert rig.stats["touches"]["done"] == rig.stats["events"]["arrived"] == 0


def test_of_a_run_that_goes_on_only_the_rest_costs(start_rig, migrate, tmp_path):
    rig = start_rig(*SHAPE)
    config = against(rig, tmp_path)
    migrate("run", *config, "--max-cost", "10", "--max-rate", "1500", "--deadline", "6s", env=rig.environment(), expect=75)
    run = the_run(migrate)
    assert run["resumable"] and run.get("assets", {}).get("touched", 0) > 0
    refused = migrate("resume", run["run_id"], *config, "--max-cost", "0.00001", env=rig.environment(), expect=3)
    assert "--max-cost" in refused.err and the_run(migrate)["resumable"], "what was refused is as it was"
    ran = migrate("resume", run["run_id"], *config, "--max-cost", "10", "--output", "json", env=rig.environment())
    assert ran.json["verification"]["overall_success"] is True
    assert rig.stats["events"]["distinct"] == rig.stats["events"]["arrived"] == rig.stats["events"]["expected"]


def test_a_deadline_while_the_cost_is_looked_at_begins_nothing(start_rig, migrate, tmp_path):
    rig = start_rig(*SHAPE, latency_ms=400)
    ran = migrate("run", *against(rig, tmp_path), "--max-cost", "10", "--deadline", "1s", "--output", "json",
                  env=rig.environment(), expect=75)
    assert "--deadline reached, while the cost was looked at: nothing was begun" in ran.json["error"]["message"]
    assert migrate("runs", "--output", "json").json["runs"] == []
