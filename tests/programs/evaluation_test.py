"""Every row of metrics follows from the stored predictions, labels and ids: recomputed here, with the masks of
scripts/mask_reference.py."""

import statistics
import sys
import unittest

from program import DATA, ROOT, SWEEP, ProgramTest, synthesize

sys.path.insert(0, str(ROOT / "scripts"))
import mask_reference  # noqa: E402

ROWS = ["TAV", "T", "A", "V", "TA", "TV", "AV"]
DRAWS = 3
STAGES = """\
evaluation:
  conditions: [paper, missmac, {family: imbalanced, rates: ["10-50-90", 90-90-90]}]
  draws: 3
stages:
  - name: search
    method: {type: grid}
    parameters: {loss.alpha: [0.3, 0.7]}
    select: {metric: mae, condition: imbalanced/10-50-90}
"""


class Rows(ProgramTest):
    def scores(self, remain):
        """MAE and the accuracy over all, of utterances that keep these subsets."""
        n = len(self.labels)
        predictions = [self.matrix[ROWS.index(subset) * n + i] for i, subset in enumerate(remain)]
        pairs = list(zip(predictions, self.labels))
        return sum(abs(p - y) for p, y in pairs) / n, sum((p >= 0) == (y >= 0) for p, y in pairs) / n

    def kinds(self, split, condition):
        """What is stored for a condition, by kind; all but the expectation."""
        family, _, rate = condition.partition("/")
        if family in ("complete", "subset"):
            return {"fixed": self.scores([rate or "TAV"] * len(self.ids))}
        draws = [self.scores(mask_reference.mask(condition, draw, split, self.ids)) for draw in range(DRAWS)]
        values = list(zip(*draws))
        return {"mean": tuple(map(statistics.fmean, values)), "sd": tuple(map(statistics.stdev, values)),
                "first": draws[0]}

    def test_follow_from_the_stored_predictions(self):
        synthesize(self.folder / DATA)
        (self.folder / "s.yaml").write_text(SWEEP[:SWEEP.index("evaluation:")] + STAGES)
        self.succeed("run", "s.yaml", "--db", "x.db")
        cells = [cell for cell, in self.query("SELECT id FROM cells WHERE state = 'accepted'", "x.db")]
        self.assertEqual(len(cells), 2)
        compared = 0
        for split in ("valid", "test"):
            utterances = self.query(f"SELECT id, label FROM utterances WHERE split = '{split}' ORDER BY position", "x.db")
            self.ids, self.labels = zip(*utterances)
            for cell in cells:
                (matrix,), = self.query(f"SELECT matrix FROM predictions WHERE cell = '{cell}' AND split = '{split}'", "x.db")
                self.matrix = memoryview(matrix).cast("f")
                stored = {}
                for family, subset, percent, rates, kind, *values in self.query(
                        "SELECT family, subset, rate_percent, rates, kind, mae, acc2_has0 FROM metrics "
                        f"WHERE cell = '{cell}' AND split = '{split}'", "x.db"):
                    rate = {"complete": "", "subset": "/" + subset, "imbalanced": "/" + rates}.get(family, f"/{percent}")
                    stored.setdefault(family + rate, {})[kind] = values
                self.assertEqual(len(stored), 44 + 7 + 10 + 2)
                for condition, kinds in stored.items():
                    for kind, values in self.kinds(split, condition).items():
                        for found, wanted in zip(kinds[kind], values):
                            self.assertAlmostEqual(found, wanted, 12, f"{split} {condition} {kind}")
                            compared += 1
        self.assertEqual(compared, 2 * 2 * 2 * (7 + 3 * (63 - 7)))

        values = self.query("SELECT avg(mae) FROM metrics WHERE split = 'valid' AND rates = '10-50-90' AND kind = 'mean' "
                            "GROUP BY cell", "x.db")
        selected, = self.query("SELECT selected_value FROM stages", "x.db")
        self.assertEqual(selected, min(values))


if __name__ == "__main__":
    unittest.main()
