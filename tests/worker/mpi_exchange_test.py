"""Runs the scenarios of mpi_exchange_test.cpp with real ranks.   mpi_exchange_test.py PROGRAM"""

import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
LIMIT = 200  # seconds a job may take on a loaded machine
DEATHS = 20
DEATHS_A_JOB = 2  # of four members: two survivors are still a gang


class MpiExchange(unittest.TestCase):
    def ranks(self, count, *arguments, flags=()):
        with tempfile.TemporaryDirectory(prefix="mpi") as folder:  # as in mpi_transport_test.py
            environment = {
                **os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                "OMPI_MCA_orte_tmpdir_base": folder,
            }
            return subprocess.run(
                ["mpirun", "--oversubscribe", "--bind-to", "none", *flags, "-n", str(count), PROGRAM, *arguments],
                env=environment, capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)

    def assert_laws(self, *flags):
        done = self.ranks(4, "laws", flags=flags)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_gangs_of_1_to_4_ranks_compute_what_one_would(self):
        self.assert_laws()

    def test_gangs_over_tcp(self):
        self.assert_laws("--mca", "btl", "self,tcp", "--mca", "btl_tcp_if_include", "lo")

    def test_what_a_mate_never_asked_for_is_freed(self):
        done = self.ranks(2, "unasked")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def assert_survivors_are_free_again(self, scenario):
        for seed in range(0, DEATHS, DEATHS_A_JOB):
            with self.subTest(seed=seed):
                done = self.ranks(5, scenario, str(seed), flags=("--enable-recovery",))
                self.assertEqual(done.returncode, 0)
                self.assertNotIn("wrong:", done.stderr)  # Open MPI's own notes of the death are there too
                self.assertEqual(done.stdout.count("left, 2 died"), 3, done.stdout + done.stderr)

    def test_survivors_of_a_death_inside_a_collective_are_free_again(self):
        self.assert_survivors_are_free_again("kill")

    def test_survivors_of_a_death_in_shared_memory_are_free_again(self):
        self.assert_survivors_are_free_again("kill_in_memory")


if __name__ == "__main__":
    unittest.main()
