"""Every table in every format against golden texts, its numbers against an independent computation from the stored
predictions, its LaTeX through pdflatex where that is.

   python3 tests/results/golden_report_test.py --write     writes the golden texts anew: look at the difference
"""

import csv
import itertools
import math
import os
import re
import shutil
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GOLDEN = HERE / "golden/report"
REPORT = os.environ.get("MISSMODAL_REPORT", ROOT / "build/release/results/missmodal-report")
EXAMPLE = os.environ.get("MISSMODAL_EXAMPLE_DATABASE", ROOT / "build/release/tests/results/example_database")
sys.path.insert(0, str(ROOT / "scripts"))
import mask_reference  # noqa: E402

TIMED = {"gantt.dat", "gantt.gp"}
PLACED = {"figure7.dat", "figure7.gp"}  # by many steps, each of which rounds as the machine does
SUBSETS = ["TAV", "T", "A", "V", "TA", "TV", "AV"]
DRAWS = 3
T_OF_FOUR = 2.776445  # 97.5 %, four degrees of freedom
METRICS = "acc2_has0 f1_has0 acc2_non0 f1_non0 acc7 mae corr".split()
DOCUMENT = """\\documentclass[11pt,a4paper]{article}
\\usepackage[margin=2cm]{geometry}
\\usepackage{booktabs,graphicx}
\\begin{document}
\\input{%s}
\\end{document}
"""


# Without gnuplot: pictures differ by its version, what it draws from does not. figures_test.py looks at those.
WITHOUT_GNUPLOT = {**os.environ, "PATH": "/nowhere"}


def run(*arguments):
    return subprocess.run([str(argument) for argument in arguments], check=True, capture_output=True, text=True,
                          env=WITHOUT_GNUPLOT).stdout


def make_report(folder):
    run(EXAMPLE, folder / "mosi.db")
    run(REPORT, "all", folder / "mosi.db", "-o", folder / "report")
    for word in ("1", "2", "3", "5", "6", "7", "8", "missmac", "missing_rate", "imbalanced", "area"):
        name = f"table{word}" if word.isdigit() else word
        for kind, suffix in (("text", "txt"), ("json", "json")):
            (folder / "report" / f"{name}.{suffix}").write_text(
                run(REPORT, "table", word, folder / "mosi.db", "--format", kind))
    for kind, suffix in (("markdown", "md"), ("latex", "tex"), ("csv", "csv")):
        (folder / "report" / f"table1_quoted.{suffix}").write_bytes(
            run(REPORT, "table", "1", folder / "mosi.db", "--quoted", "--format", kind).encode())
    return folder / "report"


def f1(classes):
    """`classes`: (predicted, true) of each utterance."""
    total = 0
    for which in (False, True):
        hits = sum(p == y == which for p, y in classes)
        support, predicted = sum(y == which for _, y in classes), sum(p == which for p, _ in classes)
        total += support * (2 * hits / (support + predicted) if support + predicted else 0)
    return total / len(classes)


def scores(predictions, labels):
    has0 = [(p >= 0, y >= 0) for p, y in zip(predictions, labels)]
    non0 = [(p > 0, y > 0) for p, y in zip(predictions, labels) if y != 0]
    level = lambda v: round(max(-3, min(3, v)))  # noqa: E731  (Python rounds half to even)
    return {"mae": statistics.fmean(abs(p - y) for p, y in zip(predictions, labels)),
            "corr": statistics.correlation(predictions, labels),
            "acc7": 100 * statistics.fmean(level(p) == level(y) for p, y in zip(predictions, labels)),
            "acc2_has0": 100 * statistics.fmean(p == y for p, y in has0), "f1_has0": 100 * f1(has0),
            "acc2_non0": 100 * statistics.fmean(p == y for p, y in non0), "f1_non0": 100 * f1(non0)}


class Database:
    """What the tables should say, from predictions, labels and ids alone."""

    def __init__(self, file):
        self.database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self.ids, self.labels, self.transcripts = zip(*self.database.execute(
            "SELECT id, label, transcript FROM utterances WHERE split = 'test' ORDER BY position"))
        self.cells = {}
        for terms, route, seed, n, matrix in self.database.execute(
                "SELECT terms, route, seed, n, matrix FROM cells JOIN predictions ON cell = id AND split = 'test' "
                "WHERE id IN (SELECT cell FROM stage_cells WHERE stage = 'final')"):
            numbers = struct.unpack(f"<{7 * n}f", matrix)
            model = {"full": "without"}.get(route) or ("MissModal" if terms == "task+geo+dis+sem" else terms)
            self.cells[model, seed] = {s: numbers[i * n:(i + 1) * n] for i, s in enumerate(SUBSETS)}
        self.seeds = sorted({seed for _, seed in self.cells})

    def of_seed(self, model, seed, condition):
        matrix = self.cells[model, seed]
        family, _, rest = condition.partition("/")
        if family in ("complete", "subset"):
            return scores(matrix[rest or "TAV"], self.labels)
        draws = []
        for draw in range(DRAWS):
            kept = mask_reference.mask(condition, draw, "test", list(self.ids))
            draws.append(scores([matrix[s][i] for i, s in enumerate(kept)], self.labels))
        return {name: statistics.fmean(one[name] for one in draws) for name in draws[0]}


def sign_flip(differences):
    observed = abs(sum(differences))
    sums = [abs(sum(s * d for s, d in zip(signs, differences))) for signs in itertools.product((1, -1), repeat=len(differences))]
    return sum(one >= observed - 1e-9 for one in sums) / len(sums)


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], ""

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.text += data


class GoldenReport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        cls.report = make_report(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_every_text_is_the_golden_one(self):
        names = {file.name for file in self.report.iterdir()}
        self.assertEqual(names, {file.name for file in GOLDEN.iterdir()})
        for name in sorted(names - TIMED - PLACED):
            self.assertEqual((self.report / name).read_bytes().decode(), (GOLDEN / name).read_bytes().decode(), name)

    def rows(self, name):
        with open(self.report / f"{name}.csv", newline="") as file:
            return list(csv.DictReader(file))

    def check(self, database, row, condition):
        """One row's means, deviations and, of a difference, interval and p."""
        model = row["model"]
        if model == "MissModal - without":
            sides = [[database.of_seed(side, seed, condition) for seed in database.seeds] for side in ("MissModal", "without")]
            values = {m: [x[m] - y[m] for x, y in zip(*sides)] for m in METRICS}
        else:
            seeds = [database.of_seed(model, seed, condition) for seed in database.seeds]
            values = {m: [seed[m] for seed in seeds] for m in METRICS}
        for metric, numbers in values.items():
            tolerance = 0.51e-3 if metric in ("mae", "corr") else 0.51e-2
            mean, sd = statistics.fmean(numbers), statistics.stdev(numbers)
            where = f"{model} {condition} {metric}"
            self.assertAlmostEqual(float(row[metric]), mean, delta=tolerance, msg=where)
            self.assertAlmostEqual(float(row[metric + "_sd"]), sd, delta=tolerance, msg=where)
            if model != "MissModal - without":
                self.assertEqual(row[metric + "_p"], "", where)
                continue
            reach = T_OF_FOUR * sd / math.sqrt(len(numbers))
            self.assertAlmostEqual(float(row[metric + "_low"]), mean - reach, delta=tolerance, msg=where)
            self.assertAlmostEqual(float(row[metric + "_high"]), mean + reach, delta=tolerance, msg=where)
            self.assertEqual(float(row[metric + "_p"]), sign_flip(numbers), where)

    def test_numbers_follow_from_the_predictions(self):
        database = Database(self.folder / "mosi.db")
        conditions = {"table1": lambda row: "complete", "table2": lambda row: f"text/{row['rate_percent']}",
                      "table3": lambda row: f"{row['missing']}/{row['rate_percent']}", "table5": lambda row: "random/100",
                      "table6": lambda row: f"subset/{row['subset']}", "missmac": lambda row: row["condition"],
                      "imbalanced": lambda row: row["condition"]}
        for name, condition in conditions.items():
            rows = self.rows(name)
            self.assertGreaterEqual(len(rows), 3, name)
            for row in rows:
                self.check(database, row, condition(row))

    def test_utterances_are_those_that_differ_most(self):
        database = Database(self.folder / "mosi.db")
        with_, without = (database.cells[model, 1111] for model in ("MissModal", "without"))
        found = []
        for i in range(len(database.ids)):
            kept = {"text": "AV", "audio": "TV", "vision": "TA"}
            missing = max(kept, key=lambda m: abs(with_[kept[m]][i] - without[kept[m]][i]))
            a, b = with_[kept[missing]][i], without[kept[missing]][i]
            found.append((-abs(a - b), i, missing, b, a))
        rows = self.rows("table7")
        self.assertEqual(len(rows), 10)
        for row, (_, i, missing, b, a) in zip(rows, sorted(found)):
            self.assertEqual((row["seed"], row["id"], row["missing"]), ("1111", database.ids[i], missing))
            self.assertEqual(row["transcript"], database.transcripts[i])
            for column, value in (("label", database.labels[i]), ("without", b), ("MissModal", a)):
                self.assertAlmostEqual(float(row[column]), value, delta=0.0051)

    def test_a_file_without_transcripts_says_so(self):
        run(EXAMPLE, self.folder / "mute.db", "--without-transcripts")
        self.assertIn("MOSI: the dataset has no transcripts\n", run(REPORT, "table", "7", self.folder / "mute.db"))
        self.assertNotIn("transcripts", run(REPORT, "table", "7", self.folder / "mosi.db"))

    def test_the_page_shows_what_was_said_and_runs_nothing(self):
        page = Page()
        text = (self.report / "index.html").read_text()
        page.feed(text)
        self.assertIn("<script>alert(1)</script>", page.text)
        self.assertFalse(page.tags & {"script", "link", "img", "iframe", "object"}, page.tags)
        self.assertFalse([name for name, _ in page.attributes if name.startswith("on") or name == "src"])
        self.assertFalse(re.findall(r"(?:https?:)?//[a-z]", text.replace("</script>", "")))
        for target in [value for name, value in page.attributes if name == "href" and not value.startswith("#")]:
            self.assertTrue((self.report / target).exists(), target)

    def test_what_times_is_printed_only_when_asked_for(self):
        self.assertNotIn("train_seconds", (self.report / "table8.csv").read_text())
        self.assertIn("training (s)", run(REPORT, "table", "8", self.folder / "mosi.db", "--cost"))

    @unittest.skipUnless(shutil.which("pdflatex"), "no pdflatex here (Debian: texlive-latex-recommended)")
    def test_latex_compiles_as_it_is(self):
        for file in sorted(self.report.glob("*.tex")):
            for packages in ("booktabs,graphicx", "booktabs"):
                (self.folder / "page.tex").write_text((DOCUMENT % file).replace("booktabs,graphicx", packages))
                done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
                                      cwd=self.folder, stdout=subprocess.PIPE, text=True, errors="replace")
                self.assertEqual(done.returncode, 0, f"{file.name}\n{done.stdout[-2000:]}")
                if "graphicx" in packages:
                    self.assertNotIn("Overfull", done.stdout, file.name)
                    self.assertNotIn("Float too large", done.stdout, file.name)


def write_golden():
    with tempfile.TemporaryDirectory() as scratch:
        report = make_report(Path(scratch))
        shutil.rmtree(GOLDEN, ignore_errors=True)
        shutil.copytree(report, GOLDEN)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write_golden()
    else:
        unittest.main()
