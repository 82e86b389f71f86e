# shellcheck shell=bash
# Is the site well: every service healthy, the controller decides, what was read before is read again, the configuration is right.

# Services that are not healthy, with what they do instead, in one line; empty when all are.
unhealthy() {
  local service state ids
  for service in $("$1/scripts/install/compose" config --services 2>/dev/null | grep -vx setup); do
    ids=$("$1/scripts/install/compose" ps --all --quiet "$service" 2>/dev/null | head -n 1)
    state=$([ -z "$ids" ] || docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' \
      "$ids" 2>/dev/null || true)
    case $state in healthy | running) ;; *) printf '%s %s; ' "$service" "${state:-absent}" ;; esac
  done
}

# wait_until_healthy RELEASE SECONDS
wait_until_healthy() {
  local end=$((SECONDS + $2))
  while [ -n "$(unhealthy "$1")" ]; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 1
  done
}

# look RELEASE: lines NAME=VALUE of what the running site says of itself; fails when it says nothing.
look() { "$1/scripts/install/compose" exec -T api python - "${@:2}" <"$1/scripts/install/look.py"; }

of() { sed -n "s/^$1=//p" <<<"$2"; }

# self_test RELEASE SECONDS FRESH: FRESH are the names that were fresh before. Says what is missing while it waits.
self_test() {
  local end=$((SECONDS + $2)) missing='' said=''
  while :; do
    missing=$(wanting "$1" "$3")
    [ -n "$missing" ] || break
    [ "$missing" = "$said" ] || note "not yet: $missing"
    said=$missing
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 2
  done
  "$1/scripts/install/compose" exec -T api mine check >/dev/null || {
    warn "mine check finds mistakes"
    return 1
  }
}

# The first thing that is missing, in words.
wanting() {
  local found name
  found=$(unhealthy "$1")
  [ -z "$found" ] || { echo "$found"; return; }
  found=$(look "$1" 2>/dev/null) || { echo "the api says nothing"; return; }
  [ "$(of decides "$found")" = yes ] || { echo "the controller does not decide"; return; }
  for name in ${2//,/ }; do
    [[ ,$(of fresh "$found"), == *,$name,* ]] || { echo "$name is not read"; return; }
  done
}
