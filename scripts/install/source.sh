# shellcheck shell=bash
# Where another version comes from: a folder, an archive, or the repository of the checkout that was installed from. Sets SOURCE.
# shellcheck disable=SC2034 # update.sh reads SOURCE

WORK= # what was fetched, removed in the end

fetch_source() {
  step "Fetching"
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

as_owner() { runuser -u "$(stat -c %U "$1")" -- git -C "$1" "${@:2}"; }

new_work() {
  WORK=$(mktemp -d "$FOLDER/releases/.fetched-XXXXXX")
}
