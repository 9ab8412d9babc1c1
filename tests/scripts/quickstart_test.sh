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
[ -s quickstart/report/index.html ] && [ -s quickstart/report/table1.tex ] || fail "no report folder"
expect "cells not accepted" "SELECT count(*) FROM cells WHERE state <> 'accepted'" 0
expect "grid points searched" \
  "SELECT count(DISTINCT point) FROM stage_cells JOIN stages ON name = stage WHERE kind = 'search'" 27
expect "ablation variants and seeds" "SELECT count(DISTINCT terms), count(DISTINCT seed), count(*) FROM repeat_cells" "8|3|24"
# The paper's claims, on data made so that they must hold: complete, MissModal is as good as the model without its losses;
# the more text is missing the larger is its lead, with every seed; the other falls half as much again.
lead="lead AS (SELECT rate_percent AS rate, avg(mae) AS mae, max(mae) AS worst FROM paired_scores
  WHERE family IN ('complete', 'text') GROUP BY rate_percent)"
expect "points of the curve, pairs" "SELECT count(DISTINCT rate_percent), count(*) FROM paired_scores WHERE family IN ('complete', 'text')" "10|30"
expect "lead in MAE with everything present" "WITH $lead SELECT mae < 0.02 FROM lead WHERE rate = 0" 1
expect "rates at which a seed does not lead, from 30 %" "WITH $lead SELECT count(*) FROM lead WHERE rate >= 30 AND worst >= 0" 0
expect "rates at which the lead shrinks" \
  "WITH $lead SELECT count(*) FROM lead a JOIN lead b ON b.rate = a.rate + 10 WHERE b.mae > a.mae" 0
expect "lead in MAE at 90 %" "WITH $lead SELECT mae < -0.1 FROM lead WHERE rate = 90" 1
expect "rise of the two curves" "WITH ends AS (
    SELECT model, max(mae) FILTER (WHERE rate_percent = 90) - max(mae) FILTER (WHERE rate_percent = 0) AS rise
      FROM comparison WHERE family IN ('complete', 'text') AND model IN ('without', 'MissModal') GROUP BY model)
  SELECT w.rise > 1.5 * m.rise FROM ends w, ends m WHERE w.model = 'without' AND m.model = 'MissModal'" 1

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
