// missmodal doctor: is this machine ready, and if not, what to do.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "coordinator/main/commands.h"
#include "coordinator/main/doctor/doctor_finding.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

namespace missmodal::coordinator {
namespace {

struct Flags {
  std::string path = ".";
  bool json = false;
};

const char* word(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::warn:
      return "warn";
    case Verdict::fail:
      return "fail";
  }
  return "";
}

void print_json(const std::vector<Finding>& findings) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"name", finding.name},
                    {"verdict", word(finding.verdict)},
                    {"text", finding.text},
                    {"cure", finding.cure}});
  }
  std::printf("%s\n", list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

void print_text(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    fmt::print("{:<4}  {:<12} {}\n", word(finding.verdict), finding.name, finding.text);
    if (!finding.cure.empty()) fmt::print("{:<4}  {:<12} -> {}\n", "", "", finding.cure);
  }
}

int examine(const Flags& flags) {
  if (!std::filesystem::is_directory(flags.path)) {
    throw InputError("--path", flags.path + ": no such folder");
  }
  const std::vector<Finding> findings = {
      examine_libtorch(),
      examine_blas(),
      examine_cores(),
      examine_gpus(),
      examine_nccl(),
      examine_mps(),
      examine_mpi_library(),
      examine_launcher(),
      examine_temporary_folder(),
      examine_disk(flags.path),
      examine_file_system(flags.path),
      examine_sqlite(),
  };
  flags.json ? print_json(findings) : print_text(findings);
  const bool failed = std::any_of(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.verdict == Verdict::fail; });
  return failed ? kExitTrouble : kExitOk;
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("doctor", "Look at this machine: LibTorch, BLAS, cores, GPUs, MPI, disk");
  command->add_option("--path", flags->path, "Folder that will hold the database (default: this one)");
  command->add_flag("--json", flags->json, "Print a JSON list of {name, verdict, text, cure}");
  command->callback([flags, &exit_code] { exit_code = examine(*flags); });
}

}  // namespace missmodal::coordinator
