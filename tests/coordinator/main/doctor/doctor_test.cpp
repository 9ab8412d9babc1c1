#include <gtest/gtest.h>

#include "coordinator/main/doctor/doctor_judgement.h"

namespace missmodal::coordinator {
namespace {

TEST(Doctor, SlowBlasIsAWarningWithItsCure) {
  EXPECT_EQ(judge_blas(30).verdict, Verdict::ok);
  const Finding slow = judge_blas(29.9);
  EXPECT_EQ(slow.verdict, Verdict::warn);
  EXPECT_EQ(slow.cure, "apt install libopenblas0-pthread");
}

TEST(Doctor, ReadsCgroupQuotas) {
  EXPECT_EQ(quota_of("150000 100000\n"), 1.5);
  EXPECT_EQ(quota_of("max 100000\n"), 0);
  EXPECT_EQ(quota_of("-1\n 100000\n"), 0);  // cgroup 1 without a limit
  EXPECT_EQ(quota_of("100000 0"), 0);
  EXPECT_EQ(quota_of(""), 0);
}

TEST(Doctor, WarnsOfMoreThreadsThanCores) {
  EXPECT_EQ(judge_cores({.usable = 4, .quota = 0, .default_threads = 4, .omp_num_threads = ""}).verdict,
            Verdict::ok);
  EXPECT_EQ(judge_cores({.usable = 4, .quota = 0, .default_threads = 5, .omp_num_threads = "5"}).verdict,
            Verdict::warn);
}

TEST(Doctor, WarnsOfMoreThreadsThanTheQuotaAllows) {
  Cores cores{.usable = 64, .quota = 1.5, .default_threads = 2, .omp_num_threads = ""};
  EXPECT_EQ(judge_cores(cores).verdict, Verdict::ok);
  cores.default_threads = 3;
  EXPECT_EQ(judge_cores(cores).verdict, Verdict::warn);
  EXPECT_NE(judge_cores(cores).text.find("quota 1.5 cores"), std::string::npos);
}

TEST(Doctor, WantsOpenMpi4) {
  const Finding ours = judge_mpi("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4");
  EXPECT_EQ(ours.verdict, Verdict::ok);
  EXPECT_EQ(ours.text, "Open MPI v4.1.4");
  EXPECT_EQ(judge_mpi("Open MPI v5.0.1, package").verdict, Verdict::warn);
  EXPECT_EQ(judge_mpi("MPICH Version: 4.0.2\nMPICH Release date: x").verdict, Verdict::warn);
}

TEST(Doctor, AMissingOrHangingLauncherFails) {
  EXPECT_EQ(judge_launcher(0, "mpirun (Open MPI) 4.1.4").verdict, Verdict::ok);
  EXPECT_EQ(judge_launcher(127, "").text, "not in PATH");
  EXPECT_EQ(judge_launcher(124, "").verdict, Verdict::fail);
  EXPECT_EQ(judge_launcher(1, "no such thing").text, "exit code 1: no such thing");
}

TEST(Doctor, ReadsBothFormsOfNcclVersions) {
  EXPECT_EQ(nccl_version(22203), "2.22.3");
  EXPECT_EQ(nccl_version(2708), "2.7.8");
}

TEST(Doctor, TellsWhichNcclIsFound) {
  EXPECT_EQ(judge_nccl({}).verdict, Verdict::ok);
  EXPECT_EQ(judge_nccl({.gpus = true}).verdict, Verdict::warn);
  EXPECT_EQ(judge_nccl({.gpus = true, .file = "/lib/libnccl.so.2", .built_with = "2.22.3"}).verdict,
            Verdict::warn);
  const Finding found =
      judge_nccl({.gpus = true, .file = "/lib/libnccl.so.2", .version = "2.22.3", .built_with = "2.18.5"});
  EXPECT_EQ(found.verdict, Verdict::ok);
  EXPECT_EQ(found.text, "2.22.3 at /lib/libnccl.so.2; built with 2.18.5");
  const Finding useless = judge_nccl({.gpus = true, .file = "/lib/libnccl.so.2", .version = "2.22.3"});
  EXPECT_EQ(useless.verdict, Verdict::warn);
  EXPECT_NE(useless.text.find("built without NCCL"), std::string::npos);
}

TEST(Doctor, TellsWhetherMpsRuns) {
  EXPECT_EQ(judge_mps({}).text, "not needed without GPUs");
  EXPECT_EQ(judge_mps({.gpus = true, .daemon = true}).text.find("runs"), 0u);
  EXPECT_EQ(judge_mps({.gpus = true}).text.find("does not run"), 0u);
  EXPECT_NE(
      judge_mps({.gpus = true, .control = "/tmp/nvidia-mps/control"}).text.find("/tmp/nvidia-mps/control"),
      std::string::npos);
}

TEST(Doctor, LittleSpaceWarnsAndNoneFails) {
  EXPECT_EQ(judge_space("/data", 2).verdict, Verdict::ok);
  EXPECT_EQ(judge_space("/data", 1.9).verdict, Verdict::warn);
  EXPECT_EQ(judge_space("/data", 0.05).verdict, Verdict::fail);
}

TEST(Doctor, AFullTemporaryFolderFails) {
  EXPECT_EQ(judge_temporary_folder("/tmp", {.gibibytes = 5.0 / 1024, .trouble = ""}).verdict, Verdict::fail);
  EXPECT_EQ(judge_temporary_folder("/tmp", {.gibibytes = 0, .trouble = "Permission denied"}).text,
            "/tmp: Permission denied");
  const Finding enough = judge_temporary_folder("/tmp", {.gibibytes = 64.0 / 1024, .trouble = ""});
  EXPECT_EQ(enough.verdict, Verdict::ok);
  EXPECT_EQ(enough.text, "/tmp: 64 MiB free");
}

TEST(Doctor, WarnsOfSharedFileSystemsAndFailsThoseWithoutLocks) {
  EXPECT_EQ(judge_file_system("", "").verdict, Verdict::ok);
  EXPECT_EQ(judge_file_system("nfs", "").verdict, Verdict::warn);
  EXPECT_EQ(judge_file_system("nfs", "").text,
            "nfs, shared between hosts, its locks work: the database uses the slower rollback journal");
  const Finding open = judge_file_system("lustre", "two processes get the same lock on a file");
  EXPECT_EQ(open.verdict, Verdict::fail);
  EXPECT_EQ(open.text,
            "lustre: two processes get the same lock on a file, so two sweeps on one database cannot be kept "
            "apart");
}

}  // namespace
}  // namespace missmodal::coordinator
