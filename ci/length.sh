#!/usr/bin/env bash
# No file of code is longer than 500 lines: past that there is a second subject inside.
cd "$(dirname "${BASH_SOURCE[0]}")/.." && source ci/lib.sh
bad=0
while IFS= read -r -d '' file; do
  lines=$(wc -l <"$file")
  if [ "$lines" -gt 500 ]; then
    printf '%s: %d lines\n' "$file" "$lines"
    bad=1
  fi
done < <(
  cpp_files
  shell_files
  find ci tests testing scripts cmake -name '*.py' -print0 -o -name '*.cmake' -print0
)
exit $bad
