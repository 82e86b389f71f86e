#!/usr/bin/env bash
# Builds the manual into site/, and fails on a dead link or anchor, or on anything that a page would load from elsewhere.
# The tool is in a folder of its own in .venv: the services and the tests need none of it. The second time it takes a second.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=.venv/docs
lock=requirements/docs.txt
stamp=.venv/.installed-docs

fail() { printf 'docs: %s\n' "$*" >&2; exit 1; }

install() {
  local hash
  hash=$(sha256sum <"$lock" | cut -d ' ' -f 1)
  [ "$(cat "$stamp" 2>/dev/null)" != "$hash" ] || return 0
  rm -rf "$tool"
  .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --target "$tool" -r "$lock"
  echo "$hash" >"$stamp"
}

# In plain letters, and without the tool's own trace after what it found.
build() {
  PYTHONPATH=$tool .venv/bin/python -m zensical build --clean --strict 2>&1 |
    sed -e 's/\x1b\[[0-9;]*m//g' -e '/issues\? found$/,$ { /issues\? found$/! { /^Build/! d } }'
}

# A link to elsewhere is a reader's choice; a script, a style, a picture or a font from elsewhere is not.
from_elsewhere() {
  grep -rnoE --include='*.html' '<(script|img|iframe|source)[^>]* src="?https?:[^ >]*|<link[^>]* href="?https?:[^ >]*' site ||
    grep -rnoE --include='*.css' 'url\("?https?:[^)]*|@import[^;]*https?:[^;]*' site
}

[ -x .venv/bin/python ] || fail "there is no .venv: make setup-dev first"
install
rm -rf site
build || fail "the manual has the faults above"
[ -f site/index.html ] || fail "nothing was built"
! from_elsewhere || fail "pages load the above from elsewhere"
