# shellcheck shell=bash
# How the scripts speak, ask, and do or only say what they would do. Sourced by install.sh, update.sh and uninstall.sh.
# The exit codes stand here alone; docs/manual/installation.md tells them.
# shellcheck disable=SC2034 # those who source it read what is set here

readonly EXIT_FAILED=1     # a step failed; what stands above it is done
readonly EXIT_MISTAKES=2   # wrong options; nothing was done
readonly EXIT_REFUSED=3    # this machine, or the site at this moment, does not allow it; what runs was not touched
readonly EXIT_REBOOT=4     # install.sh: reboot, then run it again
readonly EXIT_TAKEN_BACK=5 # update.sh: the new version failed its test, the one before runs again
readonly EXIT_NOT_WELL=6   # update.sh: the new version failed, and the one before is not well either

export LC_ALL=C # what other programs say is read: in this Pi's own language it would not be understood
umask 022 # a file that anybody may write, or nobody may read, is what the caller's own umask could make of it

DRY=${DRY:-}
YES=${YES:-}
# Put before every place of the system, so that all this can be tried on a made-up one.
SYSTEM=${MINE_SYSTEM_ROOT:-}

# A terminal that went away is no reason to stop half-way.
step() { printf '\n== %s\n' "$*" || :; }
note() { printf '   %s\n' "$*" || :; }
warn() { printf '   ! %s\n' "$*" >&2 || :; }

# Compose clears the terminal's line before each of its own, also where nobody has one: a file would keep bytes instead of words.
plain() { sed -u 's/\x1b\[[0-9;]*[A-Za-z]//g'; }

fail() {
  local code=$1
  shift
  printf '\n!! %s\n' "$*" >&2
  exit "$code"
}

# apart WORDS...: they become APART, and --name=value becomes two of them, as `mine` itself takes it.
apart() {
  local word
  APART=()
  for word in "$@"; do
    case $word in --*=*) APART+=("${word%%=*}" "${word#*=}") ;; *) APART+=("$word") ;; esac
  done
}

# do_it WORDS...: carry it out, or print it.
do_it() {
  if [ -n "$DRY" ]; then
    note "would: $*"
  else
    "$@"
  fi
}

# put FILE MODE: stdin becomes the file, whole or not at all; an equal file is left as it is.
put() {
  local file=$1 mode=$2 new
  if [ -n "$DRY" ]; then
    cat >/dev/null
    note "would: write $file"
    return
  fi
  mkdir -p "$(dirname "$file")"
  new=$(mktemp "$file.XXXXXX")
  cat >"$new" || { rm -f "$new"; fail "$EXIT_FAILED" "$file could not be written, see above. Mend that, then run this again."; }
  chmod "$mode" "$new"
  if cmp -s "$new" "$file"; then
    rm -f "$new"
    return
  fi
  sync "$new"
  mv -f "$new" "$file"
  note "written: $file"
}

# sure QUESTION: yes or no, no being what Enter and a missing terminal mean. --yes and --dry-run answer yes.
sure() {
  local answer=
  [ -z "$YES$DRY" ] || return 0
  [ -t 0 ] || return 1
  read -r -p "   $1 [y/N] " answer
  [[ $answer == [yY]* ]]
}

# given QUESTION DEFAULT: what a person types, else the default.
given() {
  local answer=
  if [ -z "$YES$DRY" ] && [ -t 0 ]; then
    read -r -p "   $1 [$2] " answer
  fi
  printf '%s' "${answer:-$2}"
}

# One of them at a time: an update must not meet another. The lock is released with the process.
alone() {
  [ -z "$DRY" ] || return 0
  exec 9>"$1/.lock"
  flock --nonblock 9 || fail "$EXIT_REFUSED" "another install, update or uninstall is running in $1"
}

has_systemd() { [ -z "${NO_SYSTEMD:-}" ] && command -v systemctl >/dev/null && [ -d "$SYSTEM/run/systemd/system" ]; }
