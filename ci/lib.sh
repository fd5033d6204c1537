# shellcheck shell=bash
# Shared by ./dev and the scripts beside this one. Sourced from the top of the repository.

venv=build/venv

say() { printf '%s\n' "$*"; }

fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 2
}

# All C++ files of the project, NUL between them.
cpp_files() {
  local rooms=()
  local room
  for room in src cli testing tests bench; do [ ! -d "$room" ] || rooms+=("$room"); done
  find "${rooms[@]}" \( -name '*.cc' -o -name '*.h' \) -print0 | sort -z
}

# All shell scripts of the project, NUL between them.
shell_files() {
  {
    printf '%s\0' dev .ci/run
    find ci scripts bench tests testing -name '*.sh' -print0 2>/dev/null || true
  } | sort -z
}

# need GROUP...: installs the packages of these groups of ci/packages.txt that this machine lacks; costs nothing when it lacks none.
need() {
  [ -z "${VAMS_DEV_NO_INSTALL:-}" ] || return 0
  command -v dpkg-query >/dev/null ||
    fail "this is no Debian. Install by hand what ci/packages.txt names, then set VAMS_DEV_NO_INSTALL=1"
  local pattern missing as_root=()
  pattern=$(IFS='|' && printf '^(%s) ' "$*")
  missing=$(grep -E "$pattern" ci/packages.txt | cut -d' ' -f2 | while read -r package; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
  done)
  [ -n "$missing" ] || return 0
  say "installing: $missing"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "these packages are missing and installing needs root: run as root: apt-get install $missing"
    as_root=(sudo)
  fi
  local log=build/setup.log
  mkdir -p build
  # The lists may be absent (fresh image) or older than the mirror: one update, then one more try.
  # shellcheck disable=SC2086 # a list of words
  if ! install_packages $missing >"$log" 2>&1; then
    "${as_root[@]}" apt-get update >>"$log" 2>&1 || true
    install_packages $missing >>"$log" 2>&1 || {
      tail -n 20 "$log" >&2
      fail "apt-get could not install: $missing (whole log: $log)"
    }
  fi
}

install_packages() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" </dev/null
}

# The Python environment of the end-to-end tests, made again only when its requirements change.
need_venv() {
  local requirements=tests/e2e/requirements.txt
  cmp -s "$requirements" "$venv/requirements.txt" && [ -x "$venv/bin/python" ] && return 0
  say "making the Python environment of the end-to-end tests in $venv"
  mkdir -p build
  rm -rf "$venv"
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" </dev/null ||
    fail "pip could not install $requirements"
  cp "$requirements" "$venv/requirements.txt"
}

# ccache hits across checkouts, and what g++ precompiles; a cache in build/ where the home directory cannot hold one.
ccache_settings() {
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
  if [ -z "${CCACHE_DIR:-}" ] && ! mkdir -p "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/ccache" 2>/dev/null; then
    export CCACHE_DIR=$PWD/build/ccache
  fi
}

# configure PRESET [-DNAME=VALUE...]: only if it never was, or was with other options; from scratch if the presets changed since.
configure() {
  local preset=$1 stamp=build/$1/configured log=build/configure-$1.log fresh=()
  shift
  ccache_settings
  local presets
  presets=$(sha256sum CMakePresets.json)
  if [ -f "$stamp" ]; then
    [ "$(cat "$stamp")" != "$presets $*" ] || return 0
    [[ $(cat "$stamp") == "$presets "* ]] || fresh=(--fresh)
  fi
  mkdir -p build
  cmake --preset "$preset" "${fresh[@]}" "$@" >"$log" 2>&1 </dev/null || {
    tail -n 40 "$log" >&2
    fail "cmake --preset $preset failed (whole log: $log)"
  }
  printf '%s\n' "$presets $*" >"$stamp"
}

build_preset() {
  configure "$1"
  cmake --build "build/$1"
}

# The programs alone, which need no test package; one for each cli/*_main.cc, linked into build/bin/.
build_release() {
  local tests=OFF
  # With the tests' packages, so that `./dev test` after it does not configure again; programs need neither of the two.
  [ ! -f /usr/include/gtest/gtest.h ] || [ ! -f /usr/include/rapidcheck.h ] || tests=ON
  configure release -DVAMS_TESTS=$tests
  cmake --build build/release --target programs
  mkdir -p build/bin
  local main program
  for main in cli/*_main.cc; do
    [ -f "$main" ] || continue
    program=$(basename "$main" _main.cc)
    ln -f "build/release/bin/${program//_/-}" build/bin/
  done
}
