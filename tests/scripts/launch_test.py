"""scripts/sweep from launch to exit code, with a launcher and programs that only say what they are told."""

import fcntl
import itertools
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from script import LIMIT, assert_none_left, leads_its_session, processes, start, wait_until, words

# Logs what it gets; a verdict is a file. `ends` and `holds` say how it takes USR1.
LAUNCHER = r"""#!/usr/bin/env bash
say() { echo "$*" >>"$FAKE/log"; }
trap 'say TERM; exit 143' TERM
case $MODE in
  ends) trap 'say USR1; echo 4 >"$FAKE/verdict"; exit 0' USR1 ;;
  holds) trap 'say USR1' USR1 ;;
  *)
    for stream in 0 1 2; do [ -e /proc/$$/fd/$stream ] || say "closed $stream"; done
    for ((i = 0; i < 3000; i++)); do
      echo "out $i, long enough to fill what a pipe holds before the last line" || say "no stdout"
      echo "err $i" >&2 || say "no stderr"
    done
    [ "${MODE%% *}" = lost ] || echo "${MODE%% *}" >"$FAKE/verdict"
    exit "${MODE#* }" ;;
esac
say "token $*"
while :; do sleep 0.02; done
"""
# Rank 0 has its last word, or the database, and is heard of no more.
OUTLIVING = r"""#!/usr/bin/env bash
trap 'echo "TERM after $SECONDS s" >>"$FAKE/log"; exit 143' TERM
if [ "$MODE" = word ]; then
  echo 0 | tee "$FAKE/verdict" >"${!#}"
else
  touch s.db.lock
fi
while :; do sleep 0.02; done
"""
# Logs how many ranks it is to start on which hosts, and dies.
DYING = r"""#!/usr/bin/env bash
while [ "$1" != -n ]; do shift; done
echo "ranks $2: $(paste -sd , "$OMPI_MCA_orte_default_hostfile")" >>"$FAKE/log"
"""
# A remote shell: [-l USER] HOST true. `late` does not answer the first time, `gone` never does.
AGENT = r"""#!/bin/sh
echo "$*" >>"$FAKE/asked"
[ "$1" != gone ] && { [ "$3" != late ] || [ "$(grep -c 'late true$' "$FAKE/asked")" -gt 1 ]; }
"""
PROGRAM = """#!/bin/sh
[ -z "${SLOW:-}" ] || { touch "$FAKE/checking"; while [ ! -e "$FAKE/go" ]; do sleep 0.02; done; }
exit "${CHECK:-0}"
"""
REPORT = '#!/bin/sh\necho "asked $*" >>"$FAKE/log"\nexit "$(cat "$FAKE/verdict" 2>/dev/null || echo 1)"\n'


class Launch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "s.yaml").write_text("name: s\n")
        self.write("mpirun", LAUNCHER)
        self.write("missmodal", PROGRAM)
        self.write("report", REPORT)

    def tearDown(self):
        assert_none_left(f"FAKE={self.root}")

    def write(self, name, text):
        (self.root / name).write_text(text)
        (self.root / name).chmod(0o755)

    def sweep(self, mode, *arguments, restarts=0, **more):
        for name in ("log", "verdict"):
            (more.get("FAKE", self.root) / name).unlink(missing_ok=True)
        variables = {"MISSMODAL": self.root / "missmodal", "MISSMODAL_REPORT": self.root / "report", "FAKE": self.root,
                     "MODE": mode, "PATH": f"{self.root}:{os.environ['PATH']}", **more}
        return start("sweep", "-n", 1, "--restarts", restarts, *arguments, "s.yaml", "--db", "s.db", cwd=self.root, **variables)

    def log(self, kind=""):
        try:
            return [line for line in (self.root / "log").read_text().splitlines() if line.startswith(kind)]
        except FileNotFoundError:
            return []

    def launched(self, *arguments, **more):
        sweep = self.sweep(*arguments, **more)
        wait_until("the launcher runs", lambda: self.log("token"))
        return sweep

    def signals(self):
        return self.log("USR1") + self.log("TERM")

    def test_the_verdict_of_its_own_run_decides(self):
        for mode, expected in (("0 0", 0), ("3 0", 3), ("4 0", 4), ("4 137", 4), ("1 0", 1), ("139 0", 1), ("lost 0", 1),
                               ("lost 137", 1), ("lost 2", 2)):
            with self.subTest(mode):
                self.assertEqual(self.sweep(mode).wait(LIMIT), expected)

    def test_asks_for_the_token_that_it_gave(self):
        sweep = self.launched("ends")
        sweep.send_signal(signal.SIGTERM)
        sweep.wait(LIMIT)
        [token] = self.log("token")
        [asked] = self.log("asked")
        self.assertRegex(token, " --run-token [0-9a-f-]{36} --ended /.*$")
        self.assertEqual(asked, f"asked status --exit-code --run {token.split()[-3]} s.db")

    def test_a_job_that_died_is_started_again_so_often(self):
        sweep = self.sweep("lost 137", restarts=2, stderr=subprocess.PIPE)
        _, errors = sweep.communicate(timeout=LIMIT)
        self.assertEqual(sweep.returncode, 1)
        tokens = {line.split()[-2] for line in self.log("asked")}
        self.assertEqual(len(tokens), 3, "each run has a token of its own")
        self.assertIn(b"the job died: it is started again, for the 2. time of at most 2", errors)
        self.assertNotIn(b"for the 3. time", errors)

    def test_ends_a_launcher_that_outlives_rank_0(self):
        self.write("mpirun", OUTLIVING)
        lease = self.root / "lease"
        lease.mkdir()
        sweeps = {"word": self.sweep("word", stderr=subprocess.PIPE),
                  "lease": self.sweep("lease", stderr=subprocess.PIPE, FAKE=lease)}
        self.addCleanup(assert_none_left, f"FAKE={lease}")
        for (mode, sweep), folder, verdict in zip(sweeps.items(), (self.root, lease), (0, 1)):
            with self.subTest(mode):
                errors = sweep.communicate(timeout=2 * LIMIT)[1].decode()
                self.assertEqual(sweep.returncode, verdict, errors)
                self.assertIn("mpirun does not end, and rank 0 has given no sign of life for 30 s: ending it", errors)
                self.assertGreaterEqual(int((folder / "log").read_text().split()[2]), 30)

    def restarted(self, hosts, restarts):
        """Exit code and messages of a sweep of 3 workers on these hosts whose job always dies."""
        self.write("mpirun", DYING)
        self.write("agent", AGENT)
        (self.root / "hosts").write_text(hosts)
        sweep = self.sweep("lost", "-n", 3, "--hostfile", "hosts", restarts=restarts, stderr=subprocess.PIPE,
                           OMPI_MCA_plm_rsh_agent=f"no-such-agent : {self.root}/agent")
        errors = sweep.communicate(timeout=LIMIT)[1].decode()
        return sweep.returncode, errors

    def test_a_job_that_died_is_started_again_where_hosts_answer(self):
        code, errors = self.restarted("localhost slots=1 # here\nme@late slots=2\ngone max_slots=9 slots=1\nother slots=1", 2)
        self.assertEqual(code, 1)
        self.assertEqual(self.log("ranks"), [
            "ranks 4: localhost slots=1 # here,me@late slots=2,gone max_slots=9 slots=1,other slots=1",
            "ranks 2: localhost slots=1 # here,other slots=1", "ranks 4: localhost slots=1 # here,me@late slots=2,other slots=1"])
        self.assertIn("without gone me@late, which did not answer within 10 s\nscripts/sweep: 2 ranks instead of 4", errors)
        self.assertIn("without gone, which", errors)
        self.assertIn("-l me late true\n", (self.root / "asked").read_text())

    def test_a_job_that_died_is_not_started_again_where_no_host_answers(self):
        code, errors = self.restarted("gone slots=4\n", 5)
        self.assertEqual((code, self.log("ranks")), (1, ["ranks 4: gone slots=4"]))
        self.assertTrue(errors.endswith("scripts/sweep: none of the hosts of " + f"{self.root}/hosts answers\n"), errors)

    def test_what_a_killed_sweep_left_is_removed_by_the_next(self):
        temporary = self.root / "tmp"
        for name in ("missmodal-sweep.killed", "missmodal-sweep.lives", "shared"):
            (temporary / name).mkdir(parents=True)
        (temporary / "shared/segment").touch()
        for name, age in (("old", 90), ("fresh", 0)):  # killed, or just about to be named
            (temporary / f"missmodal-new.{name}").mkdir()
            os.utime(temporary / f"missmodal-new.{name}", (time.time() - age,) * 2)
        (temporary / "missmodal-sweep.killed/shared").symlink_to(temporary / "shared")
        held = os.open(temporary / "missmodal-sweep.lives", os.O_RDONLY)
        self.addCleanup(os.close, held)
        fcntl.flock(held, fcntl.LOCK_EX)
        self.assertEqual(self.sweep("0 0", TMPDIR=temporary).wait(LIMIT), 0)
        self.assertEqual(sorted(os.listdir(temporary)), ["missmodal-new.fresh", "missmodal-sweep.lives"])

    def test_what_ended_only_while_a_sweep_ran_is_removed_by_it_too(self):
        temporary = self.root / "tmp"
        (temporary / "missmodal-sweep.ends").mkdir(parents=True)
        held = os.open(temporary / "missmodal-sweep.ends", os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        sweep = self.launched("ends", TMPDIR=temporary)
        os.close(held)
        sweep.send_signal(signal.SIGTERM)
        self.assertEqual(sweep.wait(LIMIT), 4)
        self.assertEqual(os.listdir(temporary), [])

    def test_a_killed_sweep_leaves_nothing_but_for_a_moment(self):
        temporary = self.root / "tmp"
        temporary.mkdir()
        sweep = self.launched("ends", TMPDIR=temporary)
        self.assertEqual(len(os.listdir(temporary)), 1)
        sweep.kill()
        sweep.wait(LIMIT)
        wait_until("the supervisor removed its folder", lambda: not os.listdir(temporary))

    def test_a_refused_sweep_file_launches_nothing(self):
        for check, expected in ((2, 2), (1, 1), (139, 1)):
            self.assertEqual(self.sweep("0 0", CHECK=check).wait(LIMIT), expected)
            self.assertEqual(self.log(), [])

    def test_every_signal_to_stop_becomes_usr1(self):
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
            with self.subTest(each):
                sweep = self.launched("ends")
                sweep.send_signal(each)
                self.assertEqual((sweep.wait(LIMIT), self.signals()), (4, ["USR1"]))

    def test_a_signal_before_the_launch(self):
        sweep = self.sweep("ends", SLOW=1, stderr=subprocess.PIPE)
        wait_until("the sweep file is checked", (self.root / "checking").exists)
        sweep.send_signal(signal.SIGTERM)
        (self.root / "go").touch()
        self.assertIn(b"before it launched", sweep.communicate(timeout=LIMIT)[1])
        self.assertEqual((sweep.returncode, self.log()), (1, []))

    def test_a_second_signal_ends_it_at_once(self):
        for verdict, expected in ((None, 1), ("4", 4)):
            sweep = self.launched("holds")
            sweep.send_signal(signal.SIGINT)
            wait_until("the launcher heard", lambda: self.log("USR1"))
            if verdict:
                (self.root / "verdict").write_text(verdict)
            sweep.send_signal(signal.SIGINT)
            self.assertEqual((sweep.wait(LIMIT), self.signals()), (expected, ["USR1", "TERM"]))

    def test_a_terminals_keys(self):
        for keys, expected in (("c", (4, ["USR1"])), ("cc", (1, ["USR1", "TERM"])), ("hang up", (4, ["USR1"]))):
            with self.subTest(keys):
                master, slave = os.openpty()
                sweep = self.launched("holds" if keys == "cc" else "ends", stdin=slave, stdout=slave, stderr=slave,
                                      terminal=True, TERM="xterm")
                os.close(slave)
                if keys == "hang up":
                    os.close(master)
                else:
                    for _ in keys:
                        os.write(master, b"\x03")
                        wait_until("the launcher heard", self.signals)
                self.assertEqual((sweep.wait(LIMIT), self.signals()), expected)
                if keys != "hang up":
                    os.close(master)

    def test_rewrites_lines_only_where_the_terminal_can(self):
        for terminal, live in (("xterm", True), ("dumb", False), ("", False), (None, False)):
            master, slave = os.openpty()
            sweep = self.launched("ends", stdout=slave, stderr=slave, TERM=terminal)
            os.close(slave)
            sweep.send_signal(signal.SIGTERM)
            sweep.wait(LIMIT)
            os.close(master)
            [arguments] = self.log("token")
            self.assertEqual("--progress live" in arguments, live, terminal)

    def test_ends_a_launcher_that_does_not_end(self):
        sweep = self.launched("holds", "--grace", 1, stderr=subprocess.PIPE)
        sweep.send_signal(signal.SIGTERM)
        errors = sweep.communicate(timeout=LIMIT)[1].decode()
        self.assertEqual((sweep.returncode, self.signals()), (1, ["USR1", "TERM"]))
        self.assertIn("does not end", errors)

    def test_the_launcher_does_not_outlive_a_killed_script(self):
        for kill in (os.kill, os.killpg):
            sweep = self.launched("ends")
            kill(sweep.pid, signal.SIGKILL)
            sweep.wait(LIMIT)
            wait_until("nothing runs", lambda: not processes(f"FAKE={self.root}"))
            self.assertEqual(self.signals(), ["USR1"])

    def test_the_launcher_does_not_outlive_a_killed_supervisor(self):
        sweep = self.launched("ends")
        [supervisor] = [process for process in processes(f"FAKE={self.root}") if leads_its_session(process)
                        and any(word.endswith("/supervise") for word in words(process, "cmdline"))]
        os.kill(supervisor, signal.SIGKILL)
        self.assertEqual(sweep.wait(LIMIT), 1)
        wait_until("nothing runs", lambda: not processes(f"FAKE={self.root}"))
        self.assertEqual(self.signals(), ["TERM"])

    def test_closed_streams(self):
        for closed in itertools.chain.from_iterable(itertools.combinations(("<&-", ">&-", "2>&-"), n) for n in (1, 2, 3)):
            with self.subTest(closed):
                self.assertEqual(self.sweep("3 0", shell=" ".join(closed)).wait(LIMIT), 3)
                self.assertEqual(len(self.log()), 1, self.log())  # the question for the verdict alone

    def test_goes_on_without_its_readers(self):
        read, write = os.pipe()
        os.close(read)
        try:
            self.assertEqual(self.sweep("3 0", stdout=write, stderr=write).wait(LIMIT), 3)
        finally:
            os.close(write)
        self.assertEqual(len(self.log()), 1, self.log())

    def test_goes_on_where_its_output_finds_no_space(self):
        with open("/dev/full", "wb") as full:
            self.assertEqual(self.sweep("3 0", stdout=full, stderr=full).wait(LIMIT), 3)
        self.assertEqual(len(self.log()), 1, self.log())

    def test_relays_every_line(self):
        output, errors = self.sweep("0 0", stdout=subprocess.PIPE, stderr=subprocess.PIPE).communicate(timeout=LIMIT)
        self.assertEqual(len(output.splitlines()), 3000)
        self.assertEqual(errors.decode().splitlines(), [f"err {i}" for i in range(3000)])

    def test_refuses_a_full_tmpdir(self):
        self.write("df", "#!/bin/sh\necho Filesystem\necho tmpfs 5120 1024 4096 20% /tmp\n")
        sweep = self.sweep("0 0", stderr=subprocess.PIPE, TMPDIR="/tmp")
        errors = sweep.communicate(timeout=LIMIT)[1].decode()
        self.assertEqual((sweep.returncode, self.log()), (1, []))
        self.assertIn("/tmp: 4 MB free", errors)


if __name__ == "__main__":
    unittest.main()
