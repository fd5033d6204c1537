#!/usr/bin/env bash
# Words that mark unfinished work or tests that do not run, and things of one machine that do not belong in the project.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
bad=0
look() {
  local why=$1 pattern=$2
  shift 2
  # This script holds the words itself.
  if grep -rnIiE --exclude=words.sh "$pattern" "$@"; then
    printf '^ %s\n' "$why"
    bad=1
  fi
}
code=()
for path in src cli testing tests bench ci scripts cmake dev CMakeLists.txt; do [ ! -e "$path" ] || code+=("$path"); done
prose=()
for path in docs README.md HACKING.md CHANGELOG.md; do [ ! -e "$path" ] || prose+=("$path"); done
skip=(--exclude-dir=fixtures --exclude-dir=__pycache__)

look "unfinished work" '\b(todo|fixme|xxx|not implemented|for now|hack:|stubbed)\b' "${skip[@]}" "${code[@]}"
look "a test that does not run" '\bDISABLED_[A-Z]|@pytest\.mark\.xfail' "${skip[@]}" "${code[@]}"
look "output past the report and the log" 'std::(cout|cerr) *<<|\bprintf *\(' "${skip[@]}" --include='*.cc' --include='*.h' src
look "process exit outside main" '\b(std::)?(exit|abort|_Exit|quick_exit) *\(' "${skip[@]}" --include='*.cc' --include='*.h' src
look "a path of one machine" '(^|[^a-z])/(work|root|home/[a-z]+)/' "${skip[@]}" "${code[@]}" "${prose[@]}"
exit $bad
