#!/usr/bin/env bash
# Takes the program off this machine. Records, secrets, configuration and logs stay, unless --purge.
# shellcheck disable=SC2034 # the parts under install/ read what is set here
set -euo pipefail
RELEASE=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
for part in say folders release host; do
  # shellcheck source=/dev/null
  . "$RELEASE/scripts/install/$part.sh"
done

FOLDER=$(realpath -m /opt/bitcoin-mine) PURGE='' NO_SYSTEMD='' SOURCE=''

usage() {
  cat <<'TEXT'
sudo mine uninstall [options]    stops the site and removes the program; the devices stay as they are

  --purge             remove records, secrets, configuration, backups and logs too; asked twice, or with --yes --purge NAME
  --yes               ask nothing
  --dry-run           say what would be done
  --folder FOLDER     where the site lies (/opt/bitcoin-mine)
  --no-systemd        the site runs without a unit

Exit codes: 0 done, 1 a step failed, 2 wrong option, 3 not confirmed.
TEXT
}

options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --purge)
        PURGE=yes
        case ${2:-} in -* | '') ;; *) PURGE_NAME=$2; shift ;; esac
        ;;
      --yes) YES=yes ;;
      --dry-run) DRY=yes ;;
      --no-systemd) NO_SYSTEMD=yes ;;
      --folder) [ -n "${2:-}" ] || fail "$EXIT_MISTAKES" "--folder needs a value"; FOLDER=$(realpath -m "$2"); shift ;;
      --help | -h) usage; exit 0 ;;
      *) fail "$EXIT_MISTAKES" "unknown option $1 (--help lists them)" ;;
    esac
    shift
  done
}

main() {
  apart "$@"; options "${APART[@]}"
  [ -f "$FOLDER/site.env" ] || [ ! -d "$FOLDER/data" ] || fail "$EXIT_MISTAKES" "The program is off already. What was kept lies in $FOLDER: \
installing again takes it up, and sudo rm -r $FOLDER removes it for ever"
  [ -f "$FOLDER/site.env" ] || fail "$EXIT_MISTAKES" "$FOLDER is no installed site"
  [ "$(id -u)" = 0 ] || [ -n "$DRY" ] || fail "$EXIT_MISTAKES" "not root: run it with sudo"
  alone "$FOLDER"
  PROJECT=$(site_value COMPOSE_PROJECT_NAME)
  sure "Stop the site and remove the program? Nobody watches and nobody curtails from then on." ||
    fail "$EXIT_REFUSED" "Not confirmed. Nothing was changed."
  [ -z "$PURGE" ] || confirm_purge
  remove_program
  if [ -n "$PURGE" ]; then
    step "Removing records, secrets, configuration and logs"
    do_it rm -rf "$FOLDER" || [ -z "$(ls -A "$FOLDER")" ] || # a disk of its own is left empty
      fail "$EXIT_FAILED" "Not all of $FOLDER could be removed, see above. Mend that, then: sudo rm -r $FOLDER"
    for name in secrets ledger alerts history backups; do do_it docker volume rm --force "${PROJECT}_$name" >/dev/null 2>&1 || true; done
    remove_user
  else
    note "kept in $FOLDER: records, secrets, backups, logs, configuration and site.env.kept (addresses, ports)."
    note "Installing again takes them up. What was changed in compose.override.yml stays too"
  fi
  note "Docker stays, and base images that others may use: sudo docker image prune --all removes what nothing runs of"
  step "Done"
}

# While records lie here they are its.
remove_user() {
  local prefix=()
  grep -q "^bitcoin-mine:[^:]*:$MINE_UID:" "$SYSTEM/etc/passwd" || return 0
  [ -z "$SYSTEM" ] || prefix=(--prefix "$SYSTEM")
  do_it userdel "${prefix[@]}" bitcoin-mine || warn "the user bitcoin-mine stays: sudo userdel bitcoin-mine"
}

# The second question wants the folder's name, which no finger types by habit.
confirm_purge() {
  local name=${PURGE_NAME:-}
  if [ -z "$name" ] && [ -z "$YES" ] && [ -t 0 ]; then
    read -r -p "   All records and secrets in $FOLDER will be lost. Type the folder's name to go on: " name
  fi
  [ "$name" = "$FOLDER" ] || [ -n "$DRY" ] || fail "$EXIT_REFUSED" "Not confirmed. Nothing was changed."
}

remove_program() {
  step "Stopping"
  stop_site
  if has_systemd && [ -f "$UNIT" ]; then
    do_it systemctl disable --quiet bitcoin-mine.service
  fi
  [ ! -e "$FOLDER/current" ] || do_it "$(current)/scripts/install/compose" --progress quiet down --timeout 15 --remove-orphans ||
    fail "$EXIT_FAILED" "The containers could not be removed, see above. Mend that, then run this again; the program is still there."
  do_it docker volume rm --force "${PROJECT}_broker" >/dev/null
  step "Removing the program"
  do_it rm -f "$UNIT" "$WATCHDOG" "$COMMAND" "$COMPLETION"
  ! has_systemd || do_it systemctl daemon-reload
  docker images --format '{{.Repository}}:{{.Tag}}' bitcoin-mine-control | while read -r image; do
    [ ! -d "$FOLDER/releases/${image#*:}" ] || do_it docker image rm "$image" >/dev/null 2>&1 || note "$image stays: something else uses it"
  done
  do_it rm -rf "$FOLDER/releases" "$FOLDER/current" "$FOLDER/previous"
  do_it mv "$FOLDER/site.env" "$FOLDER/site.env.kept"
}

main "$@"
