"""What the test deployment holds: assets, files, metadata, links and versions of every difficult kind. The same seed gives the same."""

import dataclasses
import random
import uuid

SEED = 20250601
DATABASES = ("models", "scans-2024", "Plant_7", "dwg")
PREFIXES = {"plain": None, "versioned": "/", "nested": "a/b/"}  # baseAssetsPrefix as stored, by the role of a bucket


def s(text):
    return {"S": text}


def n(number):
    return {"N": str(number)}


NULL, TRUE, FALSE = {"NULL": True}, {"BOOL": True}, {"BOOL": False}


def in_key(role):
    """What stands before the asset id in the keys of a bucket."""
    return "a/b/" if role == "nested" else ""


@dataclasses.dataclass
class Asset:
    """An asset record and what the generator has to know of it."""

    database_id: str
    asset_id: str
    role: str  # of its bucket
    base: str  # where its files lie
    row: dict


# Every twentieth of the assets has an id of one kind. Some of them the rules refuse.
ASSET_IDS = [lambda i, _: f"asset-{i:05d}"] * 11 + [
    lambda i, _: f"Turbine hall {i}",
    lambda i, _: f"o'brien, mk{i}.v2",
    lambda i, _: f"模型-{i}",
    lambda i, _: f"caf\u00e9-{i}",
    lambda i, _: f"cafe\u0301-{i}",  # looks the same, is another
    lambda i, _: f"_{i}_",
    lambda i, rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    lambda i, _: f"Ångström №{i} ٣",
    lambda i, _: (f"a+b {i}", f"100% {i}", f"q&a {i}", f"dots {i}.", f"🚀 {i}", chr(ord("a") + i // 120 % 26))[i // 20 % 6],
]

# Files of an asset: the first ones are like most files are; the others each of a difficult kind.
PLAIN_PATHS = ["model-{i}.glb", "scans/part-{i}.e57", "textures/t{i}.PNG", "drawings/2024/sheet {i}.dwg"]
ODD_PATHS = [
    "with space {i}.obj", "a+b {i}.obj", "100% {i}.obj", "literal%2Fslash {i}.obj", "%41%zz%{i}.obj", "caf\u00e9 {i}.glb", "cafe\u0301 {i}.glb",
    "emoji 🚀👩‍🚀 {i}.ply", "模型/{i}/主.stp", "sub//double {i}.obj", "/leading {i}.obj", "amp & <tag> \"quoted\" 'single' {i}.xml",
    "tab\tin {i}.txt", "bell\x07 {i}.txt", "delete\x7f {i}.txt", "return\r {i}.txt", "newline\n {i}.txt", "back\\slash {i}.txt", "q?a=b&c=d#e {i}.txt",
    "scene_{i}_init", "scene_{i}.init", "folder-{i}/init/", "LICENSE-{i}", "folder-{i}/", "thumb-{i}.previewFile.png", "pipelines/run-{i}.json",
    "previews/p-{i}.png", "sub/preview-{i}.png", "temp-uploads/u-{i}.bin", "pipeline-report-{i}.pdf", "dot at end {i}.", "UPPER {i}.ÇİΣ", "two..dots {i}.obj",
    "./here-{i}.obj", ".hidden-{i}", "no-extension.d/{i}", "semi;colon,comma=equals {i}.csv", "tilde~star*paren() {i}.obj", "trailing space {i}.obj ",
    "unit\x1f separator {i}.obj", "\u2028line separator {i}.obj", "\ufeffmark {i}.obj", "right\u200fto left \u05d0 {i}.obj", "ﬁ ligature {i}.obj",
]


def long_path(base, i, whole):
    """A path that makes a key of `whole` bytes, of letters with two."""
    tail = f"-{i}.obj"
    room = whole - len((base + tail).encode())
    return "é" * (room // 2) + "x" * (room % 2) + tail


LONG_TEXT = "Zeichnung und Prüfbericht der Anlage, " * 40
# Attributes of metadata, each with values of one kind: the mapping decides by the first value that it sees.
ATTRIBUTES = {
    "owner": lambda rng: s(rng.choice(["Ada", "Grace Hopper", "Łukasz", "山田 太郎", "O'Neil & Söhne <x>", "line\nbreak \"q\" \\ tab\t", "\x7f\u0085\u2028"])),
    "Height m": lambda rng: n(rng.choice(["3.5", "-17.25", "0.0000012", "0.00000012", "12345678901234567890123456789012345678", "0", "100"])),
    "Surveyed On": lambda rng: s(f"20{rng.randrange(10, 26)}-0{rng.randrange(1, 10)}-1{rng.randrange(10)}"),
    "scanned_at": lambda rng: s(f"2024-0{rng.randrange(1, 10)}-1{rng.randrange(10)}T0{rng.randrange(10)}:30:59"),
    "approved": lambda rng: rng.choice([TRUE, FALSE]),
    "nothing": lambda rng: NULL,
    "empty": lambda rng: s(""),
    "notes": lambda rng: s(LONG_TEXT[: rng.randrange(1, len(LONG_TEXT))]),
    "parts": lambda rng: {"L": rng.sample([s("bolt"), n("1.50"), TRUE, NULL, s("näh"), {"M": {"k": s("it's"), "n": n("2")}}, {"L": [s("a"), NULL, n("7")]}, s("")], 4)},
    "no parts": lambda rng: {"L": []},
    "place": lambda rng: {"M": {"lat": n(round(rng.uniform(-89, 89), 6)), "lon": n(round(rng.uniform(-179, 179), 6))}},
    "material": lambda rng: {"SS": [rng.choice(["steel", "Nußbaum", "it's"])]},
    "sizes": lambda rng: {"NS": [rng.choice(["2.50", "7", "-0.125"])]},
    "checksum": lambda rng: {"BS": [bytes(rng.randrange(256) for _ in range(4))]},
    "VAMS_internal": lambda rng: s("never shown"),
    "_metadata_last_updated": lambda rng: s("2025-04-01T02:03:04.050607"),
    "Größe": lambda rng: s("gross"),
    "名前": lambda rng: s("name without letters of a to z"),
    "9 lives": lambda rng: s("digit in front"),
    "\u0130D \u212aelvin": lambda rng: s("two letters that become i and k"),
    "x" * 300: lambda rng: s("a long name"),
    "__under_scores__": lambda rng: s("left out"),
    "a.b-c/d": lambda rng: s("marks in the name"),
}
OBJECT_METADATA = {
    "creator": ["Ada", "Grace", "=?UTF-8?B?w6k=?="],
    "captured": ["2024-05-06T07:08:09", "2024-05-06"],
    "rev-No_1": ["seven", "b2"],
    "2nd": ["digit in front"],
    "uploadid": ["left-out"],
    "vams-status": ["left out"],
}


class Content:
    """Rows of the tables and objects of the buckets. `buckets` and `bucket_ids` are names by role."""

    def __init__(self, buckets, bucket_ids, assets, files, seed=SEED):
        self.rng = random.Random(seed)
        self.buckets, self.bucket_ids = buckets, bucket_ids
        self.assets = [self.make_asset(i) for i in range(assets)]
        self.archived = [self.make_asset(assets + i, archived=True) for i in range(max(2, assets // 100))]
        self.objects = []  # (bucket, key, content, metadata)
        self.file_keys = []  # (asset, path) of objects that name their own asset
        self.make_objects(files)
        self.metadata_rows = {}
        self.make_metadata()
        self.rows = {
            "assets": [asset.row for asset in self.assets + self.archived],
            "metadata": list(self.metadata_rows.values()),
            "buckets": [self.bucket_row(role) for role in PREFIXES],
            "links": self.make_links(),
            "versions": self.make_versions(),
        }

    def bucket_row(self, role):
        stored, name = PREFIXES[role], self.buckets[role]
        row = {"bucketId": s(self.bucket_ids[role]), "bucketName:baseAssetsPrefix": s(f"{name}:{stored or ''}"), "bucketName": s(name),
               "isVersioningEnabled": {"BOOL": role == "versioned"}}
        return row if stored is None else {**row, "baseAssetsPrefix": s(stored)}

    def make_asset(self, i, archived=False):
        rng = self.rng
        database = DATABASES[i % len(DATABASES)]
        asset_id = f"archived-{i}" if archived else ASSET_IDS[i % len(ASSET_IDS)](i, rng)
        role = rng.choice(list(PREFIXES))
        row = {
            "databaseId": s(database + ("#deleted" if archived else "")),
            "assetId": s(asset_id),
            "assetName": rng.choice([s(f"Name of {i}"), s(f"Ünïcode name {i} 🚀"), n(i), s("2024-05-06"), s("")]),
            "assetType": s(rng.choice(["none", "folder", ".glb"])),
            "bucketId": s(self.bucket_ids[role]),
            "currentVersionId": s("0"),
        }
        row.update({"description": value for value in [rng.choice([s("A scan"), s(LONG_TEXT), NULL, None, TRUE, n("1.50")])] if value})
        row.update({"isDistributable": value for value in [rng.choice([TRUE, FALSE, s("yes"), s("OFF"), n(1), n("0"), NULL, None])] if value})
        tags = [{"L": [s("lidar"), s(f"site-{i % 7}")]}, {"L": []}, {"SS": ["one"]}, {"SS": ["b", "a"]}, {"L": [n("7"), TRUE, s("ß")]}, NULL, None]
        row.update({"tags": value for value in [rng.choice(tags)] if value})
        base = in_key(role) + asset_id + "/"
        match i % 40:
            case 7:  # no assetLocation: told by prefix and id
                pass
            case 9:
                row["assetLocation"] = {"M": {"Bucket": s("somewhere")}}
            case 17:
                base = in_key(role) + f"moved/{asset_id}-old/"
                row["assetLocation"] = {"M": {"Key": s(base)}}
            case 27:
                row["assetLocation"] = {"M": {"Key": s(base[:-1])}}
            case _:
                row["assetLocation"] = {"M": {"Key": s(base)}}
        if archived:
            row["archivedAt"], row["archivedBy"] = s("2025-01-01T00:00:00"), s("ada@example.com")
        self.break_row(i, row)
        return Asset(database, asset_id, role, base, row)

    @staticmethod
    def break_row(i, row):
        """A few rows that give no document, each for another reason."""
        match i % 400:
            case 101:
                row["bucketId"] = s("00000000-0000-0000-0000-000000000000")
            case 102:
                del row["bucketId"]
            case 103:
                row["description"] = {"M": {"text": s("an object")}}
            case 104:
                row["tags"] = {"L": [s("a"), NULL]}
            case 105:
                row["isDistributable"] = s("maybe")
            case 106:
                row["assetLocation"] = NULL

    def make_objects(self, files):
        rng = self.rng
        named = [asset for asset in self.assets if asset.asset_id.isascii()]
        for role in PREFIXES:
            self.add(role, in_key(role) + "README.txt", {})
            self.add(role, "outside/of/the/prefix.obj", self.names(named[0]))
        made = len(self.objects)
        for i in range(files - made):
            asset = named[i % len(named)]
            if i % 3:
                path = rng.choice(PLAIN_PATHS).format(i=i)
            elif i % 600 == 0:
                path = long_path(asset.base, i, 1024)
            elif i % 600 == 3:
                path = long_path(asset.base, i, 400)
            else:
                path = ODD_PATHS[i // 3 % len(ODD_PATHS)].format(i=i)
            self.add_file(asset, path, i)

    def add_file(self, asset, path, i):
        rng = self.rng
        metadata = self.names(asset)
        other = lambda: rng.choice(self.assets[:10])
        match i % 50:
            case 11:
                metadata = {}
            case 13:
                metadata = {"assetid": asset.asset_id}
            case 17:
                metadata = self.names(other())
            case 19:
                metadata = {"databaseid": asset.database_id, "assetid": "unknown-asset"}
            case 23:
                metadata = self.names(self.archived[i // 50 % len(self.archived)])
            case _:
                self.file_keys.append((asset, path))
        if i % 4 == 0:
            metadata.update({name: rng.choice(values) for name, values in OBJECT_METADATA.items() if rng.random() < 0.5})
        self.add(asset.role, asset.base + path, metadata)

    @staticmethod
    def names(asset):
        return {"databaseid": asset.database_id, "assetid": asset.asset_id}

    def add(self, role, key, metadata):
        # A name may not begin or end with white space in a header's value: ids that do are refused anyway.
        content = b"" if key.endswith("/") else f"{role} {key}".encode()
        self.objects.append((self.buckets[role], key, content, metadata))

    def make_metadata(self):
        rng = self.rng
        for asset in self.assets[::2]:
            for key in rng.sample([asset.asset_id, asset.asset_id + "/", f"/{asset.asset_id}/"], rng.choice([1, 1, 2, 3])):
                self.add_metadata(asset, key, 6)
        for asset, path in self.file_keys[::12]:
            joined = path if path.startswith("/") else "/" + path
            for key in rng.sample([asset.asset_id + joined, f"/{asset.asset_id}{joined}"], rng.choice([1, 1, 2])):
                if len(key.encode()) <= 1024:  # the longest sort key
                    self.add_metadata(asset, key, 5)

    def add_metadata(self, asset, key, attributes):
        names = self.rng.sample(list(ATTRIBUTES), attributes)
        self.metadata_rows[asset.database_id, key] = {"databaseId": s(asset.database_id), "assetId": s(key),
                                                      **{name: ATTRIBUTES[name](self.rng) for name in names}}

    def make_links(self):
        rows = []
        for i in range(len(self.assets) // 5):
            one, two = self.rng.sample(self.assets, 2)
            ends = {"from": one, "to": two}
            row = {"assetLinkId": s(f"link-{i:05d}"), "relationshipType": s(self.rng.choice(["parentChild", "related"])), "tags": {"L": []}}
            for end, asset in ends.items():
                row[f"{end}AssetDatabaseId"], row[f"{end}AssetId"] = s(asset.database_id), s(asset.asset_id)
                row[f"{end}AssetDatabaseId:{end}AssetId"] = s(f"{asset.database_id}:{asset.asset_id}")
            rows.append(row)
        return rows

    def make_versions(self):
        rows = []
        for i, asset in enumerate(self.assets):
            count = (0, 1, 1, 2, 12)[i % 5]
            current = 0 if i % 3 else count - 1
            for version in range(count):
                row = {"assetId": s(asset.asset_id), "assetVersionId": s(str(version)), "isCurrentVersion": {"BOOL": version == current},
                       "dateCreated": s(f"2025-02-0{version % 9 + 1}T03:04:05")}
                if i % 2:
                    row["comment"] = s(f"Version {version} 改")
                rows.append(row)
        return rows
