// missmodal run: a sweep, from every rank of an mpirun or in this process alone.

#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "coordinator/dismiss.h"
#include "coordinator/dispatch.h"
#include "coordinator/live_view.h"
#include "coordinator/loop.h"
#include "coordinator/main/commands.h"
#include "coordinator/main/device_here.h"
#include "coordinator/main/sweep_inputs.h"
#include "coordinator/main/worker_rank.h"
#include "coordinator/restore.h"
#include "coordinator/sweep_edits.h"
#include "coordinator/winner_review.h"
#include "results/store.h"
#include "results/web/live_page.h"
#include "results/winners.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "sweeps/terminal.h"
#include "sweeps/version.h"
#include "sweeps/width.h"
#include "sweeps/work_folder.h"
#include "worker/last_words.h"
#include "worker/memory_transport.h"
#include "worker/mpi_transport.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {
namespace {

struct RunOptions {
  std::string sweep_file;
  std::string database;
  std::vector<std::string> overrides;
  std::string progress = "auto";
  std::string run_token;
  std::string ended;  // file
  std::optional<std::string> work;
  std::optional<std::string> web;          // where the live page is served
  std::optional<std::int64_t> time_limit;  // seconds
  RestoreOptions restore;
};

ProgressStyle progress_style(const std::string& text) {
  const bool live = text == "live" || (text == "auto" && sweeps::can_rewrite_lines(STDERR_FILENO));
  return live ? ProgressStyle::live : ProgressStyle::log;
}

// From any thread.
void say(ProgressStyle style, const std::string& line) {
  sweeps::tell(fmt::format("{}{}\n", style == ProgressStyle::live ? "\r\033[K" : "", line));
}

results::Patience patience(const sweeps::Sweep& sweep, ProgressStyle style) {
  return {std::chrono::seconds(sweep.resources.busy_seconds),
          [style](const std::string& line) { say(style, line); }};
}

void say_rescore(std::int64_t done, std::int64_t total) {
  if (done == 0)
    sweeps::tell(fmt::format("scoring {} cells again: the sweep asks for another evaluation\n", total));
}

// Of checkpoints; "" where none are wanted. Whoever trains may have another working directory.
std::string work_folder(const RunOptions& options) {
  const std::filesystem::path folder =
      options.work ? *options.work : sweeps::work_folder_of(options.database).string();
  return folder.empty() ? "" : std::filesystem::absolute(folder).string();
}

void make_folder(const std::string& folder) {
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw InputError(folder, fmt::format("cannot be made: {}", error.message()));
}

// Nobody goes on from what a killed writer left half written, nor from what a rank that was taken for dead
// saved of a cell that others had finished.
void tidy_work_folder(const State& state) {
  if (state.work.empty()) return;
  sweeps::remove_checkpoints_of(state.work, [&state](const std::string& id) {
    const auto cell = state.cells.find(id);
    return cell && ended(state.cells[*cell].state) && state.cells[*cell].state != results::CellState::parked;
  });
}

// With the trained models that stay, and nothing else once every cell has ended.
void leave_work_folder(const State& state) {
  if (state.sweep.resources.keep == sweeps::Keep::best) {
    sweeps::remove_weights_of(state.work, [&state](const std::string& id) {
      const auto cell = state.cells.find(id);
      return cell && state.kept_weights.planned(*cell) && !state.kept_weights.is_best(*cell);
    });
  }
  std::error_code still_needed;
  std::filesystem::remove(sweeps::weights_folder(state.work), still_needed);
  std::filesystem::remove(state.work, still_needed);
}

// When the job must be over: what --time-limit or else SLURM says.
std::optional<std::chrono::system_clock::time_point> deadline_of(const RunOptions& options) {
  using std::chrono::system_clock;
  if (options.time_limit) return system_clock::now() + std::chrono::seconds(*options.time_limit);
  const char* end = std::getenv("SLURM_JOB_END_TIME");  // Unix seconds
  std::int64_t seconds = 0;
  if (end == nullptr || std::from_chars(end, end + std::strlen(end), seconds).ec != std::errc() ||
      seconds <= 0) {
    return std::nullopt;
  }
  return system_clock::time_point(std::chrono::seconds(seconds));
}

struct Ended {
  int exit_code = 0;
  State state;  // knows who may be dead
};

struct Prepared {
  results::Store store;
  State state;
};

// Reads, hashes and opens all that the sweep needs, and scores again what has to be.
Prepared prepare(const RunOptions& options, int workers, ProgressStyle style) {
  sweeps::Sweep sweep = sweeps::read_sweep(options.sweep_file, options.overrides);
  sweeps::refuse_too_wide(sweep, workers);
  SweepInputs inputs = open_inputs(sweep);
  inputs.provenance.run_token = options.run_token;
  const std::string work = work_folder(options);
  inputs.provenance.most_crashes = sweep.resources.max_attempts;
  if (!work.empty()) inputs.provenance.last_words = [work] { return worker::take_last_words(work); };
  if (!options.restore.reselect) {
    const auto stored = results::read_winners(options.database, sweep.name, inputs.hashes.dataset_sha256,
                                              std::chrono::seconds(sweep.resources.busy_seconds));
    refuse_stale_winners(review_winners(sweep, inputs.hashes, stored), options.sweep_file);
  }
  const auto edits = edits_since_last_run(options.database, sweep, inputs.hashes,
                                          std::chrono::seconds(sweep.resources.busy_seconds));
  results::Store store(options.database, inputs.provenance, inputs.stages, inputs.splits,
                       patience(sweep, style));
  make_folder(work);
  if (!work.empty() && sweep.resources.keep != sweeps::Keep::none)
    make_folder(sweeps::weights_folder(work).string());
  for (const std::string& line : edits) sweeps::tell(line + "\n");
  store.rescore({.progress = say_rescore});
  State state = restore(std::move(sweep), std::move(inputs.hashes), store, options.restore);
  state.work = work;
  tidy_work_folder(state);
  return {std::move(store), std::move(state)};
}

// For scripts/supervise, which otherwise sees that rank 0 lives by the lease that it has on the database.
void give_sign_of_life(const RunOptions& options) {
  std::error_code elsewhere;  // the file is on the launcher's host
  if (options.ended.empty()) return;
  std::filesystem::last_write_time(options.ended, std::filesystem::file_time_type::clock::now(), elsewhere);
}

// That may take minutes, in which the workers are to hear that somebody lives.
Prepared prepare_while_pulsing(const RunOptions& options, ProgressStyle style, worker::Transport& transport) {
  auto prepared =
      std::async(std::launch::async, [&] { return prepare(options, transport.size() - 1, style); });
  do {
    give_sign_of_life(options);
    for (int rank = 1; rank < transport.size(); ++rank) transport.send(rank, worker::encode(worker::Pulse{}));
  } while (prepared.wait_for(worker::kBeatInterval) != std::future_status::ready);
  return prepared.get();
}

// Before anything is begun: a port that is taken is said at once.
std::unique_ptr<results::web::LivePage> live_page(const RunOptions& options, ProgressStyle style) {
  if (!options.web) return nullptr;
  return std::make_unique<results::web::LivePage>(
      results::web::LivePageParts{.database = options.database,
                                  .address = results::web::parse_address(*options.web, "--web"),
                                  .place = "--web",
                                  .version = std::string(sweeps::program_version()),
                                  .tell = [style](const std::string& line) { say(style, "web: " + line); }});
}

Ended coordinate(const RunOptions& options, worker::Transport& transport) {
  const ProgressStyle style = progress_style(options.progress);
  const auto page = live_page(options, style);
  auto [store, state] = prepare_while_pulsing(options, style, transport);
  Onlooker onlooker;
  if (page) {
    page->begin();
    say(style, "watch it at " + page->url());
    onlooker = [&page](const State& shown) {
      if (page->is_watched()) page->show(live_view(shown));
    };
  }
  const Verdict verdict = run_loop(state, store, transport, style, deadline_of(options), onlooker);
  sweeps::tell(verdict.text + "\n");
  tidy_work_folder(state);
  if (!state.work.empty()) worker::take_last_words(state.work);  // every attempt was judged
  if (!state.work.empty()) leave_work_folder(state);
  return {verdict.exit_code, std::move(state)};
}

// One rank: the worker is a thread of this process.
int run_alone(const RunOptions& options) {
  const auto mailboxes = std::make_shared<worker::Mailboxes>(2);
  worker::MemoryTransport here(mailboxes, worker::kCoordinatorRank);
  const worker::Identity identity = identity_here(0);
  std::thread thread([&] {
    worker::MemoryTransport there(mailboxes, 1);
    work(there, identity, {.silence = std::numeric_limits<int>::max() / 2000});  // it would die with us
  });
  try {
    const int exit_code = coordinate(options, here).exit_code;
    thread.join();
    return exit_code;
  } catch (const StopAtOnce&) {
    std::_Exit(kExitInterrupted);  // the worker's thread would go on for as long as it trains
  } catch (...) {
    dismiss(here);
    thread.join();
    throw;
  }
}

// Every worker was told to stop: how long the last may take to end its step and leave.
constexpr std::chrono::seconds kStepLimit{120};
bool left_in_order(const RunOptions& options, worker::MpiTransport& transport, const State& state = {}) {
  Pulses pulses;
  const auto pulse = [&] {
    if (pulses.send(state, transport)) give_sign_of_life(options);
  };
  try {
    transport.leave(kStepLimit, {.missing = silent_ranks(state), .meanwhile = pulse});
    return true;
  } catch (const RunError& error) {
    fmt::print(stderr, "missmodal: {}\n", error.what());
    return false;
  }
}

// Rank 0's own word, which a launcher's exit code need not tell: "died" where too many ranks did, and another
// job can go on. Where rank 0 itself died there is none.
void note_end(const RunOptions& options, int exit_code, const State& state = {}) {
  if (options.ended.empty()) return;
  const bool died = exit_code == kExitTrouble && !silent_ranks(state).empty();
  std::ofstream(options.ended) << (died ? "died" : std::to_string(exit_code)) << '\n';
}

int run_coordinator(const RunOptions& options, worker::MpiTransport& transport) {
  try {
    const Ended ended = coordinate(options, transport);
    note_end(options, ended.exit_code, ended.state);
    if (!left_in_order(options, transport, ended.state)) {
      transport.abort(ended.exit_code == kExitOk ? kExitTrouble : ended.exit_code);
    }
    return ended.exit_code;
  } catch (const StopAtOnce&) {
    transport.abort(kExitInterrupted);
  } catch (const InputError& error) {
    note_end(options, kExitBadInput);
    dismiss(transport);
    if (left_in_order(options, transport)) throw;
    for (const Mistake& mistake : error.mistakes())
      fmt::print(stderr, "{}: {}\n", mistake.place, mistake.reason);
    transport.abort(kExitBadInput);
  } catch (const std::exception& error) {
    fmt::print(stderr, "missmodal: {}\n", error.what());
    note_end(options, kExitTrouble);
    dismiss(transport);
    if (left_in_order(options, transport)) return kExitTrouble;
    transport.abort(kExitTrouble);
  }
}

// Whether mpirun or srun started this process. MPI_Init without either would start a daemon of its own.
bool launched_as_rank() {
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    if (std::getenv(variable) != nullptr) return true;
  }
  return false;
}

// A rank that has not come to its loop yet would die of the launcher's USR1, and the job with it. Held back
// in all threads; the coordinator's loop takes it when it begins.
void hold_stop_signal() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

int run(const RunOptions& options) {
  hold_stop_signal();
  prepare_for_deterministic_products();
  if (!launched_as_rank()) return run_alone(options);
  worker::MpiTransport transport;
  if (transport.size() == 1) return run_alone(options);
  if (transport.rank() != worker::kCoordinatorRank) return run_as_worker(transport);
  return run_coordinator(options, transport);
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Run a sweep, or go on with it; under mpirun, or alone");
  command->add_option("sweep", options->sweep_file, "the sweep file")->required();
  command->add_option("--db", options->database, "the database; made if it is not there")->required();
  command->add_option("--set", options->overrides, "key=value, over the sweep file; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--progress", options->progress,
                   "live: one line rewritten in place; log: lines now and then")
      ->check(CLI::IsMember({"auto", "live", "log"}));
  command->add_flag("--accept-parked", options->restore.accept_parked,
                    "select without the points that have parked cells");
  command->add_option("--run-token", options->run_token,
                      "names this run for missmodal-report status --exit-code --run");
  command->add_option("--ended", options->ended, "file that rank 0 writes its exit code to, or died");
  command
      ->add_option("--web", options->web,
                   "serve the live page: 8080, or beyond this machine, with a token, 0.0.0.0:8080")
      ->option_text("[ADDRESS:]PORT");
  command->add_option("--work", options->work,
                      "folder of checkpoints, which all hosts see [FILE.work]; '' keeps none");
  command
      ->add_option("--time-limit", options->time_limit,
                   "seconds after which the job must be over [what SLURM_JOB_END_TIME says]")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{366} * 86400));
  command->add_flag("--reselect", options->restore.reselect,
                    "choose the winners anew that the sweep file no longer asks for");
  command->add_flag("--mixed-devices", options->restore.mixed_devices,
                    "let CPUs and GPUs train cells of one database");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace missmodal::coordinator
