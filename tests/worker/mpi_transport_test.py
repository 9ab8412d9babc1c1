"""Runs the scenarios of mpi_transport_test.cpp with real ranks.   mpi_transport_test.py PROGRAM"""

import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
LIMIT = 100  # seconds a job may take on a loaded machine: more than its ranks wait for each other


class MpiTransport(unittest.TestCase):
    def ranks(self, scenario, *flags, count=2):
        """Exit code and stderr. Jobs that end at the same time take each other's shared folder away."""
        with tempfile.TemporaryDirectory(prefix="mpi") as folder:
            environment = {
                **os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                "OMPI_MCA_orte_tmpdir_base": folder,
            }
            done = subprocess.run(
                ["mpirun", "--oversubscribe", "--bind-to", "none", *flags, "-n", str(count), PROGRAM, scenario],
                env=environment, capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
        return done.returncode, done.stderr

    def assert_right(self, scenario, *flags):
        code, errors = self.ranks(scenario, *flags)
        self.assertEqual((code, errors), (0, ""))

    def assert_ends(self, scenario, line):
        code, errors = self.ranks(scenario)
        self.assertNotEqual(code, 0)
        self.assertIn(line, errors)
        self.assertNotIn("wrong:", errors)

    def test_nothing_overtakes_a_large_message(self):
        self.assert_right("order")

    def test_nothing_overtakes_a_large_message_over_tcp(self):
        self.assert_right("order", "--mca", "btl", "self,tcp", "--mca", "btl_tcp_if_include", "lo")

    def test_two_ranks_flush_towards_each_other(self):
        self.assert_right("flush")

    def test_what_nobody_wants_holds_nobody_up(self):
        self.assert_right("unwanted")

    def test_a_message_that_mpi_cannot_count_is_refused(self):
        self.assert_right("large")

    def test_a_rank_that_dies_in_an_exception_ends_the_job(self):
        self.assert_ends("throws", "missmodal: rank 1 ends without the others")

    def test_a_rank_that_never_leaves_is_not_waited_for(self):
        self.assert_ends("late", "missmodal: rank 0 ends without the others")

    def assert_survivors_leave(self, scenario):
        """mpirun's own notes of the death are on stderr too."""
        code, errors = self.ranks(scenario, "--enable-recovery", count=3)
        self.assertEqual(code, 0)
        self.assertNotIn("wrong:", errors)
        self.assertNotIn("missmodal:", errors)

    def test_a_rank_that_died_is_not_waited_for(self):
        self.assert_survivors_leave("dead")

    def test_a_rank_that_dies_before_mpi_has_started_ends_the_others(self):
        code, errors = self.ranks("dies_at_start", "--enable-recovery", count=3)
        for rank, dead in ((0, "1(, 2)?"), (2, "(0, )?1")):  # whoever sees it ends, which the other may see too
            self.assertRegex(errors, f"missmodal: rank {rank}: MPI_Init does not return: rank {dead} died in it")

    def test_a_rank_that_dies_before_anybody_saw_it_ends_the_others(self):
        code, errors = self.ranks("order", "--enable-recovery", "-n", "1", "bash", "-c", "kill -9 $$", ":")
        self.assertRegex(errors, "missmodal: rank [12]: MPI_Init does not return: of 3 ranks on this host 2 came")
        for rank, other in ((1, 2), (2, 1)):  # whoever finds it first ends, which the other may see too
            self.assertRegex(errors, f"missmodal: rank {rank}: MPI_Init does not return: (of 3 ranks on this host 2 came|rank {other} died in it)")

    def test_a_rank_that_is_stopped_is_not_waited_for(self):
        self.assert_survivors_leave("stopped")

    def test_ranks_without_a_coordinator_are_no_orphans(self):
        self.assert_survivors_leave("orphans")

    def test_sends_that_never_end_cost_the_other_calls_nothing(self):
        self.assert_right("stuck_sends")

    def test_a_second_thread_is_refused(self):
        self.assert_ends("other_thread", "check failed: std::this_thread::get_id() == thread")


if __name__ == "__main__":
    unittest.main()
