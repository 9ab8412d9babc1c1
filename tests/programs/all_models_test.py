"""sweeps/all_models_synthetic.yaml: every model is trained, evaluated and has its row; one baseline as a trial of its own."""

import csv
import json
import unittest

from program import ROOT, ProgramTest

SWEEP = ROOT / "sweeps" / "all_models_synthetic.yaml"
LABELS = ["EF-LSTM", "LF-DNN", "TFN", "LMF", "Graph-MFN", "MFM", "MCTN", "CTFN (re-derived)", "MFN", "MISA", "MulT", "MAG-BERT",
          "Self-MM", "MMIM", "without", "MissModal"]  # in Table 1's order


class AllModels(ProgramTest):
    def test_every_model_fills_its_row(self):
        (self.folder / "data").mkdir()
        self.succeed("data", "synth", "-o", "data/toy.safetensors", "--train", "160", "--valid", "40", "--test", "40",
                     "--max-length", "12", "--audio-steps", "10", "--vision-steps", "10", "--seed", "1")
        self.succeed("run", SWEEP, "--db", "sweep.db")
        self.assertEqual(self.query("SELECT state, count(*) FROM cells GROUP BY 1"), [("accepted", len(LABELS))])

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
