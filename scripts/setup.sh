#!/usr/bin/env bash
# Makes .venv with hashed packages: `setup.sh demo` for a run, `setup.sh dev` for checks and tests. The second time it is instant.
# As root it installs what the system lacks; else it names the one command that does.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-demo}
locked=requirements/$kind.txt
stamp=.venv/.installed-$kind

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

locks_of() { [ "$1" = dev ] && echo requirements/dev.txt requirements/generator.txt || echo "requirements/$1.txt"; }

# shellcheck disable=SC2046 # one lock or two
hash_of() { cat $(locks_of "$1") | sha256sum | cut -d ' ' -f 1; }

# dev holds all that demo holds.
is_installed() { [ "$(cat ".venv/.installed-$1" 2>/dev/null)" = "$(hash_of "$1")" ]; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local candidate
  for candidate in python3 python3.11 python3.12 python3.13 python3.14; do
    if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
      echo "$candidate"
      return
    fi
  done
}

# The distribution's packages that are missing for this kind of set-up.
lacking() {
  [ -n "$(find_python)" ] || echo python3
  [ -z "$(find_python)" ] || "$(find_python)" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  PATH=$PATH:/usr/sbin command -v mosquitto >/dev/null || echo mosquitto
  if [ "$kind" = dev ]; then
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || echo chromium
    command -v cc >/dev/null || echo gcc libc6-dev  # a test that gives the services a calendar of their own
  fi
}

# Installs without letting the package start its service: the broker of a run is our own, with our users.
install_packages() {
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made=yes
  fi
  local failed=
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null; } || failed=yes
  [ -z "$made" ] || rm -f "$policy"
  [ -z "$failed" ]
}

packages() {
  local missing
  missing=$(lacking | tr '\n' ' ')
  [ -n "${missing// /}" ] || return 0
  # shellcheck disable=SC2086 # words, not one name
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing $missing"
    install_packages $missing || fail "apt-get could not install: $missing"
  elif [ "${missing// /}" = mosquitto ] && [ "$kind" = demo ]; then
    say "no Mosquitto: a small broker within the program is used (better: sudo apt-get install mosquitto)"
  else
    fail "please run: sudo apt-get install $missing"
  fi
}

# One that was cut off has no pip, and one of a Python that the system has replaced since has nothing at all.
is_whole() { .venv/bin/python -c 'import importlib.util, sys; sys.exit(not importlib.util.find_spec("pip"))' 2>/dev/null; }

packages
if is_whole && { is_installed "$kind" || is_installed dev; }; then
  exit 0
fi
python=$(find_python)
[ -n "$python" ] || fail "Python 3.11 or newer is needed"
is_whole || "$python" -m venv --clear .venv
say "installing the packages of $locked"
# Quiet twice: errors alone. Once would still warn of every place of packages that is not there.
install() { .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes "$@"; }
install -r "$locked"
[ "$kind" != dev ] || install --upgrade --target .venv/generator -r requirements/generator.txt
hash_of "$kind" >"$stamp"
