# shellcheck shell=bash
# What compose is told by the site and by the version: is it right, and whose mistake is it.
# shellcheck disable=SC2154 # release.sh, say.sh and whoever sources this set the rest

# A word in site.env that compose does not take would else be told as a build or a start that failed. Which file
# has it is told: a hand can mend two of them, and the version's own files are its makers'.
check_values() {
  local said wrong
  [ -z "$DRY" ] || return 0
  said=$("$NEW/scripts/install/compose" config --quiet 2>&1) || {
    wrong=$(wrong_file)
    drop_unbuilt
    fail "$EXIT_FAILED" "$wrong is not right: ${said##*$'\n'}. What runs was not touched; mend it, then run this again."
  }
}

# The first that compose does not take: the version's own files, then the site's values with them, then what a person laid over both.
wrong_file() {
  local files=(--project-directory "$NEW" --file "$NEW/docker-compose.yml" --file "$NEW/scripts/install/site.yml")
  if ! MINE_HOME=$FOLDER docker compose --project-name none --env-file /dev/null "${files[@]}" config --quiet >/dev/null 2>&1; then
    echo "the version itself, $SOURCE ($(basename "$NEW")): its docker-compose.yml or scripts/install/site.yml"
  elif [ ! -f "$FOLDER/compose.override.yml" ] || ! docker compose --env-file "$FOLDER/site.env" --env-file "$NEW/release.env" \
    "${files[@]}" config --quiet >/dev/null 2>&1; then
    echo "$FOLDER/site.env"
  else
    echo "$FOLDER/compose.override.yml"
  fi
}

# Its containers go by the name that they were made with.
check_project() {
  local kept
  kept=$(site_value COMPOSE_PROJECT_NAME)
  [[ -z $kept || -z $PROJECT || $PROJECT = "$kept" ]] || fail "$EXIT_MISTAKES" "--project $PROJECT: this site is ${kept} already. Leave the \
option out; for another name take it off first (sudo mine uninstall), and write the name into $FOLDER/site.env.kept"
  PROJECT=${kept:-${PROJECT:-bitcoin-mine}}
}
