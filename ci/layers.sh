#!/usr/bin/env bash
# The layer rule (docs/decisions/0001-layout.md): what each room may include of the others. An arrow never points up or sideways.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

down="base model ports documents" # what every stage stands on
client="base net net/sigv4 model ports backends/aws" # one client of AWS, whatever the service
aws="backends/aws backends/aws/tables backends/aws/objects backends/aws/events backends/aws/streams backends/aws/search"
run="$down source report backends config" # what every part of a run stands on
parts="run/context run/state run/preflight run/decisions run/indexing run/phases run/verification"
declare -A may=(
  [base]="base"
  [net/sigv4]="base net/sigv4 net"
  [net]="base net net/sigv4"
  [net/credentials]="base net net/credentials"
  [model]="base model"
  [journal]="base model journal"
  [ports]="base model ports"
  [documents]="$down"
  [engine]="base model ports engine"
  [source]="$down source"
  [events]="$down events"
  [indexers]="$down indexers"
  [index]="$down index"
  [verify]="$down verify"
  [report]="$down report"
  [backends/embedded]="base model ports backends/embedded"
  [backends/aws]="$client"
  [backends/aws/tables]="$client backends/aws/tables"
  [backends/aws/objects]="$client backends/aws/objects"
  [backends/aws/events]="$client backends/aws/events"
  [backends/aws/streams]="$client backends/aws/tables backends/aws/events backends/aws/streams"
  [backends/aws/search]="$client backends/aws/search"
  [backends]="$down net net/credentials backends backends/embedded $aws"
  [config]="$down events config"
  [local]="$down indexers backends local"
  [run/context]="$run run/context"
  [run/state]="$run engine journal verify run/context run/state"
  [run/preflight]="$run index run/context run/preflight"
  [run/decisions]="$run events run/context run/decisions"
  [run/indexing]="$run indexers run/context run/preflight run/indexing"
  [run/phases]="$run engine journal events run/context run/state run/preflight run/decisions run/indexing run/phases"
  [run/verification]="$run events indexers verify run/context run/state run/preflight run/decisions run/phases run/verification"
  [run]="$run engine journal run $parts"
  [cli]="$down events indexers index verify report backends config local run $parts cli"
)
# Backends are reached through these headers alone.
doors='^backends/(open|local)\.h$'
# The signer sees what a request and credentials are, nothing that sends.
signer_sees='^net/(http|credentials|secret|service)\.h$'

bad=0
complain() {
  printf '%s: %s\n' "$1" "$2"
  bad=1
}

rooms=(src)
[ ! -d cli ] || rooms+=(cli)

while IFS=: read -r file line text; do
  room=${file%/*} # src/backends/embedded/x.h stands in the room backends/embedded
  room=${room#src/}
  included=${text#*\"}
  included=${included%%\"*}
  if [[ $included != */* ]]; then
    complain "$file:$line" "includes \"$included\": name the room, as in \"$room/$included\""
    continue
  fi
  other=${included%/*}
  if [ -z "${may[$room]+known}" ]; then
    complain "$file:$line" "the room $room is not in the layer rule (ci/layers.sh)"
  elif [[ " ${may[$room]} " != *" $other "* ]]; then
    complain "$file:$line" "$room may not include $other (\"$included\")"
  elif [[ $room != backends* && $other == backends && ! $included =~ $doors ]]; then
    complain "$file:$line" "backends are reached through backends/open.h and backends/local.h alone (\"$included\")"
  elif [[ $room == net/sigv4 && $other == net && ! $included =~ $signer_sees ]]; then
    complain "$file:$line" "the signer sees the data types of net alone (\"$included\")"
  fi
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "${rooms[@]}" --include='*.cc' --include='*.h')

if grep -rnE '#[[:space:]]*include[[:space:]]*[<"](tests|testing|gtest|gmock|rapidcheck)' "${rooms[@]}"; then
  complain src "production code includes test code"
fi

# Two types of one name in one namespace are one type to the linker, which keeps either's functions for both.
# shellcheck disable=SC2016
while read -r type; do
  complain "$type" "is defined in more than one header"
done < <(find "${rooms[@]}" -name '*.h' -print0 | sort -z | xargs -0 awk '
  FNR == 1 { space = "" }
  /^namespace / { space = $2 }
  /^(class|struct|enum class) [A-Za-z_]+.*\{/ { name = $1 == "enum" ? $3 : $2; print space "::" name }' | sort | uniq -d)
exit $bad
