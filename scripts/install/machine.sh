# shellcheck shell=bash
# Is this machine fit: processor, memory, card, clock, ports. Each check says what it found.

readonly LEAST_MEMORY_MB=900 ENOUGH_MEMORY_MB=3400 # a Pi "with 4 GB" shows 3.8 GB or less
readonly LEAST_DISK_MB=3000                        # base images, the build's cache, our image twice, a year's records
readonly AGAIN_DISK_MB=200                        # to mend what is installed; what must be built asks for its own room
UNFIT=()

check_machine() {
  step "Looking at this machine"
  check_user
  check_processor
  check_memory
  check_folder
  check_other_site
  check_system
  check_disk
  check_clock
  check_ports
  check_page_address
  if [ ${#UNFIT[@]} -gt 0 ]; then
    printf '   ! %s\n' "${UNFIT[@]}" >&2
    [ -n "$DRY" ] || fail "$EXIT_REFUSED" "This machine cannot run it yet, see above. Nothing was changed."
  fi
  check_memory_group
}

check_user() {
  [ "$(id -u)" = 0 ] || UNFIT+=("not root: run it with sudo")
  command -v apt-get >/dev/null || UNFIT+=("no apt-get: Debian or Raspberry Pi OS is needed")
}

# A 64-bit kernel with 32-bit programs, as some Pis have it, is no 64-bit system: packages and images follow the programs.
check_processor() {
  local kernel programs
  kernel=$(uname -m)
  programs=$(dpkg --print-architecture 2>/dev/null || true)
  case $programs in
    amd64 | arm64) note "processor: $kernel, programs for $programs" ;;
    *) UNFIT+=("programs for ${programs:-an unknown processor} (kernel $kernel): a 64-bit system is needed (amd64 or arm64)") ;;
  esac
}

check_memory() {
  local mb
  mb=$(awk '/^MemTotal:/ {print int($2 / 1024)}' "$SYSTEM/proc/meminfo" 2>/dev/null || true)
  if [ "${mb:-0}" -lt "$LEAST_MEMORY_MB" ]; then
    UNFIT+=("memory: ${mb:-unknown} MB; at least 1 GB is needed, 4 GB are enough")
  elif [ "$mb" -lt "$ENOUGH_MEMORY_MB" ]; then
    warn "memory: $mb MB; 4 GB are enough for sure"
  else
    note "memory: $mb MB"
  fi
}

# One of its own: `uninstall --purge` removes it with all that is in it.
check_folder() {
  local place=$FOLDER foreign kind
  while [ ! -e "$place" ]; do place=$(dirname "$place"); done
  if [ ! -d "$place" ]; then
    UNFIT+=("--folder $FOLDER: $place is not a folder")
  elif [ "$(id -u)" = 0 ] && [ ! -w "$place" ]; then
    UNFIT+=("--folder $FOLDER: nothing can be written to $place (a read-only file system?)")
  elif kind=$(findmnt -no FSTYPE --target "$place" 2>/dev/null) && [[ $kind =~ ^(exfat|vfat|msdos|ntfs.*|fuseblk|cifs|smb3)$ ]]; then
    UNFIT+=("--folder $FOLDER: the file system there ($kind) keeps no owners of files; ext4 does")
  elif foreign=$(foreign_in "$FOLDER") && [ -n "$foreign" ]; then
    UNFIT+=("--folder $FOLDER: it holds other things ($foreign). It must be empty, or a site's: choose another, and a checkout lies beside it")
  fi
}

# The first thing in a folder that no site, and not the old product, has there.
foreign_in() {
  [ -d "$1" ] && [ ! -e "$1/site.env" ] && [ ! -e "$1/releases" ] || return 0
  ! grep -qsF "$1" "$SYSTEM"/etc/systemd/system/bitcoin-mine*.service || return 0
  find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' |
    grep -vxE 'config|data|backups|logs|retired|away|site\.env\..*|compose\.override\.yml|\.lock|lost\+found|\.(retiring|current|previous|given-.*)' | head -n 1 || true
}

# The unit and the command have one name each; who forgets --folder would begin an empty site in the place of the one that runs.
check_other_site() {
  local other
  other=$(sed -n "s/^folder=//p" "$COMMAND" 2>/dev/null | tail -n 1 || true)
  [[ -z $other || $(realpath -m "$other") = "$FOLDER" || ! -e $other/site.env ]] ||
    UNFIT+=("a site is installed in $other: say --folder $other, or take it off first (sudo mine uninstall)")
}

# Written to at the end, when the old product stands still already.
check_system() {
  local place
  for place in "$SYSTEM/etc" "$SYSTEM/usr"; do
    [ "$(id -u)" != 0 ] || [ ! -d "$place" ] || [ -w "$place" ] || UNFIT+=("nothing can be written to $place (a read-only file system?)")
  done
  ! grep -qsE '(^| )(boot=overlay|overlayroot=tmpfs)' "$SYSTEM/proc/cmdline" || UNFIT+=("the overlay file system is on: a reboot forgets \
all that is written. Switch it off (sudo raspi-config, Performance Options), reboot, and run this again")
}

# The folder's file system, and the one where the engine keeps its images.
check_disk() {
  local place mb least=$LEAST_DISK_MB
  [ ! -e "$FOLDER/current" ] || least=$AGAIN_DISK_MB
  for place in "$FOLDER" "$SYSTEM/var/lib"; do
    while [ ! -d "$place" ]; do place=$(dirname "$place"); done
    mb=$(df --output=avail -BM "$place" | tail -n 1 | tr -dc 0-9)
    if [ "${mb:-0}" -lt "$least" ]; then
      UNFIT+=("free on $place: ${mb:-unknown} MB; $least MB are needed")
    else
      note "free on $place: $mb MB"
    fi
  done
}

# The year alone stops us: with it wrong no certificate is valid and nothing can be fetched.
check_clock() {
  [ "$(date +%Y)" -ge 2025 ] || UNFIT+=("the clock says $(date -Is): set it, or wait for the time servers")
  case $(timedatectl show --property NTPSynchronized --value 2>/dev/null || true) in
    yes) note "clock: synchronised" ;;
    no)
      warn "clock: not synchronised with a time server. The control goes by its own clock; utility events wait for the calendar's"
      ! sure "Ask the time servers from now on (timedatectl set-ntp true)?" || do_it timedatectl set-ntp true 2>/dev/null ||
        warn "no time service is here: install systemd-timesyncd or chrony"
      ;;
    *) note "clock: $(date -Is); nobody here says whether it is synchronised" ;;
  esac
  return 0
}

# Who holds a port now is ours, when this is not the first time; or it is the old product, which will be stopped.
check_ports() {
  local port
  [ ! -e "$FOLDER/current" ] || return 0
  for port in "$PAGE_PORT" "$DEBUG_PORT"; do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue
    if old_is_here; then
      warn "port $port: something answers there. If that is not the old product, choose another (--page-port, --debug-port)"
    else
      UNFIT+=("port $port: another program answers there. Choose another (--page-port, --debug-port), or end that one")
    fi
  done
}

old_is_here() { [ -n "${OLD_FOLDER:-}" ] || compgen -G "$SYSTEM/etc/systemd/system/bitcoin-mine*.service" >/dev/null; }

# An address that this machine has not would be noticed by the engine alone, at the start.
check_page_address() {
  local own
  case ${PAGE_ADDRESS:-} in '' | 0.0.0.0 | :: | ::1 | 127.*) return ;; esac
  own=$(hostname -I 2>/dev/null || true)
  [[ -z $own || " $own " == *" $PAGE_ADDRESS "* ]] || UNFIT+=("--page-address $PAGE_ADDRESS: not an address of this machine, which has: $own")
}
