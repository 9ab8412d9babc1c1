#!/usr/bin/env bash
# The quickstart for real, in an empty folder, and what scripts/sweep returns. MISSMODAL, MISSMODAL_REPORT: the programs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
db=quickstart/quickstart.db

fail() { echo "quickstart_test: $*" >&2; exit 1; }
query() { sqlite3 -readonly -cmd '.timeout 5000' "${2:-$db}" "$1"; }
expect() { # WHAT SQL RESULT
  local found
  found=$(query "$2")
  [ "$found" = "$3" ] || fail "$1: expected $3, found $found"
}
expect_exit() { # CODE COMMAND...
  local code=0
  "${@:2}" || code=$?
  [ "$code" = "$1" ] || fail "expected exit code $1, got $code: ${*:2}"
}

expect_exit 0 "$root/scripts/quickstart" --no-setup --no-build
expect "cells not accepted" "SELECT count(*) FROM cells WHERE state <> 'accepted'" 0
expect "grid points searched" \
  "SELECT count(DISTINCT point) FROM stage_cells JOIN stages ON name = stage WHERE kind = 'search'" 27
expect "ablation variants and seeds" "SELECT count(DISTINCT terms), count(DISTINCT seed), count(*) FROM repeat_cells" "8|3|24"
# The paper's claim, on data made so that it must hold: with text only, MissModal beats the model without its losses.
expect "pairs, text-only MAE with MissModal below without" \
  "SELECT count(*), avg(mae) < 0 FROM paired_scores WHERE family = 'subset' AND subset = 'T'" "3|1"

attempts=$(query "SELECT count(*) FROM attempts")
expect_exit 0 "$root/scripts/quickstart" --no-setup --no-build
expect "attempts after running again" "SELECT count(*) FROM attempts" "$attempts"

sed 's/^name:.*/&\nepochz: 3/' "$root/sweeps/quickstart.yaml" >unknown_key.yaml
expect_exit 2 "$root/scripts/sweep" -n 1 unknown_key.yaml --db unknown_key.db
[ ! -e unknown_key.db ] || fail "a bad sweep file left a database"

# Interrupted after its first newly accepted cell, and then the same command again, up to another interruption.
accepted() { query "SELECT count(*) FROM cells WHERE state = 'accepted'" interrupted.db 2>/dev/null || echo 0; }
for run in 1 2; do
  before=$(accepted)
  "$root/scripts/sweep" -n 2 "$root/sweeps/quickstart.yaml" --db interrupted.db &
  sweep=$!
  SECONDS=0
  until [ "$(accepted)" -gt "$before" ]; do
    [ "$SECONDS" -lt 120 ] || fail "no cell was accepted within 120 s"
    sleep 0.1
  done
  kill -TERM "$sweep"
  expect_exit 4 wait "$sweep"
  [ "$(query "SELECT count(*) FROM verdict WHERE exit_code = 4" interrupted.db)" = "$run" ] || fail "no verdict of the interruption"
done
echo "quickstart_test: passed"
