# shellcheck shell=bash
# What older installations recorded: the old product's mine_data.db, and volumes and files of containers started from a checkout.

# The old file is kept whole; its rows of mine_states begin the new history, in the columns that both have.
take_over_records() {
  keep_old_records
  [ ! -e "$FOLDER/.retiring" ] || do_it rm -f "$FOLDER/.retiring"
}

keep_old_records() {
  local old part kept=
  [ -n "${RETIRED:-}" ] || return 0
  for old in "$OLD_FOLDER/mine_data.db" "$OLD_FOLDER/data/mine_data.db"; do
    [[ -n $OLD_FOLDER && -f $SYSTEM$old ]] || continue
    for part in "$SYSTEM$old" "$SYSTEM$old-wal" "$SYSTEM$old-shm"; do
      [ ! -f "$part" ] || do_it install -D -m 0600 -o "$MINE_UID" -g "$MINE_GID" "$part" "$RETIRED/records/$(basename "$part")" ||
        { warn "records: $old could not be copied, and stays where it is"; return; }
    done
    kept=$RETIRED/records
    note "records: $old is kept in $kept, to be read with sqlite3"
    break
  done
  [ -n "$kept" ] || return 0
  do_it chown "$MINE_UID:$MINE_GID" "$kept"
  if [ -e "$FOLDER/data/history/mine_data.db" ]; then
    note "records: there is a history already, so nothing of the old one was taken into it"
    return
  fi
  do_it bring_rows "$kept" || warn "its rows could not be taken over; the file is kept as it is"
  do_it rm -rf "$FOLDER/data/history/.coming"
}

# Beside its place until all of it is there: cut off, it is begun anew.
bring_rows() {
  local coming=$FOLDER/data/history/.coming
  rm -rf "$coming"
  install -d -m 0700 -o "$MINE_UID" -g "$MINE_GID" "$coming"
  in_image "$NEW" --interactive --user "$MINE_UID:$MINE_GID" --volume "$1:/old" \
    --volume "$coming:/app/data" --volume "$FOLDER/config:/app/config:ro" -- python - /old/mine_data.db \
    <"$NEW/scripts/install/old_rows.py" | sed 's/^/   /' || return 1
  mv "$coming/mine_data.db" "$FOLDER/data/history/mine_data.db"
}

# `docker compose up` in a checkout, as the README once said, keeps records in the engine's volumes: they are copied, once.
take_over_volumes() {
  local name volume target
  for name in ledger alerts history secrets backups; do
    volume=${PROJECT}_$name target=$FOLDER/data/$name
    [ "$name" != backups ] || target=$FOLDER/backups
    docker volume inspect "$volume" >/dev/null 2>&1 || continue
    [[ -z $(ls -A "$target" 2>/dev/null) || -e $target/.coming ]] || continue
    note "records: the volume $volume is copied to $target, and stays"
    do_it copy_volume "$volume" "$target"
  done
}

# Cut off, all of it is copied again: half a ledger would be taken for a whole one.
copy_volume() {
  touch "$2/.coming"
  docker ps --quiet --filter "volume=$1" | xargs --no-run-if-empty docker stop --time 15 >/dev/null
  in_image "$NEW" --user 0:0 --volume "$1:/from:ro" --volume "$2:/to" -- cp -a /from/. /to/
  sync
  rm -f "$2/.coming"
}
