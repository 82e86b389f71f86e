# shellcheck shell=bash
# Is the site well: every service healthy, the controller decides, what was read before is read again, the configuration is right.

# Services that are not healthy, with what they do instead, in one line; empty when all are.
unhealthy() {
  local service state states
  states=$(docker ps --all --filter "label=com.docker.compose.project=$PROJECT" \
    --format '{{.Label "com.docker.compose.service"}}={{.State}} {{.Status}}' 2>/dev/null)
  # "running Up 4 seconds (health: starting)" of the engine becomes "starting"
  for service in $("$1/scripts/install/compose" config --services 2>/dev/null | grep -vx setup); do
    state=$(of "$service" "$states")
    [[ $state == running*"(healthy)" || $state == running* && $state != *"("* ]] && continue # or it has no health to tell
    [[ $state == running*"("*")" ]] && state=${state##*[( ]} && state=${state%)}
    state=${state%% *}
    printf '%s %s, ' "$service" "${state:-absent}"
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

# self_test RELEASE SECONDS FRESH: FRESH are the names that were fresh before. Says what is missing while it waits; what ends again
# and again will not become well by waiting.
self_test() {
  local end=$((SECONDS + $2)) missing='' said='' ended=0
  while :; do
    missing=$(wanting "$1" "$3")
    [ -n "$missing" ] || break
    [ "$missing" = "$said" ] || note "not yet: $missing"
    said=$missing
    [[ $missing != *restarting* ]] || ended=$((ended + 1))
    [[ $SECONDS -lt $end && $ended -lt 8 ]] || return 1
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
  [ -z "$found" ] || { echo "${found%, }"; return; }
  found=$(look "$1" 2>/dev/null) || { echo "the api says nothing"; return; }
  [ "$(of decides "$found")" = yes ] || { echo "the controller does not decide"; return; }
  for name in ${2//,/ }; do
    [[ ,$(of fresh "$found"), == *,$name,* ]] || { echo "$name is not read"; return; }
  done
}
