# shellcheck shell=bash
# Where another version comes from: a folder, an archive, or the repository of the checkout that was installed from. Sets SOURCE.
# shellcheck disable=SC2034 # update.sh reads SOURCE

WORK= # what was fetched, removed in the end

fetch_source() {
  [ ! -e "$FOLDER/data/.before-update/tables" ] || fail "$EXIT_REFUSED" "An update was cut off, and the version before is not back yet: \
sudo systemctl restart bitcoin-mine brings it back (without systemd: $OLD/scripts/install/unfinished, then compose up). Then update."
  step "Fetching"
  rm -rf "$FOLDER"/releases/.fetched-* # of an update that was cut off
  if [ -d "${FROM:-}" ]; then
    SOURCE=$(cd "$FROM" && pwd)
  elif [ -n "$FROM" ]; then
    unpack "$FROM"
  else
    from_repository
  fi
  note "from ${FROM:-$(site_value MINE_SOURCE)}"
}

# An archive has the program at its top, or in one folder.
unpack() {
  local found
  [ -f "$1" ] || fail "$EXIT_MISTAKES" "--from $1: there is no such folder or archive"
  new_work
  tar -xf "$1" -C "$WORK" || fail "$EXIT_FAILED" "$1 cannot be unpacked. Nothing was changed."
  found=$(find "$WORK" -maxdepth 2 -name docker-compose.yml | head -n 1)
  SOURCE=$(dirname "${found:-$WORK/none}")
}

# Nothing of the checkout itself is changed; git runs as its owner, whose keys it needs.
from_repository() {
  local checkout ref
  checkout=$(site_value MINE_SOURCE)
  [ -d "${checkout:-/none}/.git" ] || fail "$EXIT_MISTAKES" "It was not installed from a git checkout: say --from FOLDER or ARCHIVE"
  command -v git >/dev/null || fail "$EXIT_FAILED" "git is not here: sudo apt-get install git, or say --from FOLDER or ARCHIVE. Nothing was changed."
  as_owner "$checkout" fetch --quiet --tags || fail "$EXIT_FAILED" "the repository could not be reached. Nothing was changed."
  ref=${REF:-$(as_owner "$checkout" rev-parse --abbrev-ref '@{upstream}' 2>/dev/null || echo HEAD)}
  # A branch is meant as its server has it, not as the checkout once had it.
  ref=$(as_owner "$checkout" rev-parse --verify --quiet "origin/$ref^{commit}" ||
    as_owner "$checkout" rev-parse --verify --quiet "$ref^{commit}") ||
    fail "$EXIT_MISTAKES" "--ref $REF: the repository has no such tag, branch or commit"
  new_work
  as_owner "$checkout" archive "$ref" | tar -x -C "$WORK" || fail "$EXIT_FAILED" "$ref could not be read. Nothing was changed."
  SOURCE=$WORK
}

# It is tried all the same: records that it cannot read bring the newer one back.
tell_if_older() {
  local new old
  new=$(basename "$NEW") old=$(basename "$OLD")
  new=${new%-*} old=${old%-*}
  [ "$new" = "$old" ] || [ "$(printf '%s\n' "$new" "$old" | sort -V | head -n 1)" = "$old" ] ||
    warn "$new is older than $old. What only the newer one keeps or knows is lost to it"
}

as_owner() { runuser -u "$(stat -c %U "$1")" -- git -C "$1" "${@:2}"; }

new_work() {
  WORK=$(mktemp -d "$FOLDER/releases/.fetched-XXXXXX")
}
