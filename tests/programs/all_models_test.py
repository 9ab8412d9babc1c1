"""sweeps/all_models_synthetic.yaml: every model is trained, evaluated and has its row; one baseline as a trial of its own."""

import csv
import json
import unittest

from program import ROOT, ProgramTest

SWEEP = ROOT / "sweeps" / "all_models_synthetic.yaml"
ROBUST = ["MISA", "MulT", "Self-MM", "MMIM", "without"]
LABELS = ["EF-LSTM", "LF-DNN", "TFN", "LMF", "Graph-MFN", "MFM", "MCTN", "CTFN (re-derived)", "MFN", "MISA", "MISA + RT", "MulT",
          "MulT + RT", "MAG-BERT", "Self-MM", "Self-MM + RT", "MMIM", "MMIM + RT", "without", "without + RT",
          "MissModal"]  # in the tables' order
SEARCHED = 2  # trials


class AllModels(ProgramTest):
    def test_every_model_fills_its_row(self):
        (self.folder / "data").mkdir()
        self.succeed("data", "synth", "-o", "data/toy.safetensors", "--train", "160", "--valid", "40", "--test", "40",
                     "--max-length", "12", "--audio-steps", "10", "--vision-steps", "10", "--seed", "1")
        self.succeed("run", SWEEP, "--db", "sweep.db")
        self.assertEqual(self.query("SELECT state, count(*) FROM cells GROUP BY 1"), [("accepted", len(LABELS) + SEARCHED)])

        # No score is missing: neither in Table 1 as it is printed nor under any other condition of the paper.
        rows = list(csv.DictReader(self.report("table", "1", "sweep.db", "--format", "csv").splitlines()))[:len(LABELS)]
        self.assertEqual([row["model"] for row in rows], LABELS)
        for row in rows:
            self.assertEqual((row["seeds"], row["stale"]), ("1", "0"), row)
            self.assertTrue(row["mae"] and row["acc7"] and row["acc2_has0"] and row["f1_non0"], row)
        table = self.query("SELECT model, family, subset, rate_percent, mae FROM comparison WHERE headline AND place < 3")
        conditions = {row[1:4] for row in table}
        self.assertGreater(len(conditions), 20)
        self.assertEqual(sorted(row[:4] for row in table), sorted((label, *each) for label in LABELS for each in conditions))
        self.assertTrue(all(row[4] is not None for row in table))

        # Each row of Table 2 once at each rate, and robust training has changed what it should.
        rows = list(csv.DictReader(self.report("table", "2", "sweep.db", "--format", "csv").splitlines()))
        rates = [str(rate) for rate in range(10, 100, 10)]
        self.assertEqual([(row["rate_percent"], row["model"]) for row in rows],
                         [(rate, label) for rate in rates for label in LABELS + ["MissModal - without"]])
        for label in ROBUST:
            plain, robust = ([row["mae"] for row in rows if row["model"] == name] for name in (label, label + " + RT"))
            self.assertNotEqual(plain, robust, label)

        # The ablation is MissModal's alone.
        rows = csv.DictReader(self.report("table", "5", "sweep.db", "--format", "csv").splitlines())
        self.assertEqual([row["model"] for row in rows], ["without", "MissModal", "MissModal - without"])

        # What the plan says of it afterwards.
        plan = json.loads(self.succeed("plan", SWEEP, "--db", "sweep.db", "--json"))
        self.assertEqual(plan["cells"], len(LABELS) + SEARCHED)
        self.assertFalse(plan["example_winner"])
        cells = {model["model"]: model["cells"] for model in plan["models"]}
        self.assertEqual(cells, dict(self.query("SELECT model, count(*) FROM cells GROUP BY 1")))
        took = dict(self.query("SELECT model, avg(train_seconds + evaluate_seconds) FROM attempts JOIN cells ON id = cell GROUP BY 1"))
        for model in plan["models"]:
            self.assertAlmostEqual(model["seconds_per_cell"], took[model["model"]])
        self.assertAlmostEqual(plan["seconds_per_cell"] * plan["cells"], sum(took[model] * cells[model] for model in cells))

        # Audio and vision teach MCTN, and do not predict.
        mctn = {row[1:4]: row[4] for row in table if row[0] == "MCTN"}
        self.assertEqual(mctn["subset", "T", 0], mctn["complete", "TAV", 0])
        self.assertNotEqual(mctn["subset", "AV", 0], mctn["complete", "TAV", 0])

        # The same training alone, and its checkpoint.
        out = self.succeed("train", SWEEP, "--stage", "models", "--variant", "mfm", "--seed", "1111",
                           "--checkpoint", "model.safetensors", "--json")
        configuration = json.loads(self.query("SELECT configuration FROM cells WHERE model = 'mfm'")[0][0])
        self.assertEqual(json.loads(out)["configuration"], configuration)
        predicted = self.succeed("predict", "model.safetensors", "data/toy.safetensors", "--subset", "T")
        self.assertEqual(len(predicted.splitlines()), 41)


if __name__ == "__main__":
    unittest.main()
