"""The pictures of a report: right kinds and sizes, no text outside, the same bytes again; and what is written without gnuplot."""

import csv
import io
import itertools
import math
import os
import re
import shutil
import sqlite3
import statistics
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
REPORT = Path(os.environ.get("MISSMODAL_REPORT", ROOT / "build/release/results/missmodal-report")).absolute()
EXAMPLE = os.environ.get("MISSMODAL_EXAMPLE_DATABASE", ROOT / "build/release/tests/results/example_database")
SVG = "{http://www.w3.org/2000/svg}"
CHARACTER = 0.62  # of a font's size: the width of one, on average not more
CURVES = ["figure3", "figure5", "missing_rate", "instance"]
SUBSETS = ["TAV", "T", "A", "V", "TA", "TV", "AV"]
FIGURES = [*CURVES, "figure7", "search", "training", "gantt"]
HOSTILE = "x'`touch pwned`$(touch pwned)\"; system(\"touch pwned\") {/Bold _2^3} % \\"


def run(*arguments, **options):
    return subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, **options)


def texts(svg):
    """Each text of a picture: itself and the box it takes, left, top, right, bottom."""
    def walk(element, x, y, size, anchor, turned):
        if match := re.match(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", "")):
            x, y = x + float(match[1]), y + float(match[2])
        turned = turned or re.search(r"rotate\((-90|270)", element.get("transform", "")) is not None
        size = float(element.get("font-size", size))
        anchor = element.get("text-anchor", anchor)
        if element.tag == SVG + "text":
            text = "".join(element.itertext())
            width = CHARACTER * size * len(text)
            before = {"start": 0, "middle": width / 2, "end": width}[anchor]
            found.append((text, (x - size, y - width + before, x, y + before) if turned
                          else (x - before, y - size, x - before + width, y)))
        for child in element:
            walk(child, x, y, size, anchor, turned)
    found = []
    walk(svg, 0, 0, 12, "start", False)
    return found


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        run(EXAMPLE, cls.folder / "mosi.db", check=True)
        run(REPORT, "all", cls.folder / "mosi.db", "-o", cls.folder / "report", check=True)
        cls.report = cls.folder / "report"

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @unittest.skipUnless(shutil.which("gnuplot"), "no gnuplot here (Debian: gnuplot-nox)")
    def test_pictures_have_their_kind_and_size(self):
        for name in FIGURES:
            svg = ElementTree.parse(self.report / f"{name}.svg").getroot()
            _, _, width, height = map(float, svg.get("viewBox").split())
            self.assertGreaterEqual(width, 600, name)
            png = (self.report / f"{name}.png").read_bytes()
            self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n", name)
            self.assertEqual(struct.unpack(">II", png[16:24]), (2 * width, 2 * height), name)
            pdf = (self.report / f"{name}.pdf").read_bytes()
            self.assertTrue(pdf.startswith(b"%PDF-") and b"%%EOF" in pdf[-10:], name)

    @unittest.skipUnless(shutil.which("gnuplot"), "no gnuplot here (Debian: gnuplot-nox)")
    def test_texts_are_inside_and_apart(self):
        for file in sorted(self.report.glob("*.svg")):
            svg = ElementTree.parse(file).getroot()
            _, _, width, height = map(float, svg.get("viewBox").split())
            placed = texts(svg)
            self.assertGreater(len(placed), 5, file.name)
            for text, (left, top, right, bottom) in placed:
                self.assertTrue(0 <= left and right <= width and 0 <= top and bottom <= height,
                                f"{file.name}: {text!r} is cut off: {left, top, right, bottom}")
            for i, (text, box) in enumerate(placed):
                for other, far in placed[:i]:
                    self.assertFalse(box[0] < far[2] and far[0] < box[2] and box[1] < far[3] - 2 and far[1] < box[3] - 2,
                                     f"{file.name}: {text!r} {box} lies over {other!r} {far}")

    @unittest.skipUnless(shutil.which("gnuplot"), "no gnuplot here (Debian: gnuplot-nox)")
    def test_the_page_holds_the_pictures_and_loads_nothing(self):
        page = (self.report / "index.html").read_text()
        self.assertEqual(page.count("<svg "), len(FIGURES) - 1)  # not gantt's, which tells times
        ids = re.findall(r"""\bid=["']([^"']+)["']""", page)
        self.assertEqual(len(ids), len(set(ids)))
        for target in re.findall(r"""href=['"]#([^'"]+)['"]""", page) + re.findall(r"url\(#([^)]+)\)", page):
            self.assertIn(target, ids)
        self.assertFalse(re.findall(r"<script|<link|<img|\bsrc=|https?://", page.replace("<script>alert", "")))

    @unittest.skipUnless(shutil.which("gnuplot"), "no gnuplot here (Debian: gnuplot-nox)")
    def test_the_same_bytes_again(self):
        run(REPORT, "all", self.folder / "mosi.db", "-o", self.folder / "again", check=True)
        for file in sorted(self.report.iterdir()):
            self.assertEqual(file.read_bytes(), (self.folder / "again" / file.name).read_bytes(), file.name)

    @unittest.skipUnless(shutil.which("gnuplot"), "no gnuplot here (Debian: gnuplot-nox)")
    def test_names_run_nothing(self):
        shutil.copy(self.folder / "mosi.db", self.folder / "hostile.db")
        with sqlite3.connect(self.folder / "hostile.db") as database:
            database.execute("UPDATE sweep SET name = ?1, dataset_label = ?1", (HOSTILE,))
        database.close()
        place = self.folder / "place"
        place.mkdir()
        for name in ("<touch pwned", "|touch pwned", "`touch pwned`", "it's $(touch pwned)", "~", "-", "@x {} \\"):
            done = run(REPORT, "figure", "3", self.folder / "hostile.db", "-o", f"{place}/{name}.svg", cwd=place)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            self.assertIn("touch pwned", (place / f"{name}.svg").read_text())
            redrawn = run("gnuplot", "-d", f"./{name}.gp", cwd=place)
            self.assertEqual(redrawn.returncode, 0, redrawn.stderr)
        self.assertFalse([file for file in place.iterdir() if file.name == "pwned"])
        self.assertFalse(Path("pwned").exists())

    def test_a_chart_of_a_sweep_with_every_ending(self):
        shutil.copy(self.folder / "mosi.db", self.folder / "endings.db")
        endings = ["lost", "run_error", "interrupted", "crashed", "diverged", "running"]
        with sqlite3.connect(self.folder / "endings.db") as database:
            for i, ending in enumerate(endings):
                failed = ending not in ("diverged", "running")
                database.execute("UPDATE attempts SET state = ?, failure = ? WHERE assignment = ?",
                                 ("failed" if failed else ending, ending if failed else None, i + 1))
            database.execute("UPDATE attempts SET started_unix = (SELECT started_unix FROM provenance) + 10 * assignment")
            database.execute("UPDATE attempts SET ended_unix = CASE state WHEN 'running' THEN NULL ELSE started_unix + 9 END")
            database.execute("UPDATE verdict SET ended_unix = (SELECT max(ended_unix) FROM attempts)")
        database.close()
        run(REPORT, "figure", "gantt", self.folder / "endings.db", "-o", self.folder / "endings.png")
        data = (self.folder / "endings.dat").read_text()
        self.assertEqual(re.findall("# (.*)", data)[1:], ["accepted", "diverged", "interrupted", "failed", "died", "running"])
        blocks = [block.splitlines()[-2:] for block in data.split("\n\n\n")]
        self.assertEqual(blocks[4], ["1 10 19", "1 40 49"])
        self.assertEqual(blocks[5][-1], "1 60 329")
        self.assertEqual((self.folder / "endings.gp").read_text().count("title 'death'"), 1)

    def test_representations_are_placed_and_a_file_without_them_says_so(self):
        done = run(REPORT, "figure", "7", self.folder / "mosi.db", "--format", "csv", check=True)
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual(len(rows), 2 * 7 * 24)
        self.assertEqual({row["moment"] for row in rows[:168]}, {"before"})
        self.assertEqual({(row["model"], row["seed"]) for row in rows}, {("MissModal", "1111")})
        with sqlite3.connect(self.folder / "mosi.db") as database:
            labels = dict(database.execute("SELECT id, label FROM utterances WHERE split = 'test'"))
        database.close()
        for row in rows:
            self.assertAlmostEqual(float(row["label"]), labels[row["id"]], places=6)
        centre = lambda moment, subset: [statistics.fmean(float(r[c]) for r in rows if (r["moment"], r["subset"]) == (moment, subset))  # noqa: E731
                                         for c in "xy"]
        # Seven clouds before, which lie one over the other afterwards.
        apart = lambda moment: min(math.dist(centre(moment, a), centre(moment, b)) for a, b in itertools.combinations(SUBSETS, 2))  # noqa: E731
        self.assertGreater(apart("before"), 5 * apart("after"))
        shutil.copy(self.folder / "mosi.db", self.folder / "bare.db")
        with sqlite3.connect(self.folder / "bare.db") as database:
            database.execute("DELETE FROM embeddings")
        database.close()
        missing = ("holds no representations: a sweep keeps them of the first seed of MissModal while "
                   "resources.keep_embeddings is first")
        done = run(REPORT, "figure", "7", self.folder / "bare.db", "-o", self.folder / "7.svg")
        self.assertEqual((done.returncode, done.stderr), (2, f"{self.folder}/bare.db: {missing}\n"))
        self.assertIn(f"MOSI: {missing}\n", run(REPORT, "figure", "7", self.folder / "bare.db", check=True).stdout)
        done = run(REPORT, "all", self.folder / "bare.db", "-o", self.folder / "bare report", check=True)
        self.assertIn(f"{self.folder}/bare report: no figure 7: MOSI: {missing}\n", done.stderr)
        self.assertFalse(list((self.folder / "bare report").glob("figure7*")))

    def test_damaged_representations_are_refused(self):
        shutil.copy(self.folder / "mosi.db", self.folder / "damaged.db")
        with sqlite3.connect(self.folder / "damaged.db") as database:
            database.execute("UPDATE embeddings SET matrix = CAST(? || substr(matrix, 5) AS BLOB) WHERE moment = 'before'",
                             (struct.pack("<f", math.nan),))
        database.close()
        done = run(REPORT, "figure", "7", self.folder / "damaged.db", "-o", self.folder / "7.svg")
        self.assertEqual((done.returncode, done.stderr),
                         (2, "MOSI: its representations before training hold what is no number\n"))
        self.assertFalse((self.folder / "7.svg").exists())

    def test_without_gnuplot_data_and_script_are_written(self):
        place = self.folder / "bare"
        place.mkdir()
        bare = {**os.environ, "PATH": "/nowhere"}
        done = run(REPORT, "figure", "3", self.folder / "mosi.db", "-o", place / "a.pdf", env=bare)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"{place}/a.pdf: not drawn: gnuplot is not installed (Debian: gnuplot-nox); "
                                      f"{place}/a.gp and its data are written\n")
        self.assertEqual(sorted(file.name for file in place.iterdir()), ["a.dat", "a.gp"])
        done = run(REPORT, "all", self.folder / "mosi.db", "-o", place / "report", env=bare)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, f"{place}/report: figures not drawn: gnuplot is not installed (Debian: gnuplot-nox); "
                                      "their data and scripts are written\n")
        self.assertFalse(list((place / "report").glob("*.svg")))
        self.assertTrue((place / "report/figure5.gp").exists())

    def test_outputs_are_refused_where_they_cannot_be(self):
        database = self.folder / "mosi.db"
        self.assertEqual(run(REPORT, "figure", "3", database, "-o", self.folder / "a.jpg").returncode, 2)
        shutil.copy(database, self.folder / "b.dat")
        before = (self.folder / "b.dat").read_bytes()
        self.assertEqual(run(REPORT, "figure", "3", self.folder / "b.dat", "-o", self.folder / "b.svg").returncode, 2)
        self.assertEqual((self.folder / "b.dat").read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
