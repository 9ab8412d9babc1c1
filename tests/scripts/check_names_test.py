import tempfile
import unittest
from pathlib import Path

from script import run, write_tree

HEADER = "namespace m {\ninline constexpr int kDeepest = 64;\nstruct Slice {\n  int first = 0;\n};\nenum Place { kInside, kLast };\n}\n"


def source(line):
    return f"namespace m {{\nnamespace {{\n\n{line}\n\n}}  // namespace\n}}  // namespace m\n"


class CheckNames(unittest.TestCase):
    def names(self, files):
        with tempfile.TemporaryDirectory() as folder:
            write_tree(Path(folder), files)
            code, _, errors = run("check_names", folder)
        return code, [line.split(" in its")[0] for line in errors.splitlines()[:-1]]

    def test_what_would_hide_a_headers_name_is_named(self):
        for line, name in (("constexpr int kDeepest = 4;", "kDeepest"), ("class Slice {\n};", "Slice"),
                           ("using Slice = int;", "Slice"), ("enum Kind : int { kInside, kNone };", "kInside")):
            with self.subTest(line):
                files = {"sweeps/a.h": HEADER, "sweeps/deep/b.cpp": source(line)}
                self.assertEqual(self.names(files), (1, [f"sweeps/deep/b.cpp: {name}"]))

    def test_names_of_ones_own_pass(self):
        files = {"sweeps/a.h": HEADER, "sweeps/b.cpp": source("constexpr int kDeep = 4;\n  int kDeepest = 1;"),
                 "results/c.cpp": source("struct Slice {\n};"), "tests/sweeps/d.cpp": source("struct Slice {\n};")}
        self.assertEqual(self.names(files), (0, []))


if __name__ == "__main__":
    unittest.main()
