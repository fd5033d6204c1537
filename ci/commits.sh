#!/usr/bin/env bash
# A commit's subject has at most 72 columns and a body says why. Looks at the commits since this rule was made; without history at none.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
begin=$(git log --diff-filter=A --format=%H -- ci/commits.sh 2>/dev/null | tail -n 1)
[ -n "$begin" ] || exit 0
bad=0
while read -r commit; do
  subject=$(git log -1 --format=%s "$commit")
  if [ "${#subject}" -gt 72 ]; then
    printf '%s: the subject has %d columns, 72 at most: %s\n' "${commit:0:9}" "${#subject}" "$subject"
    bad=1
  fi
  if [ -z "$(git log -1 --format=%b "$commit")" ]; then
    printf '%s: no body says why: %s\n' "${commit:0:9}" "$subject"
    bad=1
  fi
done < <(git rev-list --no-merges "$begin"..HEAD)
exit $bad
