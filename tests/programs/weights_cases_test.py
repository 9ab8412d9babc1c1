"""Hugging Face folders as people have them (../shared/cases/b_bert.py): each is taken, or one line says what it is.

Exit code 77: skipped, the last line says why.
"""

import json
import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from cases import CASES, generate, skip_unless_here
from program import ProgramTest

SNAPSHOT = "cache/snapshots/86b5e0934494bd15c9632b12f734a8a67f723594"
POOLER = ("pooler.dense.bias", "pooler.dense.weight")
HEADS = ("bert.pooler.dense.bias", "bert.pooler.dense.weight", "cls.predictions.bias",
         "cls.predictions.transform.LayerNorm.gamma", "cls.seq_relationship.weight")

# Kind -> the tensors that `check` says are not used.
TAKEN = {
    "plain": POOLER, "hub": HEADS, "chinese": HEADS, "posids": ("embeddings.position_ids", *POOLER),
    "decoder": (*HEADS[:2], "cls.predictions.decoder.weight"), "oldconfig": POOLER, "nometa": POOLER, "nullmeta": POOLER,
    "emptymeta": POOLER, "f16": POOLER, "bf16": POOLER, "f64": POOLER, "shards": POOLER, SNAPSHOT: POOLER,
}
# Kind -> file in its folder and what is said of it.
REFUSED = {
    "roberta": ("config.json", "model_type: must be bert, got roberta"),
    "robertabare": ("config.json", "model_type: must be bert, got roberta"),
    "electra": ("config.json", "model_type: must be bert, got electra"),
    "gelunew": ("config.json", "hidden_act: must be gelu or relu, got gelu_new"),
    "fewconfig": ("config.json", "type_vocab_size: missing"),
    "dropnull": ("config.json", "hidden_dropout_prob: must be in [0, 1), got null"),
    "noconfig": ("config.json", "cannot be read: No such file or directory; a folder of BERT weights holds config.json and "
                                "model.safetensors"),
    "module": ("model.safetensors", "holds none of a BERT's tensors; its first is module.bert.embeddings.LayerNorm.bias"),
    "cut": ("model.safetensors", "embeddings.LayerNorm.bias: lies at bytes 1986368 to 1986432 of 1000424: truncated or damaged"),
    "lfs": ("model.safetensors", "is a pointer of Git LFS, not the file itself; `git lfs pull` in its repository fetches it"),
    "bin": ("model.safetensors", "no such file, its folder holds pytorch_model.bin, which is a pickle and not read here; this "
            "converts it, running nothing in it: python3 -c \"import torch, safetensors.torch as s; s.save_file({k: "
            "v.contiguous().clone() for k, v in torch.load('bert/bin/pytorch_model.bin', map_location='cpu', "
            "weights_only=True).items()}, 'bert/bin/model.safetensors')\""),
    # neighbours of these, made below
    "header": ("model.safetensors", "is cut short within its header: has 100 of the 4464 bytes up to its end"),
    "oldroberta": ("config.json", "architectures: must be those of a BERT, got RobertaModel"),
    "shard": ("model-00002-of-00002.safetensors", "no such file, but the index names it"),
    "outside": ("model.safetensors.index.json", "weight_map must name .safetensors files of its own folder, got "
                                                "\"../model.safetensors\""),
}


class Weights(ProgramTest):
    """The folders are made once; each test has a link to them."""

    @classmethod
    def setUpClass(cls):
        made = tempfile.TemporaryDirectory()
        cls.addClassCleanup(made.cleanup)
        cls.made = Path(made.name)
        for kind in (*TAKEN, *REFUSED, "short"):
            kind = kind.split("/")[0]
            if kind not in ("header", "oldroberta", "shard", "outside"):
                generate("b_bert", cls.made / "bert" / kind, kind)
        cls.make_neighbours(cls.made / "bert")
        generate("a00_plain", cls.made / "plain.pkl")
        generate("b11_vocab", cls.made / "vocab.pkl")

    @staticmethod
    def make_neighbours(bert):
        shutil.copytree(bert / "plain", bert / "header")
        os.truncate(bert / "header/model.safetensors", 100)
        shutil.copytree(bert / "robertabare", bert / "oldroberta")
        configuration = json.loads((bert / "oldroberta/config.json").read_text())
        del configuration["model_type"]
        (bert / "oldroberta/config.json").write_text(json.dumps(configuration))
        shutil.copytree(bert / "shards", bert / "shard")
        (bert / "shard/model-00002-of-00002.safetensors").unlink()
        shutil.copytree(bert / "shards", bert / "outside")
        (bert / "outside/model.safetensors.index.json").write_text('{"weight_map": {"a": "../model.safetensors"}}')

    def setUp(self):
        super().setUp()
        (self.folder / "bert").symlink_to(self.made / "bert")

    def write_sweep(self, *folders):
        """A sweep with a variant for each folder, so that one look judges them all."""
        text = (CASES / "tinybert.yaml").read_text().replace("weights: bert/plain", f"weights: {folders[0]}")
        variants = "".join(f"      v{number}: {{model.text.weights: {folder}}}\n" for number, folder in enumerate(folders))
        (self.folder / "s.yaml").write_text(text.replace("  - {name: repeat, seeds: [1]}", "  - name: repeat\n    seeds: [1]\n"
                                                         "    variants:\n" + variants))

    def import_data(self, name):
        self.succeed("data", "import", self.made / f"{name}.pkl", "-o", "plain.st")

    def test_folders_that_are_taken(self):
        self.write_sweep(*(f"bert/{kind}" for kind in TAKEN))
        remarks = [line for line in self.succeed("check", "s.yaml").splitlines() if "remark" in line]
        self.assertEqual(remarks, ["  remark: the dataset plain.st is not there yet", *sorted(
            f"  remark: bert/{kind}: {len(ignored)} tensors are not used: {', '.join(ignored)}"
            for kind, ignored in TAKEN.items())])

    def test_folders_that_are_refused(self):
        self.write_sweep(*(f"bert/{kind}" for kind in REFUSED))
        self.assert_refused([f"bert/{kind}/{file}: {reason}" for kind, (file, reason) in sorted(REFUSED.items())],
                            "check", "s.yaml")

    def test_weights_and_data_that_do_not_fit(self):
        self.import_data("vocab")
        self.write_sweep("bert/plain", "bert/chinese")
        self.assert_refused([
            f"plain.st: {split}.tokens: utterance {split}vid0$_$0 has the word piece 29000, but the vocabulary of bert/chinese "
            "ends at 21127; take the weights whose tokenizer made the dataset" for split in ("train", "valid", "test")],
            "check", "s.yaml")
        self.write_sweep("bert/short")
        code, _, errors = self.program("check", "s.yaml")
        self.assertEqual((code, errors.splitlines()[0]), (
            2, "plain.st: train.text_lengths: utterance trainvid0$_$0 has 12 word pieces, but bert/short has 8 positions"))

    def test_shards_hold_what_one_file_holds(self):
        self.import_data("plain")
        (self.folder / "bert").unlink()
        shutil.copytree(self.made / "bert/shards", self.folder / "shards")
        shutil.copy(self.made / "bert/plain/config.json", self.folder / "shards/config.json")
        results = []
        for folder in (self.made / "bert/plain", "shards"):
            self.write_sweep(folder)
            output = json.loads(self.succeed("train", "s.yaml", "--json", "--set", "training.max_epochs=1"))
            results.append(output["metrics"])
        self.assertGreater(len(results[0]), 1)
        self.assertEqual(*results)


if __name__ == "__main__":
    skip_unless_here("numpy")
    unittest.main()
