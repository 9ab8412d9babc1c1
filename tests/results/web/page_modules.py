"""What tests in a browser need: chromium, node, and from npm playwright-core and axe-core, which are fetched into
MISSMODAL_PAGE_MODULES, or build/page_modules."""

import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = ["playwright-core@1.49.1", "axe-core@4.10.2"]
LIMIT = 240  # seconds


def folder():
    return Path(os.environ.get("MISSMODAL_PAGE_MODULES", Path(__file__).resolve().parents[3] / "build/page_modules"))


def lacking():
    """Why such a test cannot run here, or None; the packages lie in folder() then."""
    for program in ("chromium", "node", "npm"):
        if not shutil.which(program):
            return f"no {program}"
    if all((folder() / "node_modules" / package.partition("@")[0]).exists() for package in PACKAGES):
        return None
    folder().mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["npm", "install", "--prefix", folder(), "--no-audit", "--no-fund", "--no-save", "--ignore-scripts",
                           "--fetch-retries=0", "--fetch-timeout=20000", *PACKAGES], capture_output=True, text=True, timeout=LIMIT)
    return None if done.returncode == 0 else f"npm has no {PACKAGES} for us: {done.stderr.strip().splitlines()[:1]}"
