#!/usr/bin/env bash
# A backup by hand: in the containers where they run, else on this computer. Arguments are those of `mine backup`.
set -euo pipefail
cd "$(dirname "$0")/.."

if docker compose ps --status running --services 2>/dev/null | grep -qx backup; then
  exec docker compose exec -T backup mine backup "$@"
fi
exec .venv/bin/python -m services.cli.main backup "$@"
