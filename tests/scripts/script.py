"""Runs the project's scripts in tests."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(name, *arguments, cwd=None, **environment):
    """Exit code, stdout and stderr of scripts/NAME, in a copy of this environment with some variables changed.

    None takes a variable away.
    """
    variables = {**os.environ, **environment}
    done = subprocess.run(
        [ROOT / "scripts" / name, *map(str, arguments)],
        cwd=cwd, env={key: str(value) for key, value in variables.items() if value is not None},
        capture_output=True, text=True, timeout=50, stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


def write_tree(root, files):
    """Makes `root` a git working tree that holds these files: {path: content}."""
    subprocess.run(["git", "init", "-q", root], check=True)
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
