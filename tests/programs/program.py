"""Runs the built programs in tests, each test in a folder of its own with a dataset and a sweep that take moments.

MISSMODAL and MISSMODAL_REPORT name the programs.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

MISSMODAL = os.environ["MISSMODAL"]
REPORT = os.environ["MISSMODAL_REPORT"]
ROOT = Path(__file__).resolve().parents[2]
LIMIT = 120  # seconds a program may take on a loaded machine before the test fails

# Open MPI's own: jobs that end at the same time take each other's shared folder away.
MPI_FOLDER = tempfile.TemporaryDirectory(prefix="mpi")

ENVIRONMENT = {
    **os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8",
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_orte_tmpdir_base": MPI_FOLDER.name,
}

DATA = "data.safetensors"
SWEEP = """\
name: tiny
seed: 1
dataset: {path: data.safetensors}
model: {name: missmodal, text: {encoder: sequence}, hidden: 8, layers: 1, heads: 2, feed_forward: 2, fusion_width: 8}
training: {batch_size: 8, max_epochs: 2}
evaluation: {conditions: paper, draws: 3}
stages:
  - name: search
    method: {type: random_grid, trials: 3, policy: cycle}
    parameters: {loss.alpha: [0.3, 0.5, 0.7]}
    select: {metric: mae, condition: complete, goal: minimize}
  - name: final
    from: search
    seeds: [1111, 1112]
    variants:
      without: {loss.terms: [task]}
      all: {loss.terms: [task, geo, dis, sem]}
"""


def mpirun(ranks):
    return ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks)]


def synthesize(path, train=24, valid=12, test=12, **widths):
    sizes = {"train": train, "valid": valid, "test": test, "text-width": 6, "audio-width": 4, "vision-width": 3,
             "max-length": 8, "audio-steps": 8, "vision-steps": 8}
    sizes.update({f"{modality}-width": width for modality, width in widths.items()})
    flags = [word for name, value in sizes.items() for word in (f"--{name}", str(value))]
    subprocess.run([MISSMODAL, "data", "synth", "-o", path, *flags], check=True, capture_output=True, env=ENVIRONMENT)


class Safetensors:
    """A safetensors file taken apart: header (with __metadata__), and the bytes behind it."""

    def __init__(self, path):
        raw = path.read_bytes()
        (size,) = struct.unpack("<Q", raw[:8])
        self.header = json.loads(raw[8:8 + size])
        self.data = bytearray(raw[8 + size:])

    def numbers(self, name):
        """A writable view of a tensor's numbers, all in one row."""
        kind = {"F32": "f", "I32": "i"}[self.header[name]["dtype"]]
        begin, end = self.header[name]["data_offsets"]
        return memoryview(self.data)[begin:end].cast(kind)

    def write(self, path):
        text = json.dumps(self.header).encode()
        text += b" " * (-len(text) % 8)
        path.write_bytes(struct.pack("<Q", len(text)) + text + self.data)

    def write_dataset(self, path):
        """With the digest of what it holds now (docs/data.md)."""
        digest = hashlib.sha256()
        for name, tensor in self.header.items():
            if name != "__metadata__":
                begin, end = tensor["data_offsets"]
                digest.update(f"{name} {tensor['dtype']} {','.join(map(str, tensor['shape']))}\n".encode())
                digest.update(self.data[begin:end])
        metadata = self.header["__metadata__"]
        digest.update(metadata["ids"].encode())
        metadata["content_sha256"] = digest.hexdigest()
        self.write(path)


def tree(folder):
    """What a folder holds, byte for byte."""
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


class ProgramTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def program(self, *command, program=MISSMODAL, **options):
        """Exit code, stdout and stderr, run in this test's folder."""
        done = subprocess.run(
            [*options.pop("launcher", []), program, *map(str, command)], cwd=self.folder, env=ENVIRONMENT,
            capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL, **options)
        return done.returncode, done.stdout, done.stderr

    def succeed(self, *command, **options):
        code, output, errors = self.program(*command, **options)
        self.assertEqual(code, 0, f"{command}: {errors}")
        return output

    def report(self, *command):
        return self.succeed(*command, program=REPORT)

    def assert_refused(self, lines, *command, code=2, **options):
        """These lines on stderr and no others, nothing on stdout, and no file came, went or changed."""
        before = tree(self.folder)
        found, output, errors = self.program(*command, **options)
        expected = [lines] if isinstance(lines, str) else lines
        self.assertEqual((found, output, errors.splitlines()), (code, "", expected), command)
        self.assertEqual(tree(self.folder), before)

    def query(self, sql, database="sweep.db"):
        with contextlib.closing(sqlite3.connect(f"file:{self.folder / database}?mode=ro", uri=True, timeout=10)) as db:
            return db.execute(sql).fetchall()
