"""`missmodal-report serve` as people run it: what it prints, that it ends with 0, and what it says to mistakes.

MISSMODAL_REPORT names the program, MISSMODAL_EXAMPLE_DATABASE what makes a database.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

REPORT = os.environ["MISSMODAL_REPORT"]
EXAMPLE = os.environ["MISSMODAL_EXAMPLE_DATABASE"]
LIMIT = 60  # seconds, on a loaded machine


class Serve(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.database = Path(folder.name) / "mosi.db"
        subprocess.run([EXAMPLE, self.database], check=True)

    def serve(self, *flags):
        """The running program and the address that it printed."""
        process = subprocess.Popen([REPORT, "serve", self.database, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process, process.stdout.readline().strip()

    def get(self, url):
        """The answer once it is there: what is not read yet is asked for again."""
        deadline = time.monotonic() + LIMIT
        while True:
            try:
                with urllib.request.urlopen(url, timeout=LIMIT) as answer:
                    return answer.read().decode()
            except urllib.error.HTTPError as error:
                with error:
                    if error.code != 503 or time.monotonic() > deadline:
                        raise

    def refused(self, *arguments):
        done = subprocess.run([REPORT, "serve", *arguments], capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr.splitlines()

    def test_shows_the_database_until_it_is_told_to_end(self):
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process, url = self.serve("--web", "0")
            self.assertRegex(url, r"^http://127\.0\.0\.1:\d+/$")
            self.assertIn("<title>", self.get(url))
            told = subprocess.run([REPORT, "status", "--json", self.database], check=True, capture_output=True, text=True)
            self.assertEqual(json.loads(self.get(url + "api/status")), json.loads(told.stdout))
            table = subprocess.run([REPORT, "table", "5", self.database, "--format", "json"], check=True, capture_output=True)
            self.assertEqual(json.loads(self.get(url + "api/tables/table5"))["rows"], json.loads(table.stdout))
            process.send_signal(ending)
            self.assertEqual(process.wait(LIMIT), 0)
            self.assertEqual(process.stderr.read(), "")

    def test_beyond_this_machine_it_asks_for_the_token_of_its_address(self):
        _, url = self.serve("--web", "0.0.0.0:0")
        self.assertRegex(url, r"^http://[^/]+:\d+/\?token=[0-9a-f]{32}$")
        port = url.split("/")[2].rpartition(":")[2]
        local, token = f"http://127.0.0.1:{port}/", url.partition("?")[2]
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.get(local)
        self.assertEqual(refused.exception.code, 401)
        refused.exception.close()
        self.assertIn("<title>", self.get(f"{local}?{token}"))

    def test_mistakes_are_one_line(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.assertEqual(self.refused(self.database, "--web", str(port)),
                             (1, [f"missmodal-report: --web 127.0.0.1:{port}: the port is taken; 0 takes any that is free"]))
        for wrong in ("x", "70000", "host:80", "127.0.0.1:"):
            code, lines = self.refused(self.database, "--web", wrong)
            self.assertEqual((code, len(lines)), (2, 1), lines)
            self.assertTrue(lines[0].startswith("--web: "), lines)
        self.assertEqual(self.refused(self.database, "--web", "192.0.2.1:0"), (2, ["--web: 192.0.2.1 is no address of this machine"]))
        self.assertEqual(self.refused(self.database.parent / "none.db"), (2, [f"{self.database.parent}/none.db: no such file"]))


if __name__ == "__main__":
    unittest.main()
