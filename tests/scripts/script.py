"""Runs the project's scripts in tests."""

import contextlib
import fcntl
import os
import signal
import sqlite3
import subprocess
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 50  # seconds that anything waited for may take on a busy machine

# What a test runs under is not what it tests: a scheduler's job, a user's hosts, threads or programs.
FOREIGN = ("CDPATH", "CMAKE_PREFIX_PATH", "CUDA_", "LSB_", "MISSMODAL", "OMP_", "OMPI_", "OPENBLAS_", "PBS_", "PE_HOSTFILE",
           "PMI", "SLURM_", "TERM", "Torch_DIR")


def environment(changes):
    """A copy of this environment without FOREIGN, with these variables changed. None takes a variable away."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    return {key: str(value) for key, value in {**variables, **changes}.items() if value is not None}


def run(name, *arguments, cwd=None, **changes):
    """Exit code, stdout and stderr of scripts/NAME (or of the file NAME, where that is a path)."""
    done = subprocess.run(
        [ROOT / "scripts" / name, *map(str, arguments)], cwd=cwd, env=environment(changes),
        capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


def start(name, *arguments, cwd=None, shell=None, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
          stderr=subprocess.DEVNULL, terminal=False, **changes):
    """scripts/NAME in a session of its own, with every signal's default action.

    `shell` is what a shell adds: '2>&-'. `terminal`: stdin is one, and becomes the session's.
    """
    command = [ROOT / "scripts" / name, *map(str, arguments)]
    if shell is not None:
        command = ["bash", "-c", f'exec "$@" {shell}', "bash", *command]

    def prepare():
        for each in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGUSR1, signal.SIGQUIT):
            signal.signal(each, signal.SIG_DFL)
        if terminal:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    return subprocess.Popen(
        command, cwd=cwd, env=environment(changes), stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True,
        preexec_fn=prepare,
    )


def wait_until(what, condition, limit=LIMIT):
    """What `condition` returns as soon as that is true. Raises an AssertionError that says `what` was waited for."""
    deadline = time.monotonic() + limit
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {limit} s: {what}")
        time.sleep(0.02)
    return value


def query(database, sql):
    """The rows of a database that a sweep may be writing; none where it cannot be read, as before it is made."""
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=LIMIT)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()
    except sqlite3.Error:
        return []


def words(process, file):
    """What /proc/PROCESS/FILE ("cmdline", "environ") lists; nothing of a zombie, or of a process that has ended."""
    try:
        return Path(f"/proc/{process}/{file}").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def processes(variable):
    """Process id -> environment, of those whose environment has `variable` ("NAME=VALUE"). Any may end at any time."""
    found = {int(folder.name): words(folder.name, "environ") for folder in Path("/proc").glob("[0-9]*")}
    return {process: entries for process, entries in found.items() if variable in entries}


def leads_its_session(process):
    try:
        return os.getsid(process) == process
    except ProcessLookupError:
        return False


def kill(process):
    """By SIGKILL, where it has not ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def assert_none_left(variable, limit=LIMIT):
    """Waits until no process has `variable` in its environment; ends those that stay, and fails for them."""
    try:
        wait_until("no process is left behind", lambda: not processes(variable), limit)
    except AssertionError:
        for process in processes(variable):
            kill(process)
        raise


def write_tree(root, files):
    """Makes `root` a git working tree that holds these files: {path: content}."""
    subprocess.run(["git", "init", "-q", root], check=True)
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
