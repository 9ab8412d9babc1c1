"""The program's predictions equal those of ten lines of PyTorch on the same checkpoint and data (predict_reference.py).

   predict_test.py Synthetic|Bert|RealMosi     exit code 77: skipped, the last line says why
"""

import csv
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from bert_folder import write_bert
from program import DATA, ROOT, SWEEP, ProgramTest, synthesize

PICKLE = Path(os.environ.get("MISSMODAL_MOSI_PICKLE", ROOT / "../shared/data/mosi/mosi_context.pkl"))
TOLERANCE = 1e-4


class Predicts(ProgramTest):
    def assert_predictions_equal(self, split):
        self.succeed("predict", "c", DATA, "--split", split, "--subset", "all", "-o", "predictions.csv")
        with open(self.folder / "predictions.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        reference = subprocess.run(
            [sys.executable, ROOT / "tests/programs/predict_reference.py", "c", DATA, split], cwd=self.folder,
            check=True, capture_output=True, text=True).stdout.split("\n")[:-1]
        expected = [line.split() for line in reference]
        self.assertEqual([row["subset"] for row in rows], [subset for subset, _ in expected])
        self.assertLess(max(abs(float(row["prediction"]) - float(value)) for row, (_, value) in zip(rows, expected)),
                        TOLERANCE)
        spread = {row["prediction"] for row in rows}
        self.assertGreater(len(spread), len(rows) / 2, "predictions that are all alike prove nothing")


class Synthetic(Predicts):
    def test_every_split(self):
        synthesize(self.folder / DATA)
        (self.folder / "s.yaml").write_text(SWEEP)
        self.succeed("train", "s.yaml", "--checkpoint", "c", "--set", "model.layers=3")
        for split in ("train", "valid", "test"):
            with self.subTest(split):
                self.assert_predictions_equal(split)


class Bert(Predicts):
    def test_fine_tuned_from_a_folder(self):
        synthesize(self.folder / DATA)
        write_bert(self.folder / "bert")
        (self.folder / "s.yaml").write_text(SWEEP.replace("{encoder: sequence}", "{encoder: bert, weights: bert}"))
        self.succeed("train", "s.yaml", "--checkpoint", "c", "--set", "model.layers=2")
        shutil.rmtree(self.folder / "bert")
        for split in ("valid", "test"):
            with self.subTest(split):
                self.assert_predictions_equal(split)


class RealMosi(Predicts):
    def test_the_imported_file(self):
        self.succeed("data", "import", PICKLE.resolve(), "-o", DATA)
        (self.folder / "s.yaml").write_text(SWEEP)
        self.succeed("train", "s.yaml", "--checkpoint", "c", "--set", "training.max_epochs=1",
                     "--set", "training.batch_size=32", "--set", "model.hidden=16", "--set", "model.layers=3")
        self.assert_predictions_equal("test")


if __name__ == "__main__":
    try:
        import torch  # noqa: F401
    except ImportError as error:
        print(f"{sys.executable}: {error}")
        sys.exit(77)
    if "RealMosi" in sys.argv and not PICKLE.exists():
        print(f"{PICKLE} is absent; MISSMODAL_MOSI_PICKLE names another place")
        sys.exit(77)
    unittest.main()
