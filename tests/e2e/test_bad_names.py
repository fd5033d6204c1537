"""Control characters, invalid UTF-8 and broken JSON in what is imported, loaded and put."""

import json
import os

import pytest
from conftest import contents, document_ids, one_error


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
