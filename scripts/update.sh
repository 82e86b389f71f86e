#!/usr/bin/env bash
# To another version, and back by itself when that one does not pass its test: sudo mine update
# shellcheck disable=SC2034 # the parts under install/ read what is set here
set -euo pipefail
RELEASE=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
for part in say folders release values networks host selftest data source; do
  # shellcheck source=/dev/null
  . "$RELEASE/scripts/install/$part.sh"
done

FOLDER=$(realpath -m /opt/bitcoin-mine) REF='' FROM='' FORCE='' NO_SYSTEMD='' TEST_S=120 WATCH_S=75 STOPPED='' PROJECT='' SOURCE=''
readonly MAY="normal starting manual"

usage() {
  cat <<'TEXT'
sudo mine update [options]    fetches the newest of the checkout's branch, backs up, builds, tests, and goes back if the test fails

  --ref REF           a tag, branch or commit of the checkout's repository
  --from PLACE        a folder or a .tar.gz with the program instead
  --force             also while the site curtails, restores, is tripped or silent, and without a backup
  --yes               ask nothing
  --dry-run           ask the site, and say what would be done; nothing is fetched
  --self-test-s S     how long the new version has for its test (120)
  --watch-s S         how long it is watched when it has passed (75)
  --folder FOLDER     where the site lies (/opt/bitcoin-mine)
  --no-systemd        the site runs without a unit

Exit codes: 0 done, or nothing new; 1 a step failed before anything was changed; 2 wrong option; 3 refused: the site curtails,
restores, is tripped or silent, or another update runs; 5 the new version failed its test and the one before runs again; 6 it
failed, and the one before is not well either.
TEXT
}

options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --force) FORCE=yes ;;
      --yes) YES=yes ;;
      --dry-run) DRY=yes ;;
      --no-systemd) NO_SYSTEMD=yes ;;
      --help | -h) usage; exit 0 ;;
      --ref | --from | --folder | --self-test-s | --watch-s)
        [ -n "${2:-}" ] || fail "$EXIT_MISTAKES" "$1 needs a value"
        case $1 in --ref) REF=$2 ;; --from) FROM=$2 ;; --folder) FOLDER=$(realpath -m "$2") ;; --watch-s) WATCH_S=$2 ;; *) TEST_S=$2 ;; esac
        shift
        ;;
      *) fail "$EXIT_MISTAKES" "unknown option $1 (--help lists them)" ;;
    esac
    shift
  done
  [[ $TEST_S,$WATCH_S =~ ^(0|[1-9][0-9]{0,4}),(0|[1-9][0-9]{0,4})$ ]] ||
    fail "$EXIT_MISTAKES" "--self-test-s $TEST_S, --watch-s $WATCH_S: whole seconds are wanted"
}

main() {
  apart "$@"; options "${APART[@]}"
  OLD=$(current)
  [[ -n $OLD && -f $FOLDER/site.env ]] || fail "$EXIT_MISTAKES" "$FOLDER is no installed site"
  [ "$(id -u)" = 0 ] || { [ -n "$DRY" ] && docker version >/dev/null 2>&1; } || fail "$EXIT_MISTAKES" "not root: run it with sudo"
  PROJECT=$(site_value COMPOSE_PROJECT_NAME)
  [ -z "$DRY" ] || { tell_steps; return; }
  alone "$FOLDER"
  trap leave EXIT
  fetch_source
  stage_release
  if [ "$NEW" = "$OLD" ]; then
    note "$(basename "$OLD") runs already: there is nothing new"
    return
  fi
  tell_if_older
  may_be_updated
  build_release
  may_be_updated # a build takes minutes on a Pi
  back_up "$OLD"
  change_over
}

# Without fetching anything: a dry run writes nowhere, and may be asked for by who is not root.
tell_steps() {
  may_be_updated
  note "would: take ${REF:-what is newest} from ${FROM:-$(site_value MINE_SOURCE)}; build it unless it runs already"
  note "would: back up, stop $(basename "$OLD"), start the new one, test it for up to $TEST_S s, go back if it fails"
}

leave() {
  local code=$?
  trap - EXIT
  [ -z "$WORK" ] || rm -rf "$WORK"
  [ -z "$STOPPED" ] || take_back "it was interrupted"
  exit "$code"
}

# Nobody is told that it is safe by silence: a site that says nothing is not updated either.
may_be_updated() {
  local found mode trips
  found=$(look "$OLD" 2>/dev/null || true)
  mode=$(of mode "$found") trips=$(of trips "$found") FRESH=$(of fresh "$found")
  step "The site: ${mode:-says nothing}${trips:+, trips: $trips}"
  if [[ " $MAY " == *" ${mode:-silent} "* ]] && [ "$trips" = 0 ]; then return; fi
  [ -z "$FORCE" ] || { warn "that is no moment for an update, and --force: going on"; return; }
  fail "$EXIT_REFUSED" "No update now: the mode is ${mode:-unknown (does it run? start it first)}, not one of: $MAY${trips:+ (trips: $trips)}. \
What runs goes on. All the same: mine update --force"
}

# From here on every end leads to a version that runs. A terminal that goes away must not end it half-way.
change_over() {
  trap '' HUP PIPE
  trap 'exit 130' INT TERM
  step "Changing over from $(basename "$OLD") to $(basename "$NEW")"
  STOPPED=yes; guard_update
  stop_site "$OLD"
  keep_records "$OLD"
  start_containers "$NEW" || warn "not all of it could be started: $LAST"
  step "Test, up to $TEST_S s"
  { self_test "$NEW" "$TEST_S" "$FRESH" && stays_well "$NEW" "$WATCH_S"; } || take_back "it did not pass its test: $WANTING"
  switch_to "$NEW"
  STOPPED=
  rm -rf "$FOLDER/data/.before-update"
  record "updated from $(basename "$OLD") to $(basename "$NEW")"
  take_host_over
  drop_old_releases
  step "Done: $(basename "$NEW") runs"
}

take_back() {
  trap '' INT TERM
  set +e
  STOPPED='' NEW_FAILED=$(basename "$NEW")
  warn "$NEW_FAILED: $1. Going back to $(basename "$OLD")"
  "$NEW/scripts/install/compose" --ansi never logs --no-color --tail 20 2>&1 | plain >"$FOLDER/logs/failed-update.log"
  "$NEW/scripts/install/compose" stop --timeout 15 >/dev/null 2>&1
  give_back_records "$OLD"
  switch_to "$OLD" # if it was cut off in its last step
  start_containers "$OLD" || warn "not all of it could be started: $LAST"
  ! has_systemd || systemctl start bitcoin-mine.service
  if self_test "$OLD" "$TEST_S" "$FRESH"; then
    drop_old_releases
    record "$NEW_FAILED: $1; $(basename "$OLD") runs again"
    fail "$EXIT_TAKEN_BACK" "$(basename "$OLD") runs again. The last lines of $NEW_FAILED: $FOLDER/logs/failed-update.log"
  fi
  fail "$EXIT_NOT_WELL" "$(basename "$OLD") was started again and is not well: $WANTING. See: mine status, mine logs"
}

# In the site's audit, by the request for one full cycle, and in a file of the folder.
record() {
  printf '%s %s\n' "$(date -Is)" "$1" >>"$FOLDER/logs/updates.log"
  look "$(current)" "$1" >/dev/null 2>&1 || warn "the audit could not be told: $1"
}

main "$@"
