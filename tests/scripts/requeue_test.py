"""scripts/slurm/requeue with a sweep and a Slurm that only say what they are told: when the job goes back into the queue."""

import os
import signal
import tempfile
import unittest
from pathlib import Path

from script import LIMIT, assert_none_left, start, wait_until

SCONTROL = '#!/bin/sh\ncase $1 in show) echo "   $PREEMPT" ;; *) echo "$*" >>"$FAKE/log" ;; esac\n'
SQUEUE = '#!/bin/sh\necho "$END"\n'
# Ends by itself, or on USR1, with code CODE.
SWEEP = """#!/usr/bin/env bash
trap 'exit "$CODE"' USR1
echo "$SLURM_JOB_END_TIME" >"$FAKE/end_time"
[ "$1" = waits ] || exit "$CODE"
while :; do sleep 0.02; done
"""


class Requeue(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name, text in (("scontrol", SCONTROL), ("squeue", SQUEUE), ("sweep", SWEEP)):
            (self.root / name).write_text(text)
            (self.root / name).chmod(0o755)

    def tearDown(self):
        assert_none_left(f"FAKE={self.root}")

    def job(self, mode, code, preempted="None", **more):
        for name in ("log", "end_time"):
            (self.root / name).unlink(missing_ok=True)
        variables = {"FAKE": self.root, "CODE": code, "PREEMPT": f"PreemptTime={preempted}", "END": "NONE", "SLURM_JOB_ID": 7,
                     "PATH": f"{self.root}:{os.environ['PATH']}", **more}
        return start("slurm/requeue", 3, self.root / "sweep", mode, **variables)

    def ended(self, code, **more):
        """Whether the job was requeued after its sweep ended by itself."""
        self.assertEqual(self.job("ends", code, **more).wait(LIMIT), code)
        return self.requeued()

    def stopped(self, sent, code, **more):
        """Whether the job was requeued after this signal."""
        job = self.job("waits", code, **more)
        self.end_time()
        job.send_signal(sent)
        self.assertEqual(job.wait(LIMIT), code)
        return self.requeued()

    def requeued(self):
        if not (self.root / "log").exists():
            return False
        self.assertEqual((self.root / "log").read_text(), "requeue 7\n")
        return True

    def end_time(self):
        read = (self.root / "end_time").read_text
        return wait_until("the sweep runs", lambda: (self.root / "end_time").exists() and read()).strip()

    def test_only_an_interrupted_sweep(self):
        self.assertEqual([code for code in range(5) if self.ended(code)], [4])

    def test_told_to_stop(self):
        """An end that took too long leaves no verdict, and the sweep can go on; what is done or refused is not repeated."""
        self.assertEqual([code for code in range(5) if self.stopped(signal.SIGUSR1, code)], [1, 4])

    def test_trouble_of_a_preemption(self):
        self.assertEqual([code for code in range(5) if self.ended(code, preempted="2026-01-01T00:00:00")], [1, 4])

    def test_a_cancelled_job_stays_away(self):
        for code in (1, 4):
            self.assertFalse(self.stopped(signal.SIGTERM, code))

    def test_not_for_ever(self):
        self.assertEqual([restarts for restarts in range(1, 6) if self.ended(4, SLURM_RESTART_COUNT=restarts)], [1, 2])

    def test_tells_the_time_that_is_left(self):
        self.ended(0)
        self.assertEqual(self.end_time(), "", "without a limit")
        self.ended(0, END="2026-01-01T00:00:00", TZ="UTC")
        self.assertEqual(self.end_time(), "1767225600")
        self.ended(0, END="2026-01-01T00:00:00", SLURM_JOB_END_TIME=5)
        self.assertEqual(self.end_time(), "5", "Slurm's own")


if __name__ == "__main__":
    unittest.main()
