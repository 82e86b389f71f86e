# shellcheck shell=bash
# Whether the kernel enforces memory limits, and what to do where it does not.

# Raspberry Pi OS leaves the memory group out; the engine then ignores every memory limit without an error.
check_memory_group() {
  local line=$SYSTEM/boot/firmware/cmdline.txt
  if has_memory_group; then
    note "memory limits: the kernel enforces them"
    return
  fi
  if [ -n "$ANY_LIMITS" ]; then
    go_without_limits
    return
  fi
  [ -f "$line" ] || line=$SYSTEM/boot/cmdline.txt
  if [ ! -f "$line" ]; then
    not_yet "$EXIT_REFUSED" "memory limits: this kernel has none. Add cgroup_enable=memory to its command line and reboot, \
or go on without limits: --without-memory-limits"
  elif grep -qw cgroup_enable=memory "$line"; then
    not_yet "$EXIT_REBOOT" "memory limits: asked for in $line, but not in force yet. Please reboot, then run this again. \
Where a reboot does not help: --without-memory-limits"
  elif sure "Memory limits are off. Add cgroup_enable=memory to $line (a copy is kept)?"; then
    add_memory_group "$line"
  else
    fail "$EXIT_REFUSED" "Without memory limits one service could take the whole machine \
(to go on all the same: --without-memory-limits). Nothing was changed."
  fi
}

# A dry run tells it and goes on: it shall tell all.
not_yet() {
  [ -n "$DRY" ] || fail "$@"
  warn "$2"
}

# Who accepts it needs no alarm about it. What --set says comes after it, and wins.
go_without_limits() {
  warn "memory limits: this kernel enforces none; a service that grows could take the whole machine. MINE_LIMITS= in site.env keeps \
the services from raising the alarm about it; MINE_LIMITS=declared lets them again"
  GIVEN=(MINE_LIMITS= "${GIVEN[@]}")
}

has_memory_group() {
  local controllers=$SYSTEM/sys/fs/cgroup/cgroup.controllers
  if [ -f "$controllers" ]; then
    grep -qw memory "$controllers"
  else
    awk '$1 == "memory" && $4 == 1 {found = 1} END {exit !found}' "$SYSTEM/proc/cgroups" 2>/dev/null
  fi
}

# The first line that has words is the whole command line; what a hand has written around it stays.
add_memory_group() {
  do_it cp --preserve --no-clobber "$1" "$1.before-bitcoin-mine"
  awk '!n && NF {n++; sub(/[ \t\r]*$/, " cgroup_enable=memory cgroup_memory=1")} {print}' "$1" | put "$1" 0644
  [ -n "$DRY" ] || fail "$EXIT_REBOOT" "Memory limits are in force after a reboot. Please reboot, then run this again."
}
