#pragma once
// The configuration of one training and its evaluation: what a cell's identity is made of, what a worker trains, what
// a checkpoint carries. Typed here; its keys, ranges, defaults and JSON form are in sweeps/key.h.

#include <cstdint>
#include <string>
#include <vector>

namespace missmodal::sweeps {

enum class TextEncoder { bert, sequence };
enum class TextInit { pretrained, random };
enum class Normalize { zscore, none };
enum class LossTerm { task, geo, dis, sem };  // canonical order
enum class GeoForm { gmc, negatives };
enum class DisForm { mean_sq, sq, l2 };
enum class Route { automatic, subset, full };  // "auto" in text; a resolved configuration never holds automatic
enum class ZeroAt { input, representation };

struct ModelConfiguration {
  std::string name = "missmodal";
  TextEncoder text_encoder = TextEncoder::bert;
  std::string text_weights;         // folder with config.json and model.safetensors; a path, so not in the identity
  std::string text_weights_sha256;  // content hash of that folder; in the identity
  TextInit text_init = TextInit::pretrained;
  int hidden = 64;       // H: BiLSTM width per direction
  int layers = 3;        // Transformer layers after the BiLSTM
  int heads = 4;         // divides 2H
  int feed_forward = 4;  // times 2H
  double dropout = 0.1;  // Transformer layers of the sequence encoders
  int fusion_width = 128;
  double fusion_dropout = 0.1;
};

struct LossConfiguration {
  std::vector<LossTerm> terms{LossTerm::task, LossTerm::geo, LossTerm::dis, LossTerm::sem};  // canonical order
  double alpha = 0.5;
  double beta = 0.5;
  double temperature = 0.7;
  GeoForm geo = GeoForm::gmc;
  DisForm dis = DisForm::mean_sq;
  bool has(LossTerm term) const;
};

struct TrainingConfiguration {
  int batch_size = 32;
  double learning_rate = 5e-4;
  double text_learning_rate = 5e-5;  // the pretrained text encoder's
  double weight_decay = 0.01;
  double epsilon = 1e-8;
  double clip_norm = 1.0;  // 0: no clipping
  int warmup_steps = 0;    // linear from 0 to the learning rate
  int max_epochs = 50;
  int patience = 8;  // epochs without a better complete-modality validation MAE
};

struct EvaluationConfiguration {
  Route route = Route::automatic;
  ZeroAt zero_text = ZeroAt::representation;
  ZeroAt zero_audio = ZeroAt::input;
  ZeroAt zero_vision = ZeroAt::input;
};

struct Configuration {
  Normalize normalize = Normalize::zscore;
  ModelConfiguration model;
  LossConfiguration loss;
  TrainingConfiguration training;
  EvaluationConfiguration evaluation;
  std::int64_t seed = 1111;
};

// `auto` becomes `subset` where the model routes by subset and geo, dis or sem trains the incomplete fusions, else
// `full`. Throws InputError for `subset` with terms [task]: those fusions never saw a gradient.
Route resolved_route(const Configuration& configuration);

}  // namespace missmodal::sweeps
