"""A few kills of scripts/chaos: what it prints, and that it leaves nothing, also where it is interrupted.

MISSMODAL and MISSMODAL_REPORT name the built programs.
"""

import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from script import assert_none_left, processes, start, wait_until

PROGRAMS = {name: os.environ[name] for name in ("MISSMODAL", "MISSMODAL_REPORT")}
LIMIT = 280


class Chaos(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.addCleanup(assert_none_left, f"MISSMODAL_CHAOS={self.folder}/chaos")

    def chaos(self, *arguments, **more):
        return start("chaos", "--folder", self.folder / "chaos", "--short", *arguments, **PROGRAMS, **more)

    def test_kills_change_nothing(self):
        chaos = self.chaos("--kills", 3, "--seed", 5, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = chaos.communicate(timeout=LIMIT)[0].decode()
        last = next(line for line in reversed(output.splitlines()) if line.startswith("kills"))
        self.assertRegex(last, r"^kills \d+, stops \d+, restarts \d+, lost 0, duplicated 0, seconds of work lost \d+, tables equal$",
                         output)
        self.assertEqual(chaos.returncode, 0, output)

    def test_interrupted_it_leaves_no_process_and_no_shared_memory(self):
        chaos = self.chaos()
        temporary = self.folder / "chaos/tmp"

        def shared():
            return [Path("/dev/shm") / folder.name for folder in (temporary.iterdir() if temporary.exists() else [])]

        wait_until("the sweep runs", lambda: len(processes(f"MISSMODAL_CHAOS={self.folder}/chaos")) > 4
                   and any(folder.exists() for folder in shared()), LIMIT)
        folders = shared()
        chaos.send_signal(signal.SIGTERM)
        self.assertEqual(chaos.wait(LIMIT), 1)
        self.assertEqual(processes(f"MISSMODAL_CHAOS={self.folder}/chaos"), {})
        self.assertFalse(any(folder.exists() for folder in folders), folders)


if __name__ == "__main__":
    unittest.main()
