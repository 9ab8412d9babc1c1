"""Datasets and BERT folders that a training would refuse: every command tells it before anything is written."""

import os
import pickle
import unittest

from bert_folder import write_bert
from program import DATA, SWEEP, ProgramTest, synthesize

BERT_SWEEP = SWEEP[:SWEEP.index("  - name: search")].replace(
    "{encoder: sequence}", "{encoder: bert, weights: bert}") + "  - {name: final, seeds: [1]}\n"
COMMANDS = (["check", "s.yaml"], ["plan", "s.yaml"], ["train", "s.yaml", "--checkpoint", "c"],
            ["run", "s.yaml", "--db", "x.db"])


class BadInputs(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "s.yaml").write_text(BERT_SWEEP)

    def assert_every_command_refuses(self, *lines):
        for command in COMMANDS:
            self.assert_refused(list(lines), *command)

    def assert_check_and_run_refuse(self, *lines):
        for command in (COMMANDS[0], COMMANDS[-1]):
            self.assert_refused(list(lines), *command)

    def test_files_that_are_no_dataset(self):
        write_bert(self.folder / "bert")
        (self.folder / DATA).write_bytes(pickle.dumps({"train": {}}, protocol=4))
        self.assert_every_command_refuses(
            f"{DATA}: is a pickle, not a safetensors file; `missmodal data import` makes a dataset of it")
        (self.folder / DATA).write_text("video_id,clip_id,text,label\n")
        self.assert_check_and_run_refuse(f"{DATA}: is a text file, not a safetensors file")
        os.remove(self.folder / DATA)
        (self.folder / DATA).mkdir()
        self.assert_check_and_run_refuse(f"{DATA}: is a folder, not a file")

    def test_weights_that_cannot_be_loaded(self):
        synthesize(self.folder / DATA)
        write_bert(self.folder / "bert", model_type="roberta")
        self.assert_every_command_refuses("bert/config.json: model_type: must be bert, got roberta")
        write_bert(self.folder / "bert")
        size = (self.folder / "bert/model.safetensors").stat().st_size
        os.truncate(self.folder / "bert/model.safetensors", size - 1)
        code, _, errors = self.program("check", "s.yaml")
        self.assertEqual(code, 2)
        self.assertRegex(errors, r"\Abert/model\.safetensors: [^\n]*truncated or damaged\n\Z")
        self.assert_refused(errors.splitlines(), *COMMANDS[-1])
        os.remove(self.folder / "bert/model.safetensors")
        absent = "bert/model.safetensors: no such file; set model.text.init: random to train without pretrained weights"
        self.assert_check_and_run_refuse(absent)
        self.succeed("check", "s.yaml", "--set", "model.text.init=random")

    def test_weights_that_do_not_fit_the_data(self):
        synthesize(self.folder / DATA)
        write_bert(self.folder / "bert", vocab_size=100, max_position_embeddings=4)
        for command in (COMMANDS[0], COMMANDS[-1]):
            code, output, errors = self.program(*command)
            self.assertEqual((code, output), (2, ""))
            self.assertRegex(errors, r"(?m)^data\.safetensors: train\.tokens: utterance \S+ has the word piece \d+, but "
                                     r"the vocabulary of bert ends at 99; take the weights whose tokenizer made the dataset$")
            self.assertRegex(errors, r"(?m)^data\.safetensors: test\.text_lengths: utterance \S+ has \d+ word pieces, but "
                                     r"bert has 4 positions$")
        self.assertFalse((self.folder / "x.db").exists())

    def test_everything_wrong_is_told_at_once(self):
        (self.folder / DATA).write_text("id,label\n")
        (self.folder / "bert").write_text("")
        self.assert_check_and_run_refuse(f"{DATA}: is a text file, not a safetensors file",
                                         "bert: is no folder (model.text.weights)")

    def test_zeros_for_word_pieces(self):
        (self.folder / "s.yaml").write_text(BERT_SWEEP.replace(
            "draws: 3}", "draws: 3, route: full, zero_at: {text: input}}"))
        reason = ("s.yaml:6: evaluation.zero_at.text: must be representation with the encoder bert where missing "
                  "modalities become zero (route full): its input is word pieces, of which none is zero")
        self.assert_every_command_refuses(reason)

    def test_what_is_not_there_yet_is_a_remark_of_check(self):
        output = self.succeed("check", "s.yaml")
        self.assertIn(f"remark: the dataset {DATA} is not there yet", output)
        self.assertIn("remark: the weights folder bert is not there yet", output)
        self.assert_refused([f"{DATA}: cannot be opened: No such file or directory",
                             "bert: no such folder (model.text.weights)"], *COMMANDS[-1])

    def test_tensors_without_use_are_a_remark_of_check(self):
        synthesize(self.folder / DATA)
        write_bert(self.folder / "bert")
        self.assertIn("remark: bert: 3 tensors are not used: bert.pooler.dense.bias, bert.pooler.dense.weight, "
                      "cls.predictions.bias\n", self.succeed("check", "s.yaml"))


if __name__ == "__main__":
    unittest.main()
