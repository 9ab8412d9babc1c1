"""Sweeps for real: alone, under mpirun, interrupted, with failures. What they leave in the database is the same."""

import contextlib
import csv
import json
import os
import pty
import signal
import sqlite3
import struct
import subprocess
import time
import unittest
from pathlib import Path

from program import DATA, ENVIRONMENT, LIMIT, MISSMODAL, REPORT, SWEEP, ProgramTest, Safetensors, mpirun, synthesize

CELLS = 3 + 2 * 2


class Run(ProgramTest):
    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA)
        (self.folder / "s.yaml").write_text(SWEEP)

    def tables(self, database):
        """As bytes; Table 5 holds both variants, so none of them is empty."""
        tables = [self.report("table", number, database, "--format", "csv") for number in (1, 5, 6)]
        self.assertIn("MissModal", tables[0])
        return tables

    def count(self, what, database):
        return self.query(f"SELECT count(*) FROM {what}", database)[0][0]


    def kept(self, database):
        """The trained models that stayed, by cell."""
        return {file.name: file.read_bytes() for file in (self.folder / f"{database}.work" / "weights").iterdir()}


class SameTables(Run):
    def test_alone_and_under_mpirun(self):
        self.succeed("run", "s.yaml", "--db", "alone.db")
        self.assertEqual(self.count("cells WHERE state = 'accepted'", "alone.db"), CELLS)
        self.assertEqual(self.count("metrics", "alone.db"), CELLS * 310)
        routes = self.query("SELECT DISTINCT terms, route FROM cells ORDER BY terms", "alone.db")
        self.assertEqual(routes, [("task", "full"), ("task+geo+dis+sem", "subset")])

        self.succeed("run", "s.yaml", "--db", "alone.db")
        self.assertEqual(self.count("attempts", "alone.db"), CELLS, "running again starts nothing")
        self.assertEqual(self.count("verdict WHERE exit_code = 0", "alone.db"), 2)

        self.succeed("run", "s.yaml", "--db", "mpi.db", launcher=mpirun(3))
        self.assertEqual(self.count("attempts", "mpi.db"), CELLS)
        self.assertEqual(self.query("SELECT DISTINCT rank FROM attempts ORDER BY rank", "mpi.db"), [(1,), (2,)])
        self.assertEqual(self.tables("mpi.db"), self.tables("alone.db"))
        for numbers in ("SELECT cell, split, hex(matrix) FROM predictions ORDER BY cell, split",
                        "SELECT * FROM metrics ORDER BY 1, 2, 3, 4, 5, 6"):
            self.assertEqual(self.query(numbers, "mpi.db"), self.query(numbers, "alone.db"))

    def test_trained_models_stay(self):
        self.succeed("run", "s.yaml", "--db", "x.db", launcher=mpirun(3))
        best = self.query("""
            SELECT DISTINCT cell FROM (
              SELECT p.cell, row_number() OVER (PARTITION BY p.stage, p.variant ORDER BY e.valid_mae, p.plan_index) AS place
                FROM stages s JOIN stage_cells p ON p.stage = s.name JOIN cells c ON c.id = p.cell
                JOIN epochs e ON e.cell = c.id AND e.epoch = c.best_epoch
               WHERE s.kind = 'repeat') WHERE place = 1""", "x.db")
        self.assertEqual(set(self.kept("x.db")), {f"{cell}.safetensors" for (cell,) in best})
        self.assertEqual(len(best), 2)
        predicted = self.succeed("predict", f"x.db.work/weights/{best[0][0]}.safetensors", DATA, "--subset", "TAV")
        ((matrix, count),) = self.query(f"SELECT matrix, n FROM predictions WHERE split = 'test' AND cell = '{best[0][0]}'",
                                        "x.db")
        stored = struct.unpack(f"<{count}f", matrix[:4 * count])
        told = [float(line.split(",")[2]) for line in predicted.splitlines()[1:]]
        self.assertEqual(len(told), count)
        for one, other in zip(told, stored):
            self.assertAlmostEqual(one, other, places=5)

        disk = json.loads(self.succeed("plan", "s.yaml", "--json"))["disk"]
        sizes = [len(model) for model in self.kept("x.db").values()]
        self.assertLessEqual(max(sizes), disk["model_bytes"])
        self.assertGreater(max(sizes), disk["model_bytes"] / 2)
        self.assertEqual((disk["kept_models"], disk["kept_bytes"]), (2, 2 * disk["model_bytes"]))

        self.succeed("run", "s.yaml", "--db", "none.db", "--set", "resources.keep=none")
        self.assertFalse((self.folder / "none.db.work").exists())
        self.succeed("run", "s.yaml", "--db", "all.db", "--set", "resources.keep=all")
        cells = {f"{cell}.safetensors" for (cell,) in self.query("SELECT id FROM cells", "all.db")}
        self.assertEqual(set(self.kept("all.db")), cells)

    def test_interrupted(self):
        longer = ["run", "s.yaml", "--set", "training.max_epochs=40", "--set", "training.patience=40"]
        self.succeed(*longer, "--db", "undisturbed.db")
        command = [*mpirun(3), MISSMODAL, *longer, "--db", "interrupted.db"]
        with subprocess.Popen(command, cwd=self.folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sweep:
            self.wait_for_an_accepted_cell(sweep)
            sweep.send_signal(signal.SIGUSR1)
            self.assertEqual(sweep.wait(LIMIT), 4)
        self.assertEqual(self.query("SELECT exit_code FROM verdict", "interrupted.db"), [(4,)])
        self.assertLess(self.count("cells WHERE state = 'accepted'", "interrupted.db"), CELLS)
        self.assertEqual(self.count("attempts WHERE state = 'running'", "interrupted.db"), 0)
        accepted = self.query("SELECT cell, attempt FROM attempts WHERE state = 'accepted'", "interrupted.db")

        self.succeed(*longer, "--db", "interrupted.db", launcher=mpirun(3))
        self.assertLessEqual(set(accepted), set(self.query("SELECT cell, attempt FROM attempts WHERE state = 'accepted'",
                                                           "interrupted.db")))
        self.assertEqual(self.tables("interrupted.db"), self.tables("undisturbed.db"))

    def wait_for_an_accepted_cell(self, sweep):
        deadline = time.monotonic() + LIMIT
        while True:
            self.assertIsNone(sweep.poll(), "the sweep ended by itself")
            self.assertLess(time.monotonic(), deadline)
            # A database that is being made is refused.
            code, output, _ = self.program("status", "interrupted.db", "--json", program=REPORT)
            if code == 0 and json.loads(output)["cells"]["accepted"] > 0:
                return


class Watched(Run):
    def test_while_it_runs(self):
        """Another process sees the curves of what runs, and what the workers do, until the sweep ends."""
        words = ["run", "s.yaml", "--set", "training.max_epochs=100000", "--set", "training.patience=100000", "--db", "a.db"]
        with subprocess.Popen([*mpirun(3), MISSMODAL, *words], cwd=self.folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sweep:
            deadline = time.monotonic() + LIMIT
            while not (self.folder / "a.db").exists() or self.program("status", "a.db", program=REPORT)[0] != 0:
                self.assertLess(time.monotonic(), deadline)
                self.assertIsNone(sweep.poll(), "the sweep ended by itself")
                time.sleep(0.1)
            with subprocess.Popen([REPORT, "status", "a.db", "--watch", "--json"], cwd=self.folder, env=ENVIRONMENT,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as watch:
                epochs = {}  # by cell, those that were seen
                for line in watch.stdout:
                    status = json.loads(line)
                    for cell in status["running_cells"]:
                        if cell["epoch"] is not None:
                            epochs.setdefault(cell["cell"], set()).add(cell["epoch"])
                    if len(epochs) == 2 and all(len(seen) > 1 for seen in epochs.values()):
                        break
                    self.assertLess(time.monotonic(), deadline, epochs)
                self.assertEqual([worker["state"] for worker in status["workers"]], ["training", "training"])
                for worker in status["workers"]:
                    self.assertGreater(worker["memory_bytes"], 1 << 20)
                    self.assertGreater(worker["batches"], 0)
                    self.assertIn(worker["cell"], epochs)
                sweep.send_signal(signal.SIGUSR1)
                self.assertEqual(sweep.wait(LIMIT), 4)
                last = json.loads(list(watch.stdout)[-1])
                self.assertEqual(watch.wait(LIMIT), 0)
        self.assertEqual(last["exit_code"], 4)
        self.assertEqual((last["running_cells"], last["workers"]), ([], []))
        self.assertEqual(self.count("workers", "a.db"), 0)


class Exported(Run):
    def rows(self, name):
        with open(self.folder / "csv" / name, newline="") as file:
            return list(csv.DictReader(file))

    def test_draws_have_the_means_of_the_metrics(self):
        self.succeed("run", "s.yaml", "--db", "a.db")
        self.succeed("export", "a.db", "--csv", "csv", "--draws", program=REPORT)
        draws = {}
        for row in self.rows("draws.csv"):
            draws.setdefault((row["cell"], row["split"], row["condition"]), []).append(float(row["mae"]))
        means, firsts = {}, {}
        for row in self.rows("metrics.csv"):
            condition = f"{row['family']}/{row['rate_percent']}"
            for kind, found in (("mean", means), ("first", firsts)):
                if row["kind"] == kind:
                    found[row["cell"], row["split"], condition] = float(row["mae"])
        self.assertEqual(set(draws), set(means))
        for key, maes in draws.items():
            self.assertEqual(len(maes), 3)
            self.assertAlmostEqual(sum(maes) / 3, means[key], places=12)
            self.assertEqual(maes[0], firsts[key])

    def test_says_which_program_made_it(self):
        self.succeed("run", "s.yaml", "--db", "a.db")
        version = self.succeed("--version").strip()
        self.assertRegex(version, r"^\d+\.\d+\.\d+(\+[0-9a-f]{12,}(\.changed)?)?$")
        self.assertEqual(version, self.succeed("--version", program=REPORT).strip())
        self.assertEqual(self.query("SELECT program_version FROM provenance", "a.db"), [(version,)])
        self.assertIn(f"trained by missmodal {version}, 3 mask draws", self.report("table", "1", "a.db"))

    def test_two_runs_differ_in_nothing(self):
        self.succeed("run", "s.yaml", "--db", "a.db")
        self.succeed("run", "s.yaml", "--db", "b.db", launcher=mpirun(3))
        self.assertIn("7 places the same, 0 not", self.succeed("diff", "a.db", "b.db", "--exit-code", program=REPORT))
        self.succeed("run", "s.yaml", "--db", "c.db", "--set", "training.max_epochs=1")
        code, output, errors = self.program("diff", "a.db", "c.db", "--exit-code", program=REPORT)
        self.assertEqual(code, 3, errors)
        self.assertIn("other settings: training.max_epochs: 2 -> 1", output)


class ProgressOnATerminal(Run):
    def screen(self, **environment):
        """What a terminal of this kind is sent."""
        shown, written = pty.openpty()
        words = ["run", "s.yaml", "--set", "training.max_epochs=1", "--db", f"{len(environment.get('TERM', ''))}.db"]
        with subprocess.Popen([MISSMODAL, *words], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=written, env={**ENVIRONMENT, "TERM": "", **environment}) as sweep:
            os.close(written)
            sent = b""
            with contextlib.suppress(OSError), open(shown, "rb", buffering=0) as terminal:  # EIO: the other end closed
                while part := terminal.read(4096):
                    sent += part
            self.assertEqual(sweep.wait(LIMIT), 0, sent)
        return sent.replace(b"\r\n", b"\n")  # the terminal's own

    def test_is_rewritten_where_the_terminal_can(self):
        self.assertIn(b"\r\033[K", self.screen(TERM="xterm"))
        for environment in ({"TERM": "dumb"}, {}):
            with self.subTest(environment):
                sent = self.screen(**environment)
                self.assertIn(b"7 cells accepted", sent)
                self.assertFalse(set(b"\r\033") & set(sent), sent)


class ResumedTraining(Run):
    def test_killed_at_an_epoch(self):
        """`train --work` goes on from its checkpoint with the numbers of one that was never killed."""
        command = ["train", "s.yaml", "--json", "--set", "training.max_epochs=100", "--set", "training.patience=100",
                   "--set", "resources.checkpoint_seconds=0"]

        def numbers(output):
            whole = json.loads(output)
            del whole["train_seconds"], whole["evaluate_seconds"]
            return whole

        undisturbed = numbers(self.succeed(*command))
        with subprocess.Popen([MISSMODAL, *command, "--work", "work"], cwd=self.folder, env=ENVIRONMENT, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as training:
            for line in training.stderr:
                if line.startswith("epoch   4"):
                    training.kill()
                    break
            self.assertEqual(training.wait(LIMIT), -signal.SIGKILL)
        kept = list((self.folder / "work").iterdir())
        self.assertTrue(kept)
        code, output, errors = self.program(*command, "--work", "work")
        self.assertEqual(code, 0, errors)
        self.assertNotIn("epoch   1 ", errors, "it began anew")
        self.assertEqual(numbers(output), undisturbed)
        self.assertEqual(list((self.folder / "work").iterdir()), [], "the work of what is finished")


class Deaths(Run):
    """Of processes in a real job; scripts/chaos does the same at random."""

    LONGER = ["run", "s.yaml", "--set", "training.max_epochs=200", "--set", "training.patience=200", "--set",
              "resources.checkpoint_seconds=1"]

    def job(self, ranks, *flags):
        sweep = subprocess.Popen([*mpirun(ranks), "--enable-recovery", MISSMODAL, *self.LONGER, *flags], cwd=self.folder,
                                 env={**ENVIRONMENT, "DEATHS": str(self.folder)}, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: sweep.poll() is None and sweep.kill())
        return sweep

    def process_of(self, rank):
        for process in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                entries = (process / "environ").read_bytes().split(b"\0")
                if f"DEATHS={self.folder}".encode() in entries and f"OMPI_COMM_WORLD_RANK={rank}".encode() in entries:
                    return int(process.name)
        self.fail(f"rank {rank} is not there")

    def wait_for_a_checkpoint(self, sweep, of_another_than=0):
        """The rank that wrote it and still trains."""
        deadline = time.monotonic() + LIMIT
        while True:
            self.assertIsNone(sweep.poll(), "the sweep ended by itself")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
            with contextlib.suppress(sqlite3.Error, AssertionError):
                found = self.query("SELECT rank FROM attempts WHERE state = 'running' AND checkpoint_step > 0 "
                                   f"AND rank <> {of_another_than}", "x.db")
                if found:
                    return found[0][0]

    def test_of_a_worker_and_a_stopped_one(self):
        self.succeed(*self.LONGER, "--db", "undisturbed.db")
        sweep = self.job(4, "--db", "x.db")
        killed = self.wait_for_a_checkpoint(sweep)
        os.kill(self.process_of(killed), signal.SIGKILL)
        process = self.process_of(self.wait_for_a_checkpoint(sweep, of_another_than=killed))
        os.kill(process, signal.SIGSTOP)
        self.wait_for_the_losses(sweep, 2)
        os.kill(process, signal.SIGCONT)
        _, errors = sweep.communicate(timeout=LIMIT)
        self.assertEqual(self.query("SELECT exit_code FROM verdict", "x.db"), [(0,)], errors)
        self.assertEqual(errors.count("is taken for dead: it gave no sign of life for 6 s"), 2)
        self.assertGreater(self.count("attempts WHERE state = 'accepted' AND resumed_step > 0", "x.db"), 0)
        self.assertEqual(self.count("attempts WHERE failure <> 'lost'", "x.db"), 0)
        self.assertEqual(self.tables("x.db"), self.tables("undisturbed.db"))
        self.assertEqual(os.listdir(self.folder / "x.db.work"), ["weights"])
        self.assertEqual(self.kept("x.db"), self.kept("undisturbed.db"))

    def test_a_cell_that_crashes_whoever_trains_it_is_parked_and_the_rest_goes_on(self):
        text = SWEEP[:SWEEP.index("  - name: search")]
        (self.folder / "s.yaml").write_text(
            text + "  - {name: final, seeds: [1, 2], variants: {sound: {training.max_epochs: 2}, poison: "
            "{training.max_epochs: 100000, training.patience: 100000}}}\nresources: {max_attempts: 2}\n")
        sweep = self.job(6, "--db", "x.db", "--set", "resources.checkpoint_seconds=3600")
        deadline = time.monotonic() + LIMIT
        hit = set()
        while len(hit) < 4 and sweep.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
            with contextlib.suppress(sqlite3.Error, AssertionError, ProcessLookupError):
                if self.count("attempts WHERE state = 'accepted'", "x.db") < 2:
                    continue  # a sweep whose first attempts all fail alike stops
                for rank, attempt, cell in self.query("""
                        SELECT a.rank, a.attempt, a.cell FROM attempts a JOIN stage_cells p ON p.cell = a.cell
                         WHERE a.state = 'running' AND p.variant = 'poison'""", "x.db"):
                    if (attempt, cell) not in hit and self.trains(rank):
                        os.kill(self.process_of(rank), signal.SIGSEGV)
                        hit.add((attempt, cell))
        _, errors = sweep.communicate(timeout=LIMIT)
        self.assertEqual(self.query("SELECT exit_code FROM verdict", "x.db"), [(3,)], errors)
        states = self.query("SELECT variant, state, count(*) FROM stage_cells JOIN cells ON id = cell GROUP BY 1, 2", "x.db")
        self.assertEqual(states, [("poison", "parked", 2), ("sound", "accepted", 2)])
        crashed = self.query("SELECT failure, message, count(*) FROM attempts WHERE state = 'failed' GROUP BY 1, 2", "x.db")
        self.assertEqual([(failure, count) for failure, _, count in crashed], [("crashed", 4)], crashed)
        self.assertIn("SIGSEGV", crashed[0][1])
        poisoned = self.query("SELECT cell FROM stage_cells WHERE variant = 'poison'", "x.db")[0][0]
        self.assertIn("SIGSEGV", self.report("explain", poisoned, "x.db"))

    def trains(self, rank):
        """Whether its last words would be heard: the file for them is there once it trains."""
        ((assignment,),) = self.query(f"SELECT assignment FROM attempts WHERE state = 'running' AND rank = {rank}", "x.db")
        return (self.folder / "x.db.work" / f"{assignment}.0.words").exists()

    def wait_for_the_losses(self, sweep, count):
        deadline = time.monotonic() + LIMIT
        while True:
            ended = sweep.poll() is not None
            with contextlib.suppress(sqlite3.Error):
                if self.count("attempts WHERE failure = 'lost'", "x.db") >= count:
                    return
            self.assertFalse(ended, "the sweep ended by itself")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    def test_of_the_coordinator_leaves_no_orphans_and_little_to_do_again(self):
        sweep = self.job(3, "--db", "x.db")
        self.wait_for_a_checkpoint(sweep)
        os.kill(self.process_of(0), signal.SIGKILL)
        _, errors = sweep.communicate(timeout=LIMIT)
        self.assertEqual(errors.count("the coordinator gave no sign of life"), 2)
        self.assertEqual(self.count("verdict", "x.db"), 0)
        files = list((self.folder / "x.db.work").glob("*.training"))
        saved = {file.name.partition(".")[0] for file in files}
        largest = max(file.stat().st_size for file in files)
        self.succeed(*self.LONGER, "--db", "x.db", launcher=mpirun(3))
        resumed = {cell for (cell,) in self.query("SELECT cell FROM attempts WHERE resumed_step > 0", "x.db")}
        self.assertEqual(resumed, saved)
        self.assertTrue(saved)
        plan = json.loads(self.succeed("plan", *self.LONGER[1:], "--json"))
        bound = plan["disk"]["checkpoint_bytes"] / 3
        self.assertGreater(largest, bound / 2)
        self.assertLessEqual(largest, bound)

    def test_a_time_limit_leaves_all_saved(self):
        sweep = self.job(2, "--db", "x.db", "--time-limit", "50", "--set", "training.max_epochs=100000", "--set",
                         "training.patience=100000", "--set", "resources.checkpoint_seconds=3600")
        began = time.monotonic()
        _, errors = sweep.communicate(timeout=LIMIT)
        self.assertLess(time.monotonic() - began, 50)
        self.assertEqual(self.query("SELECT exit_code, verdict FROM verdict", "x.db"),
                         [(4, "interrupted; the same command goes on")], errors)
        ((saved, failure),) = self.query("SELECT checkpoint_step, failure FROM attempts", "x.db")
        self.assertGreater(saved, 0)
        self.assertEqual(failure, "interrupted")


class Failures(Run):
    def setUp(self):
        super().setUp()
        # Nothing is wrong with it, but no machine has the memory for 2^24 x 2^24 weights.
        weights = self.folder / "weights"
        weights.mkdir()
        (weights / "config.json").write_text(json.dumps(
            {"vocab_size": 30522, "hidden_size": 1 << 24, "num_hidden_layers": 1, "num_attention_heads": 2,
             "intermediate_size": 8, "max_position_embeddings": 64, "type_vocab_size": 2}))

    def write_sweep(self, seeds, variants):
        text = SWEEP[:SWEEP.index("  - name: search")]
        (self.folder / "s.yaml").write_text(f"{text}  - name: final\n    seeds: {seeds}\n    variants: {variants}\n")

    BROKEN = "{model.text.encoder: bert, model.text.weights: weights, model.text.init: random}"

    def test_a_failing_variant_is_parked_and_the_rest_goes_on(self):
        self.write_sweep([1111, 1112], f"{{broken: {self.BROKEN}, sound: {{}}}}")
        code, _, errors = self.program("run", "s.yaml", "--db", "x.db", launcher=mpirun(2))
        self.assertEqual(code, 3, errors)
        states = self.query("SELECT variant, state FROM stage_cells JOIN cells ON id = cell ORDER BY plan_index", "x.db")
        self.assertEqual(sorted(states), [("broken", "parked")] * 2 + [("sound", "accepted")] * 2)
        failures = self.query("SELECT DISTINCT failure, message FROM attempts WHERE state = 'failed'", "x.db")
        self.assertEqual([failure for failure, _ in failures], ["out_of_memory"])
        self.assertIn("can't allocate memory", failures[0][1])
        self.assertEqual(self.query("SELECT exit_code FROM verdict", "x.db"), [(3,)])

    def test_a_sweep_whose_first_cells_all_fail_alike_stops(self):
        self.write_sweep([1, 2, 3, 4, 5], f"{{broken: {self.BROKEN}}}")
        for launcher in ([], mpirun(2)):
            with self.subTest(launcher):
                (self.folder / "x.db").unlink(missing_ok=True)
                code, _, errors = self.program("run", "s.yaml", "--db", "x.db", launcher=launcher)
                self.assertEqual(code, 1, errors)
                self.assertEqual(self.count("attempts", "x.db"), 3)
                verdict = self.query("SELECT exit_code, verdict FROM verdict", "x.db")[0]
                self.assertEqual(verdict[0], 1)
                self.assertRegex(verdict[1], "the first 3 attempts all failed alike: out_of_memory: .*can't allocate memory")
                self.assertIn(verdict[1], errors)


class Selection(Run):
    def winner(self, database):
        """The search's choice, and where its cells stand on the test split: {point: (cell, MAE)}."""
        (chosen,) = self.query("SELECT selected_point FROM stages WHERE name = 'search'", database)[0]
        rows = self.query("SELECT point, cell, mae FROM stage_cells JOIN metrics USING (cell) WHERE stage = 'search' "
                          "AND split = 'test' AND family = 'complete'", database)
        return chosen, {point: (cell, mae) for point, cell, mae in rows}

    def predictions(self, cell, database):
        (matrix,) = self.query(f"SELECT matrix FROM predictions WHERE cell = '{cell}' AND split = 'test'", database)[0]
        return memoryview(matrix).cast("f")  # row TAV comes first

    def test_is_blind_to_the_test_split(self):
        """Every test label is changed so that the winner becomes worse there than another point: it still wins."""
        self.succeed("run", "s.yaml", "--db", "before.db")
        chosen, standing = self.winner("before.db")
        other = next(point for point in standing if point != chosen)
        winners, others = (self.predictions(standing[point][0], "before.db") for point in (chosen, other))
        file = Safetensors(self.folder / DATA)
        labels = file.numbers("test.labels")
        for place, label in enumerate(labels):
            hostile = 3.0 if others[place] > winners[place] else -3.0
            labels[place] = hostile if label != hostile else hostile * 0.9
        file.write_dataset(self.folder / DATA)

        self.succeed("run", "s.yaml", "--db", "after.db")
        chosen_again, standing = self.winner("after.db")
        self.assertGreater(standing[chosen][1], standing[other][1], "else this test could not fail")
        self.assertEqual(chosen_again, chosen)
        value = "SELECT selected_value FROM stages WHERE name = 'search'"
        self.assertEqual(self.query(value, "after.db"), self.query(value, "before.db"))

    def test_another_search_is_refused_until_it_is_asked_for(self):
        shorter = ["s.yaml", "--set", "training.max_epochs=1"]
        self.succeed("run", *shorter, "--db", "x.db")
        self.assertEqual(self.query("SELECT overrides FROM provenance", "x.db"), [('["training.max_epochs=1"]',)])
        self.assertNotIn("without a winner", self.succeed("plan", *shorter, "--db", "x.db"))
        (self.folder / "s.yaml").write_text(SWEEP.replace("trials: 3", "trials: 2"))
        self.assert_refused(
            "s.yaml: stages.search: its winner was chosen from 3 trials by mae on complete, the file now says "
            "2 trials: put it back, or choose anew with --reselect", "run", *shorter, "--db", "x.db")
        self.assertIn("without a winner", self.succeed("plan", *shorter, "--db", "x.db"))
        self.succeed("run", *shorter, "--db", "x.db", "--reselect")
        self.succeed("run", *shorter, "--db", "fresh.db")
        self.assertEqual(self.tables("x.db"), self.tables("fresh.db"))


class Train(Run):
    def train(self, *flags):
        result = json.loads(self.succeed("train", "s.yaml", "--json", *flags))
        for timing in ("train_seconds", "evaluate_seconds"):
            result.pop(timing)
        return result

    def test_the_same_seed_gives_the_same_numbers(self):
        first = self.train("--seed", 5)
        self.assertEqual(self.train("--seed", 5), first)
        self.assertNotEqual(self.train("--seed", 6)["metrics"], first["metrics"])
        self.assertEqual(len(first["metrics"]), 310)
        self.assertEqual(first["configuration"]["seed"], 5)

    def test_a_stages_variant(self):
        result = self.train("--stage", "final", "--variant", "without")
        self.assertEqual(result["configuration"]["loss"], {"terms": ["task"]})
        self.assertEqual(result["configuration"]["evaluation"]["route"], "full")
        self.assertEqual(self.train("--stage", "final", "--variant", "all")["configuration"]["evaluation"]["route"], "subset")

    def test_is_the_cell_of_the_sweep(self):
        """`train` gives what `run` stores for the same configuration, bit for bit."""
        text = SWEEP[:SWEEP.index("  - name: search")]
        (self.folder / "s.yaml").write_text(text + "  - {name: final, seeds: [77]}\n")
        self.succeed("run", "s.yaml", "--db", "x.db")
        stored = self.query("SELECT mae, corr FROM metrics WHERE split = 'test' AND family = 'complete'", "x.db")
        row, = (row for row in self.train("--seed", 77)["metrics"] if (row["split"], row["condition"]) == ("test", "complete"))
        self.assertEqual(stored, [(row["mae"], row["corr"])])


if __name__ == "__main__":
    unittest.main()
