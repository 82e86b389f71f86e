#!/usr/bin/env bash
# Every branch of the decision core is taken by a scenario: fails below 100 %, and names what was not.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/settings" <<SETTINGS
[run]
branch = true
parallel = true
patch = subprocess
source = services.controller.core
data_file = $work/data
disable_warnings = module-not-imported, no-data-collected
SETTINGS

run() { .venv/bin/coverage "$1" --rcfile="$work/settings" "${@:2}"; }

jobs=$(nproc 2>/dev/null || echo 2)
run run -m pytest -n "$jobs" --dist worksteal tests/scenarios tests/unit/controller/test_book.py \
  tests/proof/test_requests.py tests/proof/test_meters_and_waits.py
run combine -q
run report --skip-covered --show-missing --fail-under=100
