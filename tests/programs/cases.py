"""Runs the generators of small inputs as people have them, which lie beside the repository (../shared/cases).

A generator is a script `NAME.py OUT [KIND]`; it is run in this process, so that numpy is loaded once.
"""

import contextlib
import io
import runpy
import sys
import warnings
from unittest import mock

from program import ROOT

CASES = (ROOT / "../shared/cases").resolve()


def generate(name, *arguments):
    """Writes one input, or returns the kinds that the generator lists where it is asked for none."""
    output = io.StringIO()
    with (mock.patch.object(sys, "argv", [name, *map(str, arguments)]),
          mock.patch.object(sys, "path", [str(CASES), *sys.path]),
          warnings.catch_warnings(), contextlib.suppress(SystemExit), contextlib.redirect_stdout(output)):
        warnings.simplefilter("ignore", ResourceWarning)
        runpy.run_path(str(CASES / f"{name}.py"), run_name="__main__")
    return output.getvalue().split()


def skip_unless_here(*modules):
    """Ends the program with 77 and a line that says why, where the generators cannot run."""
    if not CASES.is_dir():
        print(f"{CASES} is absent")
        sys.exit(77)
    for module in modules:
        try:
            __import__(module)
        except ImportError as error:
            print(f"{sys.executable}: {error}")
            sys.exit(77)
