# shellcheck shell=bash
# Docker Engine and its compose plugin, from the distribution's own packages.

# Names under which distributions have Compose version 2; Debian 12's docker-compose is version 1 and of no use.
readonly COMPOSE_PACKAGES=(docker-compose-v2 docker-compose-plugin docker-compose)

install_engine() {
  step "Docker"
  if ! has_engine || ! has_compose || ! has_builder; then
    [ -z "$NO_ENGINE" ] || fail "$EXIT_REFUSED" "Docker Engine with compose 2.20 or newer and buildx is not here, and \
--no-docker-install forbids to install it."
    add_packages
  fi
  if [ -n "$DRY" ] && ! has_engine; then
    return
  fi
  start_engine
  note "engine $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short)"
}

has_engine() { command -v docker >/dev/null && { command -v dockerd >/dev/null || docker info >/dev/null 2>&1; }; }

# Several --env-file and the merging of volumes by target: since 2.20 without a fault that we met.
has_compose() {
  local version
  version=$(docker compose version --short 2>/dev/null) || return 1
  version=${version#v}
  [ "$(printf '%s\n' 2.20 "$version" | sort -V | head -n 1)" = 2.20 ]
}

has_builder() { docker buildx version >/dev/null 2>&1; }

candidate() { apt-cache policy "$1" 2>/dev/null | awk '/Candidate:/ && $2 != "(none)" {print $2}'; }

# The package that brings Compose 2 here; nothing where there is none.
compose_package() {
  local one version
  for one in "${COMPOSE_PACKAGES[@]}"; do
    version=$(candidate "$one")
    version=${version#*:}
    case $version in '' | 0.* | 1.*) ;; *)
      echo "$one"
      return
      ;;
    esac
  done
}

first_of() {
  local one
  for one in "$@"; do
    [ -z "$(candidate "$one")" ] || {
      echo "$one"
      return
    }
  done
}

add_packages() {
  local packages=() compose
  do_it apt-get update -qq || fail "$EXIT_FAILED" "apt-get update failed, see above. Mend that, then run this again."
  compose=$(compose_package)
  if [ -z "$(first_of docker.io docker-ce)" ]; then
    [ -z "$DRY" ] || { note "would: install Docker Engine with compose and buildx"; return; }
    fail "$EXIT_FAILED" "The package lists could not be fetched, or do not have Docker: is there a way to the internet, does the name \
server answer? Try: sudo apt-get update. Then run this again."
  fi
  [ -n "$compose" ] || fail "$EXIT_REFUSED" "This distribution has no package of Docker's compose plugin version 2 \
(Debian 13 has, Debian 12 has not). Add Docker's own apt repository as its manual says, then run this again."
  has_engine || packages+=("$(first_of docker.io docker-ce)" "$(first_of docker-cli docker-ce-cli)")
  has_compose || packages+=("$compose")
  has_builder || packages+=("$(first_of docker-buildx docker-buildx-plugin)")
  note "installing ${packages[*]}"
  # shellcheck disable=SC2048,SC2086 # a distribution without one of them leaves an empty word
  do_it apt_install ${packages[*]} ca-certificates iptables ||
    fail "$EXIT_FAILED" "Docker could not be installed, see above. Mend that (sudo apt-get install -f), then run this again."
}

apt_install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }

start_engine() {
  local _
  docker info >/dev/null 2>&1 && return
  if has_systemd; then
    do_it systemctl enable --now docker.service || true # what it says is told below
  else
    do_it service docker start 9>&- || true # an engine that kept our lock would never give it back
  fi
  [ -z "$DRY" ] || return 0
  for _ in $(seq 60); do
    docker info >/dev/null 2>&1 && return
    sleep 0.5
  done
  fail "$EXIT_FAILED" "The Docker engine does not answer: $(docker version 2>&1 >/dev/null | tail -n 1). Why: journalctl -u docker -n 20. Then run this \
again."
}
