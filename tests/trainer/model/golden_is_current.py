#!/usr/bin/env python3
"""Regenerates what scripts/make_golden.py and make_baseline_golden.py wrote, and compares. Exits with 77 (skipped) where PyTorch is missing."""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[3]


def load(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        kind = {"F32": "<f4", "I32": "<i4"}[entry["dtype"]]
        tensors[name] = numpy.frombuffer(data[begin:end], kind).reshape(entry["shape"])
    return metadata, tensors


def compare(script, committed):
    """Every file that the script writes; returns their names."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, ROOT / "scripts" / script, folder], check=True)
        names = sorted(path.name for path in pathlib.Path(folder).iterdir())
        for name in names:
            (old_metadata, old), (new_metadata, new) = load(committed / name), load(pathlib.Path(folder) / name)
            assert old_metadata == new_metadata, name
            assert old.keys() == new.keys(), name
            for tensor in old:
                # Another PyTorch may round differently, and ten steps of Adam carry that on.
                tolerance = 1e-4 if tensor.startswith("ten.") else 1e-5
                numpy.testing.assert_allclose(new[tensor], old[tensor], tolerance, tolerance, err_msg=f"{name}: {tensor}")
    return names


def main():
    here = pathlib.Path(__file__).parent
    names = compare("make_golden.py", here / "golden")
    assert names == sorted(path.name for path in (here / "golden").iterdir()), names
    names += compare("make_baseline_golden.py", here / "baselines" / "golden")
    print(f"{len(names)} files are current")


if __name__ == "__main__":
    main()
