# shellcheck shell=bash
# Networks that were taken away while the site stood still, as `docker network prune` does: its containers know them by their numbers.

# drop_netless: containers of the project that stand still and belong to a network which is no more are removed; compose makes them anew.
# Else it would start them for ever in vain. Records and secrets lie in folders, and stay.
drop_netless() {
  local known id networks one
  known=$(docker network ls --quiet --no-trunc) && [ -n "$known" ] || return 0
  while read -r id networks; do
    for one in $networks; do
      grep -qxF "$one" <<<"$known" && continue
      warn "a container's network is gone: the container is made anew"
      docker rm "$id" >/dev/null || true
      break
    done
  done < <(docker ps --all --quiet --filter "label=com.docker.compose.project=$PROJECT" --filter status=exited --filter status=created |
    xargs --no-run-if-empty docker inspect --format '{{.Id}} {{range .NetworkSettings.Networks}}{{.NetworkID}} {{end}}')
}
