"""`missmodal complexity`: one line for each network that a sweep's seeds train, and the same as JSON."""

import json
import unittest

from program import DATA, SWEEP, ProgramTest, synthesize


class Complexity(ProgramTest):
    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA)
        (self.folder / "s.yaml").write_text(SWEEP)

    def test_counts_what_each_variant_predicts_with(self):
        found = json.loads(self.succeed("complexity", "s.yaml", "--json"))
        without, everything = found["networks"]
        self.assertEqual([(n["stage"], n["variant"], n["model"]) for n in found["networks"]],
                         [("final", "without", "missmodal"), ("final", "all", "missmodal")])
        # Complete modalities go through one of the seven fusions.
        self.assertEqual(without["multiply_adds"], everything["multiply_adds"])
        self.assertLess(without["parameters"], everything["parameters"])
        self.assertGreater(without["seconds"], 0)
        trained = json.loads(self.succeed("train", "s.yaml", "--stage", "final", "--variant", "without", "--json"))
        self.assertEqual(without["parameters"], trained["parameters"])
        text = self.succeed("complexity", "s.yaml")
        self.assertIn(f"{everything['parameters']:>12} {everything['multiply_adds']:>15} ", text)

    def test_takes_the_file_itself_where_no_stage_has_seeds(self):
        self.succeed("data", "synth", "-o", "long", "--train", "24", "--valid", "12", "--test", "12", "--text-width", "6",
                     "--audio-width", "4", "--vision-width", "3")
        (self.folder / "s.yaml").write_text(SWEEP[:SWEEP.index("  - name: final")])
        short, long = (json.loads(self.succeed("complexity", "s.yaml", "--json", "--set", f"dataset.path={data}"))
                       for data in (DATA, "long"))
        self.assertEqual([n["stage"] for n in short["networks"]], [""])
        self.assertLess(short["lengths"]["text"], long["lengths"]["text"])
        self.assertLess(short["networks"][0]["multiply_adds"], long["networks"][0]["multiply_adds"])

    def test_takes_what_the_search_below_sets(self):
        text = SWEEP.replace("    method: {type", "    set: {model.name: lmf}\n    method: {type")
        text = text.replace("loss.alpha: [0.3, 0.5, 0.7]", "model.lmf.rank: [3, 4, 5]")
        (self.folder / "s.yaml").write_text(text[:text.index("    variants:")])
        found = json.loads(self.succeed("complexity", "s.yaml", "--json"))
        self.assertEqual([(n["stage"], n["model"]) for n in found["networks"]], [("final", "lmf")])

    def test_refuses_what_check_refuses(self):
        self.assert_refused("absent: cannot be opened: No such file or directory", "complexity", "s.yaml", "--set", "dataset.path=absent")


if __name__ == "__main__":
    unittest.main()
