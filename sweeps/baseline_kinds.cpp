#include "sweeps/baseline_kinds.h"

#include <fmt/format.h>

#include <array>
#include <vector>

namespace missmodal::sweeps {
namespace {

constexpr Range kWidth{1, 8192};
constexpr Range kLayers{1, 64};
constexpr Range kDropout{0, 1, false, true};
constexpr Range kRate{0, 1, true, false};
constexpr Range kSteps{1, 1024};
constexpr std::string_view kStepsDoc =
    "frames of each modality that are read: more are cut off, fewer padded";

constexpr OwnKey width(std::string_view name, double mosi, double mosei, std::string_view doc) {
  return {name, Kind::whole, kWidth, mosi, mosei, doc};
}
constexpr OwnKey dropout(std::string_view name, double mosi, double mosei, std::string_view doc) {
  return {name, Kind::number, kDropout, mosi, mosei, doc};
}

// What the toolkit trains with: no end but early stopping, no clipping unless the model says so, and whatever
// is missing is zeros at the input, the word vectors' too.
constexpr OwnDefault kEpochs{"training.max_epochs", 200.0, 200.0};
constexpr OwnDefault kNoClip{"training.clip_norm", 0.0, 0.0};
constexpr OwnDefault kWordVectors{"model.text.encoder", "sequence", "sequence"};
constexpr OwnDefault kZeroText{"evaluation.zero_at.text", "input", "input"};

constexpr OwnDefault batches(double mosi, double mosei) {
  return {"training.batch_size", mosi, mosei};
}
constexpr OwnDefault rate(double mosi, double mosei) {
  return {"training.learning_rate", mosi, mosei};
}
constexpr OwnDefault decay(double mosi, double mosei) {
  return {"training.weight_decay", mosi, mosei};
}

constexpr std::string_view kTextHidden = "width of the text's LSTM";
constexpr std::string_view kAudioHidden = "width of the audio's three layers";
constexpr std::string_view kVisionHidden = "width of the vision's three layers";
constexpr std::string_view kTextOut = "width of the text's vector";
constexpr std::string_view kPostFusion = "width of the two layers after the fusion";
constexpr std::string_view kAudioDropout = "dropout of the normalised audio";
constexpr std::string_view kVisionDropout = "dropout of the normalised vision";
constexpr std::string_view kFusionDropout = "dropout of the fused vector";

constexpr std::array kLfDnnKeys{
    width("text_hidden", 128, 128, kTextHidden),         width("audio_hidden", 16, 32, kAudioHidden),
    width("vision_hidden", 128, 128, kVisionHidden),     width("text_out", 256, 128, kTextOut),
    width("post_fusion", 128, 128, kPostFusion),         dropout("audio_dropout", 0.2, 0.2, kAudioDropout),
    dropout("vision_dropout", 0.2, 0.2, kVisionDropout), dropout("fusion_dropout", 0.2, 0.2, kFusionDropout)};
constexpr std::array kLfDnnDefaults{kWordVectors,     kZeroText,        kEpochs,          kNoClip,
                                    batches(128, 64), rate(1e-3, 2e-3), decay(1e-2, 1e-3)};

constexpr std::array kTfnKeys{
    width("text_hidden", 128, 128, kTextHidden),         width("audio_hidden", 32, 16, kAudioHidden),
    width("vision_hidden", 128, 128, kVisionHidden),     width("text_out", 32, 128, kTextOut),
    width("post_fusion", 64, 16, kPostFusion),           dropout("audio_dropout", 0.3, 0.4, kAudioDropout),
    dropout("vision_dropout", 0.3, 0.4, kVisionDropout), dropout("fusion_dropout", 0.5, 0.4, kFusionDropout)};
constexpr std::array kTfnDefaults{kWordVectors,     kZeroText,        kEpochs,    kNoClip,
                                  batches(32, 128), rate(1e-3, 5e-3), decay(0, 0)};

constexpr std::array kLmfKeys{width("text_hidden", 128, 128, kTextHidden),
                              width("audio_hidden", 16, 16, kAudioHidden),
                              width("vision_hidden", 128, 128, kVisionHidden),
                              width("text_out", 64, 64, kTextOut),
                              width("rank", 3, 4, "rank of the fusion's factors"),
                              dropout("audio_dropout", 0.3, 0.2, kAudioDropout),
                              dropout("vision_dropout", 0.3, 0.2, kVisionDropout),
                              OwnKey{"factor_learning_rate", Kind::number, kRate, 1e-3, 1e-3,
                                     "Adam's, of the factors and of what sums them up"}};
constexpr std::array kLmfDefaults{kWordVectors,    kZeroText,        kEpochs,          kNoClip,
                                  batches(64, 32), rate(1e-3, 1e-3), decay(5e-3, 1e-3)};

constexpr std::array kEfLstmKeys{
    OwnKey{"steps",
           Kind::whole,
           {1, 1024},
           50,
           50,
           "steps of the joint sequence: longer ones are cut, shorter ones padded"},
    width("hidden", 128, 256, "width of the LSTM and of the layer after it"),
    OwnKey{"layers", Kind::whole, kLayers, 4, 2, "layers of the LSTM"},
    dropout("dropout", 0.5, 0.4,
            "dropout between the LSTM's layers, of its last state, and after the layer")};
constexpr std::array kEfLstmDefaults{kWordVectors,     kZeroText,        kEpochs,          kNoClip,
                                     batches(32, 128), rate(1e-3, 5e-3), decay(5e-3, 1e-4)};

constexpr Range kWeight{0, 1000};

constexpr std::array kMctnKeys{
    OwnKey{"steps", Kind::whole, kSteps, 20, 20, kStepsDoc},
    width("hidden", 32, 32, "width of every LSTM"),
    OwnKey{"forward_weight", Kind::number, kWeight, 0.1, 0.1, "of the error of text translated to vision"},
    OwnKey{"cycle_weight", Kind::number, kWeight, 0.1, 0.1, "of the error of text translated back"},
    OwnKey{"second_weight", Kind::number, kWeight, 0.1, 0.1,
           "of the error of the first encoding translated to audio"},
    OwnKey{"l2", Kind::number, {0, 1}, 0.01, 0.01, "of the squares of the last layer's weights"}};
constexpr std::array kMctnDefaults{
    kWordVectors,    kZeroText,        kEpochs,     kNoClip,
    batches(32, 32), rate(1e-4, 1e-4), decay(0, 0), OwnDefault{"training.patience", 20.0, 20.0}};

constexpr std::array kCtfnKeys{
    OwnKey{"steps", Kind::whole, kSteps, 20, 20, kStepsDoc},
    width("width", 128, 128, "width of the translators' layers"),
    OwnKey{"heads", Kind::whole, {1, 1024}, 8, 8, "attention heads; divides model.ctfn.width"},
    OwnKey{"layers", Kind::whole, kLayers, 2, 2, "Transformer layers of a translator"},
    width("feed_forward", 256, 256, "width of the feed-forward layers"),
    dropout("dropout", 0.5, 0.5, "dropout before a translator's layers"),
    width("hidden", 128, 128,
          "width of the LSTM that reads what the translators know, and of the layer after it")};
constexpr std::array kCtfnDefaults{kWordVectors,    kZeroText,        kEpochs,    kNoClip,
                                   batches(32, 32), rate(1e-3, 1e-3), decay(0, 0)};

std::vector<Conflict> ctfn_conflicts(const ModelConfiguration& model) {
  const int heads = model.of<int>("heads");
  const int width = model.of<int>("width");
  if (width % heads == 0) return {};
  return {{{"model.ctfn.heads", "model.ctfn.width", "model.name"},
           fmt::format("must divide model.ctfn.width = {}, got {}", width, heads)}};
}

constexpr std::array kKinds{
    ModelKind{.name = "ef_lstm",
              .has_representations = false,
              .own_keys = kEfLstmKeys,
              .own_defaults = kEfLstmDefaults},
    ModelKind{.name = "lf_dnn", .own_keys = kLfDnnKeys, .own_defaults = kLfDnnDefaults},
    ModelKind{.name = "tfn", .own_keys = kTfnKeys, .own_defaults = kTfnDefaults},
    ModelKind{.name = "lmf", .own_keys = kLmfKeys, .own_defaults = kLmfDefaults},
    ModelKind{
        .name = "mctn", .has_representations = false, .own_keys = kMctnKeys, .own_defaults = kMctnDefaults},
    ModelKind{.name = "ctfn",
              .has_representations = false,
              .own_keys = kCtfnKeys,
              .own_defaults = kCtfnDefaults,
              .conflicts = ctfn_conflicts}};

}  // namespace

std::span<const ModelKind> baseline_kinds() {
  return kKinds;
}

}  // namespace missmodal::sweeps
