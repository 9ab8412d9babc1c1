"""The page in headless Chromium: its numbers are the database's, it follows a change, nothing of a database is run, by keyboard, on a
phone, in the dark, by axe-core.

MISSMODAL_REPORT and MISSMODAL_EXAMPLE_DATABASE name the programs. Skipped where page_modules.py lacks something. Screenshots stay in
MISSMODAL_SCREENSHOTS where that is set.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from page_modules import folder, lacking

HERE = Path(__file__).resolve().parent
REPORT = os.environ["MISSMODAL_REPORT"]
EXAMPLE = os.environ["MISSMODAL_EXAMPLE_DATABASE"]
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
PHONE = 390


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        made = Path(scratch.name)
        cls.database = made / "mosi.db"
        cls.screenshots = Path(os.environ.get("MISSMODAL_SCREENSHOTS", made))
        cls.screenshots.mkdir(parents=True, exist_ok=True)
        subprocess.run([EXAMPLE, cls.database], check=True)
        cls.change("UPDATE sweep SET name = ?", [f"mosi {HOSTILE}"])
        cls.change("UPDATE attempts SET host = ?, processor = ?", [HOSTILE, HOSTILE])
        cls.change("UPDATE verdict SET verdict = ?", [HOSTILE])
        with subprocess.Popen([REPORT, "serve", cls.database, "--web", "0"], stdout=subprocess.PIPE, text=True) as server:
            url = server.stdout.readline().strip()
            browser = subprocess.Popen(["node", HERE / "page_browser.mjs", folder(), shutil.which("chromium"), url, cls.screenshots],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for line in browser.stderr:
                if line == "change\n":
                    cls.change("UPDATE verdict SET verdict = 'changed by the test'")
                elif line == "end\n":
                    server.terminate()
                else:
                    sys.stderr.write(line)
            cls.seen = json.loads(browser.stdout.read())
            browser.wait()
            browser.stdout.close()
            browser.stderr.close()
            server.terminate()

    @classmethod
    def change(cls, sql, values=()):
        database = sqlite3.connect(cls.database, timeout=10)
        with database:
            database.execute(sql, values)
        database.close()

    def query(self, sql):
        database = sqlite3.connect(self.database, timeout=10)
        rows = database.execute(sql).fetchall()
        database.close()
        return rows

    def test_every_step_was_done(self):
        self.assertNotIn("failure", self.seen)
        self.assertEqual(self.seen["errorsBefore"], [])

    def test_numbers_are_the_databases(self):
        (accepted,), = self.query("SELECT count(*) FROM cells WHERE state = 'accepted'")
        (total,), = self.query("SELECT count(*) FROM cells")
        self.assertEqual(self.seen["done"], f"{accepted} of {total} cells, {100 * accepted // total} %")
        stages = [list(map(str, row)) for row in self.query(
            "SELECT s.name, s.kind, s.planned, sum(c.state = 'pending'), sum(c.state = 'running'), sum(c.state = 'accepted') FROM stages s"
            " JOIN stage_cells p ON p.stage = s.name JOIN cells c ON c.id = p.cell GROUP BY s.name ORDER BY s.position")]
        self.assertEqual([row[:6] for row in self.seen["stages"]], stages)
        (places,), = self.query("SELECT count(*) FROM stage_cells")
        self.assertEqual(self.seen["cells"], min(50, places))

    def test_tables_are_those_of_the_report(self):
        markdown = subprocess.run([REPORT, "table", "5", self.database, "--format", "markdown"], check=True, capture_output=True,
                                  text=True).stdout
        rows = [line.strip("|").split("|") for line in markdown.splitlines() if line.startswith("|")][2:]
        bare = [re.sub(r"\*\*|</?ins>", "", cell).strip() for row in rows for cell in row]
        self.assertEqual([cell.strip() for cell in self.seen["table5"]], bare)

    def test_nothing_of_a_database_is_run(self):
        self.assertEqual(self.seen["dialogs"], 0)
        self.assertEqual(self.seen["heading"], f"mosi {HOSTILE} on MOSI")
        self.assertIn(HOSTILE, self.seen["liveness"])
        self.assertTrue(any("<script>alert(1)</script>" in cell for cell in self.seen["table7"]))

    def test_follows_a_change_and_says_when_the_server_is_gone(self):
        self.assertTrue(self.seen["followed"])
        self.assertIn("lost", self.seen["lost"])

    def test_works_by_keyboard(self):
        self.assertEqual(self.seen["firstFocus"], "skip")
        self.assertEqual(self.seen["focused"], "Cells")

    def test_axe_finds_nothing(self):
        self.assertGreater(len(self.seen["violations"]), 20)
        self.assertEqual({view: found for view, found in self.seen["violations"].items() if found}, {})

    def test_fits_a_phone(self):
        self.assertEqual({view: pixels for view, pixels in self.seen["overflow"].items() if pixels > 0}, {})
        self.assertTrue((self.screenshots / "phone-overview.png").exists())


if __name__ == "__main__":
    if reason := lacking():
        print(f"skipped: {reason}")
        sys.exit(77)
    unittest.main()
