# shellcheck shell=bash
# The user of the services on this host, the site's folders, its configuration, and what compose must know.

readonly MINE_UID=10001 MINE_GID=10001 # as in the Dockerfile
TAKEN= # whether a configuration was taken over
# shellcheck disable=SC2034 # host.sh reads it
CHANGED= # whether site.env has other values than before

make_folders() {
  step "Folders under $FOLDER"
  make_user
  do_it install -d -m 0755 "$FOLDER" "$FOLDER/releases"
  do_it install -d -m 0750 -o root -g "$MINE_GID" "$FOLDER/config"
  do_it install -d -m 0700 -o "$MINE_UID" -g "$MINE_GID" "$FOLDER/data" "$FOLDER/data/ledger" "$FOLDER/data/alerts" \
    "$FOLDER/data/history" "$FOLDER/data/secrets" "$FOLDER/backups"
  do_it install -d -m 0750 -o "$MINE_UID" -g "$MINE_GID" "$FOLDER/logs"
  open_to_services
  note "data/ records and secrets, backups/, logs/ rotated logs, config/ what you write, releases/ the program"
}

# A name for the number that the containers run as: who looks at the files shall see whose they are. The number alone counts.
make_user() {
  local prefix=() other
  other=$(awk -F: -v id="$MINE_UID" '$3 == id && $1 != "bitcoin-mine" {print $1; exit}' "$SYSTEM/etc/passwd")
  [ -z "$other" ] || warn "the number $MINE_UID is $other here, who can read this site's records and secrets"
  if awk -F: -v id="$MINE_UID" '$1 == "bitcoin-mine" && $3 != id {n++} END {exit !n}' "$SYSTEM"/etc/passwd "$SYSTEM"/etc/group; then
    warn "bitcoin-mine is another's name here: the services' files show their number $MINE_UID instead"
    return
  fi
  [ -z "$SYSTEM" ] || prefix=(--prefix "$SYSTEM")
  grep -q "^[^:]*:[^:]*:$MINE_GID:" "$SYSTEM/etc/group" ||
    do_it groupadd "${prefix[@]}" --system --gid "$MINE_GID" bitcoin-mine
  grep -q "^[^:]*:[^:]*:$MINE_UID:" "$SYSTEM/etc/passwd" ||
    do_it useradd "${prefix[@]}" --system --key SYS_UID_MAX=60000 --uid "$MINE_UID" --gid "$MINE_GID" --no-create-home --home-dir "$FOLDER" \
      --shell /usr/sbin/nologin bitcoin-mine
}

# What compose asks for. What a person added to the file stays; what is given now wins.
write_site_env() {
  local line before
  before=$(site_values)
  {
    cat "$(kept_env)"
    echo # a hand may have left the last line without its end
    printf '%s\n' "MINE_HOME=$FOLDER" "MINE_CONFIG_FOLDER=$FOLDER/config" "COMPOSE_PROJECT_NAME=$PROJECT"
    [ ! -d "$SOURCE/.git" ] || printf 'MINE_SOURCE=%s\n' "$SOURCE"
    for line in "${GIVEN[@]}"; do printf '%s\n' "$line"; done
  } | tr -d '\r' | awk -F= '/^[ \t]*$/ {next}
      /^[ \t]*#/ {n++; order[n] = n; at[n] = $0; next}
      {sub(/^[ \t]*(export[ \t]+)?/, ""); sub(/[ \t]*=[ \t]*/, "=")}
      !($1 in at) {n++; order[n] = $1} {at[$1] = $0} END {for (i = 1; i <= n; i++) print at[order[i]]}' |
    put "$FOLDER/site.env" 0644
  do_it rm -f "$FOLDER/site.env.kept"
  # shellcheck disable=SC2034
  [ "$before" = "$(site_values)" ] || CHANGED=yes
}

# What an uninstall left is taken up again: where the page listens must not become wider by it.
kept_env() {
  local one
  for one in "$FOLDER/site.env" "$FOLDER/site.env.kept" /dev/null; do
    [ ! -e "$one" ] || break
  done
  echo "$one"
}

# What compose goes by: all but the place of the checkout.
site_values() { grep -vE '^[[:blank:]]*(#|MINE_SOURCE=|$)' "$(kept_env)" || true; }

# Each form that write_site_env takes, also of a file that was written on another system, or with quotes.
site_value() {
  sed -nE "s/^[ \t]*(export[ \t]+)?$1[ \t]*=[ \t]*//p" "$(kept_env)" | tail -n 1 | sed -e 's/\r$//' -e "s/^\([\"']\)\(.*\)\1\$/\2/"
}

# What was written beside a checkout, as the README once said, is the site's.
take_checkout_config() {
  local file
  for file in config.txt loads.csv; do
    if [ ! -e "$FOLDER/config/$file" ] && [ -f "$SOURCE/config/$file" ]; then
      note "$SOURCE/config/$file is the site's now"
      put "$FOLDER/config/$file" 0640 <"$SOURCE/config/$file"
      do_it chgrp "$MINE_GID" "$FOLDER/config/$file"
      TAKEN=yes
    fi
  done
}

# The site's own file stays; else the example: it only observes until a person arms it.
write_config() {
  local config=$FOLDER/config/config.txt
  step "Configuration"
  take_checkout_config
  show_examples
  if [ -e "$config" ] || [ -n "$TAKEN" ]; then
    note "$config is there and stays"
    return
  fi
  SITE=${SITE:-$(given "The site's name (a-z, 0-9, _ and -)" mine)}
  check_site
  note "$config: made from the example; it observes and switches nothing"
  sed "s/^site = mine\$/site = $SITE/" "$SOURCE/config/config.example.txt" | put "$config" 0640
  do_it chown "root:$MINE_GID" "$config"
}

# A copy by root, or an installation that was cut off here, leaves it to root alone.
open_to_services() {
  local file
  for file in "$FOLDER"/config/config.txt "$FOLDER"/config/*.csv; do
    [ -f "$file" ] || continue
    case $(stat -c %g:%A "$file") in "$MINE_GID":????r*) continue ;; *:???????r*) continue ;; esac
    note "$file: to be read by the services"
    do_it chgrp "$MINE_GID" "$file"
    do_it chmod g+r "$file"
  done
}

# Beside the configuration, of the version that runs: what one may write.
show_examples() {
  local file
  for file in config.example.txt loads.example.csv; do
    put "$FOLDER/config/$file" 0644 <"$SOURCE/config/$file"
  done
}

check_site() {
  [[ $SITE =~ ^[a-z0-9_-]+$ ]] || fail "$EXIT_MISTAKES" "--site $SITE: a name has letters a-z, digits, _ and - alone"
}
