#!/usr/bin/env bash
# What a terminal gets passes one of few places, which escape what comes from outside (Printable, PrintableJson in src/base): the log, the
# progress printers, cli/output.cc. Names of files, replies and documents would otherwise be commands to the terminal.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
bad=0
allowed='^(cli/output\.cc|cli/golden_check(_command)?\.cc|src/net/credentials/child_process\.cc|cli/dispatch\.cc|cli/process\.cc|cli/signals\.cc|src/report/(console_log|status_line|progress_printers)\.cc):'
streams='std::(cout|cerr|clog)|\b(out|err)_?(\(\))? *<<|\.(out|err)\(\)|\b(puts|vprintf|fprintf|dprintf) *\(|STD(OUT|ERR)_FILENO|ostream_sink'
if grep -rnE --include='*.cc' --include='*.h' "$streams" cli src | grep -vE "$allowed" | grep -vE '^[^:]+:[0-9]+: *//'; then
  printf '^ printed past Output, the log and the progress printers\n'
  bad=1
fi
# In these, each text that is not this program's own goes through the one function.
for path in cli/output.cc cli/golden_check.cc src/report/console_log.cc; do
  [ -e "$path" ] || continue
  grep -q 'Printable(' "$path" || { printf '%s: prints without Printable\n' "$path"; bad=1; }
done
exit $bad
