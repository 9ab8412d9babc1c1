"""One trial on several ranks, for real under mpirun: the same results as on one, again and again, whoever dies."""

import json
import os
import signal
import struct
import subprocess
import time
import unittest
from pathlib import Path

from program import DATA, ENVIRONMENT, LIMIT, MISSMODAL, REPORT, SWEEP, ProgramTest, mpirun, synthesize

# 24 utterances of training in batches of 7: uneven shares, and a last batch of 3, in which a fourth rank has none.
LAW = SWEEP[:SWEEP.index("stages:")].replace("batch_size: 8, max_epochs: 2", "batch_size: 7, max_epochs: EPOCHS") + """\
stages:
  - name: repeat
    seeds: SEEDS
    variants:
      without: {loss.terms: [task]}
      all: {loss.terms: [task, geo, dis, sem]}
      others: {loss.geo: negatives, loss.dis: l2}
"""
RECOVERING = ["mpirun", "--enable-recovery", *mpirun(5)[1:]]


def numbers(matrix):
    return struct.unpack(f"<{len(matrix) // 4}f", matrix)


class Gangs(ProgramTest):
    SEEDS = [1111, 1112]

    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA)

    def write_sweep(self, epochs):
        (self.folder / "law.yaml").write_text(LAW.replace("EPOCHS", str(epochs)).replace("SEEDS", str(self.SEEDS)))

    def sweep(self, database, ranks, workers, epochs=3, **settings):
        """Runs LAW to its end; its predictions and losses by variant and seed."""
        self.write_sweep(epochs)
        flags = [flag for key, value in {"resources.ranks_per_trial": ranks, **settings}.items()
                 for flag in ("--set", f"{key}={value}")]
        self.succeed("run", "law.yaml", "--db", database, *flags, launcher=mpirun(workers + 1))
        predictions = self.query(
            "SELECT variant, seed, split, matrix FROM stage_cells JOIN cells ON id = stage_cells.cell "
            "JOIN predictions ON predictions.cell = id", database)
        losses = self.query(
            "SELECT variant, seed, epoch, losses, valid_mae FROM stage_cells JOIN cells ON id = stage_cells.cell "
            "JOIN epochs ON epochs.cell = id", database)
        return ({(variant, seed, split): matrix for variant, seed, split, matrix in predictions},
                {(variant, seed, epoch): {**json.loads(texts), "valid": mae}
                 for variant, seed, epoch, texts, mae in losses})

    def assert_near(self, one, other, bound):
        self.assertEqual(one[0].keys(), other[0].keys())
        for key, matrix in one[0].items():
            for a, b in zip(numbers(matrix), numbers(other[0][key]), strict=True):
                self.assertLessEqual(abs(a - b), bound * max(1, abs(a)), key)
        self.assertEqual(one[1].keys(), other[1].keys())
        for key, losses in one[1].items():
            self.assertEqual(losses.keys(), other[1][key].keys())
            for name, value in losses.items():
                self.assertLessEqual(abs(value - other[1][key][name]), bound * max(1, abs(value)), (key, name))


class Laws(Gangs):
    SEEDS = [1111]

    def test_three_epochs_in_double_precision_agree_for_one_to_four_ranks(self):
        alone = self.sweep("1.db", 1, 2, **{"training.precision": "fp64"})
        self.assertEqual(len(alone[0]), 2 * 3)
        for ranks in (2, 3, 4):
            with self.subTest(ranks):
                gang = self.sweep(f"{ranks}.db", ranks, 4, **{"training.precision": "fp64"})
                self.assert_near(alone, gang, 1e-6)

    def test_eight_steps_in_single_precision_agree(self):
        """Four batches an epoch; dropout is on."""
        alone = self.sweep("1.db", 1, 2, epochs=2)
        for ranks in (2, 4):
            with self.subTest(ranks):
                self.assert_near(alone, self.sweep(f"{ranks}.db", ranks, 4, epochs=2), 1e-4)

    def test_the_same_bits_again(self):
        first = self.sweep("a.db", 3, 3, epochs=2)
        again = self.sweep("b.db", 3, 4, epochs=2)
        self.assertEqual(first, again)
        self.assertEqual(self.report("table", 5, "a.db", "--format", "csv"), self.report("table", 5, "b.db", "--format", "csv"))


class Life(Gangs):
    def test_members_are_stored_with_each_attempt(self):
        self.sweep("x.db", 2, 4, epochs=1)
        rows = self.query("SELECT cell, group_concat(DISTINCT place), count(DISTINCT rank) FROM attempt_members GROUP BY cell",
                          "x.db")
        self.assertEqual([(places, ranks) for _, places, ranks in rows], [("0,1", 2)] * 6)
        (ranks,) = self.query("SELECT json_group_array(DISTINCT json_extract(configuration, '$.ranks')) FROM cells", "x.db")[0]
        self.assertEqual(json.loads(ranks), [2])

    def test_more_ranks_than_there_are(self):
        self.write_sweep(1)
        command = ["run", "law.yaml", "--db", "x.db", "--set", "resources.ranks_per_trial=3"]
        for launcher in ([], mpirun(3)):
            code, output, errors = self.program(*command, launcher=launcher)
            self.assertEqual((code, output), (2, ""), errors)
            self.assertRegex(errors.splitlines()[0], r"resources\.ranks_per_trial: .*3.*")
            self.assertFalse((self.folder / "x.db").exists())

    def test_plan_shows_how_many_run_side_by_side(self):
        self.write_sweep(1)
        command = ["plan", "law.yaml", "--set", "resources.ranks_per_trial=2"]
        # Hosts of 3, 3 and 1 ranks: a gang on each of the large ones, and none of what is left over holds two on one host.
        expected = {("7", "3"): ["repeat", "2", "6", "2", "0", "3"], ("4", "1"): ["repeat", "2", "6", "2", "2", "0"]}
        for (ranks, per_host), row in expected.items():
            lines = self.succeed(*command, "--ranks", ranks, "--per-host", per_host).splitlines()
            self.assertIn(f"on {ranks} ranks, {per_host} a host", lines)
            self.assertEqual(lines[-1].split(), row)
        code, output, errors = self.program(*command, "--ranks", 1)
        self.assertEqual((code, output), (2, ""))
        self.assertIn("needs 2 ranks for one trial, which 1 rank can never give", errors)

    def test_check_tells_how_many_workers_a_gpu_is_for(self):
        (self.folder / "s.yaml").write_text(SWEEP)
        for settings, workers in (((), "1"), (("--set", "resources.trials_per_gpu=4"), "4"),
                                  (("--set", "resources.device=cpu"), "0")):
            self.assertEqual(self.succeed("check", "s.yaml", "--workers-per-gpu", *settings), workers + "\n")

    def test_interrupted_and_continued(self):
        undisturbed = self.sweep("undisturbed.db", 2, 2, epochs=20)
        command = [*mpirun(3), MISSMODAL, "run", "law.yaml", "--db", "x.db", "--set", "resources.ranks_per_trial=2"]
        with subprocess.Popen(command, cwd=self.folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sweep:
            self.wait_for(sweep, "x.db", lambda cells: cells["accepted"] > 0)
            sweep.send_signal(signal.SIGUSR1)
            self.assertEqual(sweep.wait(LIMIT), 4)
        self.assertEqual(self.query("SELECT count(*) FROM attempts WHERE state = 'running'", "x.db"), [(0,)])
        self.assertEqual(self.sweep("x.db", 2, 2, epochs=20), undisturbed)

    def test_a_killed_member_costs_one_attempt(self):
        """Its mates are free again within the limit, and the other ranks train what is left."""
        undisturbed = self.sweep("undisturbed.db", 2, 4, epochs=20)
        mark = f"GANG_TEST={self.folder}"
        command = [*RECOVERING, MISSMODAL, "run", "law.yaml", "--db", "x.db", "--set", "resources.ranks_per_trial=2",
                   "--set", "resources.collective_seconds=4"]  # before it is missed for its beats
        variable, _, value = mark.partition("=")
        with subprocess.Popen(command, cwd=self.folder, env={**ENVIRONMENT, variable: value}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as sweep:
            self.wait_for(sweep, "x.db", lambda cells: cells["running"] > 0)
            (rank,) = self.query("SELECT rank FROM attempt_members ORDER BY cell, attempt, place LIMIT 1", "x.db")[0]
            os.kill(self.process_of(rank, mark), signal.SIGKILL)
            _, errors = sweep.communicate(timeout=LIMIT)
        self.assertEqual(self.query("SELECT exit_code FROM verdict", "x.db"), [(0,)], errors)
        failures = self.query("SELECT failure, message FROM attempts WHERE state = 'failed'", "x.db")
        self.assertTrue(failures and all(failure == "lost" for failure, _ in failures), failures)
        self.assertEqual(self.query("SELECT rank FROM set_aside", "x.db"), [(rank,)])
        for number in (1, 5, 6):
            self.assertEqual(self.report("table", number, "x.db", "--format", "csv"),
                             self.report("table", number, "undisturbed.db", "--format", "csv"))
        self.assertEqual(self.query("SELECT cell, split, hex(matrix) FROM predictions ORDER BY 1, 2", "x.db"),
                         self.query("SELECT cell, split, hex(matrix) FROM predictions ORDER BY 1, 2", "undisturbed.db"))

    def process_of(self, rank, mark):
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:  # it is gone
                continue
            if {mark.encode(), f"OMPI_COMM_WORLD_RANK={rank}".encode()} <= set(variables):
                return int(entry.name)
        self.fail(f"rank {rank} is not there")

    def wait_for(self, sweep, database, condition):
        deadline = time.monotonic() + LIMIT
        while True:
            self.assertIsNone(sweep.poll(), "the sweep ended by itself")
            self.assertLess(time.monotonic(), deadline)
            code, output, _ = self.program("status", database, "--json", program=REPORT)
            if code == 0 and condition(json.loads(output)["cells"]):
                return


if __name__ == "__main__":
    unittest.main()
