"""The scripts of scripts/slurm under a real Slurm, whose controller and two nodes this test starts on this host and ends.

It needs root, Slurm and munge (Debian: apt-get install slurm-wlm), and is skipped with the reason where one is missing. The
configuration of an installed Slurm is neither read nor changed. MISSMODAL and MISSMODAL_REPORT name the built programs.
"""

import datetime
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from script import ROOT, assert_none_left, environment, processes, query, wait_until

LIMIT = 150
SKIPPED = 77
# Even where this test is killed nothing runs on: the kernel ends a process namespace with its first process.
APART = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol", "sinfo", "squeue", "scancel", "srun", "mpirun", "unshare")

SWEEP = """name: slurm
dataset: {path: FOLDER/data.safetensors}
model: {name: missmodal, text: {encoder: sequence}, hidden: 4, layers: 1, heads: 2, feed_forward: 1, fusion_width: 8}
training: {batch_size: 16, learning_rate: 1e-3, max_epochs: EPOCHS, patience: EPOCHS}
evaluation: {conditions: paper, draws: 1}
stages:
  - {name: repeat, seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}
"""

# Two nodes of one host: a port and folders (%n) of its own for each. cred_expire is also how long a requeued job waits.
CONFIGURATION = """ClusterName=test
SlurmctldHost={first}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={root}/munge/socket,cred_expire=5
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool_%n
TmpFS={root}/tmp_%n
SlurmctldPidFile={root}/slurmctld.pid
SlurmdPidFile={root}/slurmd_%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=bf_interval=1,sched_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
SlurmctldDebug=debug
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName={first} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=4
NodeName={second} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=4
PartitionName=low Nodes=ALL PriorityTier=1 PreemptMode=REQUEUE GraceTime=60 Default=YES
PartitionName=rude Nodes=ALL PriorityTier=1 PreemptMode=REQUEUE GraceTime=0
PartitionName=high Nodes=ALL PriorityTier=2 PreemptMode=OFF
"""
EARLY_SIGNAL = "SlurmctldParameters=preempt_send_user_signal\n"


def missing():
    """Why no Slurm can be started here; empty where one can."""
    if os.geteuid() != 0:
        return "Slurm's daemons need root"
    if absent := [name for name in NEEDED if shutil.which(name, path=PATH) is None]:
        return f"not here: {', '.join(absent)} (Debian: apt-get install slurm-wlm)"
    if subprocess.run([*APART, "unshare", "--uts", "true"], capture_output=True).returncode != 0:
        return "no right to a process namespace and a second host name (unshare --pid, --uts)"
    return ""


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


class Cluster:
    """munged, slurmctld and two slurmd, with all that they write below `root`."""

    def __init__(self, root, **variables):
        self.root = root
        self.first = socket.gethostname().partition(".")[0]
        self.second = f"{self.first}2"
        self.variables = environment({"SLURM_CONF": root / "slurm.conf", "PATH": PATH, **variables})
        self.daemons = []
        for name in ("munge", "state", "log", f"tmp_{self.first}", f"tmp_{self.second}"):
            (root / name).mkdir()
        root.chmod(0o755)  # munged refuses a socket that not everyone reaches
        (root / "munge" / "key").touch(0o600)
        (root / "munge" / "key").write_bytes(secrets.token_bytes(128))
        self.configuration = CONFIGURATION.format(root=root, first=self.first, second=self.second, ports=free_ports(3))
        (root / "slurm.conf").write_text(self.configuration + EARLY_SIGNAL)

    def start(self):
        munge, file = self.root / "munge", self.root / "slurm.conf"
        files = (f"--{name}-file={munge}/{name}" for name in ("key", "pid", "seed", "log"))
        self.daemon("munged", "munged", "--foreground", f"--socket={munge}/socket", *files)
        wait_until("munged listens", (munge / "socket").exists)
        self.daemon("slurmctld", "slurmctld", "-D", "-f", file)
        self.daemon("first", "slurmd", "-D", "-N", self.first, "-f", file)
        second = 'hostname "$1" && exec slurmd -D -N "$1" -f "$2"'
        self.daemon("second", "unshare", "--uts", "sh", "-c", second, "sh", self.second, file)
        wait_until("both nodes are idle", lambda: self.ask("sinfo", "-h", "-p", "high", "-t", "idle", "-o", "%D") == "2")

    def daemon(self, name, *command):
        with open(self.root / "log" / name, "w") as log:
            self.daemons.append(subprocess.Popen(list(map(str, command)), env=self.variables, stdin=subprocess.DEVNULL, stdout=log,
                                                 stderr=log, start_new_session=True))

    def end(self):
        try:
            self.ask("scancel", "--user=root")
            wait_until("no job is left", lambda: not self.ask("squeue", "-h"))
        finally:
            for daemon in reversed(self.daemons):
                daemon.terminate()
                try:
                    daemon.wait(20)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()

    def log(self, name):
        return (self.root / "log" / name).read_text(errors="replace")

    def tell_early(self, told):
        """Whether a preempted job gets its --signal at once."""
        (self.root / "slurm.conf").write_text(self.configuration + (EARLY_SIGNAL if told else ""))
        self.ask("scontrol", "reconfigure")
        wait_until("the controller knows",
                   lambda: ("preempt_send_user_signal" in self.ask("scontrol", "show", "config")) == told)

    def ask(self, *command):
        """What a command of Slurm prints."""
        done = subprocess.run(list(map(str, command)), env=self.variables, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL)
        return done.stdout.strip()

    def job(self, number):
        """What `scontrol show job` says of it."""
        return dict(word.split("=", 1) for word in self.ask("scontrol", "--oneliner", "show", "job", number).split() if "=" in word)


class SlurmScripts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        cls.addClassCleanup(assert_none_left, f"SLURM_TEST={cls.root}")
        programs = {name: os.environ[name] for name in ("MISSMODAL", "MISSMODAL_REPORT")}
        subprocess.run(
            [programs["MISSMODAL"], "data", "synth", "-o", "data.safetensors", "--train", "48", "--valid", "16", "--test", "16",
             "--max-length", "12", "--audio-steps", "12", "--vision-steps", "12"],
            cwd=cls.root, check=True, capture_output=True, timeout=LIMIT)
        for name, epochs in (("short", 80), ("endless", 5000)):
            (cls.root / f"{name}.yaml").write_text(SWEEP.replace("EPOCHS", str(epochs)).replace("FOLDER", str(cls.root)))
        subprocess.run([programs["MISSMODAL"], "run", "short.yaml", "--db", "undisturbed.db"], cwd=cls.root, check=True,
                       capture_output=True, timeout=LIMIT, env=environment({"OMP_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1}))
        (cls.root / "mpi").mkdir()
        cls.slurm = Cluster(cls.root, SLURM_TEST=cls.root, OMPI_MCA_orte_tmpdir_base=cls.root / "mpi", **programs)
        cls.addClassCleanup(cls.slurm.end)
        cls.slurm.start()

    def setUp(self):
        self.name = self.id().rpartition(".")[2]
        self.output = self.root / f"{self.name}.log"
        self.addCleanup(self.slurm.ask, "scancel", "--user=root")

    def submit(self, script, *flags, sweep="short"):
        """The number of a job whose sweep has begun to train."""
        number = self.slurm.ask("sbatch", "--parsable", "--output", self.output, *flags, f"scripts/slurm/{script}.sbatch",
                                self.root / f"{sweep}.yaml", "--db", self.root / f"{self.name}.db")
        self.assertTrue(number.isdigit(), flags)
        self.wait_until("the sweep trains", lambda: self.query("SELECT * FROM attempts"))
        return number

    def wait_until(self, what, condition):
        try:
            return wait_until(what, condition, LIMIT)
        except AssertionError as late:
            said = self.output.read_text() if self.output.exists() else "nothing"
            raise AssertionError(f"{late}; the job said:\n{said}\nthe controller:\n{self.slurm.log('slurmctld')[-3000:]}") from None

    def query(self, sql, database=None):
        return query(self.root / f"{database or self.name}.db", sql)

    def preempt(self, number):
        """Slurm preempts the job for one that takes both nodes whole, and starts it again."""
        self.slurm.ask("sbatch", "--partition=high", "--nodes=2", "--ntasks=8", "--output=/dev/null", "--wrap", "true")
        self.wait_until("the job is restarted and ends", lambda: self.slurm.job(number).get("JobState") in ("COMPLETED", "FAILED"))
        self.assertRegex(self.slurm.log("slurmctld"), f"[Pp]reempt.*JobId={number} ")

    def assert_undisturbed(self, number, restarts=("1",)):
        """Went on once, to the end, with the numbers of a sweep that nobody interrupted."""
        job = self.slurm.job(number)
        self.assertEqual((job["JobState"], job["ExitCode"]), ("COMPLETED", "0:0"), self.output.read_text())
        self.assertIn(job["Restarts"], restarts, self.output.read_text())
        self.assertEqual(self.query("SELECT count(*) FROM provenance"), [(2,)])
        self.assertTrue(self.query("SELECT * FROM attempts WHERE failure = 'interrupted'"))
        matrices = "SELECT cell, split, hex(matrix) FROM predictions ORDER BY cell, split"
        self.assertEqual(self.query(matrices), self.query(matrices, "undisturbed"))
        for table in ("1", "6"):
            expected, found = (subprocess.run(
                [os.environ["MISSMODAL_REPORT"], "table", table, self.root / f"{name}.db", "--format", "csv"], check=True,
                capture_output=True, timeout=LIMIT).stdout for name in ("undisturbed", self.name))
            self.assertIn(b"MissModal", expected)
            self.assertEqual(found, expected)

    def assert_ended(self, number, state, code=None, restarts=0):
        """And is not in the queue again."""
        self.wait_until("the job is gone", lambda: not self.slurm.ask("squeue", "-h"))
        job = self.slurm.job(number)
        self.assertEqual((job["JobState"], job["Restarts"]), (state, str(restarts)), self.output.read_text())
        if code:
            self.assertEqual(job["ExitCode"], code)

    def assert_stopped_in_order(self):
        self.assertEqual(self.query("SELECT exit_code FROM verdict ORDER BY run"), [(4,), (0,)])
        self.assertEqual(self.query("SELECT count(*) FROM attempts WHERE message = 'the sweep was stopped'"),
                         self.query("SELECT count(*) FROM attempts WHERE state <> 'accepted'"))

    def assert_both_nodes_trained(self):
        self.assertEqual(self.query("SELECT DISTINCT host FROM attempts ORDER BY host"),
                         sorted([(self.slurm.first,), (self.slurm.second,)]))

    def test_one_node_is_preempted(self):
        number = self.submit("one_node", "--ntasks=3", f"--nodelist={self.slurm.first}")
        self.preempt(number)
        self.assert_undisturbed(number)
        self.assert_stopped_in_order()

    def test_several_nodes_are_preempted(self):
        number = self.submit("several_nodes", "--ntasks=4")
        self.preempt(number)
        self.assert_undisturbed(number)
        self.assert_stopped_in_order()
        self.assert_both_nodes_trained()

    def test_srun_is_preempted(self):
        number = self.submit("srun", "--ntasks=4")
        self.preempt(number)
        self.assert_undisturbed(number)
        self.assert_stopped_in_order()
        self.assert_both_nodes_trained()

    def test_preempted_without_notice(self):
        for script in ("several_nodes", "srun"):
            with self.subTest(script):
                self.name = f"{script}_without_notice"
                number = self.submit(script, "--ntasks=4", "--partition=rude")
                self.preempt(number)
                self.assert_undisturbed(number)

    def test_preempted_where_only_the_steps_get_a_term(self):
        self.slurm.tell_early(False)
        self.addCleanup(self.slurm.tell_early, True)
        for script in ("several_nodes", "srun"):
            with self.subTest(script):
                self.name = f"{script}_term"
                number = self.submit(script, "--ntasks=4")
                self.preempt(number)
                # scripts/sweep starts the ranks again in what is left of the grace, which may be enough.
                self.assert_undisturbed(number, ("0", "1"))

    def test_a_node_is_lost(self):
        number = self.submit("several_nodes", "--ntasks=4")
        self.slurm.ask("scontrol", "update", f"nodename={self.slurm.second}", "state=down", "reason=test")
        self.wait_until("the job is restarted and ends", lambda: self.slurm.job(number).get("JobState") in ("COMPLETED", "FAILED"))
        self.assert_undisturbed(number)

    def test_time_is_up(self):
        number = self.submit("one_node", "--ntasks=3", "--time=1", "--signal=B:USR1@30", sweep="endless")
        told = {entry for entries in processes("OMPI_COMM_WORLD_RANK=0").values() for entry in entries
                if entry.startswith("SLURM_JOB_END_TIME=")}
        end = datetime.datetime.fromisoformat(self.slurm.job(number)["EndTime"])
        self.assertEqual(told, {f"SLURM_JOB_END_TIME={end.timestamp():.0f}"})
        self.wait_until("the job runs again", lambda: self.slurm.job(number).get("Restarts") == "1" and
                        len(self.query("SELECT * FROM provenance")) == 2)
        self.assertEqual(self.query("SELECT exit_code FROM verdict ORDER BY run LIMIT 1"), [(4,)])
        self.slurm.ask("scancel", number)
        self.assert_ended(number, "CANCELLED", restarts=1)

    def test_told_to_end_in_order(self):
        number = self.submit("one_node", "--ntasks=3", sweep="endless")
        self.slurm.ask("scancel", "--batch", "--signal=TERM", number)
        self.assert_ended(number, "FAILED", "4:0")
        self.assertEqual(self.query("SELECT exit_code FROM verdict"), [(4,)])

    def test_a_killed_rank_ends_the_step_of_srun_which_begins_again(self):
        number = self.submit("srun", "--ntasks=4", sweep="endless")
        ranks = [process for process, entries in processes(f"SLURM_TEST={self.root}").items() if "SLURM_PROCID=2" in entries]
        os.kill(max(ranks), signal.SIGKILL)
        self.wait_until("the sweep began again", lambda: len(self.query("SELECT * FROM provenance")) == 2)
        self.assertIn("the job died: it is started again", self.output.read_text())
        self.slurm.ask("scancel", number)
        self.assert_ended(number, "CANCELLED")


if __name__ == "__main__":
    if reason := missing():
        print(f"{Path(sys.argv[0]).name}: {reason}")
        sys.exit(SKIPPED)
    if os.getpid() != 1:
        os.execvp(APART[0], [*APART, sys.executable, *sys.argv])
    unittest.main()
