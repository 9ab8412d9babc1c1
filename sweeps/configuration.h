#pragma once
// The configuration of one training and its evaluation: what a cell's identity is made of, what a worker
// trains, what a checkpoint carries. Typed here; its keys, ranges, defaults and JSON form are in
// sweeps/key.h.

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace missmodal::sweeps {

// Each choice with its words, in the enum's order, as the sweep file and the canonical JSON write them.
using Word = std::string_view;
enum class TextEncoder { bert, sequence };
inline constexpr std::array<Word, 2> kTextEncoderWords{"bert", "sequence"};
enum class TextInit { pretrained, random };
inline constexpr std::array<Word, 2> kTextInitWords{"pretrained", "random"};
enum class Normalize { zscore, none };
inline constexpr std::array<Word, 2> kNormalizeWords{"zscore", "none"};
enum class LossTerm { task, geo, dis, sem };  // canonical order
inline constexpr std::array<Word, 4> kLossTermWords{"task", "geo", "dis", "sem"};
enum class GeoForm { gmc, negatives };
inline constexpr std::array<Word, 2> kGeoFormWords{"gmc", "negatives"};
enum class DisForm { mean_sq, sq, l2 };
inline constexpr std::array<Word, 3> kDisFormWords{"mean_sq", "sq", "l2"};
enum class Precision { fp32, tf32, bf16, fp64 };
inline constexpr std::array<Word, 4> kPrecisionWords{"fp32", "tf32", "bf16", "fp64"};
enum class Route { automatic, subset, full };  // a resolved configuration never holds automatic
inline constexpr std::array<Word, 3> kRouteWords{"auto", "subset", "full"};
enum class ZeroAt { input, representation };
inline constexpr std::array<Word, 2> kZeroAtWords{"input", "representation"};
enum class RobustModality { none, text, audio, vision };
inline constexpr std::array<Word, 4> kRobustModalityWords{"none", "text", "audio", "vision"};
enum class ModelDefaults { mosi, mosei };
inline constexpr std::array<Word, 2> kModelDefaultsWords{"mosi", "mosei"};

struct ModelConfiguration {
  std::string name = "missmodal";
  TextEncoder text_encoder = TextEncoder::bert;
  std::string text_weights;  // folder with config.json and model.safetensors; a path, so not in the identity
  std::string text_weights_sha256;  // content hash of that folder; in the identity
  TextInit text_init = TextInit::pretrained;
  int hidden = 64;       // H: BiLSTM width per direction
  int layers = 3;        // Transformer layers after the BiLSTM
  int heads = 4;         // divides 2H
  int feed_forward = 4;  // times 2H
  double dropout = 0.1;  // Transformer layers of the sequence encoders
  int fusion_width = 128;
  double fusion_dropout = 0.1;
  // Which column of a baseline's defaults holds; not in the identity, as the values are.
  ModelDefaults defaults = ModelDefaults::mosi;
  // Of the keys that are this model's alone (sweeps/model_kind.h), by their names: all of them, typed.
  std::map<std::string, nlohmann::json> own;
  template <class Value>
  Value of(const std::string& key) const {
    return own.at(key).get<Value>();
  }
  bool operator==(const ModelConfiguration&) const = default;
};

struct LossConfiguration {
  std::vector<LossTerm> terms{LossTerm::task, LossTerm::geo, LossTerm::dis,
                              LossTerm::sem};  // canonical order
  double alpha = 0.5;
  double beta = 0.5;
  double temperature = 0.7;
  GeoForm geo = GeoForm::gmc;
  DisForm dis = DisForm::mean_sq;
  bool has(LossTerm term) const;
  bool operator==(const LossConfiguration&) const = default;
};

// Robust training (Hazarika et al. 2022): shares of a batch whose modality is zeroed, or multiplied by noise,
// behind its encoder.
struct RobustConfiguration {
  RobustModality modality = RobustModality::none;
  double missing = 0.15;
  double noise = 0.15;
  bool operator==(const RobustConfiguration&) const = default;
};

struct TrainingConfiguration {
  int batch_size = 32;
  double learning_rate = 5e-4;
  double text_learning_rate = 5e-5;  // the pretrained text encoder's; 0 freezes it
  double weight_decay = 0.01;
  double epsilon = 1e-8;
  double clip_norm = 1.0;  // 0: no clipping
  int warmup_steps = 0;    // linear from 0 to the learning rate
  int max_epochs = 50;
  int patience = 8;  // epochs without a better complete-modality validation MAE
  Precision precision = Precision::fp32;
  bool deterministic = false;
  RobustConfiguration robust{};
  bool operator==(const TrainingConfiguration&) const = default;
};

struct EvaluationConfiguration {
  Route route = Route::automatic;
  ZeroAt zero_text = ZeroAt::representation;
  ZeroAt zero_audio = ZeroAt::input;
  ZeroAt zero_vision = ZeroAt::input;
  bool operator==(const EvaluationConfiguration&) const = default;
};

struct Configuration {
  Normalize normalize = Normalize::zscore;
  ModelConfiguration model;
  LossConfiguration loss;
  TrainingConfiguration training;
  EvaluationConfiguration evaluation;
  int ranks = 1;  // that train one trial together
  std::int64_t seed = 1111;
  bool operator==(const Configuration&) const = default;
};

// `auto` becomes `subset` where the model routes by subset and geo, dis or sem trains the incomplete fusions,
// else `full`. Throws InputError for `subset` with terms [task]: those fusions never saw a gradient.
Route resolved_route(const Configuration& configuration);

// Values that are fine one by one but not together.
struct Conflict {
  std::vector<std::string> keys;  // the first is the one to name
  std::string reason;
};
std::vector<Conflict> conflicts(const Configuration& configuration);

// The keys that conflicts() looks at, beside model.name and a model's own: no other value can make or mend a
// conflict.
inline constexpr std::array<std::string_view, 12> kConflictKeys{"model.heads",
                                                                "model.hidden",
                                                                "model.text.encoder",
                                                                "model.text.weights",
                                                                "evaluation.route",
                                                                "loss.terms",
                                                                "evaluation.zero_at.text",
                                                                "evaluation.zero_at.audio",
                                                                "evaluation.zero_at.vision",
                                                                "training.robust.modality",
                                                                "training.robust.missing",
                                                                "training.robust.noise"};

}  // namespace missmodal::sweeps
