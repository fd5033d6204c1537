#!/usr/bin/env bash
# Every C++ file has the project's format (./dev format gives it).
cd "$(dirname "${BASH_SOURCE[0]}")/.." && source ci/lib.sh
cpp_files | xargs -r -0 -n 40 clang-format-19 --dry-run --Werror
