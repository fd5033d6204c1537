"""`local ...`: making an embedded VAMS, filling it, looking into it."""

import json
import shutil

import pytest
from conftest import EXPECTED_ASSETS, EXPECTED_FILES, ODD, contents, document_ids


@pytest.fixture
def local(migrate, vams):
    """local("import", ...) = vams-migrate local import ... --local DIR, of a fresh VAMS."""
    return lambda *args, **options: migrate("local", *args, "--local", vams, **options)


def status(local):
    return local("status", "--output", "json").json


# --- init --------------------------------------------------------------------------------------------------------------


def test_init_makes_an_empty_vams_with_its_indexes(migrate, tmp_path):
    assert migrate("local", "init", "new/vams").out == "Made an empty VAMS in new/vams\n"
    shown = migrate("local", "status", "--local", tmp_path / "new" / "vams", "--output", "json").json
    assert set(shown["tables"].values()) == {0}
    assert [index["name"] for index in shown["indexes"]] == ["vams-assets-v1", "vams-files-v1"]
    migrate("indexes", "check", "--local", "new/vams")
    migrate("verify", "--local", "new/vams")
    migrate("--local", "new/vams")


def test_init_takes_the_directory_as_flag_or_into_an_empty_one(migrate, tmp_path):
    migrate("local", "init", "--local", "by-flag")
    (tmp_path / "empty").mkdir()
    migrate("local", "init", "empty")
    for name in ("by-flag", "empty"):
        migrate("local", "status", "--local", name)


def test_the_directory_may_come_from_a_configuration_file(migrate, vams, tmp_path):
    (tmp_path / "c.json").write_text(json.dumps({"local": str(vams)}))
    migrate("local", "status", "--config", "c.json")
    assert "which embedded VAMS?" in migrate("local", "status", expect=2).err


# --- import ------------------------------------------------------------------------------------------------------------


def test_import_makes_an_asset_of_each_folder(local, sample, vams):
    ran = local("import", sample.models, "--database", "models", "--bucket", "model-files", "--prefix", "a/b/", "--tags", "web, toy")
    assert ran.out.startswith("Imported 4 new assets, 0 updated, with 14 files (")
    assert ran.out.endswith(" into database models, bucket model-files, prefix a/b/\n")
    shown = status(local)
    assert shown["tables"]["assets"] == 4 and shown["tables"]["databases"] == 1 and shown["tables"]["buckets"] == 1
    assert [(bucket["name"], bucket["objects"]) for bucket in shown["buckets"]] == [("model-files", 14)]
    assert [index["documents"] for index in shown["indexes"]] == [0, 0], "the state before a migration: indexes empty"
    assert shown["pending"] == {"changes": 0, "events": 0, "events_in_flight": 0}


@pytest.mark.parametrize("prefix", ["", "/", "a", "a/", "/a/b", "a b/ü/"])
def test_any_prefix_can_be_migrated(migrate, local, vams, sample, prefix):
    local("import", sample.models, "--database", "models", "--prefix", prefix)
    migrate("--local", vams)
    migrate("verify", "--local", vams)
    assert "models#robot#/parts/arm.obj" in document_ids(vams, "file")


def test_two_prefixes_of_one_bucket(migrate, local, vams, sample):
    local("import", sample.models, "--database", "models", "--bucket", "one", "--prefix", "models/")
    local("import", sample.scans, "--database", "scans", "--bucket", "one", "--prefix", "scans/")
    migrate("--local", vams)
    migrate("verify", "--local", vams)
    assert len(document_ids(vams, "file")) == 11 + 18


def test_a_bucket_inside_another_prefix(migrate, local, vams, sample, tmp_path):
    # Every object below 2024/ is listed twice; each has one document.
    local("import", sample.models, "--database", "models", "--bucket", "one")
    local("import", sample.scans, "--database", "scans", "--bucket", "one", "--prefix", "2024/")
    migrate("--local", vams)
    migrate("verify", "--local", vams)
    assert len(document_ids(vams, "file")) == 11 + 18


def test_documents_hold_what_was_imported(migrate, local, vams, sample):
    local("import", sample.models, "--database", "models", "--bucket", "model-files", "--prefix", "a/b/", "--tags", "web,toy")
    migrate("--local", vams)
    asset = local("documents", "get", "assets", "models#robot").json
    assert asset["str_databaseid"] == "models" and asset["str_assetid"] == "robot" and asset["str_assetname"] == "robot"
    assert asset["list_tags"] == ["web", "toy"] and asset["bool_archived"] is False
    assert asset["str_bucketname"] == "model-files" and asset["str_bucketprefix"] == "a/b/"
    file = local("documents", "get", "files", "models#robot#/parts/arm.obj").json
    assert file["str_key"] == "/parts/arm.obj" and file["str_fileext"] == "obj" and file["list_tags"] == ["web", "toy"]
    assert file["num_filesize"] == len("o arm\n")
    assert file["str_etag"] == "7c9ec4c37e8dcdf1bd5ad1d2d2e8a3f3" or len(file["str_etag"]) == 32
    odd = local("documents", "get", "files", f"models#{ODD}#/percent%20written.obj").json
    assert odd["str_assetname"] == "Café prototypes 100% + extras"


def test_by_reference_nothing_is_copied_and_changes_are_noticed(local, vams, collection):
    folder = collection({"asset/one.obj": b"1" * 1000, "asset/two.obj": b"2" * 1000})
    local("import", folder, "--database", "refs")
    assert not (vams / "content").exists()
    local("status", "--check-files")
    (folder / "asset" / "one.obj").write_text("changed")
    (folder / "asset" / "two.obj").unlink()
    ran = local("status", "--check-files", "--output", "json", expect=1)
    problems = ran.json["file_check"]["problems"]
    assert {p["key"] for p in problems} == {"asset/one.obj", "asset/two.obj"}
    text = local("status", "--check-files", expect=1).out
    assert "one.obj" in text and "two.obj" in text


def test_copies_outlive_the_source(migrate, local, vams, collection):
    folder = collection({"asset/one.obj": b"1" * 1000, "asset/two.obj": b"1" * 1000})
    ran = local("import", folder, "--database", "copies", "--copy")
    assert "copied" in ran.out
    shutil.rmtree(folder)
    local("status", "--check-files")
    kept = [p for p in (vams / "content").rglob("*") if p.is_file()]
    assert [p.read_bytes() for p in kept] == [b"1" * 1000], "equal content is kept once"
    migrate("--local", vams)


def test_importing_again_updates(migrate, local, vams, collection):
    folder = collection({"asset/one.obj": b"1", "asset/two.obj": b"2"})
    local("import", folder, "--database", "again", "--tags", "first")
    migrate("--local", vams)
    (folder / "asset" / "one.obj").write_text("longer than before")
    (folder / "asset" / "three.obj").write_text("3")
    (folder / "other").mkdir()
    (folder / "other" / "four.obj").write_text("4")
    ran = local("import", folder, "--database", "again", "--tags", "second")
    assert ran.out.startswith("Imported 1 new assets, 1 updated, with 4 files (")
    stale = {f["id"]: f["kind"] for f in migrate("verify", "--local", vams, "--output", "json", expect=1).json["findings"]}
    assert stale == {"again#asset": "stale", "again#other": "missing", "again#asset#/one.obj": "stale", "again#asset#/two.obj": "stale",
                     "again#asset#/three.obj": "missing", "again#other#/four.obj": "missing"}
    migrate("--local", vams)
    assert local("documents", "get", "assets", "again#asset").json["list_tags"] == ["second"]
    assert local("documents", "get", "files", "again#asset#/one.obj").json["num_filesize"] == len("longer than before")


def test_importing_the_same_again_changes_nothing_that_matters(migrate, local, vams, sample):
    local("import", sample.models, "--database", "models")
    migrate("--local", vams)
    local("import", sample.models, "--database", "models")
    migrate("verify", "--local", vams)


def test_import_says_what_it_left_out(local, collection):
    folder = collection({"asset/ok.obj": b"1", "loose.obj": b"2"})
    (folder / "asset" / "nowhere.obj").symlink_to("/nowhere")
    (folder / "asset" / "loop").symlink_to(".")
    (folder / "asset" / "inside.obj").symlink_to("ok.obj")
    (folder / "asset" / "outside.obj").symlink_to("/etc/hostname")
    (folder / "empty").mkdir()
    ran = local("import", folder, "--database", "links")
    for name in ("loose.obj", "nowhere.obj", "loop", "outside.obj"):
        assert name in ran.err, ran
    assert "Imported 2 new assets, 0 updated, with 2 files" in ran.out


@pytest.mark.parametrize("args, code, what", [
    (["nope", "--database", "models"], 2, "nope"),
    (["FOLDER"], 2, "--database"),
    (["FOLDER", "--database", "d"], 2, "3 to 63 characters"),
    (["FOLDER", "--database", "global"], 2, "global"),
    (["FOLDER", "--database", "with space"], 2, "database id"),
    (["FOLDER", "--database", "models", "--bucket", ""], 2, "bucket"),
    (["FOLDER", "--database", "models", "--bucket", "Ünicode"], 2, "bucket"),
    (["FOLDER", "--database", "models", "--tgas", "a"], 2, "--tags"),
])
def test_a_wrong_import_imports_nothing(local, sample, vams, args, code, what):
    before = contents(vams)
    ran = local("import", *[sample.models if arg == "FOLDER" else arg for arg in args], expect=code)
    assert what in ran.err and ran.out == ""
    assert contents(vams) == before


def test_import_of_a_file_is_refused(local, sample):
    assert "robot.obj" in local("import", sample.models / "robot" / "robot.obj", "--database", "models", expect=2).err


def test_odd_keys_live_through_everything(migrate, imported):
    migrate("--local", imported)
    names = ["with space.obj", "a+b.obj", "100%.obj", "percent%20written.obj", "模型/röd vas.obj"]
    for name in names:
        document = migrate("local", "documents", "get", "files", f"models#{ODD}#/{name}", "--local", imported).json
        assert document["str_key"] == "/" + name


@pytest.mark.parametrize("encoding", ["minimal", "s3"])
def test_odd_keys_in_every_event_encoding(migrate, imported, encoding):
    migrate("--local", imported, "--event-key-encoding", encoding)
    migrate("verify", "--local", imported)


# --- add ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def studio(local, vams, tmp_path):
    """A VAMS with a bucket and two assets, made by `local add` alone, and indexed."""
    local("add", "bucket", "studio", "--prefix", "work/", "--versioned")
    local("add", "asset", "films", "duck", "--name", "Rubber duck", "--tags", "yellow,toy", "--type", ".obj", "--description", "It floats")
    local("add", "asset", "films", "pond", "--not-distributable")
    (tmp_path / "duck.obj").write_text("o duck\n")
    local("add", "file", "films", "duck", tmp_path / "duck.obj")
    local("index")
    return vams


def test_adding_and_indexing_needs_no_migration(migrate, local, studio):
    migrate("verify", "--local", studio)
    duck = local("documents", "get", "assets", "films#duck").json
    assert duck["str_assetname"] == "Rubber duck" and duck["list_tags"] == ["yellow", "toy"] and duck["str_description"] == "It floats"
    assert duck["str_assettype"] == ".obj" and duck["bool_isdistributable"] is True and duck["str_asset_version_id"] == "0"
    assert local("documents", "get", "assets", "films#pond").json["bool_isdistributable"] is False
    file = local("documents", "get", "files", "films#duck#/duck.obj").json
    assert file["str_bucketprefix"] == "work/" and file["str_s3_version_id"] != "null"


def test_file_events_wait_until_indexed(local, studio, tmp_path):
    (tmp_path / "new.obj").write_text("o new\n")
    local("add", "file", "films", "duck", tmp_path / "new.obj", "--path", "/scans/a b+c.obj", "--copy", "--metadata", "author=me,site=7")
    assert status(local)["pending"]["events"] == 1
    assert local("index").out == "Indexed 0 changes and 1 file events; 0 left\n"
    document = local("documents", "get", "files", "films#duck#/scans/a b+c.obj").json
    assert document["MD_str_s3_author"] == "me" and document["MD_str_s3_site"] == "7"
    assert local("index").out == "Indexed 0 changes and 0 file events; 0 left\n"


def test_metadata_links_and_versions_are_indexed(migrate, local, studio):
    local("add", "metadata", "films", "duck", "author=me", "made on=2024-01-15", "note=a=b")
    local("add", "metadata", "films", "duck", "quality=high", "--path", "/duck.obj")
    local("add", "link", "films", "pond", "duck", "--type", "parentChild")
    local("add", "version", "films", "duck", "1", "--comment", "new paint")
    local("index")
    duck = local("documents", "get", "assets", "films#duck").json
    assert duck["MD_str_author"] == "me" and duck["MD_date_made_on"] == "2024-01-15" and duck["MD_str_note"] == "a=b"
    assert duck["bool_has_asset_parents"] is True and duck["bool_has_asset_children"] is False
    assert duck["str_asset_version_id"] == "1" and duck["str_asset_version_comment"] == "new paint"
    assert local("documents", "get", "assets", "films#pond").json["bool_has_asset_children"] is True
    assert local("documents", "get", "files", "films#duck#/duck.obj").json["MD_str_quality"] == "high"
    migrate("verify", "--local", studio)


def test_changing_one_field_of_an_asset_keeps_the_others(local, studio):
    local("add", "asset", "films", "duck", "--tags", "blue")
    local("index")
    duck = local("documents", "get", "assets", "films#duck").json
    assert duck["list_tags"] == ["blue"] and duck["str_assetname"] == "Rubber duck" and duck["str_description"] == "It floats"


def test_archiving_moves_the_document(local, studio):
    local("add", "asset", "films", "duck", "--archived")
    local("index")
    assert document_ids(studio, "asset") == {"films#deleted#duck", "films#pond"}
    assert local("documents", "get", "assets", "films#deleted#duck").json["bool_archived"] is True


@pytest.mark.parametrize("args, what", [
    (["bucket", "Bad_Name"], "bucket"),
    (["asset", "films", "a/b"], "asset id"),
    (["asset", "f", "duck"], "database id"),
    (["asset", "films", "other", "--bucket", "none"], "no bucket record"),
    (["file", "films", "nobody", "duck.obj"], "there is no asset films#nobody"),
    (["file", "films", "duck", "nope.obj"], "cannot read nope.obj: No such file or directory"),
    (["file", "films", "duck", "."], "is no file"),
    (["file", "films", "duck", "duck.obj", "--path", "/"], "must not be empty"),
    (["file", "films", "duck", "duck.obj", "--path", "x" * 1024], "1,024"),
    (["file", "films", "duck", "duck.obj", "--metadata", "nothing"], "name=value"),
    (["metadata", "films", "nobody", "a=b"], "there is no asset"),
    (["metadata", "films", "duck", "nothing"], "NAME=VALUE"),
    (["metadata", "films", "duck"], ""),
    (["link", "films", "duck", "nobody"], "there is no asset films#nobody"),
    (["link", "films", "duck", "pond", "--type", "friend"], "parentChild or related"),
    (["version", "films", "duck", "one"], "version number"),
    (["version", "films", "nobody", "1"], "there is no asset"),
    (["asset", "films"], ""),
    (["nothing"], "there is no command"),
])
def test_a_wrong_add_changes_nothing(local, studio, args, what):
    before = contents(studio)
    ran = local("add", *args, expect=2)
    assert what in ran.err and ran.out == "" and ran.err.startswith("error: ")
    assert contents(studio) == before


# --- load --------------------------------------------------------------------------------------------------------------


def test_a_golden_state_can_be_loaded_migrated_and_verified(migrate, local, vams, root):
    # Files hold U+2028 and the like, so that only \n ends a line.
    cases = [json.loads(line) for line in (root / "tests/fixtures/golden/file_cases.jsonl").read_text().split("\n") if line]
    case = next(case for case in cases if case["expected"][0]["action"] == "index" and case["state"].get("objects"))
    ran = local("load", "-", stdin=json.dumps(case))
    assert ran.out.startswith("Loaded ")
    migrate("--local", vams, "--compatibility", "upstream")
    assert case["expected"][0]["id"] in document_ids(vams, "file")


def test_load_from_a_file(migrate, local, vams, tmp_path):
    (tmp_path / "state.json").write_text('{"state": {"tables": {"databases": [{"databaseId": "one"}]}}}')
    local("load", "state.json")
    assert status(local)["tables"]["databases"] == 1


# --- search and documents ----------------------------------------------------------------------------------------------


@pytest.fixture
def look(migrate, sample):
    """look(...) = vams-migrate local ... on the migrated sample itself; for commands that only read."""
    return lambda *args, **options: migrate("--local", sample.migrated, "local", *args, **options)


@pytest.mark.parametrize("index, query, found", [
    ("files", "pump", {"models#pump#/pump.glb", "models#pump#/docs/manual.pdf"}),
    ("files", "manual", {"models#pump#/docs/manual.pdf"}),
    ("files", "pump manual", {"models#pump#/docs/manual.pdf"}),
    ("files", "PUMP MAN*", {"models#pump#/docs/manual.pdf"}),
    ("files", "rod", {f"models#{ODD}#/模型/röd vas.obj"}),
    ("files", "röd", {f"models#{ODD}#/模型/röd vas.obj"}),
    ("files", "arm.obj", {"models#robot#/parts/arm.obj"}),
    ("files", "nothing-like-it", set()),
    ("assets", "hall", {f"scans#hall-{n}" for n in range(6)}),
    ("assets", "café", {f"models#{ODD}"}),
])
def test_search_finds_by_words(look, index, query, found):
    ran = look("search", index, query, "--limit", "100", "--output", "json")
    assert {hit["id"] for hit in ran.json["hits"]} == found
    assert ran.json["total"] == len(found)


@pytest.mark.parametrize("query", ["", "*"])
def test_search_for_everything(look, query):
    ran = look("search", "files", query, "--limit", "5", "--output", "json")
    assert len(ran.json["hits"]) == 5 and ran.json["total"] == EXPECTED_FILES
    assert look("search", "assets", query, "--output", "json").json["total"] == EXPECTED_ASSETS
    assert look("search", "assets").out.splitlines()[-1] == f"{EXPECTED_ASSETS} found"


def ascii_of(query):
    return ascii(query)[1:20]


@pytest.mark.parametrize("query", [
    '"', '""', '"""', "'", "''", "AND", "OR", "NOT", "NEAR", "pump AND", "(", ")", "()", "pump)", "NEAR(pump, 2)", "words:pump", "-pump", "+pump", "^pump",
    "pump OR robot", "pump NOT manual", "{words}:pump", "*pump", "**", "a* b*", "%", "_", "\\", ";", "--", ", , ,", "\t", "\n", "'; DROP TABLE documents; --",
    "é" * 500, "x" * 10_000, "\U0001f600", "a\x01b", "\udcff", "pump*robot", '"pump', 'pump"', "pump\"*", "[pump]", "pump/manual", "*" * 50], ids=ascii_of)
def test_no_query_fails(look, query):
    ran = look("search", "files", "--output", "json", "--", query)
    assert ran.json["total"] >= 0 and ran.err == ""


@pytest.mark.parametrize("limit", ["0", "-1", "x", "10001", ""])
def test_search_checks_its_limit(look, limit):
    assert "--limit" in look("search", "files", "pump", f"--limit={limit}", expect=2).err


def test_search_names_the_two_indexes(look):
    assert "assets" in look("search", "asset", "pump", expect=2).err


def test_documents_get_put_and_delete(migrate, migrated):
    local = lambda *args, **options: migrate("local", "documents", *args, "--local", migrated, **options)
    document = local("get", "assets", "models#robot").json
    document["str_description"] = 'quotes " and ünïcode 模型 \u2028 \n'
    assert local("put", "assets", "models#robot", stdin=json.dumps(document)).out == "updated models#robot\n"
    assert local("get", "assets", "models#robot").json == document
    assert local("put", "assets", "models#new", stdin="{}").out == "created models#new\n"
    assert local("delete", "assets", "models#new").out == "deleted models#new\n"
    for verb in ("get", "delete"):
        ran = local(verb, "assets", "models#new", expect=1)
        assert "models#new" in ran.err and ran.out == ""


def test_get_prints_the_document_alone(look):
    ran = look("documents", "get", "assets", "models#robot")
    assert ran.json == look("documents", "get", "assets", "models#robot", "--output", "json").json
    assert ran.err == ""


def test_status_counts(look):
    shown = look("status", "--output", "json").json
    assert shown["tables"]["assets"] == EXPECTED_ASSETS
    assert [(b["name"], b["objects"]) for b in shown["buckets"]] == [("model-files", 14), ("scan-files", 18)]
    assert [i["documents"] for i in shown["indexes"]] == [EXPECTED_ASSETS, EXPECTED_FILES]
    assert shown["parked"] == {"count": 0, "newest": []}
    text = look("status").out
    assert "waiting to be indexed: 0 changes, 0 file events" in text
