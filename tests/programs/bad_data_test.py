"""Damaged and hostile files: one line that names file and place, exit code 2, nothing left behind; full disks: exit 1."""

import os
import pickle
import random
import resource
import signal
import struct
import unittest

from program import DATA, ROOT, SWEEP, ProgramTest, Safetensors, synthesize

GOOD = (ROOT / "tests/trainer/data/protocol4.pkl").read_bytes()


class Execute:
    def __reduce__(self):
        return os.system, ("touch executed",)


class BadPickle(ProgramTest):
    def assert_import_refused(self, reason, content):
        (self.folder / "x.pkl").write_bytes(content)
        self.assert_refused(f"x.pkl: {reason}", "data", "import", "x.pkl", "-o", "out.safetensors")

    def test_truncated(self):
        self.assert_import_refused("byte 0: the file is empty", b"")
        self.assert_import_refused("byte 0: does not begin like a pickle of protocol 2 or later", b"id,label\n")
        self.assert_import_refused(f"byte 2: a frame of {struct.unpack('<Q', GOOD[3:11])[0]} bytes: truncated or damaged",
                                   GOOD[:len(GOOD) // 2])

    def test_bits_flipped(self):
        """Some flips only change a number; all others are refused, and none does harm."""
        numbers = random.Random(1)
        refused = 0
        for _ in range(30):
            content = bytearray(GOOD)
            place = numbers.randrange(len(content))
            content[place] ^= 1 << numbers.randrange(8)
            (self.folder / "x.pkl").write_bytes(content)
            code, _, errors = self.program("data", "import", "x.pkl", "-o", "out.safetensors")
            with self.subTest(place=place, errors=errors):
                self.assertIn(code, (0, 2))
                self.assertEqual((self.folder / "out.safetensors").exists(), code == 0)
                if code == 2:
                    refused += 1
                    self.assertRegex(errors, r"\Ax\.pkl: [^\n]+\n\Z")
            (self.folder / "out.safetensors").unlink(missing_ok=True)
        self.assertGreater(refused, 5)

    def test_hostile(self):
        content = pickle.dumps({"train": Execute()}, protocol=4)
        place = content.index(b"\x93")
        self.assert_import_refused(
            f"byte {place}: the file asks for 'posix.system', which is not a plain container or a numpy array; "
            "nothing in a file is executed", content)
        self.assert_import_refused("byte 11: 9223372036854775808 bytes are announced, but only 2 are left: "
                                   "truncated or damaged", b"\x80\x04\x8e" + struct.pack("<Q", 1 << 63) + b"x.")
        deep = b"\x80\x04" + b"]" * 1_000_000 + b"a" * 999_999 + b"."
        self.assert_import_refused("holds a list, expected a dict of train, valid and test", deep)
        itself = []
        itself.append(itself)
        self.assert_import_refused("holds a list, expected a dict of train, valid and test", pickle.dumps(itself, protocol=4))

    def test_a_memo_bomb_does_not_unfold(self):
        bomb = []
        for _ in range(200):
            bomb = [bomb, bomb]
        self.assert_import_refused("train: is a list, expected a dict (and so in 2 more splits)",
                                   pickle.dumps({"train": bomb, "valid": bomb, "test": bomb}, protocol=4))

    def test_an_existing_output_stays(self):
        (self.folder / "out.safetensors").write_text("mine")
        self.assert_import_refused("byte 0: the file is empty", b"")


class BadSafetensors(ProgramTest):
    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA)
        (self.folder / "s.yaml").write_text(SWEEP.replace(DATA, "bad"))

    def assert_dataset_refused(self, lines):
        """By inspect, and by what would train on it."""
        self.assert_refused(lines, "data", "inspect", "bad")
        self.assert_refused(lines, "train", "s.yaml", "--checkpoint", "out")
        self.assert_refused(lines, "run", "s.yaml", "--db", "out.db")

    def test_overlap(self):
        file = Safetensors(self.folder / DATA)
        file.header["train.tokens"]["data_offsets"] = [offset - 4 for offset in file.header["train.tokens"]["data_offsets"]]
        file.write(self.folder / "bad")
        self.assert_dataset_refused("bad: train.tokens: overlaps another tensor")

    def test_offset_past_the_end(self):
        file = Safetensors(self.folder / DATA)
        begin, _ = file.header["test.labels"]["data_offsets"]
        file.header["test.labels"]["data_offsets"][1] = 1 << 40
        file.write(self.folder / "bad")
        self.assert_dataset_refused(
            f"bad: test.labels: lies at bytes {begin} to {1 << 40} of {len(file.data)}: truncated or damaged")

    def test_header_longer_than_the_file(self):
        (self.folder / "bad").write_bytes(struct.pack("<Q", 1 << 62) + b"{}")
        self.assert_dataset_refused(
            f"bad: announces a header of {1 << 62} bytes in a file of 10: truncated, or no safetensors file")

    def test_a_label_out_of_range(self):
        file = Safetensors(self.folder / DATA)
        file.numbers("valid.labels")[2] = 3.5
        file.write_dataset(self.folder / "bad")
        self.assert_dataset_refused("bad: valid.labels: utterance valid1$_$3 has the label 3.5, not in [-3, 3]")

    def test_a_split_with_no_utterance(self):
        file = Safetensors(self.folder / DATA)
        file.header["test.labels"]["shape"] = [0]
        begin, end = file.header["test.labels"]["data_offsets"]
        file.header["test.labels"]["data_offsets"] = [begin, begin]
        del file.data[begin:end]
        file.write(self.folder / "bad")
        self.assert_dataset_refused("bad: test.labels: has 0 labels for 12 ids")

    def test_a_flipped_bit_fails_the_digest(self):
        file = Safetensors(self.folder / DATA)
        digest = file.header["__metadata__"]["content_sha256"]
        file.numbers("test.audio")[0] += 1
        file.write_dataset(self.folder / "bad")
        computed = file.header["__metadata__"]["content_sha256"]
        file.header["__metadata__"]["content_sha256"] = digest
        file.write(self.folder / "bad")
        self.assert_refused(f"bad: is damaged: its content has the SHA-256 {computed}, not {digest}",
                            "data", "inspect", "bad", "--verify")


class BadCheckpoint(ProgramTest):
    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA)
        (self.folder / "s.yaml").write_text(SWEEP)
        self.succeed("train", "s.yaml", "--set", "training.max_epochs=1", "--checkpoint", "c")

    def test_widths_that_differ_from_the_data(self):
        synthesize(self.folder / "wide", text=7, vision=9)
        self.assert_refused(["wide: text is 7 wide, but c was trained with 6",
                             "wide: vision is 9 wide, but c was trained with 3"], "predict", "c", "wide", "-o", "out")

    def test_damage(self):
        file = Safetensors(self.folder / "c")
        begin, _ = file.header["normalize.vision.std"]["data_offsets"]
        file.header["normalize.vision.std"]["data_offsets"][1] = 1 << 40
        file.write(self.folder / "bad")
        self.assert_refused(
            f"bad: normalize.vision.std: lies at bytes {begin} to {1 << 40} of {len(file.data)}: truncated or damaged",
            "predict", "bad", DATA, "-o", "out")
        self.assert_refused("data.safetensors: is not a checkpoint: metadata `format` must be missmodal-checkpoint-1",
                            "predict", DATA, DATA)

    def test_other_tensors(self):
        file = Safetensors(self.folder / "c")
        file.header["predictor.9.bias"] = file.header.pop("predictor.2.bias")
        file.write(self.folder / "bad")
        self.assert_refused(["bad: predictor.2.bias: tensor is missing",
                             "bad: predictor.9.bias: no such tensor in the model"], "predict", "bad", DATA)


class FullDisk(ProgramTest):
    """A limit on the size of files stands in for the disk: the same call fails, with another text."""

    def assert_trouble(self, *command):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        self.assert_refused("missmodal: out: write: File too large", *command, code=1, preexec_fn=limit)

    def test_nothing_is_left(self):
        (self.folder / "x.pkl").write_bytes(GOOD)
        self.assert_trouble("data", "import", "x.pkl", "-o", "out")
        self.assert_trouble("data", "synth", "-o", "out")

    def test_what_was_there_stays(self):
        (self.folder / "x.pkl").write_bytes(GOOD)
        (self.folder / "out").write_text("mine")
        self.assert_trouble("data", "import", "x.pkl", "-o", "out")


if __name__ == "__main__":
    unittest.main()
