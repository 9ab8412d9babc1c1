"""A sweep watched while it runs: by `missmodal-report serve` from the database, and by its own page (`run --web`)."""

import json
import signal
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from program import DATA, ENVIRONMENT, LIMIT, MISSMODAL, REPORT, SWEEP, ProgramTest, mpirun, synthesize


class LivePage(ProgramTest):
    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA, train=96)
        (self.folder / "s.yaml").write_text(SWEEP.replace("max_epochs: 2", "max_epochs: 60, patience: 60"))

    def start(self, *command):
        process = subprocess.Popen([str(word) for word in command], cwd=self.folder, env=ENVIRONMENT, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def get(self, url):
        with urllib.request.urlopen(url, timeout=LIMIT) as answer:
            return answer.read().decode()

    def wait_for(self, url, condition):
        """What is at `url` once it meets the condition."""
        deadline = time.monotonic() + LIMIT
        while True:
            try:
                last = json.loads(self.get(url))
                if condition(last):
                    return last
            except urllib.error.HTTPError as error:
                with error:
                    self.assertEqual(error.code, 503)  # not read yet
            self.assertLess(time.monotonic(), deadline, "never so")

    def serve(self):
        server = self.start(REPORT, "serve", "sweep.db", "--web", "0")
        return server, server.stdout.readline().strip()

    def finish_and_compare(self, url):
        """The last that the page at `url` shows is what the database holds."""
        status = self.wait_for(f"{url}api/status", lambda status: status["exit_code"] is not None)
        self.assertEqual(status["cells"]["accepted"], self.query("SELECT count(*) FROM cells WHERE state = 'accepted'")[0][0])
        self.assertEqual(status["stages"][0]["selected_value"], self.query("SELECT selected_value FROM stages ORDER BY position")[0][0])
        table = json.loads(self.report("table", "5", "sweep.db", "--format", "json"))
        self.wait_for(f"{url}api/tables/table5", lambda shown: shown["rows"] == table)

    def test_serve_follows_a_sweep_that_another_process_runs(self):
        sweep = self.start(*mpirun(3), MISSMODAL, "run", "s.yaml", "--db", "sweep.db")
        deadline = time.monotonic() + LIMIT
        while not (self.folder / "sweep.db").exists() or not self.program("status", "sweep.db", program=REPORT)[1]:
            self.assertLess(time.monotonic(), deadline, "no database")
        _, url = self.serve()
        running = self.wait_for(f"{url}api/status", lambda status: status["running"] > 0)
        self.assertIsNotNone(running["writer"])
        with urllib.request.urlopen(f"{url}api/events", timeout=LIMIT) as events:
            seen = set()
            while len(seen) < 3:  # lines of news, none like the other
                line = events.readline()
                if line.startswith(b"data: "):
                    seen.add(line)
        self.assertIn("missmodal_writer 1\n", self.get(f"{url}metrics"))
        self.assertEqual(sweep.wait(LIMIT), 0)
        self.finish_and_compare(url)
        self.assertIn("missmodal_writer 0\n", self.get(f"{url}metrics"))

    def test_a_sweep_serves_its_own_page(self):
        sweep = self.start(*mpirun(3), MISSMODAL, "run", "s.yaml", "--db", "sweep.db", "--web", "0", "--progress", "log")
        words = "watch it at "
        url = next(line.partition(words)[2].strip() for line in sweep.stderr if words in line)
        self.assertRegex(url, r"^http://127\.0\.0\.1:\d+/$")
        # Sooner than the database, which hears of epochs and workers every 5 s.
        epochs, busy = set(), set()
        with urllib.request.urlopen(f"{url}api/events", timeout=LIMIT) as events:
            for line in events:
                if not line.startswith(b"data: "):
                    continue
                status = json.loads(line.removeprefix(b"data: "))["status"]
                if status is None:
                    continue
                epochs |= {(cell["cell"], cell["epoch"]) for cell in status["running_cells"] if cell["epoch"]}
                busy |= {worker["rank"] for worker in status["workers"] if worker["state"] == "training"}
                if len(epochs) > 20 and busy == {1, 2}:
                    break
        output, errors = sweep.communicate(timeout=LIMIT)
        self.assertEqual(sweep.returncode, 0, errors)
        self.assertNotIn("web: ", errors)
        self.assertGreater(len(epochs), 20)

    def test_a_port_that_is_taken_is_said_before_anything_begins(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            self.assert_refused(f"missmodal: --web {address}: the port is taken; 0 takes any that is free", "run", "s.yaml", "--db",
                                "sweep.db", "--web", address, code=1)
        self.assert_refused("--web: the port must be 0 (any that is free) to 65535, got x", "run", "s.yaml", "--db", "sweep.db", "--web", "x")

    def test_serve_says_when_the_process_is_gone(self):
        sweep = self.start(MISSMODAL, "run", "s.yaml", "--db", "sweep.db")
        deadline = time.monotonic() + LIMIT
        while not (self.folder / "sweep.db").exists() or not self.program("status", "sweep.db", program=REPORT)[1]:
            self.assertLess(time.monotonic(), deadline, "no database")
        _, url = self.serve()
        self.wait_for(f"{url}api/status", lambda status: status["writer"])
        sweep.send_signal(signal.SIGKILL)
        gone = self.wait_for(f"{url}api/status", lambda status: status["writer"] is None)
        self.assertIsNone(gone["exit_code"])


if __name__ == "__main__":
    unittest.main()
