# shellcheck shell=bash
# A release: the program's files under <folder>/releases/<version>-<what they contain>, and the image of that name.
# <folder>/current leads to the one that runs; it changes in one step, and only when the release has proven itself.

readonly PARTS=(.dockerignore CHANGELOG.md Dockerfile LICENSE README.md config docker-compose.yml docs frontend mosquitto
  pyproject.toml requirements scripts services)
NEW=

# Copies SOURCE; the same files always give the same name, so that a second time there is nothing to do. Sets NEW.
stage_release() {
  local staged=$FOLDER/releases/.staged version
  [[ -f $SOURCE/docker-compose.yml && -f $SOURCE/scripts/install/compose ]] ||
    fail "$EXIT_MISTAKES" "$SOURCE is not this program: it has no docker-compose.yml or no scripts/install"
  if [ -n "$DRY" ]; then
    NEW=$FOLDER/releases/new
    note "would: copy $SOURCE to $FOLDER/releases"
    return
  fi
  rm -rf "$staged"
  mkdir -p "$staged"
  tar -C "$SOURCE" --exclude=__pycache__ --exclude='*.pyc' --exclude=frontend/node_modules --exclude='frontend/dist*' \
    --exclude=config/config.txt --exclude=config/loads.csv --exclude=release.env --owner=0 --group=0 -cf - "${PARTS[@]}" |
    tar -C "$staged" -xf - || { rm -rf "$staged"; fail "$EXIT_FAILED" "$SOURCE could not be copied, see above. What runs was not touched."; }
  chmod -R u=rwX,go=rX "$staged" # whatever the checkout's were: the services read it all, and nobody may change what root runs
  chmod 0755 "$staged"/scripts/*.sh "$staged"/scripts/install/{attend,compose,mine,unfinished} # not every archive remembers it
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$staged/pyproject.toml" | head -n 1)
  NEW=$FOLDER/releases/${version:-0}-$(hash_of "$staged")
  printf 'MINE_IMAGE_TAG=%s\n' "$(basename "$NEW")" >"$staged/release.env"
  if [ -d "$NEW" ]; then
    rm -rf "$staged"
  else
    sync
    mv -T "$staged" "$NEW"
  fi
}

# A build that fills the card would stop the records of the site that runs.
readonly BUILD_MB=1500
check_room() {
  local place mb
  for place in "$FOLDER" "$(docker info --format '{{.DockerRootDir}}' 2>/dev/null || true)"; do
    [ -d "$place" ] || continue
    mb=$(df --output=avail -BM "$place" | tail -n 1 | tr -dc 0-9)
    [ "${mb:-0}" -ge "$BUILD_MB" ] || fail "$EXIT_FAILED" "No room for another version: $place has ${mb:-unknown} MB free, and $BUILD_MB MB are \
needed. What runs was not touched. Pieces of old builds: sudo docker builder prune"
  done
}

# Twelve digits of what all files contain and how they are called.
hash_of() { (cd "$1" && find . -type f ! -name release.env -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-12); }

# in_image RELEASE OPTIONS... -- WORDS...: a container of its own. Compose writes its project into the images it builds; without this
# label the unit would take the container for one of the site's.
in_image() {
  local image options=()
  image=bitcoin-mine-control:$(basename "$1")
  shift
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  docker run --rm --network none --label com.docker.compose.project= "${options[@]}" "$image" "${@:2}"
}

# Services that cannot read their configuration end again and again: it is told here, at once, and not after minutes of waiting.
check_config() {
  local said code=0 compose=$NEW/scripts/install/compose
  [ -z "$DRY" ] || return 0
  "$compose" run --rm -T setup >/dev/null 2>&1 || return 0 # the start will say why
  said=$("$compose" --progress quiet run --rm --no-deps -T api mine check --config-only 2>&1) || code=$?
  [ "$code" = 2 ] || return 0 # as `mine` says mistakes
  printf '%s\n' "$said" | tail -n 12 | sed 's/^/   ! /' >&2
  fail "$EXIT_FAILED" "The services would not start with $FOLDER/config, see above. Mend it, then run this again."
}

has_image() { docker image inspect "bitcoin-mine-control:$(basename "$1")" >/dev/null 2>&1; }

# Builds the image and fetches the broker's now, while whatever runs goes on running.
build_release() {
  local broker
  step "The program: $(basename "$NEW")"
  check_values
  if has_image "$NEW"; then
    note "its image is there"
  else
    [ -n "$DRY" ] || check_room
    note "building its image; the first time this takes some minutes on a Pi"
    do_it env BUILDX_BUILDER=default "$NEW/scripts/install/compose" build --quiet setup || {
      drop_unbuilt
      fail "$EXIT_FAILED" "The image could not be built, see above: is there a way to the internet? What runs was not touched; run this again."
    }
  fi
  [ -z "$DRY" ] || return 0
  broker=$("$NEW/scripts/install/compose" config --images | grep -v bitcoin-mine-control | sort -u)
  docker image inspect "$broker" >/dev/null 2>&1 || "$NEW/scripts/install/compose" pull --quiet mosquitto ||
    fail "$EXIT_FAILED" "The broker's image $broker could not be fetched: is there a way to the internet? What runs was not touched; run this again."
}

# What could not be built is no version to go to or back to.
drop_unbuilt() {
  [[ $NEW = "$(current)" || $NEW = "$(readlink -e "$FOLDER/previous" || true)" || ! -d $NEW ]] || rm -rf "$NEW"
}

current() { readlink -e "$FOLDER/current" 2>/dev/null || true; }

# `current` is replaced by a rename, so after a power cut it leads to the one or to the other.
switch_to() {
  local before
  before=$(current)
  [ "$before" != "$1" ] || return 0
  if [ -n "$before" ]; then
    do_it link previous "$before"
  fi
  do_it link current "$1"
}

link() {
  ln -sfn "releases/$(basename "$2")" "$FOLDER/.$1"
  mv -T "$FOLDER/.$1" "$FOLDER/$1"
  sync "$FOLDER"
}

# Two stay: the one that runs and the one before it. Pieces of builds that nobody used for three months go, too.
drop_old_releases() {
  local one
  for one in "$FOLDER"/releases/*/; do
    one=$(readlink -e "$one") # as `current` tells it
    if [ "$one" != "$(current)" ] && [ "$one" != "$(readlink -e "$FOLDER/previous" || true)" ]; then
      note "removing $(basename "$one")"
      docker image rm "bitcoin-mine-control:$(basename "$one")" >/dev/null 2>&1 || true
      rm -rf "$one"
    fi
  done
  docker builder prune --force --filter until=2160h >/dev/null 2>&1 || true
}
