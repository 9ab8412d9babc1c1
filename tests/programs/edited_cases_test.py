"""Sweeps that are edited, interrupted or hung up between two runs, and labels in [-1, 1]: what ../shared/cases makes of them.

   edited_cases_test.py     exit code 77: skipped, the last line says why
"""

import csv
import re
import subprocess
import sys
import unittest

from cases import CASES, generate, skip_unless_here
from program import ENVIRONMENT, LIMIT, MISSMODAL, ProgramTest



class Edited(ProgramTest):
    def setUp(self):
        super().setUp()
        self.sweep("tiny")

    def data(self, case="a00_plain"):
        generate(case, self.folder / "in.pkl")
        self.succeed("data", "import", "in.pkl", "-o", "plain.st")

    def sweep(self, name, *edits):
        text = (CASES / f"{name}.yaml").read_text()
        for old, new in edits:
            self.assertIn(old, text)
            text = text.replace(old, new)
        (self.folder / "s.yaml").write_text(text)

    def table(self, number, database):
        return self.report("table", number, database, "--format", "csv")

    def test_c_conditions(self):
        self.data()
        self.sweep("c_conditions")
        self.succeed("run", "s.yaml", "--db", "edited.db")
        self.sweep("c_conditions", ("[{family: complete}], draws: 2", "paper, draws: 20"))
        self.succeed("run", "s.yaml", "--db", "edited.db")
        self.assertEqual(self.query("SELECT count(*), max(attempt) FROM attempts", "edited.db"), [(4, 1)])
        self.succeed("run", "s.yaml", "--db", "fresh.db")
        for number in (1, 2, 5):
            self.assertEqual(self.table(number, "edited.db"), self.table(number, "fresh.db"))

    def test_c_winner(self):
        self.data()
        self.sweep("c_winner")
        self.succeed("run", "s.yaml", "--db", "edited.db")
        self.sweep("c_winner", ("trials: 3", "trials: 8"), ("metric: mae", "metric: corr"))
        code, _, errors = self.program("run", "s.yaml", "--db", "edited.db")
        self.assertEqual(code, 2)
        self.assertIn("--reselect", errors)
        self.succeed("run", "s.yaml", "--db", "edited.db", "--reselect")
        self.succeed("run", "s.yaml", "--db", "fresh.db")
        self.assertEqual(self.table(1, "edited.db"), self.table(1, "fresh.db"))

    def test_c_slow_and_d_pty(self):
        self.data()
        slow = (("mosi.st", "plain.st"), ("max_epochs: 2", "max_epochs: 100"), ("patience: 1", "patience: 100"))
        self.sweep("c_slow", *slow)
        self.succeed("run", "s.yaml", "--db", "calm.db")
        for keys in ("c", "z"):
            database = f"{keys}.db"
            done = subprocess.run(
                [sys.executable, CASES / "d_pty.py", keys, database, MISSMODAL, "run", "s.yaml", "--db", database],
                cwd=self.folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=LIMIT, check=True)
            self.assertEqual(int(re.search(r"== rc=(-?\d+)", done.stdout)[1]), 4, done.stdout)
            self.assertLess(self.query("SELECT count(*) FROM cells WHERE state = 'accepted'", database), [(10,)])
            self.succeed("run", "s.yaml", "--db", database)
            self.assertEqual(self.table(1, database), self.table(1, "calm.db"), keys)

    def test_a16_sims(self):
        self.data("a16_sims")
        self.sweep("tiny")
        self.succeed("run", "s.yaml", "--db", "sims.db")
        self.assertEqual(self.query("SELECT label_scale FROM sweep", "sims.db"), [("1",)])
        rows = list(csv.DictReader(self.table(1, "sims.db").splitlines()))
        self.assertEqual([row["model"] for row in rows], ["without", "MissModal", "MissModal - without"])
        for row in rows:
            self.assertTrue(all(row[name] for name in ("acc2_has0", "f1_has0", "acc3", "acc5", "mae")), row)
            self.assertFalse(any(row[name] for name in ("acc7", "acc2_non0", "f1_non0", "undefined")), row)
        self.assertIn("| Acc5 | Acc3 | Acc2 | F1 | MAE | Corr |", self.report("table", 1, "sims.db", "--format", "markdown"))

        search = ("  - name: repeat\n", "  - name: search\n    method: {type: grid}\n    parameters: {loss.alpha: [0.3, 0.5]}\n"
                  "    select: {metric: acc7}\n  - name: repeat\n")
        self.sweep("tiny", search)
        line = 1 + (self.folder / "s.yaml").read_text().splitlines().index("    select: {metric: acc7}")
        self.assert_refused([f"s.yaml:{line}: stages.search.select.metric: acc7 is not defined for labels in [-1, 1], which "
                             "plain.st has"],
                            "check", "s.yaml")


if __name__ == "__main__":
    skip_unless_here("numpy")
    unittest.main()
