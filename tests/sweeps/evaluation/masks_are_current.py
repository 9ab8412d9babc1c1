#!/usr/bin/env python3
"""masks.json, which C++ is compared with, is what scripts/mask_reference.py prints."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
printed = subprocess.run([sys.executable, ROOT / "scripts/mask_reference.py"], check=True, capture_output=True,
                         env={"PYTHONIOENCODING": "utf-8"}).stdout
assert printed == (pathlib.Path(__file__).parent / "masks.json").read_bytes(), "run scripts/mask_reference.py"
