#!/usr/bin/env python3
"""Two trials at a time on one GPU give what one at a time gives. Exits with 77 (skipped) where there is no GPU.

   packing_test.py MISSMODAL   the program, built with CUDA
"""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-4  # two runs on a GPU may add up in another order
SWEEP = """\
name: packing
dataset: {path: data.safetensors}
model: {text: {encoder: sequence}, hidden: 16, layers: 1, heads: 2, fusion_width: 32}
training: {max_epochs: 3}
resources: {device: cuda, trials_per_gpu: %d}
stages: [{name: all, seeds: [1, 2, 3, 4]}]
"""


def results(folder, program, side_by_side):
    (folder / "sweep.yaml").write_text(SWEEP % side_by_side)
    database = folder / f"{side_by_side}.db"
    subprocess.run([ROOT / "scripts/sweep", "-n", str(side_by_side), "sweep.yaml", "--db", database], cwd=folder, check=True,
                   env={**os.environ, "MISSMODAL": str(program), "CUDA_VISIBLE_DEVICES": "0"})
    with sqlite3.connect(database) as store:
        return dict(store.execute("SELECT cell, min(valid_mae) FROM epochs GROUP BY cell"))


def main():
    program = Path(sys.argv[1]).resolve()
    if shutil.which("nvidia-smi") is None or subprocess.run(["nvidia-smi", "-L"], capture_output=True).returncode != 0:
        print("skipped: there is no GPU")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([program, "data", "synth", "-o", "data.safetensors", "--train", "320", "--valid", "64", "--test", "64"],
                       cwd=folder, check=True)
        alone, shared = results(folder, program, 1), results(folder, program, 2)
    assert len(alone) == 4 and alone.keys() == shared.keys(), (alone, shared)
    for cell, mae in alone.items():
        assert abs(shared[cell] - mae) <= TOLERANCE * mae, (cell, mae, shared[cell])
    print("4 cells alike")


if __name__ == "__main__":
    main()
