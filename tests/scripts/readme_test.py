"""Every command in the README and docs/ is one that exists: its script, program, subcommand, flags and files.

MISSMODAL and MISSMODAL_REPORT name the built programs.
"""

import functools
import os
import re
import shlex
import subprocess
import unittest

from script import ROOT

PROGRAMS = {"missmodal": os.environ["MISSMODAL"], "missmodal-report": os.environ["MISSMODAL_REPORT"]}
OTHERS = {"cd", "cmake", "ctest", "export", "git", "module", "python3", "sbatch", "sqlite3", "ssh"}
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(document):
    """(line number, words) of each command in the document's ```sh blocks."""
    inside = False
    text = document.read_text().replace("\\\n", " ")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("```"):
            inside = not inside and line == "```sh"
        elif inside:
            words = shlex.split(line, comments=True)
            while words and re.fullmatch(r"[A-Z_a-z]+=.*", words[0]):
                words.pop(0)
            if words:
                yield number, words


@functools.cache
def help_of(program, *subcommands):
    done = subprocess.run([program, *subcommands, "--help"], capture_output=True, text=True, timeout=50)
    return done.stdout if done.returncode == 0 else None


def fault(words):
    """Why the command cannot be right, or None."""
    name, arguments = words[0], words[1:]
    if name in ("mpirun", "srun"):
        for place, word in enumerate(words):
            if word in PROGRAMS:
                return fault(words[place:])
        return None
    missing = [word for word in arguments if re.match(r"(sweeps|results/queries|scripts)/", word) and not (ROOT / word).exists()]
    if missing:
        return f"{missing[0]} does not exist"
    if name.startswith(("scripts/", ".ci/")):
        return None if os.access(ROOT / name, os.X_OK) else f"{name} does not exist"
    if name in PROGRAMS:
        subcommands = []
        for word in arguments:  # `data import`, then arguments
            if not re.fullmatch(r"[a-z]+", word) or help_of(PROGRAMS[name], *subcommands, word) is None:
                break
            subcommands.append(word)
        if not subcommands:
            return f"{name} has no subcommand {arguments[0] if arguments else ''}"
        known = re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", help_of(PROGRAMS[name], *subcommands))
        unknown = [word for word in arguments if re.match(r"--?[a-zA-Z]", word) and word.partition("=")[0] not in known]
        return f"{name} {' '.join(subcommands)} has no flag {unknown[0]}" if unknown else None
    return None if name in OTHERS else f"{name}: not a command that the documents may use"


class Documents(unittest.TestCase):
    def test_commands_exist(self):
        faults = [
            f"{document.relative_to(ROOT)}:{number}: {reason}"
            for document in DOCUMENTS
            for number, words in commands(document)
            if (reason := fault(words))
        ]
        self.assertEqual(faults, [])

    def test_the_readme_shows_commands(self):
        shown = {words[0] for _, words in commands(ROOT / "README.md")}
        self.assertLessEqual({"scripts/quickstart", "scripts/test", "missmodal", "missmodal-report"}, shown)

    def test_links_lead_somewhere(self):
        broken = [
            f"{document.relative_to(ROOT)}: {link}"
            for document in DOCUMENTS
            for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
            if not (document.parent / link).exists()
        ]
        self.assertEqual(broken, [])

    def test_wrong_commands_are_found(self):
        for wrong in (
            ["scripts/no_such_script"],
            ["missmodal", "no-such-subcommand"],
            ["missmodal", "run", "sweeps/quickstart.yaml", "--no-such-flag"],
            ["mpirun", "-n", "2", "missmodal", "run", "sweeps/no_such_file.yaml"],
            ["sqlite3", "x.db", "<", "results/queries/no_such_table.sql"],
            ["rm", "-rf", "x"],
        ):
            self.assertIsNotNone(fault(wrong), wrong)



class Failures(unittest.TestCase):
    """docs/failures.md names a test that exists for every line of its tables about who fails and who dies."""

    def test_every_line_has_a_test(self):
        files = {file.stem for pattern in ("*_test.cpp", "*_test.py") for file in (ROOT / "tests").rglob(pattern)}
        entries = " ".join(file.read_text() for file in (ROOT / "tests").rglob("CMakeLists.txt"))
        lines, column = 0, None
        for line in (ROOT / "docs/failures.md").read_text().splitlines():
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line[1:-1])] if line.startswith("|") else []
            if not cells:
                column = None
            elif cells[-1] == "test":
                column = len(cells) - 1
            elif column and not line.startswith("|---"):
                lines += 1
                names = re.findall(r"`([^`]+)`", cells[column]) if len(cells) > column else []
                self.assertTrue(names, f"no test: {line}")
                for name in (re.sub(r"\.(cpp|py)$", "", name) for name in names):
                    group, _, rest = name.rpartition(".")
                    known = (name in files or (group == "scripts" and ((ROOT / "scripts" / rest).exists() or rest in files))
                             or re.search(rf"\b(program_test|add_test)\((NAME )?{re.escape(rest if group else name)}\b", entries))
                    self.assertTrue(known, f"{name} is no test: {line}")
        self.assertGreater(lines, 40)


if __name__ == "__main__":
    unittest.main()
