"""The benchmarks that write databases themselves write those of today: small ones, whose times say nothing."""

import os
import subprocess
import sys
import unittest

from script import ROOT

LIMIT = 120  # seconds


class Bench(unittest.TestCase):
    def bench(self, *command):
        done = subprocess.run([sys.executable, ROOT / "scripts/bench" / command[0], *command[1:]], env=os.environ,
                              capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_tables(self):
        lines = self.bench("tables", "--cells", "80", "--times", "1").splitlines()
        self.assertEqual([line.split(":")[0] for line in lines], ["many_seeds", "many_setups"])
        self.assertNotEqual(*(line.split()[-1] for line in lines))


if __name__ == "__main__":
    unittest.main()
