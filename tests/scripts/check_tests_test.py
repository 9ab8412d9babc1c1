import tempfile
import unittest
from pathlib import Path

from script import run, write_tree


def orphans(files):
    with tempfile.TemporaryDirectory() as folder:
        write_tree(Path(folder), files)
        code, _, errors = run("check_tests", folder)
    return code, [line.partition(":")[0] for line in errors.splitlines()[:-1]]


class CheckTests(unittest.TestCase):
    def test_named_in_its_folder_or_above(self):
        files = {
            "tests/sweeps/CMakeLists.txt": "missmodal_test(t SOURCES a_test.cpp deep/b_test.cpp)",
            "tests/sweeps/a_test.cpp": "",
            "tests/sweeps/deep/b_test.cpp": "",
        }
        self.assertEqual(orphans(files), (0, []))

    def test_a_forgotten_file_is_named(self):
        files = {
            "tests/sweeps/CMakeLists.txt": "missmodal_test(t SOURCES a_test.cpp) # b_test.cpp",
            "tests/sweeps/a_test.cpp": "",
            "tests/sweeps/b_test.cpp": "",
            "tests/scripts/c_test.py": "",
            "sweeps/d.cpp": "",
        }
        self.assertEqual(orphans(files), (1, ["sweeps/d.cpp", "tests/scripts/c_test.py", "tests/sweeps/b_test.cpp"]))

    def test_part_of_another_name_does_not_count(self):
        files = {"sweeps/CMakeLists.txt": "add_library(s my_plan.cpp)", "sweeps/plan.cpp": ""}
        self.assertEqual(orphans(files), (1, ["sweeps/plan.cpp"]))


if __name__ == "__main__":
    unittest.main()
