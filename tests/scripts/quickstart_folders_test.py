"""scripts/quickstart from any folder, through links, with closed streams: with programs that do nothing."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from script import LIMIT, ROOT, environment, run, start

NOTHING = "#!/bin/sh\nexit 0\n"


class QuickstartFolders(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(suffix=" with spaces")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in ("mpirun", "missmodal", "report"):
            (self.root / name).write_text(NOTHING)
            (self.root / name).chmod(0o755)
        self.variables = {"MISSMODAL": self.root / "missmodal", "MISSMODAL_REPORT": self.root / "report",
                          "PATH": f"{self.root}:{os.environ['PATH']}"}

    def test_through_a_link_from_another_folder(self):
        (self.root / "linked").symlink_to(ROOT / "scripts")
        (self.root / "quick").symlink_to(ROOT / "scripts/quickstart")
        for path in ("linked/quickstart", "quick"):
            code, output, errors = run(self.root / path, "--no-setup", "--no-build", cwd=self.root, CDPATH=ROOT,
                                       **self.variables)
            self.assertEqual((code, errors), (0, ""))
            self.assertIn(r"with\ spaces/report status quickstart/quickstart.db", output)

    def test_with_closed_streams(self):
        sweep = start("quickstart", "--no-setup", "--no-build", cwd=self.root, shell="<&- >&- 2>&-", **self.variables)
        self.assertEqual(sweep.wait(LIMIT), 0)

    def test_says_at_once_where_it_cannot_write(self):
        (self.root / "quickstart").write_text("a file")
        code, output, errors = run("quickstart", cwd=self.root, **self.variables)
        self.assertEqual((code, output, len(errors.splitlines())), (2, "", 1), errors)
        self.assertIn("cannot write to quickstart/", errors)


class OtherScripts(unittest.TestCase):
    def test_help_through_a_link_and_from_any_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "elsewhere/scripts").mkdir(parents=True)
            for name in ("quickstart", "setup", "sweep", "test"):
                (Path(folder) / name).symlink_to(ROOT / "scripts" / name)
                relative = os.path.relpath(ROOT / "scripts" / name, folder)
                for script in (f"{folder}/{name}", f"./{name}", relative):
                    done = subprocess.run(
                        [script, "--help"], cwd=folder, env=environment({"CDPATH": f"{folder}/elsewhere"}),
                        capture_output=True, text=True, timeout=LIMIT)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), script)
                    self.assertIn(f"scripts/{name}", done.stdout)


if __name__ == "__main__":
    unittest.main()
