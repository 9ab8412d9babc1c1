"""Mistakes on the command line, in sweep files and in what they name: exit code 2, one line each, nothing written."""

import unittest

from program import DATA, REPORT, SWEEP, ProgramTest, mpirun, synthesize


class BadSweep(ProgramTest):
    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA)
        self.write("s.yaml")

    def write(self, name, *changes):
        text = SWEEP
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        (self.folder / name).write_text(text)

    def test_every_kind_of_mistake_in_a_file(self):
        for line, *change in (
            ("5: training.max_epoch: unknown key; did you mean training.max_epochs?", "max_epochs", "max_epoch"),
            ("3: seed: is a duplicate of bad.yaml:2", "seed: 1\n", "seed: 1\nseed: 2\n"),
            ('4: model.hidden: must be a whole number, got "eight"', "hidden: 8", "hidden: eight"),
            ("5: training.batch_size: must be in [1, 65536], got 0", "batch_size: 8", "batch_size: 0"),
            ("11: stages.search.select.split: cannot be chosen: a selection is made on the validation split, "
             "so that no test result can leak into it", "condition: complete", "condition: complete, split: test"),
        ):
            with self.subTest(line):
                self.write("bad.yaml", change)
                self.assert_refused(f"bad.yaml:{line}", "check", "bad.yaml")

    def test_every_command_lists_all_mistakes_at_once(self):
        self.write("bad.yaml", ("max_epochs", "max_epoch"), ("hidden: 8", "hidden: eight"), ("draws: 3", "draws: -3"))
        lines = ['bad.yaml:4: model.hidden: must be a whole number, got "eight"',
                 "bad.yaml:5: training.max_epoch: unknown key; did you mean training.max_epochs?",
                 "bad.yaml:6: evaluation.draws: must be in [1, 1000], got -3"]
        for command in (["check"], ["plan"], ["train"], ["run", "--db", "x.db"]):
            with self.subTest(command):
                self.assert_refused(lines, *command, "bad.yaml")

    def test_a_convolution_that_is_longer_than_every_sequence(self):
        self.write("bad.yaml", ("{name: missmodal,", "{name: mult, mult: {vision_kernel: 9},"), ("loss.alpha: [0.3, 0.5, 0.7]",
                   "model.mult.levels: [1, 2, 3]"), ("      without: {loss.terms: [task]}\n      all: {loss.terms: [task, geo, dis, sem]}",
                   "      a: {}"))
        line = f"bad.yaml:4: model.mult.vision_kernel: must not be longer than every sequence: the longest vision of {DATA} has 8 " \
               "steps, got 9"
        for command in (["check"], ["plan"], ["train"], ["run", "--db", "x.db"]):
            with self.subTest(command):
                self.assert_refused(line, *command, "bad.yaml")
        self.succeed("check", "bad.yaml", "--set", "model.mult.vision_kernel=8")

    def test_settings_of_the_command_line(self):
        unknown = "--set model.hiden=3: unknown key; did you mean model.hidden?"
        for command in (["check"], ["plan"], ["train"], ["run", "--db", "x.db"]):
            with self.subTest(command):
                self.assert_refused(unknown, *command, "s.yaml", "--set", "model.hiden=3")
        self.assert_refused("--set x: must be key=value", "check", "s.yaml", "--set", "x")

    def test_missing_files(self):
        absent = "cannot be opened: No such file or directory"
        self.assert_refused("none.yaml: no such file", "check", "none.yaml")
        self.write("bad.yaml", (DATA, "none.safetensors"))
        self.assert_refused(f"none.safetensors: {absent}", "train", "bad.yaml")
        self.assert_refused(f"none.safetensors: {absent}", "run", "bad.yaml", "--db", "x.db")
        self.write("bad.yaml", ("encoder: sequence", "encoder: bert, weights: none"))
        for command in (["train"], ["run", "--db", "x.db"]):
            self.assert_refused("none: no such folder (model.text.weights)", *command, "bad.yaml")
        self.assert_refused(f"none: {absent}", "predict", "none", DATA)
        self.assert_refused(f"none: {absent}", "data", "inspect", "none")
        self.assert_refused(f"none: {absent}", "data", "import", "none", "-o", "out")

    def test_missing_folders_of_outputs(self):
        self.assert_refused("none/x.db: its folder does not exist", "run", "s.yaml", "--db", "none/x.db")
        self.assert_refused("none/c: cannot be written: No such file or directory",
                            "train", "s.yaml", "--checkpoint", "none/c")
        self.assert_refused("none/d: cannot be written: No such file or directory", "data", "synth", "-o", "none/d")

    def test_stages_and_variants(self):
        self.assert_refused("--stage x: is no stage of the sweep file", "train", "s.yaml", "--stage", "x")
        self.assert_refused("--variant x: is no variant of the stage final: without, all",
                            "train", "s.yaml", "--stage", "final", "--variant", "x")

    def test_under_mpirun_the_workers_leave_too(self):
        self.write("bad.yaml", ("max_epochs", "max_epoch"))
        code, _, errors = self.program("run", "bad.yaml", "--db", "x.db", launcher=mpirun(3))
        # mpirun adds remarks of its own.
        self.assertEqual(code, 2)
        self.assertEqual(errors.splitlines()[0],
                         "bad.yaml:5: training.max_epoch: unknown key; did you mean training.max_epochs?")
        self.assertFalse((self.folder / "x.db").exists())


class BadCommandLine(ProgramTest):
    def test_words_that_are_unknown(self):
        self.assert_refused("missmodal: trin: no such subcommand; --help lists them", "trin")
        self.assert_refused("missmodal: imprt: no such subcommand; --help lists them", "data", "imprt")
        self.assert_refused("missmodal: --dbb: no such flag; --help lists them", "run", "s.yaml", "--dbb", "x.db")
        self.assert_refused("missmodal: y.yaml: one word too many; --help tells the usage", "check", "x.yaml", "y.yaml")
        self.assert_refused("missmodal-report: tabel: no such subcommand; --help lists them", "tabel", program=REPORT)
        self.assert_refused("missmodal-report: --fomat: no such flag; --help lists them",
                            "table", "1", "x.db", "--fomat", "csv", program=REPORT)

    def test_words_that_are_missing(self):
        self.assert_refused("missmodal: A subcommand is required", code=2)
        self.assert_refused("missmodal: --db is required", "run", "s.yaml")
        self.assert_refused("missmodal: checkpoint is required", "predict")
        self.assert_refused("missmodal: --variant requires --stage", "train", "s.yaml", "--variant", "all")

    def test_values_that_cannot_be(self):
        self.assert_refused("missmodal: --subset: TX not in {TAV,T,A,V,TA,TV,AV,all}", "predict", "c", "d", "--subset", "TX")
        self.assert_refused("missmodal-report: --format: yaml not in {csv,json,latex,markdown,text}",
                            "table", 1, "x.db", "--format", "yaml", program=REPORT)
        self.assert_refused("--padding: must be auto, keep or right, got 'left'",
                            "data", "import", "x", "-o", "y", "--padding", "left")
        self.assert_refused("--valid: must be 1 to 1000000, got 0", "data", "synth", "-o", "x", "--valid", 0)
        self.assert_refused("table: there is no table 9; there are 1, 2, 3, 4, 5, 6, 7, 8, missmac, missing_rate, imbalanced, area", "table", 9, "x.db", program=REPORT)


if __name__ == "__main__":
    unittest.main()
