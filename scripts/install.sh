#!/usr/bin/env bash
# From a fresh Raspberry Pi to a site that observes: sudo scripts/install.sh. It may be run again at any time: what is there stays.
# shellcheck disable=SC2034 # the parts under install/ read what is set here
set -euo pipefail
SOURCE=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
for part in say machine memory engine retire retire_records folders release values networks host selftest; do
  # shellcheck source=/dev/null
  . "$SOURCE/scripts/install/$part.sh"
done

FOLDER=$(realpath -m /opt/bitcoin-mine) PROJECT='' SITE='' PAGE_ADDRESS='' PAGE_PORT='' DEBUG_PORT='' GIVEN=()
NO_ENGINE='' NO_SYSTEMD='' NO_START='' ANY_LIMITS=''

usage() {
  cat <<'TEXT'
sudo scripts/install.sh [options]      installs this checkout on this machine; run again, it repairs and changes nothing else

  --yes                    ask nothing: take the defaults, and yes to what is offered
  --dry-run                say what would be done, and do nothing (needs no root)
  --site NAME              the site's name in a new configuration (mine)
  --folder FOLDER          where it lies (/opt/bitcoin-mine)
  --page-address ADDRESS   where the page listens (0.0.0.0)
  --page-port PORT         8000
  --debug-port PORT        5000, on loopback alone
  --old-folder FOLDER      where the old product lies, when its unit does not say
  --set NAME=VALUE         a variable of docker-compose.yml, kept in site.env; may be repeated
  --project NAME           compose's name for it (bitcoin-mine)
  --no-docker-install      do not install Docker
  --no-systemd             no service, no watchdog
  --no-start               install, and leave it stopped
  --without-memory-limits  go on where the kernel enforces none, and without the alarm about it

Exit codes: 0 done, 1 a step failed, 2 wrong option, 3 this machine, or the site at this moment, does not allow it, 4 reboot and
run it again. Where another version is installed it goes on as its update, and then also: 5 the new version failed its test and
the one before runs again, 6 it failed, and the one before is not well either.
TEXT
}

options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --yes) YES=yes ;;
      --dry-run) DRY=yes ;;
      --no-docker-install) NO_ENGINE=yes ;;
      --no-systemd) NO_SYSTEMD=yes ;;
      --no-start) NO_START=yes ;;
      --without-memory-limits) ANY_LIMITS=yes ;;
      --help | -h) usage; exit 0 ;;
      --site | --folder | --page-address | --page-port | --debug-port | --old-folder | --set | --project)
        [ -n "${2:-}" ] || fail "$EXIT_MISTAKES" "$1 needs a value"
        valued "$1" "$2"
        shift
        ;;
      *) fail "$EXIT_MISTAKES" "unknown option $1 (--help lists them)" ;;
    esac
    shift
  done
}

valued() {
  case $1 in
    --site) SITE=$2; check_site ;;
    --folder) FOLDER=$(realpath -m "$2") ;;
    --page-address) PAGE_ADDRESS=$2; GIVEN+=("MINE_PAGE_ADDRESS=$2") ;;
    --page-port) PAGE_PORT=$(port "$1" "$2"); GIVEN+=("MINE_PAGE_PORT=$2") ;;
    --debug-port) DEBUG_PORT=$(port "$1" "$2"); GIVEN+=("MINE_DEBUG_PORT=$2") ;;
    --old-folder) OLD_FOLDER=$(old_folder "$2") ;;
    --project) PROJECT=$2 ;;
    --set) check_variable "$2"; GIVEN+=("$2") ;;
  esac
}

check_variable() {
  [[ $1 =~ ^[A-Z][A-Z0-9_]*=[^\"\']*$ ]] || fail "$EXIT_MISTAKES" "--set $1: NAME=VALUE is wanted"
  [[ ! $1 =~ ^(COMPOSE_PROJECT_NAME|MINE_(HOME|CONFIG_FOLDER|SOURCE|PAGE_ADDRESS|PAGE_PORT|DEBUG_PORT))= ]] ||
    fail "$EXIT_MISTAKES" "--set $1: --project, --folder, --page-address, --page-port or --debug-port say that, and are checked"
}

# Whole and without `..`: what speaks of it is found by its name.
old_folder() {
  local folder
  folder=$(realpath -ms -- "$1")
  [ -d "$SYSTEM$folder" ] || fail "$EXIT_MISTAKES" "--old-folder $1: there is no such folder"
  echo "${folder%/}"
}

port() {
  if ! [[ $2 =~ ^[0-9]{1,5}$ ]] || [ "$2" -lt 1 ] || [ "$2" -gt 65535 ]; then
    fail "$EXIT_MISTAKES" "$1 $2: a port is 1 to 65535"
  fi
  echo "$2"
}

main() {
  apart "$@"; options "${APART[@]}"
  [[ ${PROJECT:-none} =~ ^[a-z0-9][a-z0-9_-]*$ ]] || fail "$EXIT_MISTAKES" "--project $PROJECT: small letters, digits, _ and - alone"
  [[ -z $PAGE_ADDRESS || $PAGE_ADDRESS =~ ^[0-9A-Fa-f.:]+$ ]] || fail "$EXIT_MISTAKES" "--page-address $PAGE_ADDRESS: an IP address is wanted"
  [[ $FOLDER =~ ^/[A-Za-z0-9/._-]+$ ]] || fail "$EXIT_MISTAKES" "--folder $FOLDER: letters, digits, / . _ and - alone"
  PAGE_PORT=${PAGE_PORT:-$(site_value MINE_PAGE_PORT | grep . || echo 8000)}
  DEBUG_PORT=${DEBUG_PORT:-$(site_value MINE_DEBUG_PORT | grep . || echo 5000)}
  [ "$PAGE_PORT" != "$DEBUG_PORT" ] || fail "$EXIT_MISTAKES" "--page-port and --debug-port are both $PAGE_PORT: two are needed"
  check_project
  check_machine
  [ ! -d "$FOLDER" ] || alone "$FOLDER"
  install_engine
  make_folders
  alone "$FOLDER"
  write_site_env
  stage_release
  another_version
  build_release
  [ -n "$DRY" ] || switch_to "$NEW"
  retire_old_product
  take_over_volumes
  write_config
  check_config
  take_over_records
  write_host_files
  [ -n "$NO_START" ] || start_site
  tell_the_end
}

# A running site is brought to another version by the way that can go back.
another_version() {
  local here
  here=$(current)
  if [ -n "$DRY" ] || [ -z "$here" ] || [ "$here" = "$NEW" ]; then
    return
  fi
  if [ ! -e "$FOLDER/data/ledger/ledger.db" ]; then # an installation that never came to its end has nothing to go back to
    note "$(basename "$here") never ran: $(basename "$NEW") takes its place"
    return
  fi
  note "$(basename "$here") is installed: going on as an update to $(basename "$NEW")"
  [ -z "$CHANGED" ] || warn "site.env has other values now: they count from the site's next start, whatever becomes of the update"
  exec 9>&-
  exec bash "$here/scripts/update.sh" --folder "$FOLDER" --from "$SOURCE" ${YES:+--yes} ${NO_SYSTEMD:+--no-systemd}
}

tell_the_end() {
  local address scheme=http
  step "Done"
  [ -z "$DRY" ] || { note "nothing was done: this was --dry-run"; return; }
  address=$(site_value MINE_PAGE_ADDRESS | grep -vxE '0\.0\.0\.0|::|' || hostname -I 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+){3}' | head -n 1 || true)
  [[ $address != *:* ]] || address="[$address]"
  ! grep -qiE '^ *tls *= *(yes|true|on|1)' "$FOLDER/config/config.txt" || scheme=https
  note "the page:      $scheme://${address:-127.0.0.1}:$(site_value MINE_PAGE_PORT | grep . || echo "$PAGE_PORT")/"
  note "log in as:     operator; the password: sudo cat $FOLDER/data/secrets/operator-password"
  note "configuration: sudo nano $FOLDER/config/config.txt, then: mine check --config-only, then: sudo systemctl restart bitcoin-mine"
  note "next:          mine status says how the site is. It observes; arm it when it decides as you want (docs/manual/getting-started.md)"
}

main "$@"
