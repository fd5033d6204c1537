"""Names and values of document fields, written from docs/reference/vams-behaviour.md, sections 3.3 to 3.6; shares nothing with the programs.

Items are as DynamoDB gives them: {name: {"S": ...}}, in the order in which they came.
"""

import base64
import decimal
import itertools
import json
import re


class NotIndexed(Exception):
    """There is no document; says why, in a word for each rule."""


class OneOf:
    """Text whose order of parts is arbitrary: equal to any of these."""

    def __init__(self, texts):
        self.texts = sorted(set(texts))

    def __repr__(self):
        return f"one of {self.texts}"


class InAnyOrder:
    """A list whose order is arbitrary."""

    def __init__(self, items):
        self.items = sorted(items)

    def __repr__(self):
        return f"in any order {self.items}"


def same(expected, found):
    """Whether two JSON values are the same: numbers as numbers, but true is not 1."""
    if isinstance(expected, OneOf):
        return found in expected.texts
    if isinstance(expected, InAnyOrder):
        return isinstance(found, list) and all(isinstance(item, str) for item in found) and sorted(found) == expected.items
    if isinstance(expected, bool) or isinstance(found, bool) or expected is None or found is None:
        return expected is found
    if isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        return expected == found
    if type(expected) is not type(found):
        return False
    if isinstance(expected, dict):
        return expected.keys() == found.keys() and all(same(value, found[name]) for name, value in expected.items())
    if isinstance(expected, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    return expected == found


def kind(value):
    """The one letter or two that name the type of a DynamoDB value."""
    return next(iter(value))


class Bytes:
    """Bytes inside a list or an object, in the notation that the deployed indexers give them."""

    def __init__(self, encoded):
        self.value = base64.b64decode(encoded) if isinstance(encoded, str) else bytes(encoded)

    def __repr__(self):
        return f"Binary({self.value!r})"

    def __str__(self):
        return str(self.value)

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        return isinstance(other, Bytes) and self.value == other.value


class Members(tuple):
    """A set with its members in one chosen order."""

    def __repr__(self):
        return "{" + ", ".join(map(repr, self)) + "}"


def python(value):
    """The value as the deployed indexers hold it in memory."""
    what, content = next(iter(value.items()))
    match what:
        case "S" | "BOOL":
            return content
        case "N":
            return decimal.Decimal(content)
        case "NULL":
            return None
        case "L":
            return [python(item) for item in content]
        case "M":
            return {name: python(item) for name, item in content.items()}
        case "B":
            return Bytes(content)
        case "SS":
            return Members(content)
        case "NS":
            return Members(map(decimal.Decimal, content))
        case "BS":
            return Members(map(Bytes, content))
    raise AssertionError(f"no DynamoDB type: {what}")


def orders(value):
    """The value with the members of each set in every order (of the first few; larger sets belong in no test)."""
    what, content = next(iter(value.items()))
    if what in ("SS", "NS", "BS"):
        return [{what: list(members)} for members in itertools.permutations(content)]
    if what == "L":
        return [{"L": list(items)} for items in itertools.product(*map(orders, content))]
    if what == "M":
        return [{"M": dict(zip(content, items))} for items in itertools.product(*map(orders, content.values()))]
    return [value]


def text_or_one_of(value, write):
    """write(python value), or all that it may be where the order of a set decides."""
    texts = {write(python(each)) for each in orders(value)}
    return texts.pop() if len(texts) == 1 else OneOf(texts)


# Section 3.5: fixed fields.


def fixed_text(value):
    if value is None:
        return None
    match kind(value):
        case "NULL":
            return None
        case "S":
            return value["S"]
        case "N" | "BOOL":
            return str(python(value))
    raise NotIndexed("a fixed text field of another type")


def fixed_boolean(value):
    if value is None or "NULL" in value:
        return None
    held = python(value)
    if isinstance(held, str) and held.lower() in ("0", "off", "f", "false", "n", "no", "1", "on", "t", "true", "y", "yes"):
        return held.lower() in ("1", "on", "t", "true", "y", "yes")
    if isinstance(held, bool) or (isinstance(held, decimal.Decimal) and held in (0, 1)):
        return bool(held)
    raise NotIndexed("a fixed boolean field of another type")


def fixed_list(value):
    if value is None or "NULL" in value:
        return None
    if kind(value) == "L":
        items = [fixed_text(item) for item in value["L"]]
        if None in items:
            raise NotIndexed("a list of text with a null in it")
        return items
    if kind(value) in ("SS", "NS"):
        return InAnyOrder([str(item) for item in python(value)])
    raise NotIndexed("a fixed list of another type")


# Section 3.6: metadata fields.

DATES = (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"), re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"), re.compile(r"\d{4}-\d{2}-\d{2}$"))


def is_left_out(name):
    return name.startswith(("VAMS_", "_")) or name in ("databaseId", "assetId")


def field_name(name):
    """What follows MD_ and the type."""
    small = name.lower().replace(" ", "_")
    kept = re.sub("[^a-z0-9_-]", "", small).lstrip("_")
    if not kept or kept[0] in "0123456789":
        kept = "field_" + kept
    return kept[:255]


def looks_like_a_date(text):
    return any(pattern.match(text) for pattern in DATES)


def text_field(name, text):
    return f"MD_{'date' if looks_like_a_date(text) else 'str'}_{field_name(name)}", text


def json_number(value):
    """A value inside a gp_ object."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: json_number(item) for name, item in value.items()}
    if isinstance(value, list):
        return [json_number(item) for item in value]
    if isinstance(value, (Members, Bytes)):
        raise NotIndexed("a set or bytes inside a geographic point")
    return value


def metadata_field(name, value):
    """(field, value) of one attribute."""
    match kind(value):
        case "BOOL":
            return f"MD_bool_{field_name(name)}", value["BOOL"]
        case "N":
            return f"MD_str_{field_name(name)}", str(python(value))
        case "S":
            return text_field(name, value["S"])
        case "NULL":
            return f"MD_str_{field_name(name)}", ""
        case "L":
            return f"MD_list_{field_name(name)}", [text_or_one_of(item, str) for item in value["L"] if "NULL" not in item]
        case "M":
            if {"lat", "lon"} <= value["M"].keys():
                return f"MD_gp_{field_name(name)}", json_number(python(value))
            return f"MD_gs_{field_name(name)}", text_or_one_of(value, lambda held: json.dumps(stringified(held)))
        case "SS" | "NS" | "BS":
            return f"MD_str_{field_name(name)}", text_or_one_of(value, str)
    raise NotIndexed("a metadata value that is bytes")


def stringified(held):
    """What JSON cannot say becomes text, as it stands in an object's JSON text."""
    if isinstance(held, dict):
        return {name: stringified(item) for name, item in held.items()}
    if isinstance(held, list):
        return [stringified(item) for item in held]
    return str(held) if isinstance(held, (decimal.Decimal, Members, Bytes)) else held


def metadata_fields(rows):
    """The fields of several metadata rows, of which a later one wins name by name."""
    merged = {}
    for row in rows:
        merged.update(row or {})
    return dict(metadata_field(name, value) for name, value in merged.items() if not is_left_out(name))


def object_fields(metadata):
    """The fields of an object's own metadata; names as S3 gives them."""
    passed_over = ("assetid", "databaseid", "uploadid")
    return dict(text_field("s3_" + name, value) for name, value in metadata.items()
                if not name.startswith("vams-") and name not in passed_over)


# Section 3.3: checks of a request.

FORBIDDEN_IN_IDS = set('<>:"/\\|?*')


def check_filled(text):
    if not text or text.strip().lower() == "global":
        raise NotIndexed("an empty or reserved field")


def check_database_id(text):
    check_filled(text)
    if not re.fullmatch("[-_a-zA-Z0-9]{3,63}", text):
        raise NotIndexed("a database id that is refused")


def check_asset_id(text):
    check_filled(text)
    good = (2 <= len(text) <= 255 and not FORBIDDEN_IN_IDS & set(text) and re.fullmatch(r"[\w\s.,'-]+", text[:-1])
            and re.fullmatch(r"[^.\s]", text[-1]))
    if not good:
        raise NotIndexed("an asset id that is refused")


def check_file_path(text):
    check_filled(text)
    if not text.startswith("/") or "\n" in text or ".." in text or len(text) < 3:
        raise NotIndexed("a file path that is refused")


def check_at_most_256(text):
    check_filled(text)
    if len(text) > 256:
        raise NotIndexed("a bucket name or key over 256 characters")
