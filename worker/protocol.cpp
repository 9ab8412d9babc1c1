#include "worker/protocol.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>

#include "sweeps/error.h"
#include "worker/protocol_limits.h"

namespace missmodal::worker {
namespace {

using nlohmann::json;
using sweeps::Condition;
using sweeps::EpochRecord;
using sweeps::MetricRow;
using sweeps::Metrics;
using sweeps::Representations;
using sweeps::SplitPredictions;
using sweeps::TrialResult;

// An enum travels as its number; `last` is its largest legal value.
template <typename Enum>
Enum enum_from(const json& value, Enum last) {
  const auto number = value.get<std::int64_t>();
  if (number < 0 || number > static_cast<std::int64_t>(last)) throw RunError("enum value out of range");
  return static_cast<Enum>(number);
}

json number_or_null(std::optional<double> value) {
  return value ? json(*value) : json(nullptr);
}

std::optional<double> optional_number(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

json condition_to_json(const Condition& c) {
  return {c.family, c.subset, c.rate_percent, c.rates};
}

Condition condition_from(const json& value) {
  Condition condition{enum_from(value.at(0), sweeps::Family::imbalanced), enum_from(value.at(1), Subset::AV),
                      value.at(2).get<int>(), value.at(3).get<std::array<int, 3>>()};
  for (int rate : {condition.rate_percent, condition.rates[0], condition.rates[1], condition.rates[2]}) {
    if (rate < 0 || rate > 100) throw RunError("rate out of range");
  }
  return condition;
}

json metrics_to_json(const Metrics& m) {
  json values = {m.n};
  for (const auto& value :
       {m.mae, m.corr, m.acc7, m.acc5, m.acc2_has0, m.f1_has0, m.acc2_non0, m.f1_non0, m.acc3}) {
    values.push_back(number_or_null(value));
  }
  return values;
}

Metrics metrics_from(const json& v) {
  return {v.at(0).get<std::int64_t>(), optional_number(v.at(1)), optional_number(v.at(2)),
          optional_number(v.at(3)),    optional_number(v.at(4)), optional_number(v.at(5)),
          optional_number(v.at(6)),    optional_number(v.at(7)), optional_number(v.at(8)),
          optional_number(v.at(9))};
}

json row_to_json(const MetricRow& row) {
  return {row.split, condition_to_json(row.condition), row.kind, metrics_to_json(row.metrics)};
}

MetricRow row_from(const json& v) {
  return {enum_from(v.at(0), sweeps::SplitName::test), condition_from(v.at(1)),
          enum_from(v.at(2), sweeps::RowKind::expected), metrics_from(v.at(3))};
}

template <typename Number>
json binary_of(const std::vector<Number>& numbers) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(numbers.data());
  return json::binary(std::vector<std::uint8_t>(bytes, bytes + numbers.size() * sizeof(Number)));
}

json predictions_to_json(const SplitPredictions& predictions) {
  return {predictions.split, binary_of(predictions.values)};
}

// As many as the bytes hold; `what` is cut where that is no whole number of them.
template <typename Number>
std::vector<Number> numbers_from(const json& value, const char* what) {
  const auto& bytes = value.get_binary();
  if (bytes.size() % sizeof(Number) != 0) throw RunError(std::string(what) + " are cut");
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  if (!bytes.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

SplitPredictions predictions_from(const json& v) {
  return {enum_from(v.at(0), sweeps::SplitName::test), numbers_from<float>(v.at(1), "predictions")};
}

json representations_to_json(const Representations& representations) {
  return {representations.moment, binary_of(representations.positions), representations.width,
          binary_of(representations.values)};
}

// What the database could not keep is refused here.
Representations representations_from(const json& v) {
  Representations representations{
      enum_from(v.at(0), sweeps::Moment::after), numbers_from<std::int32_t>(v.at(1), "positions"),
      v.at(2).get<std::int64_t>(), numbers_from<float>(v.at(3), "representations")};
  const auto& [moment, positions, width, values] = representations;
  constexpr std::int64_t kWidest = std::int64_t{1} << 32;  // far below what overflows
  if (width < 1 || width > kWidest ||
      values.size() != kSubsetCount * positions.size() * static_cast<std::size_t>(width)) {
    throw RunError("representations of another size");
  }
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (positions[i] < 0 || (i > 0 && positions[i] <= positions[i - 1]))
      throw RunError("positions out of order");
  }
  return representations;
}

json epoch_to_json(const EpochRecord& e) {
  return {{"epoch", e.epoch},         {"losses", e.losses},
          {"valid_mae", e.valid_mae}, {"valid_corr", number_or_null(e.valid_corr)},
          {"best", e.best},           {"train_seconds", e.train_seconds}};
}

EpochRecord epoch_from(const json& v) {
  EpochRecord epoch;
  epoch.epoch = v.at("epoch").get<int>();
  epoch.losses = v.at("losses").get<std::map<std::string, double>>();
  epoch.valid_mae = v.at("valid_mae").get<double>();
  epoch.valid_corr = optional_number(v.at("valid_corr"));
  epoch.best = v.at("best").get<bool>();
  epoch.train_seconds = v.at("train_seconds").get<double>();
  return epoch;
}

template <typename Items, typename Convert>
json list_to_json(const Items& items, Convert convert) {
  json list = json::array();
  for (const auto& item : items) list.push_back(convert(item));
  return list;
}

template <typename Convert>
auto list_from(const json& list, Convert convert) {
  std::vector<std::invoke_result_t<Convert, const json&>> items;
  if (!list.is_array()) throw RunError("a list is missing");
  for (const json& item : list) items.push_back(convert(item));
  return items;
}

json result_to_json(const TrialResult& r) {
  return {{"outcome", r.outcome},
          {"diverged_step", r.diverged_step},
          {"best_epoch", r.best_epoch},
          {"epochs", list_to_json(r.epochs, epoch_to_json)},
          {"predictions", list_to_json(r.predictions, predictions_to_json)},
          {"metrics", list_to_json(r.metrics, row_to_json)},
          {"representations", list_to_json(r.representations, representations_to_json)},
          {"train_seconds", r.train_seconds},
          {"evaluate_seconds", r.evaluate_seconds},
          {"parameters", r.parameters},
          {"peak_memory_bytes", r.peak_memory_bytes ? json(*r.peak_memory_bytes) : json(nullptr)}};
}

TrialResult result_from(const json& v) {
  TrialResult result;
  result.outcome = enum_from(v.at("outcome"), sweeps::Outcome::interrupted);
  result.diverged_step = v.at("diverged_step").get<std::int64_t>();
  result.best_epoch = v.at("best_epoch").get<int>();
  result.epochs = list_from(v.at("epochs"), epoch_from);
  result.predictions = list_from(v.at("predictions"), predictions_from);
  result.metrics = list_from(v.at("metrics"), row_from);
  result.representations = list_from(v.at("representations"), representations_from);
  result.train_seconds = v.at("train_seconds").get<double>();
  result.evaluate_seconds = v.at("evaluate_seconds").get<double>();
  result.parameters = v.at("parameters").get<std::int64_t>();
  if (const json& peak = v.at("peak_memory_bytes"); !peak.is_null()) {
    result.peak_memory_bytes = peak.get<std::int64_t>();
  }
  return result;
}

json member_to_json(const Member& member) {
  return {member.rank, member.device};
}

int rank_from(const json& value) {
  const auto rank = value.get<std::int64_t>();
  if (rank < 0 || rank > std::numeric_limits<int>::max()) throw RunError("a rank out of range");
  return static_cast<int>(rank);
}

Member member_from(const json& value) {
  return {rank_from(value.at(0)), value.at(1).get<std::string>()};
}

struct ToJson {
  json operator()(const Ready& m) const {
    return {{"kind", "ready"},    {"protocol", m.protocol},   {"host", m.host},
            {"device", m.device}, {"processor", m.processor}, {"libtorch", m.libtorch},
            {"gpu", m.gpu},       {"gpus", m.gpus},           {"local", m.local}};
  }
  json operator()(const Beat& m) const {
    return {{"kind", "beat"},           {"assignment", m.assignment},
            {"progress", m.progress},   {"memory_bytes", m.memory_bytes},
            {"oom_kills", m.oom_kills}, {"processor_seconds", m.processor_seconds}};
  }
  json operator()(const Resumed& m) const {
    return {{"kind", "resumed"}, {"assignment", m.assignment}, {"epoch", m.epoch}, {"step", m.step}};
  }
  json operator()(const Saved& m) const {
    return {{"kind", "saved"}, {"assignment", m.assignment}, {"epoch", m.epoch}, {"step", m.step}};
  }
  json operator()(const Progress& m) const {
    return {{"kind", "progress"}, {"assignment", m.assignment}, {"epoch", epoch_to_json(m.epoch)}};
  }
  json operator()(const Finished& m) const {
    return {{"kind", "finished"}, {"assignment", m.assignment}, {"result", result_to_json(m.result)}};
  }
  json operator()(const Released& m) const { return {{"kind", "released"}, {"assignment", m.assignment}}; }
  json operator()(const Failed& m) const {
    return {{"kind", "failed"},
            {"assignment", m.assignment},
            {"failure", m.failure},
            {"message", m.message},
            {"silent", m.silent}};
  }
  json operator()(const Assign& m) const {
    return {{"kind", "assign"},
            {"assignment", m.assignment},
            {"cell", m.cell},
            {"attempt", m.attempt},
            {"members", list_to_json(m.members, member_to_json)},
            {"configuration", m.configuration},
            {"dataset_path", m.dataset_path},
            {"dataset_sha256", m.dataset_sha256},
            {"text_weights", m.text_weights},
            {"weights_sha256", m.weights_sha256},
            {"conditions", list_to_json(m.evaluation.conditions, condition_to_json)},
            {"draws", m.evaluation.draws},
            {"threads", m.threads},
            {"trials_per_gpu", m.trials_per_gpu},
            {"collective_seconds", m.collective_seconds},
            {"work", m.work},
            {"representations", m.representations},
            {"weights", m.weights},
            {"checkpoint_seconds", m.checkpoint_seconds},
            {"stall_seconds", m.stall_seconds}};
  }
  json operator()(const Cancel& m) const { return {{"kind", "cancel"}, {"assignment", m.assignment}}; }
  json operator()(const Pulse&) const { return {{"kind", "pulse"}}; }
  json operator()(const Rejoin&) const { return {{"kind", "rejoin"}}; }
  json operator()(const Stop&) const { return {{"kind", "stop"}}; }
};

// Another version's Ready may have other fields: what it needs to be told apart is all that is read of it.
Ready ready_from(const json& v) {
  const auto protocol = v.at("protocol").get<int>();
  const auto text = [&](const char* key) { return v.at(key).get<std::string>(); };
  const auto number = [&](const char* key) { return v.at(key).get<int>(); };
  if (protocol != kProtocolVersion) {
    return Ready{protocol, v.contains("host") && v["host"].is_string() ? text("host") : "an unknown host",
                 ""};
  }
  Ready ready{protocol,         text("host"), text("device"), text("processor"),
              text("libtorch"), text("gpu"),  number("gpus"), number("local")};
  if (ready.gpus < 0 || ready.local < 0) throw RunError("a count below zero");
  return ready;
}

Assign assign_from(const json& v) {
  const auto text = [&](const char* key) { return v.at(key).get<std::string>(); };
  const auto number = [&](const char* key) { return v.at(key).get<int>(); };
  Assign assign{v.at("assignment").get<AssignmentId>(),
                text("cell"),
                number("attempt"),
                list_from(v.at("members"), member_from),
                text("configuration"),
                text("dataset_path"),
                text("dataset_sha256"),
                text("text_weights"),
                text("weights_sha256"),
                {list_from(v.at("conditions"), condition_from), number("draws")},
                number("threads"),
                number("trials_per_gpu"),
                number("collective_seconds"),
                text("work"),
                v.at("representations").get<bool>(),
                text("weights"),
                number("checkpoint_seconds"),
                number("stall_seconds")};
  if (assign.members.empty()) throw RunError("an assignment without members");
  return assign;
}

Message from_json(const json& v) {
  const auto kind = v.at("kind").get<std::string>();
  if (kind == "ready") return ready_from(v);
  if (kind == "stop") return Stop{};
  if (kind == "pulse") return Pulse{};
  if (kind == "rejoin") return Rejoin{};
  const auto assignment = [&] { return v.at("assignment").get<AssignmentId>(); };
  const auto whole = [&](const char* key) { return v.at(key).get<std::int64_t>(); };
  if (kind == "beat") {
    return Beat{assignment(), whole("progress"), whole("memory_bytes"), whole("oom_kills"),
                v.at("processor_seconds").get<double>()};
  }
  if (kind == "resumed") return Resumed{assignment(), v.at("epoch").get<int>(), whole("step")};
  if (kind == "saved") return Saved{assignment(), v.at("epoch").get<int>(), whole("step")};
  if (kind == "progress") return Progress{assignment(), epoch_from(v.at("epoch"))};
  if (kind == "finished") return Finished{assignment(), result_from(v.at("result"))};
  if (kind == "released") return Released{assignment()};
  if (kind == "failed") {
    return Failed{assignment(), enum_from(v.at("failure"), sweeps::FailureClass::crashed),
                  v.at("message").get<std::string>(), list_from(v.at("silent"), rank_from)};
  }
  if (kind == "assign") return assign_from(v);
  if (kind == "cancel") return Cancel{assignment()};
  throw RunError("unknown kind '" + kind + "'");
}

}  // namespace

std::string encode(const Message& message) {
  const std::vector<std::uint8_t> bytes = json::to_cbor(std::visit(ToJson{}, message));
  std::string text(bytes.begin(), bytes.end());
  try {
    check_limits(text);
  } catch (const RunError& error) {
    throw RunError(std::string("a message that cannot be sent: ") + error.what());
  }
  return text;
}

Message decode(const std::string& bytes) {
  try {
    check_limits(bytes);
    return from_json(json::from_cbor(bytes));
  } catch (const json::exception& error) {
    throw RunError(std::string("malformed message: ") + error.what());
  } catch (const RunError& error) {
    throw RunError(std::string("malformed message: ") + error.what());
  }
}

}  // namespace missmodal::worker
