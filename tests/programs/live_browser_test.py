"""A real sweep's own page in headless Chromium: it follows by itself, and shows the numbers of the database. Skipped where the page's
test is (tests/results/web/page_modules.py)."""

import json
import os
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

from program import DATA, ENVIRONMENT, LIMIT, MISSMODAL, REPORT, SWEEP, ProgramTest, mpirun, synthesize

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "results/web"))
from page_modules import folder, lacking  # noqa: E402

LAG = 5  # seconds on a loaded machine; without load the page is a second behind at most


class LiveBrowser(ProgramTest):
    def test_follows_a_sweep(self):
        synthesize(self.folder / DATA, train=96)
        (self.folder / "s.yaml").write_text(SWEEP.replace("max_epochs: 2", "max_epochs: 60, patience: 60"))
        readings = []  # time, what the page showed, cells that the database had accepted then
        words = [*mpirun(3), MISSMODAL, "run", "s.yaml", "--db", "sweep.db", "--web", "0", "--progress", "log"]
        with subprocess.Popen(words, cwd=self.folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as sweep:
            url = next(line.partition("watch it at ")[2].strip() for line in sweep.stderr if "watch it at " in line)
            with subprocess.Popen(["node", HERE / "live_browser.mjs", folder(), shutil.which("chromium"), url],
                                  stdout=subprocess.PIPE, text=True) as browser:
                for line in browser.stdout:
                    code, output, _ = self.program("status", "sweep.db", "--json", program=REPORT)
                    self.assertEqual(code, 0)
                    readings.append((time.monotonic(), json.loads(line), json.loads(output)["cells"]["accepted"]))
                self.assertEqual(browser.wait(LIMIT), 0)
            errors = sweep.stderr.read()
            self.assertEqual(sweep.wait(LIMIT), 0, errors)
        self.assertEqual(readings[-1][1].get("liveness"), "lost")
        # A page that has not heard its first news yet shows nothing.
        live = [(when, shown, accepted) for when, shown, accepted in readings if shown.get("liveness", "lost") != "lost"]
        self.assertEqual([shown["errors"] for _, shown, _ in live if shown["errors"]], [])
        self.assertFalse(any(shown["reloaded"] for _, shown, _ in readings))
        epochs = {(row[0], row[6]) for _, shown, _ in live for row in shown["running"] if len(row) > 6 and row[6].isdigit()}
        self.assertGreater(len(epochs), 5, "no epoch was seen to come")
        counts = []
        for when, shown, accepted in live:
            if not shown["done"] or not shown["done"][0].isdigit():
                continue
            count = int(shown["done"].partition(" ")[0])
            counts.append(count)
            self.assertLessEqual(count, accepted)
            self.assertGreaterEqual(count, max([0, *(before for earlier, _, before in readings if earlier < when - LAG)]))
        self.assertGreater(len(set(counts)), 2, "the number of done cells was not seen to rise")


if __name__ == "__main__":
    if reason := lacking():
        print(f"skipped: {reason}")
        sys.exit(77)
    unittest.main()
