#!/usr/bin/env bash
# hardened.sh [DIR]: whether the programs in DIR (default: build/bin) were built as cmake/Rooms.cmake wants what is shipped: position
# independent, no stack that runs, symbols bound and sealed before main, stack protector, checked libc calls, probed stack, CET.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
directory=${1:-build/bin}
bad=0
found=0

lacks() {
  printf '%s: %s\n' "$1" "$2"
  bad=1
}

for program in "$directory"/*; do
  if [ ! -f "$program" ] || [ ! -x "$program" ] || ! LC_ALL=C readelf -h "$program" >/dev/null 2>&1; then continue; fi
  found=1
  header=$(LC_ALL=C readelf -hW "$program")
  segments=$(LC_ALL=C readelf -lW "$program")
  dynamic=$(LC_ALL=C readelf -dW "$program")
  symbols=$(LC_ALL=C readelf --dyn-syms -W "$program")
  grep -q 'Type:.*DYN' <<<"$header" || lacks "$program" "not position independent (-fPIE -pie)"
  grep -qE 'GNU_STACK +.* RW +0x' <<<"$segments" || lacks "$program" "a stack that can be executed (-z noexecstack)"
  grep -q 'GNU_RELRO' <<<"$segments" || lacks "$program" "no section is read-only after relocation (-z relro)"
  grep -qE '\(FLAGS(_1)?\).*(BIND_NOW|NOW)' <<<"$dynamic" || lacks "$program" "symbols are bound lazily (-z now)"
  grep -q '__stack_chk_fail' <<<"$symbols" || lacks "$program" "no stack protector (-fstack-protector-strong)"
  grep -v '__stack_chk_fail' <<<"$symbols" | grep -qE '__[a-z]+_chk(@| |$)' || lacks "$program" "no checked calls of libc (-D_FORTIFY_SOURCE=2)"
  if grep -q 'Machine:.*X86-64' <<<"$header"; then
    # Each function begins with endbr64; those of the C runtime alone are two. (The note in the program says nothing: Debian's start-up
    # objects lack it.) A large frame touches each of its pages on the way down.
    read -r landings probes < <(LC_ALL=C objdump -d --no-show-raw-insn "$program" 2>/dev/null |
      awk '/endbr64/ {landings++} /or[ql] +[$]0x0,(0x[0-9a-f]+)?[(]%rsp[)]/ {probes++} END {print landings + 0, probes + 0}')
    [ "$landings" -gt 8 ] || lacks "$program" "no control-flow protection (-fcf-protection=full)"
    [ "$probes" -gt 0 ] || lacks "$program" "no probes of the stack (-fstack-clash-protection)"
  fi
done
[ "$found" = 1 ] || lacks "$directory" "no program there: ./dev build makes them"
exit $bad
