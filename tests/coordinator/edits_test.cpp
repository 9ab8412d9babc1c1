// A database follows its sweep file: after any sequence of edits every table is, byte for byte, that of a
// fresh database for the same file. Trainings are made up; file reader, plan, handlers, loop, store, metrics
// and tables are the real ones.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/loop.h"
#include "coordinator/winner_review.h"
#include "results/report.h"
#include "results/winners.h"
#include "sweeps/error.h"
#include "sweeps/evaluation/evaluation.h"
#include "sweeps/exit_code.h"
#include "sweeps/sha256.h"
#include "tests/coordinator/small_store.h"
#include "worker/memory_transport.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {
namespace {

constexpr int kUtterances = 8;

std::vector<results::SplitRecord> made_up_splits() {
  std::vector<results::SplitRecord> splits;
  for (const auto split : {sweeps::SplitName::valid, sweeps::SplitName::test}) {
    results::SplitRecord record;
    record.split = split;
    for (int i = 0; i < kUtterances; ++i) {
      record.ids.push_back(std::string(name(split)) + std::to_string(i));
      record.labels.push_back(static_cast<float>((i * 5) % 7) - 3);
    }
    splits.push_back(std::move(record));
  }
  return splits;
}

// In [-3, 3), from the text alone.
float made_up_number(const std::string& text) {
  return static_cast<float>(static_cast<double>(big_endian(sha256(text), 0)) * 0x1p-64 * 6 - 3);
}

// What a training of this configuration yields: a few diverge, the others predict what its hash says.
sweeps::TrialResult made_up_training(const worker::Assign& assign) {
  sweeps::TrialResult result;
  if (made_up_number(assign.configuration) < -2.7F) {
    result.outcome = sweeps::Outcome::diverged;
    result.diverged_step = 1;
    return result;
  }
  result.best_epoch = 1;
  for (const results::SplitRecord& split : made_up_splits()) {
    sweeps::SplitPredictions predictions{split.split, {}};
    for (int i = 0; i < static_cast<int>(kSubsetCount) * kUtterances; ++i) {
      predictions.values.push_back(
          made_up_number(assign.configuration + std::string(name(split.split)) + std::to_string(i)));
    }
    const sweeps::MaskTable masks(assign.evaluation, split.split, split.ids);
    const auto rows =
        sweeps::evaluate(split.split, predictions.values, split.labels, assign.evaluation, masks);
    result.metrics.insert(result.metrics.end(), rows.begin(), rows.end());
    result.predictions.push_back(std::move(predictions));
  }
  return result;
}

// "" where both are the same.
std::string first_difference(const std::string& edited, const std::string& fresh) {
  std::istringstream edited_lines(edited);
  std::istringstream fresh_lines(fresh);
  for (;;) {
    std::string one;
    std::string two;
    const bool more = static_cast<bool>(std::getline(edited_lines, one));
    const bool more_fresh = static_cast<bool>(std::getline(fresh_lines, two));
    if (!more && !more_fresh) return "";
    if (more != more_fresh || one != two) return "edited: " + one + "\nfresh:  " + two;
  }
}

// Worker ranks of a job, in threads of their own.
class Ranks {
 public:
  Ranks(int workers, const std::shared_ptr<worker::Mailboxes>& mailboxes) {
    for (int rank = 1; rank <= workers; ++rank) {
      threads_.emplace_back([rank, mailboxes] { work(worker::MemoryTransport(mailboxes, rank)); });
    }
  }
  ~Ranks() {
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  static void work(worker::MemoryTransport transport) {
    transport.send(0, worker::encode(worker::Ready{worker::kProtocolVersion, "host", "cpu"}));
    for (;;) {
      const auto envelope = transport.receive();
      if (!envelope) {
        std::this_thread::yield();
        continue;
      }
      const worker::Message message = worker::decode(envelope->bytes);
      if (std::holds_alternative<worker::Stop>(message)) return;
      if (std::holds_alternative<worker::Pulse>(message)) continue;
      const auto& assign = std::get<worker::Assign>(message);
      transport.send(0, worker::encode(worker::Finished{assign.assignment, made_up_training(assign)}));
    }
  }

  std::vector<std::thread> threads_;
};

// A sweep file of which each part has a few forms.
class EditedFile {
 public:
  explicit EditedFile(unsigned seed) : random_(seed) {}

  // Gives one part another form, or the one that it had before.
  void edit() {
    const std::size_t part = random_() % kForms.size();
    forms_[part] = random_() % kForms[part].size();
  }

  std::string text() const {
    const auto form = [this](std::size_t part) { return std::string(kForms[part][forms_[part]]); };
    return "name: edited\ndataset: {path: d.safetensors}\nmodel: {text: {encoder: sequence}}\n" + form(0) +
           form(1) + "evaluation: {" + form(2) + ", " + form(3) +
           "}\nstages:\n  - name: search\n    method: " + form(4) + "\n    parameters: {" + form(5) +
           "}\n    select: {" + form(6) + "}\n" + form(7) + form(8) + form(9);
  }

 private:
  static inline const std::vector<std::vector<const char*>> kForms{
      {"seed: 1\n", "seed: 2\n"},
      {"training: {max_epochs: 3}\n", "training: {max_epochs: 4}\n"},
      {"draws: 2", "draws: 3"},
      {"conditions: [{family: complete}, {family: text, rates: [50, 90]}]",
       "conditions: [{family: complete}, {family: text, rates: [10, 50]}, {family: random}]",
       "conditions: [{family: complete}, {family: text, rates: [50]}, {family: missing_rate, rates: [20, "
       "70]}, "
       "{family: imbalanced, rates: [10-50-90]}]"},
      {"{type: random_grid, trials: 3}", "{type: random_grid, trials: 5}", "{type: grid}"},
      {"loss.alpha: [0.3, 0.5, 0.7]", "loss.alpha: [0.3, 0.7]",
       "loss.alpha: [0.3, 0.7], loss.beta: [0.1, 0.2]"},
      {"metric: mae", "metric: acc2_has0", "metric: mae, condition: text/50"},
      {"", "  - {name: early, seeds: [1], variants: {all: {}, without: {loss.terms: [task]}}}\n"},
      {"  - {name: final, from: search, seeds: [1, 2]}\n", "  - {name: final, from: search, seeds: [2, 3]}\n",
       "  - name: second\n    from: search\n    method: {type: grid}\n"
       "    parameters: {loss.temperature: [0.5, 0.9]}\n    select: {metric: corr}\n"
       "  - {name: final, from: second, seeds: [1, 2]}\n"},
      {"  - {name: ablation, from: search, seeds: [1, 2], variants: {without: {loss.terms: [task]}, all: "
       "{}}}\n",
       "  - {name: ablation, from: search, seeds: [1], variants: {no_sem: {loss.terms: [task, geo, dis]}}}\n",
       ""},
  };

  std::mt19937 random_;  // its numbers are the same everywhere
  std::vector<std::size_t> forms_ = std::vector<std::size_t>(kForms.size(), 0);
};

class Edits : public testing::TestWithParam<unsigned> {
 protected:
  Edits() : folder_("edits-" + std::to_string(GetParam())) {}

  sweeps::Sweep read(const std::string& text) const {
    std::ofstream(folder_ / "s.yaml", std::ios::binary) << text;
    return sweeps::read_sweep(folder_ / "s.yaml");
  }

  // As `missmodal run` does it. Throws InputError where a winner no longer fits.
  int run(const sweeps::Sweep& sweep, const std::string& database, bool reselect) const {
    sweeps::ContentHashes hashes;
    hashes.dataset_sha256 = std::string(64, 'd');
    const auto file = folder_ / database;
    if (!reselect) {
      const auto stored = results::read_winners(file, sweep.name, hashes.dataset_sha256);
      refuse_stale_winners(review_winners(sweep, hashes, stored), "s.yaml");
    }
    results::Store store = open_store(file, sweep, made_up_splits());
    store.rescore({});
    State state = restored(sweep, store, {.reselect = reselect});
    const auto mailboxes = std::make_shared<worker::Mailboxes>(3);
    worker::MemoryTransport here(mailboxes, 0);
    Ranks crew(2, mailboxes);
    return run_loop(state, store, here, ProgressStyle::log).exit_code;
  }

  std::string tables(const std::string& database) const {
    using results::Exhibit;
    std::string text;
    for (const Exhibit exhibit : {Exhibit::table1, Exhibit::table2, Exhibit::table3, Exhibit::table4,
                                  Exhibit::table5, Exhibit::table6, Exhibit::figure3, Exhibit::figure4,
                                  Exhibit::missing_rate, Exhibit::imbalanced, Exhibit::area}) {
      const results::Table table = results::report(exhibit, {folder_ / database});
      text += results::format_text(table) + results::format_csv(table);
    }
    return text;
  }

  // The tables of a database that never held anything else.
  std::string fresh_tables(const std::string& text) {
    const auto [known, is_new] = fresh_.try_emplace(text);
    if (is_new) {
      const std::string database = "fresh" + std::to_string(fresh_.size()) + ".db";
      run(read(text), database, false);
      known->second = tables(database);
    }
    return known->second;
  }

  ScratchFolder folder_;
  std::map<std::string, std::string> fresh_;
};

TEST_P(Edits, GiveTheTablesOfAFreshDatabase) {
  constexpr int kEdits = 14;
  EditedFile file(GetParam());
  int refusals = 0;
  for (int step = 0; step <= kEdits; ++step) {
    const std::string text = file.text();
    const sweeps::Sweep sweep = read(text);
    try {
      run(sweep, "edited.db", false);
    } catch (const InputError& refusal) {
      ++refusals;
      run(sweep, "edited.db", true);
    }
    ASSERT_EQ(first_difference(tables("edited.db"), fresh_tables(text)), "") << "after edit " << step << ":\n"
                                                                             << text;
    file.edit();
  }
  EXPECT_GT(refusals, 0);
  EXPECT_LT(refusals, kEdits);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Edits, testing::Values(1U, 2U, 3U));

}  // namespace
}  // namespace missmodal::coordinator
