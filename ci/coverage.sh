#!/usr/bin/env bash
# Line coverage of src/ and cli/ by the C++ tests; prints the table by file and leaves pages in build/coverage/html/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=ci/lib.sh
source ci/lib.sh
build_preset coverage
rm -f build/coverage/*.profraw
programs=()
for program in build/coverage/bin/*_tests; do
  LLVM_PROFILE_FILE="build/coverage/$(basename "$program").profraw" "$program" --gtest_brief=1 </dev/null
  programs+=(-object "$program")
done
llvm-profdata-19 merge -sparse build/coverage/*.profraw -o build/coverage/tests.profdata
others='(^|/)(tests|testing)/|^/usr/'
llvm-cov-19 show "${programs[@]}" -instr-profile=build/coverage/tests.profdata -ignore-filename-regex="$others" \
  -format=html -output-dir=build/coverage/html >/dev/null
llvm-cov-19 report "${programs[@]}" -instr-profile=build/coverage/tests.profdata -ignore-filename-regex="$others" \
  -show-region-summary=false -show-branch-summary=false
say "pages: build/coverage/html/index.html"
