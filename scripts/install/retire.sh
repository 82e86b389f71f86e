# shellcheck shell=bash
# The old product on the same Pi: one Python script as bitcoin-mine.service, behind nginx, called by cron. Two controllers must not
# command the same devices, so all of it is stopped; nothing is deleted, and what is changed is kept in <folder>/retired.
# shellcheck disable=SC2034 # folders.sh reads TAKEN

readonly OUR_MARK="made by install.sh of Bitcoin Mine Control"
OLD_UNITS=() OLD_SCRIPT=''
OLD_FOLDER=${OLD_FOLDER:-}
OLD_MARKS='bitcoin[-_]mine|dashboard_data\.json'

retire_old_product() {
  find_old_product
  if [ ${#OLD_UNITS[@]} -eq 0 ] && [ -z "$OLD_FOLDER" ]; then
    return
  fi
  step "Retiring the old product${OLD_FOLDER:+ in $OLD_FOLDER}"
  RETIRED=$FOLDER/retired/$(date -u +%Y%m%dT%H%M%SZ)
  do_it install -d -m 0750 "$RETIRED"
  [ -n "$DRY" ] || printf '%s\n' "$OLD_FOLDER" >"$FOLDER/.retiring" # cut off from here on, the next run finds the rest by it
  retire_units
  retire_cron
  retire_site
  take_over_config
  warn_of_processes
}

# A unit of that name which is not ours, or what an installation that was cut off has noted. Its folder is where it works, or where
# its script lies.
find_old_product() {
  local unit lines
  for unit in "$SYSTEM"/etc/systemd/system/bitcoin-mine*.service "$SYSTEM"/etc/systemd/system/bitcoin-mine*.timer; do
    [ -f "$unit" ] && ! grep -q "$OUR_MARK" "$unit" && OLD_UNITS+=("$unit")
  done
  [ -n "$OLD_FOLDER" ] || OLD_FOLDER=$(cat "$FOLDER/.retiring" 2>/dev/null || true)
  [ ${#OLD_UNITS[@]} -gt 0 ] || return 0
  lines=$(cat "${OLD_UNITS[@]}" | sed -e 's/[[:space:]]*$//' -e 's/^[[:space:]]*//' -e "s/[\"']//g") # as systemd reads them
  OLD_SCRIPT=$(sed -n 's/^ExecStart=.*[ =]\(\/[^ ]*\.py\).*/\1/p' <<<"$lines" | head -n 1)
  [ -n "$OLD_FOLDER" ] || OLD_FOLDER=$(sed -n 's/^WorkingDirectory=-\{0,1\}\(\/.*\)/\1/p' <<<"$lines" | head -n 1)
  OLD_FOLDER=${OLD_FOLDER:-${OLD_SCRIPT:+$(dirname "$OLD_SCRIPT")}}
  OLD_FOLDER=${OLD_FOLDER%/}
  [ -n "$OLD_FOLDER" ] || warn "the old unit does not say where the old product lies: name it with --old-folder, or \
its configuration and records stay there"
}

retire_units() {
  local unit name
  for unit in "${OLD_UNITS[@]}"; do
    name=$(basename "$unit")
    note "$name: stopped and disabled"
    do_it cp -L --preserve "$unit" "$RETIRED/$name" # disabling takes a linked one away
    if NO_SYSTEMD='' has_systemd; then # who wants no unit of ours has theirs stopped all the same
      do_it systemctl disable --now "$name" 2>/dev/null || warn "$name could not be stopped: systemctl status $name"
    fi
    [ ! -d "$unit.d" ] || do_it mv "$unit.d" "$RETIRED/$name.d" # its changes would count for ours
    do_it rm -f "$unit"
  done
}

# Whether a file speaks of the old product; what we installed speaks of <folder>/current.
is_old() { [ -f "$1" ] && grep -v "$FOLDER/current" "$1" | grep -v '^#' | grep -cE "$(marks)" >/dev/null; }

# What speaks of it, as an expression. A folder that also holds what others have, such as a home, does not: its script alone does.
marks() {
  local own=$OLD_FOLDER/
  if [[ $OLD_FOLDER =~ ^(/[^/]*)?$ ]] || cut -d : -f 6 "$SYSTEM/etc/passwd" | grep -qxF -- "$OLD_FOLDER"; then own=$OLD_SCRIPT; fi
  printf '%s%s' "$OLD_MARKS" "${own:+|$(quoted "$own")}"
}

quoted() { sed 's/[][\.*^$+?(){}|]/\\&/g' <<<"$1"; }

keep_copy() {
  do_it install -d -m 0750 "$RETIRED$2"
  do_it cp --preserve "$1" "$RETIRED$2/$(basename "$1")"
}

# Its lines become comments, whoever's table they stand in; sed keeps the owner, and cron sees that the folder changed.
retire_cron() {
  local file
  for file in "$SYSTEM"/var/spool/cron/crontabs/* "$SYSTEM"/etc/cron.d/* "$SYSTEM"/etc/crontab "$SYSTEM"/etc/rc.local; do
    is_old "$file" || continue
    note "lines of ${file#"$SYSTEM"} are comments now"
    keep_copy "$file" "$(dirname "${file#"$SYSTEM"}")"
    do_it sed -i -E "\\|$FOLDER/current|b; /^#/b; "$'\\\001'"$(marks)"$'\001'"s/^/# retired: /" "$file"
  done
  for file in "$SYSTEM"/etc/cron.hourly/* "$SYSTEM"/etc/cron.daily/* "$SYSTEM"/etc/cron.weekly/* "$SYSTEM"/etc/cron.monthly/*; do
    is_old "$file" || continue
    note "cron: ${file#"$SYSTEM"} is taken away"
    keep_copy "$file" "$(dirname "${file#"$SYSTEM"}")"
    do_it rm "$file"
  done
}

# nginx goes on with what else it serves.
retire_site() {
  local file gone=
  for file in "$SYSTEM"/etc/nginx/sites-enabled/* "$SYSTEM"/etc/nginx/conf.d/*; do
    is_old "$file" || continue
    note "nginx: ${file#"$SYSTEM"} is taken away"
    keep_copy "$file" "$(dirname "${file#"$SYSTEM"}")"
    do_it rm "$file"
    gone=yes
  done
  if [ -n "$gone" ] && NO_SYSTEMD='' has_systemd && systemctl is-active --quiet nginx; then
    do_it systemctl reload nginx || warn "nginx could not be told: systemctl status nginx"
  fi
}

take_over_config() {
  local old
  for old in "$OLD_FOLDER/config/config.txt" "$OLD_FOLDER/config.txt"; do
    [[ -n $OLD_FOLDER && -f $SYSTEM$old ]] || continue
    if [ -e "$FOLDER/config/config.txt" ]; then
      note "configuration: $FOLDER/config/config.txt is there and stays; $old was not taken"
    else
      note "configuration: $old is the site's now; it loads as it is, and only observes"
      do_it in_utf8 "$SYSTEM$old" "$FOLDER/config/config.txt"
      TAKEN=yes
    fi
    return
  done
}

# The services read UTF-8 alone; what is none was written on Windows.
in_utf8() {
  local part=$2.part
  iconv -f UTF-8 -t UTF-8 "$1" >"$part" 2>/dev/null || iconv -c -f CP1252 -t UTF-8 "$1" >"$part" || cp "$1" "$part"
  chown "root:$MINE_GID" "$part" && chmod 0640 "$part" && mv -f "$part" "$2"
}

warn_of_processes() {
  local found
  [[ -z $SYSTEM && -n $OLD_FOLDER ]] || return 0
  found=$(pgrep -f "python.*$(quoted "$OLD_FOLDER")/.*\.py" | tr '\n' ' ' || true)
  [ -z "$found" ] || warn "the old program still runs, started by hand (process $found): end it, or two will command the same devices"
}
