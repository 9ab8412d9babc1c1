import tempfile
import unittest
from pathlib import Path
from xml.sax.saxutils import escape

from script import run

PASSED = """\
[==========] Running 2 tests from 1 test suite.
[ RUN      ] Masks.Differ
[       OK ] Masks.Differ (0 ms)
[ RUN      ] Golden.Bert
/src/tests/a_test.cpp:12: Skipped
no python3 with torch

[  SKIPPED ] Golden.Bert (0 ms)
[==========] 2 tests from 1 test suite ran. (1 ms total)
[  PASSED  ] 1 test.
[  SKIPPED ] 1 test, listed below:
[  SKIPPED ] Golden.Bert
"""
FAILED = """\
[==========] Running 3 tests from 2 test suites.
[ RUN      ] Store.Opens
text without an end of line[       OK ] Store.Opens (0 ms)
[ RUN      ] Seeds/Laws.Hold/1
/src/tests/b_test.cpp:7: Failure
Value of: held
  Actual: false
[  FAILED  ] Seeds/Laws.Hold/1, where GetParam() = 1 (3 ms)
[ RUN      ] Seeds/Laws.Hold/10
[       OK ] Seeds/Laws.Hold/10 (3 ms)
[==========] 3 tests from 2 test suites ran. (7 ms total)
[  FAILED  ] 1 test, listed below:
[  FAILED  ] Seeds/Laws.Hold/1, where GetParam() = 1
"""
DIED = """\
[==========] Running 4 tests from 1 test suite.
[ RUN      ] Reader.Empty
[       OK ] Reader.Empty (0 ms)
[ RUN      ] Reader.Damaged
==9==ERROR: AddressSanitizer: heap-buffer-overflow
SUMMARY: AddressSanitizer: heap-buffer-overflow reader.cpp:3
"""
LEAKED = """\
[==========] Running 1 test from 1 test suite.
[ RUN      ] Reader.Empty
[       OK ] Reader.Empty (0 ms)
[==========] 1 test from 1 test suite ran. (0 ms total)
[  PASSED  ] 1 test.
SUMMARY: AddressSanitizer: 8 byte(s) leaked in 1 allocation(s).
"""


class TestSummary(unittest.TestCase):
    def summary(self, *tests):
        """Exit code and lines for tests of ctest: (name, status, output)."""
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder) / "tests.xml"
            results.write_text("<testsuite>" + "".join(
                f'<testcase name="{name}" status="{status}">{"<skipped/>" if status == "notrun" else ""}'
                f"<system-out>{escape(output)}</system-out></testcase>" for name, status, output in tests) + "</testsuite>")
            code, output, errors = run("test_summary", results)
        self.assertEqual(errors, "")
        return code, output.splitlines()

    def test_counts_cases_and_tells_why_some_were_skipped(self):
        self.assertEqual(
            self.summary(("masks_test", "run", PASSED), ("hosts", "notrun", "starting\nneeds network namespaces\n"),
                         ("gpu", "notrun", PASSED.replace("no python3 with torch", "no GPU")), ("scripts", "run", "ok")),
            (0, ["5 test cases of 4 programs", "0 failed", "3 skipped", "  masks_test: Golden.Bert: no python3 with torch",
                 "  hosts: needs network namespaces", "  gpu: no GPU"]))

    def test_names_the_case_that_failed(self):
        self.assertEqual(
            self.summary(("laws_test", "fail", FAILED), ("scripts", "fail", "Traceback\nAssertionError: 1 != 2\n")),
            (1, ["4 test cases of 2 programs", "2 failed",
                 "  laws_test: Seeds/Laws.Hold/1: /src/tests/b_test.cpp:7: Failure Value of: held",
                 "  scripts: AssertionError: 1 != 2", "0 skipped"]))

    def test_names_the_case_in_which_a_program_died(self):
        self.assertEqual(
            self.summary(("data_test", "fail", DIED)),
            (1, ["2 test cases of 1 programs", "1 failed", "  data_test: ended in Reader.Damaged; 2 more cases did not run: "
                 "SUMMARY: AddressSanitizer: heap-buffer-overflow reader.cpp:3", "0 skipped"]))

    def test_a_program_that_ends_early_with_success_has_failed(self):
        code, lines = self.summary(("data_test", "run", DIED))
        self.assertEqual((code, lines[1]), (1, "1 failed"))

    def test_what_fails_after_all_cases(self):
        self.assertEqual(
            self.summary(("data_test", "fail", LEAKED)),
            (1, ["2 test cases of 1 programs", "1 failed", "  data_test: all cases passed, but not the program: "
                 "SUMMARY: AddressSanitizer: 8 byte(s) leaked in 1 allocation(s).", "0 skipped"]))


if __name__ == "__main__":
    unittest.main()
