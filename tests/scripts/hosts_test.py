"""scripts/sweep over three hosts, made of network namespaces: a daemon dies, a link is cut for a while, a host is gone for good.

It needs root and the right to make namespaces, and is skipped with the reason where one is missing. All of it (addresses,
names, mounts) is in namespaces of this process and ends with it. MISSMODAL and MISSMODAL_REPORT name the built programs.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from script import ROOT, assert_none_left, kill, processes, query, start, wait_until, words

LIMIT = 240
SKIPPED = 77
APART = ("unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc")
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
HOSTS = ("n0", "n1", "n2")  # rank 0 and the launcher are on the first

SWEEP = """name: hosts
dataset: {path: data.safetensors}
model: {name: missmodal, text: {encoder: sequence}, hidden: 8, layers: 1, heads: 2, feed_forward: 1, fusion_width: 8}
training: {batch_size: 16, learning_rate: 1e-3, max_epochs: 32, patience: 32}
evaluation: {conditions: paper, draws: 1}
resources: {checkpoint_seconds: 1, collective_seconds: 20}
stages:
  - name: repeat
    seeds: [1, 2]
    variants: {without: {loss.terms: [task]}, all: {}, wide: {resources.ranks_per_trial: 2}}
"""
# A remote shell: HOST COMMAND... Like ssh it waits where nothing comes back.
AGENT = """#!/bin/sh
host=$1
shift
answers() { ip -o link show "to-$host" | grep -q 'state UP'; }
answers || exec sleep 1000
ip netns exec "$host" unshare --uts sh -c "hostname $host; $*"
code=$?
until answers; do sleep 1; done
exit "$code"
"""


def call(*command):
    subprocess.run(command, check=True, capture_output=True)


def make_hosts(folder):
    """This process becomes the host n0; n1 and n2 are namespaces on its bridge."""
    call("mount", "--make-rprivate", "/")
    call("mount", "-t", "tmpfs", "tmpfs", "/dev/shm")  # what the killed leave there
    names = folder / "hosts"
    names.write_text("127.0.0.1 localhost\n" + "".join(f"10.77.0.{i + 1} {host}\n" for i, host in enumerate(HOSTS)))
    call("mount", "--bind", names, "/etc/hosts")
    Path("/run/netns").mkdir(exist_ok=True)
    call("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
    call("hostname", HOSTS[0])
    call("ip", "link", "set", "lo", "up")
    call("ip", "link", "add", "name", "bridge", "type", "bridge")
    call("ip", "addr", "add", "10.77.0.1/24", "dev", "bridge")
    call("ip", "link", "set", "bridge", "up")
    for i, host in enumerate(HOSTS[1:], 2):
        call("ip", "netns", "add", host)
        call("ip", "link", "add", f"to-{host}", "type", "veth", "peer", "name", "eth0", "netns", host)
        call("ip", "link", "set", f"to-{host}", "master", "bridge", "up")
        call("ip", "-n", host, "addr", "add", f"10.77.0.{i}/24", "dev", "eth0")
        call("ip", "-n", host, "link", "set", "eth0", "up")
        call("ip", "-n", host, "link", "set", "lo", "up")


class Hosts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(dir="/tmp")  # not below /dev/shm, over which a host mounts its own
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        make_hosts(cls.root)
        (cls.root / "agent").write_text(AGENT)
        (cls.root / "agent").chmod(0o755)
        (cls.root / "hostfile").write_text("n0 slots=2\nn1 slots=1\nn2 slots=1\n")
        (cls.root / "hosts.yaml").write_text(SWEEP)
        subprocess.run(
            [os.environ["MISSMODAL"], "data", "synth", "-o", "data.safetensors", "--train", "256", "--valid", "32", "--test", "32"],
            cwd=cls.root, check=True, capture_output=True, timeout=LIMIT)
        cls.undisturbed = cls("test_a_daemon_dies")
        cls.undisturbed.setUp()
        assert cls.undisturbed.sweep("undisturbed.db").wait(LIMIT) == 0, cls.undisturbed.log()
        cls.expected = cls.undisturbed.content("undisturbed.db")

    def setUp(self):
        self.mark = f"HOSTS_TEST={self.root}/{self.id()}"
        self.addCleanup(lambda: assert_none_left(self.mark, LIMIT))

    def sweep(self, database):
        name, _, value = self.mark.partition("=")
        temporary = self.root / "tmp"
        temporary.mkdir(exist_ok=True)
        network = {f"OMPI_MCA_{part}_if_include": "10.77.0.0/24" for part in ("oob_tcp", "btl_tcp")}
        with open(self.root / f"{database}.log", "w") as self.output:
            sweep = start(
                "sweep", "-n", 3, "hosts.yaml", "--db", database, cwd=self.root, stdout=self.output, stderr=self.output,
                **{name: value}, MISSMODAL=os.environ["MISSMODAL"], MISSMODAL_REPORT=os.environ["MISSMODAL_REPORT"],
                TMPDIR=temporary, PATH=PATH, OMPI_MCA_plm_rsh_agent=self.root / "agent",
                OMPI_MCA_orte_default_hostfile=self.root / "hostfile", OMPI_MCA_orte_tmpdir_base=temporary,
                OMPI_ALLOW_RUN_AS_ROOT=1, OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1, **network)
        self.addCleanup(lambda: sweep.poll() is None and sweep.kill())
        return sweep

    def log(self):
        return Path(self.output.name).read_text(errors="replace")

    def query(self, database, sql):
        return query(self.root / database, sql)

    def content(self, database):
        tables = [subprocess.run([os.environ["MISSMODAL_REPORT"], "table", str(table), database, "--format", "csv"], cwd=self.root,
                                 check=True, capture_output=True, timeout=LIMIT).stdout for table in (1, 2, 5, 6)]
        return tables, self.query(database, "SELECT cell, split, hex(matrix) FROM predictions ORDER BY cell, split")

    def training(self, database):
        """A sweep of which every host trains something now: what is lost with a host is missed."""
        sweep = self.sweep(database)
        training = "SELECT DISTINCT m.host FROM attempt_members m JOIN attempts a USING (cell, attempt) WHERE a.state = 'running'"
        wait_until("all hosts train",
                   lambda: len(self.query(database, training)) == len(HOSTS) or sweep.poll() is not None, LIMIT)
        self.assertIsNone(sweep.poll(), self.log())
        return sweep

    def assert_ends_as_if_undisturbed(self, sweep, database):
        self.assertEqual(sweep.wait(LIMIT), 0, self.log())
        self.assertEqual(self.content(database), self.expected)

    def test_a_daemon_dies(self):
        sweep = self.training("daemon.db")
        [daemon] = [process for process in self.on("n2") if Path(*words(process, "cmdline")[:1]).name == "orted"]
        os.kill(daemon, signal.SIGKILL)
        self.assert_ends_as_if_undisturbed(sweep, "daemon.db")
        self.assertIn("on n2 is taken for dead", self.log())

    def test_a_link_is_cut_and_mended(self):
        sweep = self.training("link.db")
        call("ip", "link", "set", "to-n1", "down")
        wait_until("the coordinator misses it", lambda: "on n1 is taken for dead" in self.log(), LIMIT)
        call("ip", "link", "set", "to-n1", "up")
        self.assert_ends_as_if_undisturbed(sweep, "link.db")

    def test_a_host_is_gone_for_good_and_the_job_with_it(self):
        sweep = self.training("gone.db")
        self.addCleanup(call, "ip", "link", "set", "to-n2", "up")
        call("ip", "link", "set", "to-n2", "down")
        for process in self.on("n2"):
            kill(process)
        [coordinator] = [process for process, variables in processes(self.mark).items() if "OMPI_COMM_WORLD_RANK=0" in variables]
        os.kill(coordinator, signal.SIGKILL)
        self.assert_ends_as_if_undisturbed(sweep, "gone.db")
        self.assertIn("the job died: it is started again", self.log())
        self.assertIn("mpirun does not end, and rank 0 has given no sign of life", self.log())
        self.assertIn("without n2, which did not answer", self.log())
        self.assertIn("3 ranks instead of 4", self.log())

    def on(self, host):
        return [process for process in processes(self.mark) if self.host(process) == host]

    def host(self, process):
        return subprocess.run(["nsenter", "--target", str(process), "--uts", "hostname"], capture_output=True, text=True).stdout.strip()


def unfit():
    """Why hosts cannot be made here; "" if they can."""
    if os.geteuid() != 0:
        return "it makes network namespaces and is for root"
    missing = [name for name in ("ip", "unshare", "nsenter", "mpirun", "hostname") if shutil.which(name, path=PATH) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    tried = subprocess.run([*APART, "sh", "-c", "ip link add name bridge type bridge && mount --make-rprivate / && hostname n0"],
                           capture_output=True, text=True, env={**os.environ, "PATH": PATH})
    return f"no right to make namespaces: {tried.stderr.strip()}" if tried.returncode != 0 else ""


if __name__ == "__main__":
    os.environ["PATH"] = PATH
    if os.environ.get("HOSTS_TEST_APART") != "1":
        if why := unfit():
            print(f"hosts_test: skipped: {why}")
            sys.exit(SKIPPED)
        os.execvpe(APART[0], [*APART, sys.executable, __file__, *sys.argv[1:]], {**os.environ, "HOSTS_TEST_APART": "1"})
    unittest.main()
