"""scripts/sweep as far as it starts nothing; launch_test.py and sweep_run_test.py start it."""

import os
import tempfile
import unittest
from pathlib import Path

from script import ROOT, run


class Sweep(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "s.yaml").write_text("name: s\n")

    def sweep(self, *arguments, script="sweep", **environment):
        variables = {"MISSMODAL": "/bin/missmodal", "MISSMODAL_REPORT": "/bin/report", **environment}
        return run(script, *arguments, cwd=self.root, **variables)

    def command(self, *arguments, **environment):
        code, output, errors = self.sweep("--dry-run", *arguments, **environment)
        self.assertEqual((code, errors), (0, ""))
        return output.split()

    def program(self, does):
        """A missmodal that notes what it is asked in `asked` and does no more than this."""
        path = self.root / "missmodal"
        path.write_text(f'#!/usr/bin/env bash\necho "$@" >{self.root}/asked\n{does}\n')
        path.chmod(0o755)
        return path

    def assert_bad_input(self, reason, *arguments, **environment):
        code, output, errors = self.sweep(*arguments, **environment)
        self.assertEqual((code, output, len(errors.splitlines())), (2, "", 1), errors)
        self.assertIn(reason, errors)

    def test_one_coordinator_beside_the_workers(self):
        command = self.command("-n", 8, "s.yaml", "--db", "s.db")
        self.assertEqual(command[command.index("-n") + 1], "9")
        self.assertEqual(command[-5:], ["/bin/missmodal", "run", "s.yaml", "--db", "s.db"])
        for flag in ("--bind-to", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"):
            self.assertIn(flag, command)

    def test_oversubscribes_only_where_slots_lack(self):
        cores = len(os.sched_getaffinity(0))
        self.assertIn("--oversubscribe", self.command("-n", cores, "s.yaml", "--db", "s.db"))
        if cores > 4:  # two ranks fit on any such machine, however many threads a core has
            self.assertNotIn("--oversubscribe", self.command("-n", 1, "s.yaml", "--db", "s.db"))
        in_slurm = {"SLURM_JOB_ID": "1", "SLURM_NTASKS": "99"}
        self.assertNotIn("--oversubscribe", self.command("s.yaml", "--db", "s.db", "--launcher", "mpirun", **in_slurm))

    def test_threads_do_not_count_as_cores(self):
        cores = str(len(os.sched_getaffinity(0)))
        for variable in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT"):
            for threads in (1, 3 * int(cores)):
                self.assertEqual(run("cores", "--no-quota", **{variable: threads}), (0, cores + "\n", ""))
        slots = {"OMP_NUM_THREADS": 1, "OMPI_MCA_orte_default_hostfile": None}
        plain = self.command("-n", 1, "s.yaml", "--db", "s.db")
        self.assertEqual(plain, self.command("-n", 1, "s.yaml", "--db", "s.db", **slots))

    def test_a_remote_shell_is_not_needed_on_one_host(self):
        bare = self.root / "bare"  # every program of PATH but the remote shells
        bare.mkdir()
        for folder in map(Path, os.environ["PATH"].split(":")):
            for program in folder.iterdir() if folder.is_dir() else ():
                if program.name not in ("ssh", "rsh") and not (bare / program.name).is_symlink():
                    (bare / program.name).symlink_to(program)
        arguments = ("-n", 1, "s.yaml", "--db", "s.db")
        self.assertIn("--mca plm isolated", " ".join(self.command(*arguments, PATH=bare)))
        for variable in ("OMPI_MCA_orte_default_hostfile", "OMPI_MCA_plm_rsh_agent", "PBS_NODEFILE"):
            self.assertNotIn("isolated", self.command(*arguments, PATH=bare, **{variable: "x"}))

    def test_is_found_through_a_link_and_from_any_folder(self):
        plain = self.command("s.yaml", "--db", "s.db", CUDA_VISIBLE_DEVICES="")  # counts with scripts/cores
        (self.root / "linked").symlink_to(ROOT / "scripts/sweep")
        (self.root / "scripts").symlink_to(ROOT / "scripts")
        (self.root / "elsewhere/scripts").mkdir(parents=True)
        for path in ("linked", "scripts/sweep"):
            for cdpath in (None, self.root / "elsewhere"):
                code, output, errors = self.sweep(
                    "--dry-run", "s.yaml", "--db", "s.db", script=self.root / path, CDPATH=cdpath, CUDA_VISIBLE_DEVICES="")
                self.assertEqual((code, output.split(), errors), (0, plain, ""))

    def test_root_is_allowed_only_for_root(self):
        command = self.command("s.yaml", "--db", "s.db")
        self.assertEqual("--allow-run-as-root" in command, os.geteuid() == 0)

    def test_a_worker_for_each_visible_gpu(self):
        def workers(visible):
            command = self.command("s.yaml", "--db", "s.db", MISSMODAL=self.program("echo 1"), CUDA_VISIBLE_DEVICES=visible)
            return int(command[command.index("-n") + 1]) - 1

        self.assertEqual(workers("0,3,5"), 3)
        self.assertEqual(workers("GPU-8932f937-d72c-4106-c12f-20bd9faed9f6,MIG-GPU-8932f937/1/0"), 2)
        self.assertEqual(workers("0,-1,1"), 1)
        a_core_each = int(run("cores")[1])
        for none in ("", "-1", "NoDevFiles"):
            self.assertEqual(workers(none), a_core_each)

    def test_as_many_workers_a_gpu_as_the_file_wants(self):
        def workers(wanted, *arguments, **environment):
            command = self.command(*arguments, "s.yaml", "--db", "s.db", "--set", "a=1", "--keep", "--set=b=2",
                                   MISSMODAL=self.program(f"echo {wanted}"), **{"CUDA_VISIBLE_DEVICES": "0,1,2", **environment})
            return int(command[command.index("-n") + 1]) - 1

        self.assertEqual(workers(4), 12)
        self.assertEqual((self.root / "asked").read_text().split(),
                         ["check", "s.yaml", "--set", "a=1", "--set=b=2", "--workers-per-gpu"])
        a_core_each = int(run("cores")[1])
        self.assertEqual(workers(0), a_core_each)  # resources.device: cpu
        self.assertEqual(workers(4, "-n", 2), 2)
        self.assertEqual(workers(4, CUDA_VISIBLE_DEVICES=""), a_core_each)
        self.assertEqual(workers(4, "--launcher", "srun", SLURM_JOB_ID="1", SLURM_NTASKS="9"), 8)

    def test_a_file_whose_workers_cannot_be_counted(self):
        for code, told in ((2, 2), (134, 1)):
            program = self.program(f"echo s.yaml:1: wrong >&2; exit {code}")
            found = self.sweep("--dry-run", "s.yaml", "--db", "s.db", MISSMODAL=program, CUDA_VISIBLE_DEVICES="0")
            self.assertEqual(found, (told, "", "s.yaml:1: wrong\n"))


        command = self.command("s.yaml", "--db", "s.db", "--launcher", "srun", SLURM_JOB_ID="1", SLURM_NTASKS="9")
        self.assertEqual(command[command.index("-n") + 1], "9")
        self.assertEqual(command[2], "srun")

    def test_srun_ends_the_step_where_a_rank_fails(self):
        command = self.command("s.yaml", "--db", "s.db", "--launcher", "srun", SLURM_JOB_ID="1", SLURM_NTASKS="9")
        self.assertIn("--kill-on-bad-exit=1", command)

    def test_other_flags_go_to_run(self):
        command = self.command("s.yaml", "--set", "training.max_epochs=3", "--db=s.db", "-n", 1, "--accept-parked")
        self.assertEqual(command[-3:], ["--set", "training.max_epochs=3", "--accept-parked"])

    def test_says_what_is_wrong(self):
        self.assert_bad_input("no sweep file")
        self.assert_bad_input("none.yaml: no such file", "none.yaml", "--db", "s.db")
        self.assert_bad_input("--db: missing", "s.yaml")
        self.assert_bad_input("--db: needs a value", "s.yaml", "--db")
        self.assert_bad_input("nowhere: no such folder", "s.yaml", "--db", "nowhere/s.db")
        self.assert_bad_input("-n: must be", "-n", "0", "s.yaml", "--db", "s.db")
        self.assert_bad_input("-n: must be", "-n", "two", "s.yaml", "--db", "s.db")
        self.assert_bad_input("--grace: must be", "--grace", "-1", "s.yaml", "--db", "s.db")
        self.assert_bad_input("--hostfile: none.txt: no such file", "--hostfile", "none.txt", "s.yaml", "--db", "s.db")
        self.assert_bad_input("--launcher", "--launcher", "ssh", "s.yaml", "--db", "s.db")
        self.assert_bad_input("--set: unknown", "--set", "a=1", "s.yaml", "--db", "s.db")


if __name__ == "__main__":
    unittest.main()
