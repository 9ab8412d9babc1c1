"""Files as people have them: each generator of shared's cases gives the dataset that numpy reads from it, or one clear line.

   cases_test.py     exit code 77: skipped, the last line says why
"""

import json
import os
import pickle
import runpy
import sys
import unittest
from pathlib import Path

from program import ROOT, ProgramTest, Safetensors

try:
    import numpy as np
except ImportError as error:
    print(f"{sys.executable}: {error}")
    sys.exit(77)

CASES = Path(os.environ.get("MISSMODAL_CASES", ROOT / "../shared/cases"))
SPLITS = ("train", "valid", "test")
MODALITIES = ("text", "audio", "vision")


def generate(name, out, *kind):
    """Runs a generator here, where numpy is already."""
    sys.argv = [name, str(out), *kind]
    runpy.run_path(str(next(CASES.glob(f"{name}_*.py"))), run_name="__main__")


def frames(split):
    """Per modality the frames of each utterance, as the generator filled them: to the last that is not zero."""
    def cut(rows):
        return [np.asarray(row, np.float32)[:np.flatnonzero(np.asarray(row).any(1))[-1] + 1] for row in rows]

    return {modality: cut(split[modality]) for modality in MODALITIES}


class Cases(ProgramTest):
    def imported(self, *flags, out="out"):
        self.succeed("data", "import", "in.pkl", "-o", out, *flags)
        return Safetensors(self.folder / out)

    def source(self, *case):
        generate(case[0], self.folder / "in.pkl", *case[1:])
        with open(self.folder / "in.pkl", "rb") as file:
            return pickle.load(file)

    def assert_split(self, dataset, name, split, labels=None, pieces=None):
        """Frame by frame, bit by bit."""
        for modality, rows in frames(split).items():
            self.assertEqual(list(dataset.numbers(f"{name}.{modality}_lengths")), [len(row) for row in rows], modality)
            found = np.array(dataset.numbers(f"{name}.{modality}"), np.float32)
            self.assertTrue(np.array_equal(found, np.concatenate(rows).ravel()), f"{name}.{modality}")
        if labels is not None:
            self.assertEqual(list(dataset.numbers(f"{name}.labels")), list(np.asarray(labels, np.float32).ravel()))
        if pieces is not None:
            tokens = [np.asarray(rows[0])[np.asarray(rows[1]) == 1] for rows in np.asarray(pieces)]
            self.assertEqual(list(dataset.numbers(f"{name}.tokens")), list(np.concatenate(tokens).astype(int)))

    def assert_mmsa(self, data, *flags, pieces=True):
        dataset = self.imported(*flags)
        for name in SPLITS:
            self.assert_split(dataset, name, data[name], data[name]["regression_labels"],
                              data[name]["text_bert"] if pieces else None)
        return dataset

    def refused(self, *lines):
        self.assert_refused([f"in.pkl: {line}" for line in lines], "data", "import", "in.pkl", "-o", "out")

    def texts(self, dataset, key):
        return json.loads(dataset.header["__metadata__"][key])

    def test_a00_plain(self):
        data = self.source("a00")
        dataset = self.assert_mmsa(data)
        self.succeed("data", "inspect", "out", "--verify")
        self.assertEqual(self.texts(dataset, "ids"), {name: data[name]["id"] for name in SPLITS})
        self.assertEqual(self.texts(dataset, "transcripts"), {name: data[name]["raw_text"] for name in SPLITS})

    def test_a03_text_bert(self):
        for kind in ("f8", "i8", "i4", "list", "object", "leftpad"):
            with self.subTest(kind):
                data = self.source("a03", kind)
                self.assert_mmsa(data)
        (self.folder / "out").unlink()
        self.source("a03", "np3")
        self.refused("train.text_bert: has the shape (N, 12, 3), expected (N, 3, 12): text_bert.transpose(0, 2, 1) is that "
                     "(and so in 2 more splits)")
        self.source("a03", "nomask")
        self.refused("train.text_bert: has no mask: every one is empty; expected ids, mask, segments (and so in 2 more splits)")

    def test_a03_half_and_a23(self):
        for case in (("a03", "half"), ("a23",)):
            data = self.source(*case)
            line = "{}.text_bert: utterance {}: position {} holds {} in float16, which cannot tell ids from 2048 on apart: " \
                   "write text_bert as int32"
            lines = []
            for name in SPLITS:
                ids = data[name]["text_bert"][:, 0].astype(int)
                utterance, position = next(zip(*np.nonzero(ids >= 2048)))
                lines.append(line.format(name, data[name]["id"][utterance], position, ids[utterance, position]))
            self.refused(*lines)

    def test_a08_mult(self):
        data = self.source("a08")
        dataset = self.imported()
        for name in SPLITS:
            self.assert_split(dataset, name, data[name], data[name]["labels"])
            ids = ["$_$".join(part.decode() for part in row) for row in data[name]["id"]]
            self.assertEqual(self.texts(dataset, "ids")[name], ids)
        self.assertNotIn("transcripts", dataset.header["__metadata__"])
        self.assertNotIn("train.tokens", dataset.header)

    def test_a09_misa(self):
        data = self.source("a09")
        self.refused("train: holds words, but neither vectors nor pieces of them: --vocab VOCAB.TXT of a BERT makes word pieces")
        vocabulary = "[PAD] [UNK] [CLS] [SEP] words of number".split() + [str(n) for n in range(10)]
        (self.folder / "vocab.txt").write_text("\n".join(vocabulary))
        dataset = self.imported("--vocab", "vocab.txt")
        for name, key in zip(SPLITS, ("train", "dev", "test")):
            features, labels, segments = zip(*data[key])
            words, *sequences = zip(*features)
            self.assertEqual(self.texts(dataset, "ids")[name], list(segments))
            self.assertEqual(self.texts(dataset, "transcripts")[name], [" ".join(one) for one in words])
            self.assertEqual(list(dataset.numbers(f"{name}.labels")), [float(label[0, 0]) for label in labels])
            for modality, rows in zip(("vision", "audio"), sequences):
                expected = frames({"text": [], "audio": [], "vision": [], modality: rows})[modality]
                found = np.array(dataset.numbers(f"{name}.{modality}"), np.float32)
                self.assertTrue(np.array_equal(found, np.concatenate(expected).ravel()), f"{name}.{modality}")
        pieces = [2, *(vocabulary.index(word) for word in "words of number 7".split()), 3]
        self.assertEqual(list(dataset.numbers("train.tokens"))[6 * 7:6 * 8], pieces)

    def test_a10_what_is_there_after_all(self):
        for kind in ("extra", "collections", "defaultdict", "classification_labels", "annotations"):
            with self.subTest(kind):
                self.assert_mmsa(self.source("a10", kind))
        data = self.source("a10", "bytes")
        self.assert_mmsa({split.decode(): {key.decode(): value for key, value in columns.items()}
                          for split, columns in data.items()})
        dataset = self.assert_mmsa(self.source("a10", "text_bert"), pieces=False)
        self.assertNotIn("train.tokens", dataset.header)
        self.assertNotIn("transcripts", self.assert_mmsa(self.source("a10", "raw_text")).header["__metadata__"])
        for kind in ("audio_lengths", "vision_lengths"):  # counted
            self.assert_mmsa(self.source("a10", kind))
        data = self.source("a10", "dev")
        self.assert_mmsa({**data, "valid": data["dev"]}, "--key", "valid=dev")
        data = self.source("a10", "video")
        self.assert_mmsa({name: {**split, "vision": split["video"]} for name, split in data.items()}, "--key", "vision=video")
        data = self.source("a10", "labels")
        self.assert_mmsa({name: {**split, "regression_labels": split["labels"]} for name, split in data.items()},
                         "--key", "regression_labels=labels")

    def test_a10_what_is_missing(self):
        self.source("a10", "dev")
        split = "; --split imports one split alone, to predict from"
        self.refused(f"has no split 'valid' but dev, test, train: --key valid=dev takes that one{split}")
        self.source("a10", "novalid")
        self.refused(f"has no split 'valid' but test, train: --key valid=NAME takes one of another name{split}")
        unlabelled = "; --unlabelled goes without, to predict from"
        for kind, missing, proposal in (("video", "vision", "vision=video takes that one"),
                                        ("labels", "regression_labels", f"regression_labels=labels takes that one{unlabelled}"),
                                        ("id", "id", "id=NAME takes one of another name"),
                                        ("text", "text", "text=NAME takes one of another name"),
                                        ("audio", "audio", "audio=NAME takes one of another name"),
                                        ("vision", "vision", "vision=NAME takes one of another name"),
                                        ("regression_labels", "regression_labels",
                                         f"regression_labels=NAME takes one of another name{unlabelled}")):
            with self.subTest(kind):
                there = ", ".join(sorted(self.source("a10", kind)["train"]))
                self.refused(f"train: has no '{missing}' but {there}: --key {proposal} (and so in 2 more splits)")

    def test_a16_sims(self):
        data = self.source("a16")
        dataset = self.assert_mmsa(data)
        self.assertEqual(dataset.header["__metadata__"]["scale"], "1")
        for name in SPLITS:
            for modality in MODALITIES:
                self.assertEqual(list(dataset.numbers(f"{name}.{modality}_labels")),
                                 list(data[name]["regression_labels_" + modality[0].upper()]))
        self.assertEqual(self.texts(dataset, "transcripts")["test"][0], "我觉得这部电影很好看")

    def test_a20_single(self):
        data = self.source("a20", "single")
        dataset = self.imported()
        self.assert_split(dataset, "test", {key: [value] for key, value in data.items()}, pieces=[data["text_bert"]])
        self.assertFalse([name for name in dataset.header if name.startswith(("train", "valid"))])
        data = self.source("a20", "testonly")
        self.assert_split(self.imported("--split", "test"), "test", data["test"], data["test"]["regression_labels"])
        data = self.source("a20", "nolabel")
        dataset = self.imported("--unlabelled")
        for name in SPLITS:
            self.assert_split(dataset, name, data[name], pieces=data[name]["text_bert"])
            self.assertNotIn(f"{name}.labels", dataset.header)
        (self.folder / "out").unlink()
        self.source("a20", "testonly")
        self.refused(*(f"has no split '{name}' but test: --key {name}=NAME takes one of another name; --split imports one split "
                       "alone, to predict from" for name in ("train", "valid")))

    def test_a22_bert_order(self):
        self.source("a22")
        self.refused("train.text_bert: is stacked ids, segments, mask, expected ids, mask, segments: reorder it with "
                     "text_bert[:, [0, 2, 1]] (and so in 2 more splits)")

    def test_a24_many(self):
        dataset = self.assert_mmsa(self.source("a24"), pieces=False)
        self.assertNotIn("train.tokens", dataset.header)


if __name__ == "__main__":
    if not CASES.exists():
        print(f"{CASES} is absent; MISSMODAL_CASES names another place")
        sys.exit(77)
    sys.path.insert(0, str(CASES))
    unittest.main()
