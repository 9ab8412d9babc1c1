import tempfile
import unittest
from pathlib import Path

from script import run

RESULTS = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="t" tests="3">
  <testcase name="Golden.Bert" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
    <system-out>[ RUN      ] Golden.Bert
/src/tests/a_test.cpp:12: Skipped
no python3 with torch

[  SKIPPED ] Golden.Bert (0 ms)
</system-out></testcase>
  <testcase name="hosts" status="notrun"><skipped message=""/><system-out>starting
needs network namespaces
</system-out></testcase>
  <testcase name="Fine" status="run"><system-out>ok</system-out></testcase>
</testsuite>
"""


class SkippedTests(unittest.TestCase):
    def test_prints_count_and_reasons(self):
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder) / "tests.xml"
            results.write_text(RESULTS)
            code, output, _ = run("skipped_tests", results)
        self.assertEqual(code, 0)
        self.assertEqual(
            output.splitlines(),
            ["2 skipped", "  Golden.Bert: no python3 with torch", "  hosts: needs network namespaces"],
        )


if __name__ == "__main__":
    unittest.main()
