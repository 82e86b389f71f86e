# shellcheck shell=bash
# Is the site well: every service healthy, the controller decides, what was read before is read again, the configuration is right.

# Services that are not healthy, with what they do instead, in one line; empty when all are.
unhealthy() {
  local service state states
  states=$(docker ps --all --filter "label=com.docker.compose.project=$PROJECT" \
    --format '{{.Label "com.docker.compose.service"}}={{.State}} {{.Status}}' 2>/dev/null)
  # "running Up 4 seconds (health: starting)" of the engine becomes "starting"
  for service in $("$1/scripts/install/compose" config --services 2>/dev/null | grep -vx setup | sort); do
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

# shellcheck disable=SC2034 # update.sh reads it
WANTING= # what the last self_test found missing, in words

# self_test RELEASE SECONDS FRESH: FRESH are the names that were fresh before. Says what is missing while it waits; what ends again
# and again will not become well by waiting. A device's fault is not the version's: the configuration alone is checked.
self_test() {
  local end=$((SECONDS + $2)) missing='' said='' ended=0
  while :; do
    missing=$(wanting "$1" "$3")
    [ -n "$missing" ] || break
    [ "$missing" = "$said" ] || note "not yet: $missing"
    said=$missing
    [[ $missing != *restarting* ]] || ended=$((ended + 1))
    WANTING=$missing
    [[ $SECONDS -lt $end && $ended -lt 8 ]] || return 1
    sleep 2
  done
  said=$("$1/scripts/install/compose" exec -T api mine check --config-only 2>&1) && return
  # shellcheck disable=SC2034
  WANTING="the configuration has mistakes for this version"
  printf '%s\n' "$said" | tail -n 5 | sed 's/^/   ! /' >&2
  return 1
}

# stays_well RELEASE SECONDS: what dies some time after a good start is no good version either. A device may come and go meanwhile.
stays_well() {
  local end=$((SECONDS + $2)) before found bad=0
  note "it is well; watched for $2 s more"
  before=$(restarts)
  while [ "$SECONDS" -lt "$end" ]; do
    sleep 3
    found=$(wanting "$1" '')
    [ "$(restarts)" = "$before" ] || found="ended by itself${found:+, $found}"
    [ -n "$found" ] && bad=$((bad + 1)) || bad=0
    # shellcheck disable=SC2034
    WANTING="well at first, then: $found"
    [[ $bad -lt 3 && $found != ended* ]] || return 1
  done
}

# How often the engine had to start a service again since each container was made.
restarts() {
  docker ps --all --quiet --filter "label=com.docker.compose.project=$PROJECT" |
    xargs --no-run-if-empty docker inspect --format '{{.Name}} {{.RestartCount}}' 2>/dev/null | LC_ALL=C sort
}

# The first thing that is missing, in words.
wanting() {
  local found name
  found=$(unhealthy "$1")
  [ -z "$found" ] || { echo "${found%, }"; return; }
  found=$(look "$1" 2>/dev/null) || { echo "the api says nothing"; return; }
  [ "$(of decides "$found")" = yes ] || { echo "the controller does not decide"; return; }
  [ "$(of stored "$found")" != no ] || { echo "the records are not stored"; return; }
  for name in ${2//,/ }; do
    [[ ,$(of fresh "$found"), == *,$name,* ]] || { echo "$name is not read"; return; }
  done
}
