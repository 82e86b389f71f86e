#!/usr/bin/env bash
# Builds the page into frontend/dist with the Node of .venv, unless it is newer than everything it is made from.
set -euo pipefail
cd "$(dirname "$0")/../frontend"
PATH=$(cd ../.venv/bin && pwd):$PATH

if [ -f dist/index.html ] && [ -f dist/swagger/NOTICE ] && [ -z "$(find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -newer dist/index.html -print -quit)" ]; then
  exit 0
fi
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error
fi
npm run --silent build
