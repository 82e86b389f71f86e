#!/usr/bin/env bash
# A backup by hand: in the containers where they run, else on this computer. Arguments are those of `mine backup`.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
here=$(pwd -P)
mine=(.venv/bin/python -m services.cli.main)
without="${mine[*]} backup"
where="on this computer, of $here"

refuse() {
  printf '%s\n' "No backup was made: $1" "Of a site that runs without containers it is MINE_CONFIG=... $without" >&2
  exit 1
}

# Projects of one name are one to compose, whatever folder they were started in.
container=$(docker compose ps --status running --quiet backup 2>/dev/null | head -n 1) || container=
if [ -n "$container" ]; then
  theirs=$(docker inspect --format '{{index .Config.Labels "com.docker.compose.project.working_dir"}}' "$container")
  if [ "$(cd "$theirs" 2>/dev/null && pwd -P || echo "$theirs")" = "$here" ]; then
    mine=(docker compose exec -T backup mine)
    where="in the containers of $here"
    config=$("${mine[@]:0:5}" printenv MINE_CONFIG) || config=
    [ "${MINE_CONFIG:-$config}" = "$config" ] ||
      refuse "MINE_CONFIG is $MINE_CONFIG, and the containers of this folder go by ${config:-config/config.txt}."
  elif [ -z "${MINE_CONFIG:-}" ]; then
    refuse "the containers of this compose project are those of $theirs, and this is $here."
  fi
fi

code=0
"${mine[@]}" backup "$@" || code=$?
site=$("${mine[@]}" config show 2>/dev/null | sed -n 's/^site = \([^ ]*\).*/\1/p' | head -n 1) || true
echo "Site: ${site:-unknown}, $where${MINE_CONFIG:+ by $MINE_CONFIG}" >&2
exit "$code"
