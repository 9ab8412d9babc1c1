"""scripts/sweep with real programs under a real mpirun: what it returns, and that nothing runs on.

MISSMODAL and MISSMODAL_REPORT name the built programs.
"""

import fcntl
import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from script import assert_none_left, processes, query, start, wait_until

PROGRAMS = {name: os.environ[name] for name in ("MISSMODAL", "MISSMODAL_REPORT")}
LIMIT = 100

SWEEP = """name: slow
dataset: {path: data.safetensors}
model: {name: missmodal, text: {encoder: sequence}, hidden: 4, layers: 1, heads: 2, feed_forward: 1, fusion_width: 8}
training: {batch_size: 16, learning_rate: 1e-3, max_epochs: EPOCHS, patience: EPOCHS}
evaluation: {conditions: [{family: complete}], draws: 1}
stages:
  - {name: repeat, seeds: [SEEDS]}
"""


class SweepRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        subprocess.run(
            [PROGRAMS["MISSMODAL"], "data", "synth", "-o", "data.safetensors", "--train", "48", "--valid", "16", "--test",
             "16", "--max-length", "12", "--audio-steps", "12", "--vision-steps", "12"],
            cwd=cls.root, check=True, capture_output=True, timeout=LIMIT)
        for name, epochs, seeds in (("short", 1, range(1, 3)), ("slow", 1000, range(1, 41))):
            (cls.root / f"{name}.yaml").write_text(
                SWEEP.replace("EPOCHS", str(epochs)).replace("SEEDS", ", ".join(map(str, seeds))))

    def setUp(self):
        self.mark = f"SWEEP_RUN_TEST={self.root}/{self.id()}"
        self.db = self.root / f"{self.id().rpartition('.')[2]}.db"

    def tearDown(self):
        assert_none_left(self.mark, LIMIT)

    def sweep(self, name, db=None, **more):
        variable, _, value = self.mark.partition("=")
        # A folder of its own: jobs of other tests that end at the same time take Open MPI's shared one away.
        (self.root / "mpi").mkdir(exist_ok=True)
        return start("sweep", "-n", 1, "--restarts", 0, f"{name}.yaml", "--db", db or self.db, cwd=self.root, **{variable: value}, **PROGRAMS,
                     OMPI_MCA_orte_tmpdir_base=self.root / "mpi", **more)

    def query(self, sql):
        rows = query(self.db, sql)
        return rows[0][0] if rows else 0

    def training(self, name="slow"):
        """A sweep that has begun an attempt."""
        before = self.query("SELECT count(*) FROM attempts")
        sweep = self.sweep(name)
        self.addCleanup(lambda: sweep.poll() is None and sweep.kill())
        wait_until("an attempt began", lambda: self.query("SELECT count(*) FROM attempts") > before, LIMIT)
        return sweep

    def ranks(self):
        """Rank -> process id."""
        return {int(entry.rpartition("=")[2]): process for process, entries in processes(self.mark).items()
                for entry in entries if entry.startswith("OMPI_COMM_WORLD_RANK=")}

    def test_an_earlier_verdict_is_never_returned(self):
        sweep = self.training()
        sweep.send_signal(signal.SIGHUP)
        self.assertEqual(sweep.wait(LIMIT), 4)

        sweep = self.training()
        os.kill(self.ranks()[1], signal.SIGKILL)
        wait_until("the sweep ended, or has nobody left to go on with", lambda: sweep.poll() is not None, LIMIT)
        self.assertEqual(sweep.returncode, 1)

        with open(f"{self.db}.lock", "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.assertEqual(self.sweep("slow").wait(LIMIT), 1)

        self.assertEqual(self.query("SELECT count(*) FROM verdict WHERE exit_code = 4"), 1)

    def test_accepted_and_accepted_again(self):
        self.assertEqual(self.sweep("short").wait(LIMIT), 0)
        attempts = self.query("SELECT count(*) FROM attempts")
        self.assertEqual(self.sweep("short", shell="<&- >&- 2>&-").wait(LIMIT), 0)
        self.assertEqual(self.query("SELECT count(*) FROM attempts"), attempts)

    def test_bad_input_that_only_the_coordinator_finds(self):
        self.db.write_text("no database")
        self.assertEqual(self.sweep("short").wait(LIMIT), 2)
        self.assertEqual(self.db.read_text(), "no database")

    def test_the_ranks_do_not_outlive_a_killed_script(self):
        sweep = self.training()
        sweep.kill()
        sweep.wait(LIMIT)
        wait_until("the ranks left", lambda: not processes(self.mark), LIMIT)
        self.assertEqual(self.query("SELECT exit_code FROM verdict"), 4)

    def test_a_full_disk_is_trouble(self):
        disk = self.root / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("no right to mount a small disk")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        self.assertEqual(self.sweep("short", db=disk / "s.db").wait(LIMIT), 1)


if __name__ == "__main__":
    unittest.main()
