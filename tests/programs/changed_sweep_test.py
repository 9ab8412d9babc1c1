"""A sweep file that was changed since the database's last run: `run` says what changed before it goes on."""

import contextlib
import sqlite3
import unittest

from program import DATA, SWEEP, ProgramTest, synthesize

NO_SEARCH = SWEEP[:SWEEP.index("  - name: search")] + "  - {name: final, seeds: [1111, 1112]}\n"


class ChangedSweep(ProgramTest):
    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA)
        (self.folder / "s.yaml").write_text(NO_SEARCH)

    def said(self, text, *flags):
        """The lines about what changed, of a run that ends well: those before the first of its progress."""
        (self.folder / "s.yaml").write_text(text)
        code, _, errors = self.program("run", "s.yaml", "--db", "x.db", *flags)
        self.assertEqual(code, 0, errors)
        return [line for line in errors.splitlines() if ", was " in line or "with these keys" in line
                or "can no longer be read" in line]

    def test_key_by_key(self):
        fewer = NO_SEARCH.replace("max_epochs: 2", "max_epochs: 1")
        self.assertEqual(self.said(NO_SEARCH), [], "a new database")
        self.assertEqual(self.said(NO_SEARCH), [], "the same file")
        self.assertEqual(self.said("# a comment\n" + NO_SEARCH.replace("batch_size: 8, max_epochs: 2",
                                                                       "max_epochs: 2, batch_size: 8")), [])
        self.assertEqual(self.said(fewer, "--set", "resources.checkpoint_seconds=30"), [
            "resources.checkpoint_seconds: 30, was 60: no cell changes",
            "training.max_epochs: 1, was 2: 2 cells are new, 2 of the old plan leave the tables"])
        self.assertEqual(self.said(fewer.replace("draws: 3", "draws: 2")), [
            "evaluation.draws: 2, was 3: scored again",
            "resources.checkpoint_seconds: 60, was 30: no cell changes"])
        self.assertEqual(self.said(NO_SEARCH.replace("draws: 3", "draws: 2")), [
            "training.max_epochs: 2, was 1: 2 cells are new (2 trained already), 2 of the old plan leave the tables"])
        self.assertEqual(self.query("SELECT count(*) FROM attempts", "x.db"), [(4,)], "edited back, nothing is trained")

    def test_a_last_file_that_can_no_longer_be_read(self):
        self.said(NO_SEARCH)
        self.succeed_in_sql("UPDATE provenance SET sweep_text = 'name: [tiny'")
        (line,) = self.said(NO_SEARCH)
        self.assertRegex(line, r"\Athe last run's sweep file:1: .*: it can no longer be read, so what has changed since is not known\Z")

    def succeed_in_sql(self, sql):
        with contextlib.closing(sqlite3.connect(self.folder / "x.db")) as db, db:
            db.execute(sql)

    def test_refused_is_not_told(self):
        self.said(NO_SEARCH)
        (self.folder / "s.yaml").write_text(NO_SEARCH.replace("name: tiny", "name: other").replace("epochs: 2", "epochs: 1"))
        self.assertEqual(self.program("run", "s.yaml", "--db", "x.db"),
                         (2, "", "x.db: belongs to the sweep 'tiny', not to 'other'\n"))


if __name__ == "__main__":
    unittest.main()
