"""The program as it ships against vams-rig: everything arrives, once, and is verified exactly, also where much goes wrong."""

import pytest
from rig import SHAPE, rig_program, start_rig  # noqa: F401


@pytest.fixture
def migrate_rig(migrate, tmp_path):
    """migrate_rig(rig, *args) -> Ran of `run` against it, or of what `verb` says."""

    def against(rig, *args, verb="run", env=None, **options):
        config = rig.write_config(tmp_path / "config.json", verification_wait_time=1)
        return migrate(verb, "--config", config, "--output", "json", "--progress", "none", *args, env=env or rig.environment(), **options)

    return against


def assert_all_arrived(rig, repeated=0):
    stats = rig.stats
    assert stats["events"]["distinct"] == stats["events"]["expected"] > 0, rig.get("missing")
    assert stats["events"]["unknown_keys"] == stats["events"]["wrong_topics"] == 0
    assert stats["touches"]["distinct"] == stats["touches"]["expected"] > 0
    assert stats["lost_updates"] == stats["resurrected"] == stats["bad_requests"] == stats["touches"]["refused_updates"] == 0
    if repeated is not None:
        assert (stats["events"]["repeated"], stats["touches"]["repeated"]) == (repeated, repeated)
    assert "Unknown" not in stats["requests"]


@pytest.mark.parametrize("attribution", ["head", "location"])
def test_a_run_ends_in_exact_success(start_rig, migrate_rig, attribution):
    rig = start_rig(*SHAPE)
    ran = migrate_rig(rig, "--attribution", attribution)
    assert_all_arrived(rig)
    verification = ran.json["verification"]
    assert verification["overall_success"] and verification["file_index"]["ok"] == rig.stats["events"]["expected"]
    assert verification["asset_index"]["ok"] == rig.stats["touches"]["expected"]


def test_a_run_through_faults_loses_nothing(start_rig, migrate_rig):
    rig = start_rig("--seed", 5, *SHAPE, latency_ms=1, jitter_ms=3, throttle=0.02, reset=0.01, lost_reply=0.01, partial=0.02)
    ran = migrate_rig(rig)
    assert_all_arrived(rig, repeated=None)
    assert ran.json["verification"]["overall_success"]
    assert sum(rig.stats["throttled"].values()) > 0 and sum(rig.stats["faulted"].values()) > 0


@pytest.mark.parametrize("refuses", [(), ("--refuse-delimiter",)])
def test_a_listing_is_cut_at_its_folders_or_done_without_a_word(start_rig, migrate_rig, tmp_path, refuses):
    rig = start_rig(*refuses, "--assets", 300, "--files-per-asset", 40, "--buckets", 3, "--big-asset", 3000, latency_ms=2)
    ran = migrate_rig(rig, "--skip-verification", "--log-level", "DEBUG")
    assert_all_arrived(rig)
    assert ran.json["errors"] == [] and ran.json["file_reindexing"]["failed_count"] == 0
    assert ran.err.count("without a delimiter") == (3 if refuses else 0), ran.err


def test_verification_tells_what_the_index_lacks(start_rig, migrate_rig):
    ran = migrate_rig(start_rig(*SHAPE), verb="verify", expect=1)
    files, assets = ran.json["verification"]["file_index"], ran.json["verification"]["asset_index"]
    assert files["missing"] == files["expected_documents"] > 0 and assets["missing"] == assets["expected_documents"] > 0


def test_a_run_outlives_its_credentials(start_rig, migrate_rig, tmp_path):
    rig = start_rig(*SHAPE, latency_ms=5, expired_every_s=0.5)
    config = tmp_path / "aws-config"
    config.write_text(f"[default]\nregion = us-east-1\ncredential_process = curl -s {rig.url}/_rig/credentials\n")
    ran = migrate_rig(rig, env={"AWS_ENDPOINT_URL": rig.url, "AWS_CONFIG_FILE": str(config)})
    assert_all_arrived(rig)
    assert ran.json["verification"]["overall_success"]
    assert sum(rig.stats["faulted"].values()) > 0, "no key expired"
