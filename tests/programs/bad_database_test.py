"""Databases that are not the sweep's: one line, exit code 2, and the file stays as it is, for the writer and for readers."""

import sqlite3
import unittest

from program import DATA, REPORT, SWEEP, ProgramTest, synthesize

NO_SEARCH = SWEEP[:SWEEP.index("  - name: search")] + "  - {name: final, seeds: [1111]}\n"


class BadDatabase(ProgramTest):
    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA)
        (self.folder / "s.yaml").write_text(NO_SEARCH)

    def made_by_a_run(self):
        self.succeed("run", "s.yaml", "--db", "x.db", "--set", "training.max_epochs=1")

    def change(self, sql):
        with sqlite3.connect(self.folder / "x.db") as db:
            db.executescript(sql)
        db.close()

    def assert_nobody_takes_it(self, reason):
        line = f"x.db: {reason}"
        self.assert_refused(line, "run", "s.yaml", "--db", "x.db")
        self.assert_refused(line, "table", 1, "x.db", program=REPORT)
        self.assert_refused(line, "all", "x.db", program=REPORT)
        self.assert_refused(line, "status", "x.db", program=REPORT)

    def test_no_database(self):
        (self.folder / "x.db").write_text("name: tiny\n")
        self.assert_nobody_takes_it("is not a SQLite database")

    def test_another_programs(self):
        self.change("CREATE TABLE sweep (name TEXT)")
        self.assert_nobody_takes_it("is a SQLite database of another program")

    def test_another_schema_version(self):
        self.made_by_a_run()
        self.change("PRAGMA user_version = 99; PRAGMA journal_mode = delete")
        (writer,), = self.query("SELECT program_version FROM provenance", "x.db")
        self.assert_nobody_takes_it(
            f"was written by missmodal {writer}, schema version 99; this program reads versions 5 to 7: use that one")

    def test_another_sweep_and_another_dataset(self):
        self.made_by_a_run()
        (self.folder / "other.yaml").write_text(NO_SEARCH.replace("name: tiny", "name: other"))
        self.assert_refused("x.db: belongs to the sweep 'tiny', not to 'other'", "run", "other.yaml", "--db", "x.db")
        synthesize(self.folder / DATA, train=25)
        code, _, errors = self.program("run", "s.yaml", "--db", "x.db")
        self.assertEqual(code, 2)
        self.assertRegex(errors, r"\Ax\.db: holds results on the dataset [^\n]*\([0-9a-f]{12}\), not on [^\n]*\n\Z")

    def test_no_file_of_its_own(self):
        for name, reason in (("", "needs the name of a file"),
                             (":memory:", "SQLite would keep it in memory; name a file"),
                             ("file:x.db", "must be a path, not an address")):
            line = f'database "{name}": {reason}'
            self.assert_refused(line, "run", "s.yaml", "--db", name)
            self.assert_refused(line, "retry", name)
            self.assert_refused(line, "status", name, program=REPORT)
            self.assert_refused(line, "rescore", name, program=REPORT)

    def test_retry_of_a_cell_that_is_not_parked(self):
        self.made_by_a_run()
        (cell,), = self.query("SELECT id FROM cells", "x.db")
        self.assert_refused(f"--cell {cell[:8]}: is accepted; only parked cells can be tried again",
                            "retry", "x.db", "--cell", cell[:8])
        self.assert_refused("--cell xyz: no cell's id begins so", "retry", "x.db", "--cell", "xyz")
        self.assertEqual(self.succeed("retry", "x.db"), "no cell is parked\n")

    def test_missing(self):
        for command in (["table", 1], ["figure", 3], ["all"], ["status"]):
            self.assert_refused("none.db: no such file", *command, "none.db", program=REPORT)


if __name__ == "__main__":
    unittest.main()
