"""A run as it ships through each kind of trouble, and through all of them at once: whatever the services do, it ends by itself in
success, nothing is lost, nothing is undone, and the verification says so exactly. VAMS_DEEP makes the runs and the outages longer."""

import os
import time

import pytest
from conftest import only_report
from rig import rig_program, start_rig  # noqa: F401

DEEP = bool(os.environ.get("VAMS_DEEP"))
SHAPE = ("--assets", *((2000, "--files-per-asset", 20) if DEEP else (100, "--files-per-asset", 6)), "--buckets", 3, "--big-asset", 500)
# A service that throttles is asked again after seconds, as the SDKs do: so many of them take their time.
SLOW_SHAPE = ("--assets", *((400, "--files-per-asset", 10) if DEEP else (10, "--files-per-asset", 4)), "--buckets", 3)
OUTAGE = 60 if DEEP else 3
PATIENCE = 900 if DEEP else 120

TROUBLES = {
    "throttles": {"throttle": 0.3},
    "resets": {"reset": 0.05},
    "lost replies": {"lost_reply": 0.05},
    "partial batches": {"partial": 0.1},
    "unreadable replies": {"garbage": 0.01},
    "cut replies": {"truncate": 0.02},
    "expiring credentials": {"expired_every_s": 2},
}
# Long enough for keys to end in its middle.
PACED = {"expiring credentials": ("--max-rate", 300)}
EVERYTHING = {"throttle": 0.1, "reset": 0.03, "lost_reply": 0.03, "partial": 0.1, "garbage": 0.01, "truncate": 0.01, "expired_every_s": 2}


def environment_of(rig, tmp_path):
    """Keys as a helper program gives them out, so that they can expire."""
    config = tmp_path / "aws-config"
    config.write_text(f"[default]\nregion = us-east-1\ncredential_process = curl -s {rig.url}/_rig/credentials\n")
    return {"AWS_ENDPOINT_URL": rig.url, "AWS_CONFIG_FILE": str(config)}


@pytest.fixture
def begin(start, tmp_path):
    """begin(rig, *flags) -> the process of a run against it."""

    def begin_run(rig, *flags):
        config = rig.write_config(tmp_path / "config.json", verification_wait_time=2)
        return start("vams-migrate", "run", "--config", config, "--progress", "none", *flags, env=environment_of(rig, tmp_path))

    return begin_run


def report_of(process, rig, tmp_path):
    """The report of a run that must end in success."""
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, f"exit code {process.returncode}: {rig.command}\n{rig.stats}\n{out}\n{err}"
    return only_report(tmp_path / "reports"), out


def assert_whole(rig, report):
    stats = rig.stats
    assert rig.get("missing") == {"files": [], "assets": []}
    assert stats["events"]["distinct"] == stats["events"]["expected"] > 0
    assert stats["touches"]["distinct"] == stats["touches"]["expected"] > 0
    assert_nothing_undone(stats)
    for phase, count in (("asset_reindexing", stats["touches"]["expected"]), ("file_reindexing", stats["events"]["expected"])):
        assert (report[phase]["success_count"], report[phase]["failed_count"]) == (count, 0)
    verification = report["verification"]
    assert verification["overall_success"] is True
    for index, expected in (("asset_index", stats["touches"]["expected"]), ("file_index", stats["events"]["expected"])):
        assert verification[index]["ok"] == verification[index]["expected_documents"] == expected
        assert not any(verification[index][fault] for fault in ("missing", "stale", "unexpected"))
    assert report["errors"] == []


def assert_nothing_undone(stats):
    assert stats["events"]["unknown_keys"] == stats["events"]["wrong_topics"] == stats["touches"]["refused_updates"] == 0
    assert stats["lost_updates"] == stats["resurrected"] == 0


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_run_outlives(start_rig, begin, tmp_path, trouble):
    shape = SLOW_SHAPE if trouble == "throttles" else SHAPE
    rig = start_rig("--seed", 11, *shape, latency_ms=2, jitter_ms=3, **TROUBLES[trouble])
    report, _ = report_of(begin(rig, *PACED.get(trouble, ())), rig, tmp_path)
    assert_whole(rig, report)
    stats = rig.stats
    met = sum(stats["throttled"].values()) + sum(stats["faulted"].values()) + stats["events"]["failed_entries"]
    assert met > 0, f"the trouble never came: {stats}"


def wait_for(rig, process, reached):
    while not reached(rig.stats):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


REACHED = {
    "touching": lambda stats: stats["touches"]["done"] > 20,
    "publishing": lambda stats: stats["events"]["distinct"] > 20,
    "verifying": lambda stats: stats["events"]["distinct"] == stats["events"]["expected"] and stats["requests"].get("Search", 0) > 0,
}


MOMENTS = [("publishing", True), ("verifying", False)]
MOMENTS_IN_DEEP = [("touching", True), ("touching", False), ("publishing", False), ("verifying", True)]


@pytest.mark.parametrize("moment, refuses", MOMENTS + (MOMENTS_IN_DEEP if DEEP else []))
def test_a_run_outlives_an_outage_while(start_rig, begin, tmp_path, moment, refuses):
    rig = start_rig(*SHAPE, latency_ms=3)
    process = begin(rig)
    wait_for(rig, process, REACHED[moment])
    rig.faults(latency_ms=3, outage_from_s=rig.stats["seconds"], outage_for_s=OUTAGE, outage_refuses=refuses)
    began = time.monotonic()
    report, out = report_of(process, rig, tmp_path)
    assert time.monotonic() - began >= OUTAGE * 0.9, out
    assert_whole(rig, report)


def test_a_run_outlives_everything_at_once(start_rig, begin, tmp_path):
    rig = start_rig("--seed", 3, *SLOW_SHAPE, latency_ms=2, jitter_ms=3, **EVERYTHING)
    process = begin(rig)
    wait_for(rig, process, REACHED["publishing"])
    rig.faults(latency_ms=2, jitter_ms=3, **EVERYTHING, outage_from_s=rig.stats["seconds"], outage_for_s=OUTAGE)
    report, _ = report_of(process, rig, tmp_path)
    assert_whole(rig, report)


def test_another_writer_loses_nothing_and_what_it_deletes_stays_deleted(start_rig, begin, tmp_path):
    rig = start_rig("--assets", 20_000 if DEEP else 1000, "--files-per-asset", 1, "--buckets", 3, latency_ms=2, edits_per_s=50, deletes_per_s=50)
    report, _ = report_of(begin(rig, "--max-rate", 400), rig, tmp_path)
    stats = rig.stats
    assert stats["edits"] > 100 and stats["deletes"] > 100
    assert_nothing_undone(stats)
    assert rig.get("missing") == {"files": [], "assets": []}
    assert report["asset_reindexing"]["failed_count"] == report["file_reindexing"]["failed_count"] == 0
    assert report["verification"]["overall_success"] is True
    # An asset may be deleted between the look at it and its event: seconds, not the length of the run.
    assert stats["events"]["of_deleted"] < stats["deletes"] / 4, stats
