#!/usr/bin/env bash
# Makes targets one after the other, says how long each took, and stops at the first that fails.
set -uo pipefail

for target in "$@"; do
  begun=$SECONDS
  code=0
  make --no-print-directory "$target" || code=$?
  printf '%s: %d s, %s\n' "$target" $((SECONDS - begun)) "$([ "$code" = 0 ] && echo done || echo "failed with $code")"
  [ "$code" = 0 ] || exit "$code"
done
