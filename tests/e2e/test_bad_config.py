"""A bad configuration file or command line: one clear message for each mistake, exit code 2, and nothing changed."""

import json

import pytest
from conftest import contents, errors, one_error


@pytest.fixture
def config(tmp_path, imported):
    """config(text) writes the configuration file c.json, with LOCAL in it replaced by the VAMS directory."""

    def write(text):
        data = text if isinstance(text, bytes) else text.replace("LOCAL", json.dumps(str(imported))).encode()
        (tmp_path / "c.json").write_bytes(data)
        return "c.json"

    return write


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
    ('{"local": LOCAL, "asset_table": "x"}', "asset_table: unknown key; did you mean asset_storage_table_name?"),
    ('{"local": LOCAL, "dry_run": true, "dry_run": false}', "duplicate key"),
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
