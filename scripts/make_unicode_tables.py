#!/usr/bin/env python3
"""Writes src/documents/unicode_tables.cc from the tables of the running Python.

The deployed indexers run on Python 3.12, whose text functions follow Unicode 15.0. The properties are taken by asking the
functions that the indexers use (re, str.isprintable, str.lower), so that the C++ answers as they do.

    python3.12 scripts/make_unicode_tables.py > src/documents/unicode_tables.cc
"""

import re
import sys
import unicodedata

if unicodedata.unidata_version != "15.0.0":
    sys.exit("needs a Python with Unicode 15.0 (3.12), not " + unicodedata.unidata_version)

CODE_POINTS = [chr(c) for c in range(0x110000)]
SIGMA, FINAL_SIGMA = "\u03a3", "\u03c2"


def ends_final(text):
    return text.lower().endswith(FINAL_SIGMA)


def is_cased(c):
    """Cased and not case-ignorable: such a letter before a capital sigma makes it a final one."""
    return ends_final(c + SIGMA)


def is_case_ignorable(c):
    """What str.lower() looks past to find the neighbours of a capital sigma."""
    return not is_cased(c) and ends_final("A" + c + SIGMA)


def flips(predicate):
    """The code points at which the answer changes, beginning with 'no' at 0."""
    out, state = [], False
    for i, c in enumerate(CODE_POINTS):
        if predicate(c) != state:
            state = not state
            out.append(i)
    return out


def lower_runs():
    """(first, last, stride, delta): every code point of a run lowers to itself + delta."""
    runs = []
    for i, c in enumerate(CODE_POINTS):
        low = c.lower()
        if c in (SIGMA, "\u0130") or low == c:
            continue
        assert len(low) == 1, hex(i)
        delta = ord(low) - i
        if runs:
            first, last, stride, d = runs[-1]
            step = i - last
            if d == delta and (step == stride or (first == last and step <= 2)):
                runs[-1] = (first, i, step, d)
                continue
        runs.append((i, i, 1, delta))
    return runs


def emit(name, type_name, items):
    lines, line = [], " "
    for item in items:
        if len(line) + 1 + len(item) + 1 > 118:
            lines.append(line)
            line = " "
        line += " " + item + ","
    lines.append(line)
    print(f"constexpr {type_name} {name}[] = {{")
    print("\n".join(lines))
    print("};\n")


WORD, SPACE, DIGIT = re.compile(r"\w"), re.compile(r"\s"), re.compile(r"\d")

print("""// Made by scripts/make_unicode_tables.py from the tables of Python 3.12 (Unicode 15.0). Do not edit.
#include "documents/unicode_tables.h"

namespace vams::unicode {
namespace {

// clang-format off
""")
emit("kPrintable", "char32_t", [hex(c) for c in flips(str.isprintable)])
emit("kWord", "char32_t", [hex(c) for c in flips(lambda c: WORD.match(c) is not None)])
emit("kSpace", "char32_t", [hex(c) for c in flips(lambda c: SPACE.match(c) is not None)])
emit("kDecimalDigit", "char32_t", [hex(c) for c in flips(lambda c: DIGIT.match(c) is not None)])
emit("kCased", "char32_t", [hex(c) for c in flips(is_cased)])
emit("kCaseIgnorable", "char32_t", [hex(c) for c in flips(is_case_ignorable)])
emit("kLowerRuns", "LowerRun", [f"{{{a:#x}, {b:#x}, {s}, {d}}}" for a, b, s, d in lower_runs()])
print("""// clang-format on

}  // namespace

std::span<const char32_t> PrintableFlips() { return kPrintable; }
std::span<const char32_t> WordFlips() { return kWord; }
std::span<const char32_t> SpaceFlips() { return kSpace; }
std::span<const char32_t> DecimalDigitFlips() { return kDecimalDigit; }
std::span<const char32_t> CasedFlips() { return kCased; }
std::span<const char32_t> CaseIgnorableFlips() { return kCaseIgnorable; }
std::span<const LowerRun> LowerRuns() { return kLowerRuns; }

}  // namespace vams::unicode""")
