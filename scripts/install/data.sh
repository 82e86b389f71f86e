# shellcheck shell=bash
# Records and secrets across an update: a backup before, a copy while all is stopped, and what to do when they were changed.

readonly SMALL=(ledger/ledger.db alerts/alerts.db)

readonly BUSY_S=600 BUSY="another backup is being made" # as services/backup says it; a daily one takes minutes on a Pi
ARCHIVE= # what `mine backup` made before the update, on this host

# The update goes no further without one.
back_up() {
  local said end=$((SECONDS + BUSY_S)) code=0
  step "Backup"
  while said=$("$1/scripts/install/compose" run --rm --no-deps -T backup mine backup --kind daily 2>&1) && code=0 || code=$?; do
    [[ $code != 0 && $said == *"$BUSY"* && $SECONDS -lt $end ]] || break
    note "$BUSY: waiting for it"
    sleep 15
  done
  if [ "$code" = 0 ]; then
    ARCHIVE=$(grep -om 1 '/backups/[^ :]*\.tar\.gz' <<<"$said" | sed "s|^|$FOLDER|" || true)
    note "${ARCHIVE:-made}: opened, compared, and would come back"
    return
  fi
  printf '%s\n' "$said" | tail -n 5 | sed 's/^/   /' >&2
  [ -n "$FORCE" ] || fail "$EXIT_FAILED" "There is no backup, so there is no update (--force goes on without). Nothing was changed."
  warn "no backup, and --force: going on"
}

# Fingerprints of the tables of every database of the site.
tables() {
  in_image "$1" --interactive --user "$MINE_UID:$MINE_GID" --volume "$FOLDER/data:/records" -- python - /records \
    <"$1/scripts/install/tables.py"
}

# The small databases and the secrets as they were when all stood still, beside the data; and what all tables were like.
keep_records() {
  local kept=$FOLDER/data/.before-update file tail
  rm -rf "$kept"
  mkdir -p "$kept"
  tables "$1" >"$kept/tables.part"
  printf '%s' "$ARCHIVE" >"$kept/archive"
  basename "$1" >"$kept/version"
  for file in "${SMALL[@]}"; do
    for tail in '' -wal -shm; do
      [ ! -f "$FOLDER/data/$file$tail" ] || cp --preserve=all "$FOLDER/data/$file$tail" "$kept/"
    done
  done
  [ ! -d "$FOLDER/data/secrets" ] || cp --archive "$FOLDER/data/secrets" "$kept/"
  sync
  mv "$kept/tables.part" "$kept/tables" # from now on it counts
}

# While all is stopped: where the new version has changed the tables, the one before gets its file back. What was written meanwhile
# is set aside, never deleted.
give_back_records() {
  local file was now
  [ -f "$FOLDER/data/.before-update/tables" ] || return 0
  give_back_secrets || { warn "the secrets could not be given back; the next start tries again"; return 1; }
  ARCHIVE=$(cat "$FOLDER/data/.before-update/archive")
  if ! now=$(tables "$1"); then # it is not known whether they were changed: the next start looks again
    warn "the tables could not be looked at; the records stay as they are"
    return 1
  fi
  while read -r file was; do
    grep -qxF "$file $was" <<<"$now" || give_back "$file"
  done <"$FOLDER/data/.before-update/tables"
  rm -rf "$FOLDER/data/.before-update"
}

# Each version's `setup` writes among them. The copy of the last good configuration, which lies there too, is renewed by every start.
give_back_secrets() {
  local file=$FOLDER/data/secrets kept=$FOLDER/data/.before-update/secrets aside
  [ -d "$kept" ] || return 0 # they are back already
  aside=$file.after-update-$(date -u +%Y%m%dT%H%M%SZ)
  if diff --recursive --brief --exclude=last-good "$kept" "$file" >/dev/null 2>&1; then
    rm -rf "$file"
  elif [ -d "$file" ]; then
    warn "the secrets were changed: they are again as before the update; the changed ones are kept as $(basename "$aside")"
    mv -T "$file" "$aside"
  fi
  mv -T "$kept" "$file"
}

# The small ones as they were when all stood still; the history as it is in the backup, some minutes older.
give_back() {
  local file=$FOLDER/data/$1 kept tail aside
  kept=$FOLDER/data/.before-update/$(basename "$1")
  aside=$file.after-update-$(date -u +%Y%m%dT%H%M%SZ)
  warn "$1: its tables were changed; what the new version wrote is kept as $(basename "$aside")"
  for tail in '' -wal -shm; do
    [ ! -f "$file$tail" ] || mv "$file$tail" "$aside$tail"
    [ ! -f "$kept$tail" ] || cp --preserve=all "$kept$tail" "$file$tail"
  done
  [ ! -f "$file" ] || return 0
  if [ -n "$ARCHIVE" ] && tar -xzOf "$ARCHIVE" "$(basename "$1")" >"$file.partial"; then
    chown "$MINE_UID:$MINE_GID" "$file.partial"
    mv "$file.partial" "$file"
    note "$1: as it is in the backup"
  else
    rm -f "$file.partial"
    warn "$1: there is no backup of it; a new one begins"
  fi
}
