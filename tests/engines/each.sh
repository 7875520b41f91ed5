#!/bin/sh
# Runs a test command beside each of the newer Engines; says in one line how each one ended.
#
#   tests/engines/each.sh COMMAND...    for example .venv/bin/python -m pytest -m engine
#
# The whole output is in build/engine-STORE.log. Exit 1 when one fails or cannot be had.
set -eu

HERE=$(dirname "$0")
mkdir -p build
status=0
for store in classic containerd podman; do
  log=build/engine-$store.log
  if "$HERE/newer.sh" run forky $store env ORLOP_REQUIRE_ENGINE=1 "$@" >"$log" 2>&1; then
    ended=passed
  else
    ended=FAILED
    status=1
    grep -E '^(FAILED|ERROR|newer\.sh:|engine\.sh:)' "$log" || :
  fi
  printf '%-11s %s: %s\n' "$store" "$ended" "$(tail -n 1 "$log")"
done
exit $status
