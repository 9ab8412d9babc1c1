"""A small file of each layout goes through import, check, train, predict, a sweep and a table; new videos and unfit data.

   layouts_test.py     exit code 77: skipped, the last line says why
"""

import csv
import hashlib
import pickle
import shutil
import sys
import unittest

from bert_folder import write_bert
from program import ROOT, SWEEP, ProgramTest, Safetensors

try:
    import numpy  # noqa: F401
except ImportError as error:
    print(f"{sys.executable}: {error}")
    sys.exit(77)
sys.path.insert(0, str(ROOT / "scripts"))
import make_pickles  # noqa: E402

TINY = SWEEP[:SWEEP.index("  - name: search")].replace("max_epochs: 2", "max_epochs: 1") + "  - {name: final, seeds: [1111]}\n"
BERT = TINY.replace("{encoder: sequence}", "{encoder: bert, weights: bert}")
VOCABULARY = "[PAD] [UNK] [CLS] [SEP] große".split() + [str(n) for n in range(12)]


class Layouts(ProgramTest):
    def setUp(self):
        super().setUp()
        self.splits = {name: make_pickles.make_split(index, 12) for index, name in enumerate(("train", "valid", "test"))}
        (self.folder / "s.yaml").write_text(TINY)

    def write(self, data, file="in.pkl"):
        (self.folder / file).write_bytes(pickle.dumps(data, protocol=4))

    def everywhere(self, change):
        return {name: change(split) for name, split in self.splits.items()}

    def go_through(self, data, *flags):
        """And its test split without labels is a new video to predict."""
        self.write(data)
        self.succeed("data", "import", "in.pkl", "-o", "data.safetensors", *flags)
        self.succeed("check", "s.yaml")
        self.succeed("train", "s.yaml", "--checkpoint", "c")
        self.succeed("predict", "c", "data.safetensors", "-o", "labelled.csv")
        self.succeed("data", "import", "in.pkl", "-o", "new", "--split", "test", "--unlabelled", *flags)
        self.succeed("predict", "c", "new", "-o", "new.csv")
        labelled, new = (list(csv.DictReader((self.folder / file).read_text().splitlines())) for file in ("labelled.csv", "new.csv"))
        self.assertEqual([row["prediction"] for row in new], [row["prediction"] for row in labelled])
        self.assertEqual({row["label"] for row in new}, {"nan"})
        self.assertGreater(len({row["prediction"] for row in new}), 6)
        self.succeed("run", "s.yaml", "--db", "sweep.db")
        self.assertIn("MissModal", self.report("table", "1", "sweep.db", "--format", "csv"))

    def test_mmsa(self):
        self.go_through(self.splits)
        self.assert_refused("new: has no splits train, valid: good to predict from, not to train on\n"
                            "new: has no labels in test: good to predict from, not to train on".split("\n"),
                            "check", "s.yaml", "--set", "dataset.path=new")
        self.assert_refused("new: has no split train; --split test is there", "predict", "c", "new", "--split", "train")
        for split in self.splits.values():
            split["audio"] *= 1e4
        self.write(self.splits)
        self.succeed("data", "import", "in.pkl", "-o", "new")
        code, _, errors = self.program("predict", "c", "new")
        self.assertEqual(code, 2)
        self.assertRegex(errors, r"\Anew: audio spreads \S+ times as far as what c was trained on: other features, or normalised "
                                 r"in another way\n\Z")

    def test_cmu(self):
        self.go_through(self.everywhere(make_pickles.cmu))
        write_bert(self.folder / "bert")
        (self.folder / "s.yaml").write_text(BERT)
        missing = "data.safetensors: has no word pieces, which bert reads; import a source that has them (text_bert), or " \
                  "transcripts (--vocab)"
        self.assert_refused(missing, "check", "s.yaml")
        self.assert_refused(missing, "run", "s.yaml", "--db", "other.db")

    def test_tuples(self):
        write_bert(self.folder / "bert", vocab_size=len(VOCABULARY))
        (self.folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
        (self.folder / "s.yaml").write_text(BERT)
        lists = self.everywhere(make_pickles.tuples)
        lists["dev"] = lists.pop("valid")
        self.go_through(lists, "--vocab", "vocab.txt")
        dataset = Safetensors(self.folder / "data.safetensors")
        pieces = ["[CLS]", "große", "2", "3", "[SEP]"]
        self.assertEqual(list(dataset.numbers("test.tokens"))[15:20], [VOCABULARY.index(piece) for piece in pieces])
        for modality in ("audio", "vision"):
            split = self.splits["test"]
            rows = make_pickles.ragged(split[modality], split[modality + "_lengths"])
            self.assertEqual(list(dataset.numbers(f"test.{modality}")), [float(x) for row in rows for x in row.ravel()])
        self.assertIn("Table 7", self.report("table", "7", "sweep.db"))
        self.assert_another_vocabulary_is_told()
        (self.folder / "s.yaml").write_text(TINY)
        line = 1 + next(i for i, text in enumerate(TINY.splitlines()) if "encoder" in text)
        self.assert_refused(f"s.yaml:{line}: model.text.encoder: must be bert: data.safetensors has word pieces but no word vectors",
                            "check", "s.yaml")
        self.assert_refused("in.pkl: train: holds words, but neither vectors nor pieces of them: --vocab VOCAB.TXT of a BERT makes "
                            "word pieces", "data", "import", "in.pkl", "-o", "out")

    def assert_another_vocabulary_is_told(self):
        """The numbers of word pieces mean nothing to weights that were trained with another vocab.txt."""
        shutil.copy(self.folder / "vocab.txt", self.folder / "bert")
        self.succeed("check", "s.yaml")
        (self.folder / "bert/vocab.txt").write_text("\n".join(reversed(VOCABULARY)))
        digests = [hashlib.sha256((self.folder / file).read_bytes()).hexdigest()[:12] for file in ("vocab.txt", "bert/vocab.txt")]
        told = f"data.safetensors: its word pieces are of another vocabulary (SHA-256 {digests[0]}...) than bert/vocab.txt " \
               f"({digests[1]}...): import it again with --vocab bert/vocab.txt"
        for command in (("check",), ("plan",), ("train",), ("run", "--db", "other.db")):
            self.assert_refused(told, command[0], "s.yaml", *command[1:])
        self.succeed("check", "s.yaml", "--set", "model.text.init=random")


if __name__ == "__main__":
    unittest.main()
