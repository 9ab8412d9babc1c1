"""Sweep files as people write them (../shared/cases/c_yaml.py): each is taken, or its line says what is wrong.

   sweep_cases_test.py READ_SWEEPS     exit code 77: skipped, the last line says why
"""

import json
import subprocess
import sys
import unittest

from cases import generate, skip_unless_here
from program import LIMIT, ProgramTest, synthesize

READ_SWEEPS = sys.argv.pop(1)

TAKEN = """lr1e-4 lrE lrdot int_octal var_no var_on name_no name_date log_True tab2 bom crlf anchor merge dotted json
grid_1e5""".split()
# Kind -> line and what is said, each mistake; an ellipsis stands for anything.
REFUSED = {
    "lrplus": ["6: training.learning_rate: must be in (0, 1], got 5.0"],
    "lrquoted": ['6: training.learning_rate: must be a number, got "1e-4"'],
    "lrpercent": ['6: training.learning_rate: must be a number, got "1%"'],
    "lrcomma": ["6: training.learning_rate: must be a number, got [0,1]"],
    "lrcomma2": ['6: training.learning_rate: must be a number, got "0,001"'],
    "lrnan": ['6: training.learning_rate: must be a number, got ".nan"'],
    "lrinf": ['6: training.learning_rate: must be a number, got ".inf"'],
    "lrnull": ["6: training.learning_rate: must be a number, got nothing"],
    "lrempty": ["6: training.learning_rate: must be a number, got nothing"],
    "lrunder": ['6: training.learning_rate: must be a number, got "1_0e-4"'],
    "lrlist": ["6: training.learning_rate: must be a number, got [0.001,0.0001]"],
    "lrzero": ["6: training.learning_rate: must be in (0, 1], got 0"],
    "lrneg": ["6: training.learning_rate: must be in (0, 1], got -0.0001"],
    "lrpow": ['6: training.learning_rate: must be a number, got "10**-4"'],
    "lrinterp": ["6: is not valid YAML…"],
    "lrhuge": ['6: training.learning_rate: must be a number, got "1e-400"'],
    "int_float": ["6: training.batch_size: must be a whole number, got 8.0"],
    "int_exp": ["6: training.batch_size: must be a whole number, got 10.0"],
    "int_under": ['6: training.batch_size: must be a whole number, got "1_000"'],
    "int_hex": ['6: training.batch_size: must be a whole number, got "0x10"'],
    "int_frac": ["6: training.batch_size: must be a whole number, got 8.5"],
    "int_sexag": ['6: training.batch_size: must be a whole number, got "1:30"'],
    "int_true": ["6: training.batch_size: must be a whole number, got true"],
    "seeds_scalar": ["8: stages.repeat.seeds: must be a list of whole numbers, got 1"],
    "seeds_range": [
        "8: stages.repeat.6): unknown key",
        '8: stages.repeat.seeds: must be a list of whole numbers, got "range(1"',
    ],
    "seeds_dash": ['8: stages.repeat.seeds: must be a list of whole numbers, got "1111-1115"'],
    "seeds_dup": ["8: stages.repeat.seeds: holds 1 twice"],
    "seeds_dup2": ["8: stages.repeat.seeds: must be a whole number, got 1.0"],
    "seeds_str": [
        '8: stages.repeat.seeds: must be a whole number, got "1"',
        '8: stages.repeat.seeds: must be a whole number, got "2"',
    ],
    "seeds_empty": ["8: stages.repeat.seeds: must be a list of whole numbers, got []"],
    "seeds_neg": ["8: stages.repeat.seeds: must be in [0, 9007199254740991], got -1"],
    "seeds_big": ["8: stages.repeat.seeds: must be a whole number, got 1e+20"],
    "seeds_colon": ['8: stages.repeat.seeds: must be a list of whole numbers, got "1:5"'],
    "name_num": ["1: name: must be text, got 2024 (quotes make it text)"],
    "name_uni": ['1: name: must be 1 to 64 of A-Z a-z 0-9 _ -, got "多模态"'],
    "name_space": ['1: name: must be 1 to 64 of A-Z a-z 0-9 _ -, got "my sweep"'],
    "name_slash": ['1: name: must be 1 to 64 of A-Z a-z 0-9 _ -, got "a/b"'],
    "name_null": ["1: name: must be text, got nothing"],
    "norm_no": ['3: dataset.normalize: must be one of zscore, none, got "no"'],
    "norm_none": ['3: dataset.normalize: must be one of zscore, none, got "None"'],
    "log_yes": ['10: stages.search.parameters.training.learning_rate.log: must be true or false, got "yes"'],
    "log_zero": ["10: stages.search.parameters.training.learning_rate.min: must be in (0, 1], got 0"],
    "log_swap": ["10: stages.search.parameters.training.learning_rate: must have min < max"],
    "choice_str": [
        '10: stages.search.parameters.training.learning_rate: must be a list of values, got "uniform(1e-4"',
        "10: stages.search.parameters.1e-2): unknown key",
    ],
    "tab": ["8: is not valid YAML…"],
    "latin1": ["1: is not UTF-8 but looks like Latin-1 or Windows-1252; save it as UTF-8"],
    "gbk": ["1: is not UTF-8 but looks like GBK; save it as UTF-8"],
    "utf16": ["1: is not UTF-8 but looks like UTF-16; save it as UTF-8"],
    "nul": ["9: has a byte that is zero, which no text has"],
    "dupkey": ["3: seed: is a duplicate of FILE:2"],
    "dupsec": ["9: training: is a duplicate of FILE:6"],
    "dupnest": ["6: training.max_epochs: is a duplicate of FILE:6"],
    "typo": ["6: training.learning-rate: unknown key; did you mean training.learning_rate?"],
    "typo2": ["6: training.lr: unknown key; did you mean training?"],
    "case": ["6: Training: unknown key; did you mean training?"],
    "emptyfile": ["is empty"],
    "comment": ["is empty"],
    "listtop": ['1: must be a mapping of keys such as name, dataset, stages; got ["a"]'],
    "twodocs": ["9: begins a second YAML document; only one is allowed"],
    "tag": ["2: has the tag tag:yaml.org,2002:python/object:os.system; tags are not used here"],
    "unclosed": ["8: is not valid YAML…"],
    "indent": ["2: is not valid YAML…"],
    "colon": ["1: dataset.path: is missing", "3: dataset.path:plain.st: unknown key"],
    "quote": [
        "1: dataset.path: is missing",
        "1: stages: is missing",
        "1: model.text.weights: is missing: the encoder bert needs a folder with config.json and model.safetensors",
        '2: seed: must be a whole number, got "1 dataset…',
    ],
    "grid_dup": [
        "10: stages.search.parameters.training.learning_rate: holds 0.0001 twice",
        "10: stages.search.parameters.training.learning_rate: holds 0.0001 twice",
    ],
    "grid_big": ["10: stages.search.parameters: span a grid of more than 100000 points"],
    "grid_scalar": ["10: stages.search.parameters.training.learning_rate: must be a list of values, got 0.0001"],
    "grid_str": [
        '10: stages.search.parameters.training.learning_rate: must be a number, got "1e-4"',
        '10: stages.search.parameters.training.learning_rate: must be a number, got "1e-3"',
    ],
    "grid_terms": [
        '10: stages.search.parameters.loss.terms: must be a list of task, geo, dis, sem, got "task"',
        '10: stages.search.parameters.loss.terms: must be a list of task, geo, dis, sem, got "geo"',
    ],
    "grid_empty": ["10: stages.search.parameters.training.learning_rate: must be a list of values, got []"],
    "split_test": [
        "11: stages.search.select.split: cannot be chosen: a selection is made on the validation split, so "
        "that no test result can leak into it",
    ],
    "metric_loss": ["11: stages.search.select.metric: must be one of mae, corr, acc7…"],
    "goal_max": ["11: stages.search.select.goal: must be minimize for mae"],
}


def fits(told, expected):
    return told.startswith(expected[:-1]) if expected.endswith("…") else told == expected


class SweepFiles(ProgramTest):
    def test_every_kind(self):
        kinds = generate("c_yaml")
        self.assertEqual(sorted(kinds), sorted([*TAKEN, *REFUSED]))
        for kind in kinds:
            generate("c_yaml", self.folder / f"{kind}.yaml", kind)
        lines = subprocess.run([READ_SWEEPS, *(f"{kind}.yaml" for kind in kinds)], cwd=self.folder, check=True,
                               capture_output=True, text=True, timeout=LIMIT).stdout.splitlines()
        for kind in kinds:
            with self.subTest(kind):
                start = f"{kind}.yaml:"
                told = [line.removeprefix(start).strip() for line in lines if line.startswith(start)]
                expected = [line.replace("FILE", f"{kind}.yaml") for line in REFUSED.get(kind, ["ok"])]
                self.assertEqual(len(told), len(expected), told)
                for one, other in zip(told, expected):
                    self.assertTrue(fits(one, other), f"{one!r}, expected {other!r}")

    def test_the_program_says_the_same(self):
        for kind in ("gbk", "nul"):
            generate("c_yaml", self.folder / f"{kind}.yaml", kind)
            self.assert_refused(f"{kind}.yaml:{REFUSED[kind][0]}", "check", f"{kind}.yaml")
        generate("c_yaml", self.folder / "merge.yaml", "merge")
        plan = json.loads(self.succeed("plan", "merge.yaml", "--json"))
        self.assertEqual((plan["cells"], plan["absent"]), (2, ["plain.st"]))


# What a shell hands over where files are named in GBK.
FOREIGN = "\udcb6\udce0"


class ForeignPaths(ProgramTest):
    def program(self, *command, **options):
        return super().program(*command, **options, errors="surrogateescape")

    def test_settings_are_utf8(self):
        generate("c_yaml", self.folder / "s.yaml", "lr1e-4")
        override = f"dataset.path={FOREIGN}.st"
        self.assert_refused(f"--set {override}: is not UTF-8 but looks like GBK; save it as UTF-8",
                            "plan", "s.yaml", "--json", "--set", override)

    def test_files_of_such_names_give_json_all_the_same(self):
        generate("c_yaml", self.folder / f"{FOREIGN}.yaml", "lr1e-4")
        synthesize(self.folder / "plain.st")
        self.assertEqual(json.loads(self.succeed("plan", f"{FOREIGN}.yaml", "--json"))["cells"], 4)
        (self.folder / FOREIGN).mkdir()
        database = f"{FOREIGN}/x.db"
        self.succeed("run", f"{FOREIGN}.yaml", "--db", database)
        status = json.loads(self.report("status", database, "--json"))
        self.assertEqual(status["cells"]["accepted"], 4)
        code, doctor, _ = self.program("doctor", "--path", FOREIGN, "--json")
        self.assertIn(code, (0, 1))
        self.assertIn("\ufffd", "".join(finding["text"] for finding in json.loads(doctor)))


if __name__ == "__main__":
    skip_unless_here()
    unittest.main()
