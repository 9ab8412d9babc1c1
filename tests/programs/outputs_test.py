"""One rule for every file that a command makes: none of its inputs, tried before the work, whole or not there at all."""

import os
import pickle
import resource
import signal
import unittest

from program import DATA, ROOT, SWEEP, ProgramTest, synthesize

ITSELF = "{}: is the input {} itself; write to another file"


class Outputs(ProgramTest):
    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA)
        (self.folder / "s.yaml").write_text(SWEEP)

    def train(self, *flags):
        return ["train", "s.yaml", "--set", "training.max_epochs=1", *flags]

    def test_is_none_of_the_inputs(self):
        self.succeed(*self.train("--checkpoint", "c"))
        os.symlink(DATA, self.folder / "link")
        for output, source in ((DATA, DATA), ("link", DATA), ("c", "c"), (f"./{DATA}", DATA)):
            with self.subTest(predict=output):
                self.assert_refused(ITSELF.format(output, source), "predict", "c", DATA, "-o", output)
        for output, source in ((DATA, DATA), ("link", DATA), ("s.yaml", "s.yaml")):
            with self.subTest(train=output):
                self.assert_refused(ITSELF.format(output, source), *self.train("--checkpoint", output))
        (self.folder / "x.pkl").write_bytes((ROOT / "tests/trainer/data/protocol4.pkl").read_bytes())
        self.assert_refused(ITSELF.format("x.pkl", "x.pkl"), "data", "import", "x.pkl", "-o", "x.pkl")

    def test_is_tried_before_the_work(self):
        """The work itself would fail: that it is not reached shows in the message."""
        (self.folder / "x.pkl").write_bytes(pickle.dumps([]))
        absent = "none/x: cannot be written: No such file or directory"
        self.assert_refused(absent, "data", "import", "x.pkl", "-o", "none/x")
        self.assert_refused(absent, "data", "synth", "-o", "none/x")
        self.assert_refused(absent, "predict", "absent", DATA, "-o", "none/x")
        self.assert_refused(absent, *self.train("--checkpoint", "none/x"))
        os.mkfifo(self.folder / "pipe")
        self.assert_refused("/dev/null: is not a regular file", *self.train("--checkpoint", "/dev/null"))

    def test_replaces_what_a_link_points_to(self):
        (self.folder / "target").write_text("old")
        os.symlink("target", self.folder / "out")
        self.succeed("data", "synth", "-o", "out", "--train", 4, "--valid", 4, "--test", 4)
        self.assertTrue((self.folder / "out").is_symlink())
        self.assertGreater((self.folder / "target").stat().st_size, 1000)

    def test_of_a_killed_process_is_not_there(self):
        """Killed in the middle of a write, by the signal for a file that grows too large."""
        try:
            os.close(os.open(self.folder, os.O_TMPFILE | os.O_WRONLY))
        except OSError as error:
            self.skipTest(f"no files without a name here: {error}")

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        self.assert_refused([], "data", "synth", "-o", "out", code=-signal.SIGXFSZ, preexec_fn=limit)


if __name__ == "__main__":
    unittest.main()
