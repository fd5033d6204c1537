#!/usr/bin/env bash
# ci/fuzz.sh [SECONDS] [NAME]: runs the fuzz targets of tests/fuzz/ for so long each. New inputs stay in build/fuzz-corpus/NAME,
# the seeds are tests/fuzz/seeds/NAME; a finding is written to build/fuzz-findings/ and makes the exit code 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=ci/lib.sh
source ci/lib.sh
seconds=${1:-60}
only=${2:-}
[[ $seconds =~ ^[0-9]+$ ]] || fail "seconds, then a name: ./dev fuzz [SECONDS] [NAME]"
build_preset fuzz
mkdir -p build/fuzz-findings
ran=0
code=0
for source in tests/fuzz/*_fuzz.cc; do
  name=$(basename "$source" .cc)
  [ -f "$source" ] || continue
  [ -z "$only" ] || [ "$only" = "$name" ] || [ "${only}_fuzz" = "$name" ] || continue
  corpora=("build/fuzz-corpus/$name")
  mkdir -p "${corpora[0]}"
  [ ! -d "tests/fuzz/seeds/$name" ] || corpora+=("tests/fuzz/seeds/$name")
  say "== $name, $seconds s"
  ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19 "build/fuzz/bin/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="build/fuzz-findings/$name-" "${corpora[@]}" || code=1
  ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || fail "no fuzz target${only:+ named $only} in tests/fuzz/"
exit "$code"
