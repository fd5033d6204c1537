#!/usr/bin/env bash
# Every shell script passes shellcheck.
cd "$(dirname "${BASH_SOURCE[0]}")/.." && source ci/lib.sh
shell_files | xargs -r -0 shellcheck --external-sources
