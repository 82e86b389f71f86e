# shellcheck shell=bash
# What lies outside of the site's folder: the unit, the hardware watchdog, the command `mine` with its completion.

UNIT=$SYSTEM/etc/systemd/system/bitcoin-mine.service
WATCHDOG=$SYSTEM/etc/systemd/system.conf.d/bitcoin-mine-watchdog.conf
COMMAND=$SYSTEM/usr/local/bin/mine
COMPLETION=$SYSTEM/usr/share/bash-completion/completions/mine

write_host_files() {
  local from=${1:-$SOURCE}
  step "Service, watchdog and the command mine"
  filled "$from/scripts/install/mine" | put "$COMMAND" 0755
  if [ -z "$DRY" ]; then
    in_image "$NEW" -- mine --show-completion bash | put "$COMPLETION" 0644
  fi
  if [ -n "$NO_SYSTEMD" ]; then
    note "without systemd: start and stop it with $FOLDER/current/scripts/install/compose up --detach --wait, and stop"
    return
  fi
  filled "$from/scripts/systemd/bitcoin-mine.service" | put "$UNIT" 0644
  write_watchdog "$from"
  if has_systemd; then
    do_it systemctl daemon-reload
    do_it systemctl enable --quiet bitcoin-mine.service
  fi
}

filled() { sed "s|@FOLDER@|$FOLDER|g" "$1"; }

# The Pi's own watchdog resets it when the kernel or systemd stands still. What an administrator has set stays.
write_watchdog() {
  if [ ! -e "$SYSTEM/dev/watchdog" ]; then
    note "no /dev/watchdog: nothing resets this machine when its kernel hangs (on an older Pi: dtparam=watchdog=on)"
    return
  fi
  if grep -ls '^RuntimeWatchdogSec=' "$SYSTEM"/etc/systemd/system.conf "$SYSTEM"/etc/systemd/system.conf.d/*.conf |
    grep -qvxF "$WATCHDOG"; then
    note "hardware watchdog: set already, and left as it is"
    return
  fi
  [ ! -e "$WATCHDOG" ] || return 0
  put "$WATCHDOG" 0644 <"$1/scripts/systemd/watchdog.conf"
  ! has_systemd || do_it systemctl daemon-reexec
}

# The unit follows the containers that run already; the new version's own installer renews what lies outside the folder.
take_host_over() {
  local limits=declared # an update accepts nothing for the operator: the alarm about limits stays as it was
  ! grep -Eq '^[[:blank:]]*(export[[:blank:]]+)?MINE_LIMITS[[:blank:]]*=' "$FOLDER/site.env" || limits=$(site_value MINE_LIMITS)
  exec 9>&- # it takes the lock itself
  bash "$NEW/scripts/install.sh" --yes --folder "$FOLDER" --no-docker-install --without-memory-limits --set "MINE_LIMITS=$limits" \
    ${NO_SYSTEMD:+--no-systemd} >"$FOLDER/logs/last-install.log" 2>&1 ||
    warn "the host's files could not be renewed, see $FOLDER/logs/last-install.log"
}

start_site() {
  local services
  step "Start"
  if [ -z "$DRY" ] && [ -d "$FOLDER/data/.before-update" ]; then # of an update that was cut off
    exec 9>&- # it takes the lock itself
    "$NEW/scripts/install/unfinished"
  fi
  if has_systemd; then
    take_new_values
    do_it systemctl start bitcoin-mine.service
  else
    do_it start_containers "$NEW" || warn "not all of it could be started: $LAST"
  fi
  [ -z "$DRY" ] || return 0
  wait_until_healthy "$NEW" 180 || {
    services=$(unhealthy "$NEW")
    services=${services%, }
    fail "$EXIT_FAILED" "Not healthy after 180 s: ${services:-nothing runs}. See: mine logs, journalctl -u bitcoin-mine -n 50. \
Run this again when it is mended."
  }
  note "all services are healthy"
  tell_unstored
}

# Control goes on without records, and so does all else: who installs hears of it here. At a start they take a moment to be opened.
tell_unstored() {
  local found end=$((SECONDS + 20))
  while found=$(of unstored "$(look "$NEW" 2>/dev/null || true)") && [ -n "$found" ]; do
    [ "$SECONDS" -lt "$end" ] || { warn "the records are not stored: $found"; return 0; }
    sleep 1
  done
}

# What runs goes by the site.env of its start: a page that shall listen elsewhere must do so from now on.
take_new_values() {
  if [ -z "$CHANGED" ] || ! systemctl is-active --quiet bitcoin-mine.service; then return; fi
  if sure "site.env has other values now. Restart the site with them (some 15 s without control)?"; then
    do_it systemctl restart bitcoin-mine.service
  else
    warn "what runs goes by the old values of site.env until: sudo systemctl restart bitcoin-mine"
  fi
}

# Killed from here on, an update takes nothing back itself. A unit of its own waits for its end, whichever it is, and starts the site:
# that start takes back what was cut off. The lock is let go by the last of what the update had begun.
guard_update() {
  has_systemd || return 0
  systemd-run --quiet --collect --unit="bitcoin-mine-update-$$" --description="Bitcoin Mine Control, should its update be killed" \
    bash -c 'tail --pid="$1" -f /dev/null; flock "$2" true; systemctl start bitcoin-mine.service' guard $$ "$FOLDER/.lock" ||
    warn "nobody takes this update back should it be killed; then: sudo systemctl start bitcoin-mine"
}

# The release's containers without a unit; LAST is compose's last word.
start_containers() { drop_netless; LAST=$("$1/scripts/install/compose" up --detach --no-build --remove-orphans 2>&1) || { LAST=${LAST##*$'\n'}; return 1; }; }

# In the way in which it was started; within 20 s.
stop_site() {
  if has_systemd && [ -f "$UNIT" ]; then
    do_it systemctl stop bitcoin-mine.service
  fi
  do_it "${1:-$(current)}/scripts/install/compose" stop --timeout 15 >/dev/null 2>&1 || true
}
