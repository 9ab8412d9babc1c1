#include "sweeps/baseline_kinds.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "sweeps/subset.h"

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
constexpr OwnKey weight(std::string_view name, double mosi, double mosei, std::string_view doc) {
  return {name, Kind::number, kWeight, mosi, mosei, doc};
}

constexpr std::string_view kAudioLstm = "width of the audio's LSTM";
constexpr std::string_view kVisionLstm = "width of the vision's LSTM";
constexpr std::string_view kMemory = "width of the memory";
constexpr std::string_view kAttentionHidden = "width of the hidden layer of the attention";
constexpr std::string_view kAttentionDropout = "dropout in the attention";
constexpr std::string_view kProposalHidden = "width of the hidden layer of the memory's proposal";
constexpr std::string_view kProposalDropout = "dropout in the memory's proposal";
constexpr std::string_view kGate1Hidden = "width of the hidden layer of the gate that keeps";
constexpr std::string_view kGate1Dropout = "dropout in the gate that keeps";
constexpr std::string_view kGate2Hidden = "width of the hidden layer of the gate that takes in";
constexpr std::string_view kGate2Dropout = "dropout in the gate that takes in";
constexpr std::string_view kOutHidden = "width of the hidden layer of the output";
constexpr std::string_view kOutDropout = "dropout in the output";

constexpr std::array kMfnKeys{width("text_hidden", 256, 128, kTextHidden),
                              width("audio_hidden", 32, 32, kAudioLstm),
                              width("vision_hidden", 256, 128, kVisionLstm),
                              width("memory", 400, 128, kMemory),
                              width("attention_hidden", 32, 128, kAttentionHidden),
                              dropout("attention_dropout", 0.2, 0.2, kAttentionDropout),
                              width("proposal_hidden", 64, 128, kProposalHidden),
                              dropout("proposal_dropout", 0, 0.5, kProposalDropout),
                              width("gate1_hidden", 256, 256, kGate1Hidden),
                              dropout("gate1_dropout", 0.7, 0.7, kGate1Dropout),
                              width("gate2_hidden", 32, 256, kGate2Hidden),
                              dropout("gate2_dropout", 0.5, 0, kGate2Dropout),
                              width("out_hidden", 128, 128, kOutHidden),
                              dropout("out_dropout", 0, 0.5, kOutDropout)};
constexpr std::array kMfnDefaults{kWordVectors,     kZeroText,        kEpochs,       kNoClip,
                                  batches(128, 64), rate(2e-3, 5e-4), decay(0, 1e-4)};

constexpr std::array kGraphMfnKeys{width("text_hidden", 256, 64, kTextHidden),
                                   width("audio_hidden", 32, 16, kAudioLstm),
                                   width("vision_hidden", 256, 64, kVisionLstm),
                                   width("memory", 300, 300, kMemory),
                                   width("node", 64, 128, "width of the graph's vertices"),
                                   width("proposal_hidden", 32, 32, kProposalHidden),
                                   dropout("proposal_dropout", 0, 0.5, kProposalDropout),
                                   width("gate1_hidden", 128, 64, kGate1Hidden),
                                   dropout("gate1_dropout", 0.5, 0, kGate1Dropout),
                                   width("gate2_hidden", 64, 256, kGate2Hidden),
                                   dropout("gate2_dropout", 0.5, 0.7, kGate2Dropout),
                                   width("out_hidden", 256, 128, kOutHidden),
                                   dropout("out_dropout", 0, 0.7, kOutDropout)};
constexpr std::array kGraphMfnDefaults{kWordVectors,    kZeroText,        kEpochs,          kNoClip,
                                       batches(32, 64), rate(2e-3, 2e-3), decay(5e-3, 1e-3)};

constexpr std::array kMfmKeys{
    width("text_hidden", 128, 256, kTextHidden), width("audio_hidden", 32, 32, kAudioLstm),
    width("vision_hidden", 128, 256, kVisionLstm), width("memory", 64, 64, kMemory),
    // The toolkit says 1278 for MOSEI, between powers of two.
    width("attention_hidden", 32, 128, kAttentionHidden),
    dropout("attention_dropout", 0.7, 0.5, kAttentionDropout),
    width("proposal_hidden", 64, 32, kProposalHidden), dropout("proposal_dropout", 0, 0.7, kProposalDropout),
    width("gate1_hidden", 32, 64, kGate1Hidden), dropout("gate1_dropout", 0, 0.5, kGate1Dropout),
    width("gate2_hidden", 64, 128, kGate2Hidden), dropout("gate2_dropout", 0.5, 0.2, kGate2Dropout),
    width("text_code", 64, 256, "width of the text's code and of the LSTM that reads it"),
    width("audio_code", 80, 80, "width of the audio's code and of the LSTM that reads it"),
    width("vision_code", 80, 80, "width of the vision's code and of the LSTM that reads it"),
    width("common_code", 80, 32, "width of the common code"),
    width("text_factor", 32, 32, "width of the text's factor"),
    width("audio_factor", 16, 80, "width of the audio's factor"),
    width("vision_factor", 64, 32, "width of the vision's factor"),
    width("common_factor", 64, 16, "width of the common factor"),
    dropout("text_dropout", 0.5, 0.7, "dropout between the text's code and its factor"),
    dropout("audio_dropout", 0.7, 0.7, "dropout between the audio's code and its factor"),
    dropout("vision_dropout", 0.5, 0.7, "dropout between the vision's code and its factor"),
    dropout("common_dropout", 0.5, 0.2, "dropout between the common code and its factor"),
    dropout("out_dropout", 0, 0.2, "dropout between the common factor and the prediction"),
    weight("text_weight", 0.5, 5, "of mse_l, the error of the decoded text"),
    weight("audio_weight", 0.01, 2, "of mse_a, the error of the decoded audio"),
    weight("vision_weight", 0.5, 5, "of mse_v, the error of the decoded vision"),
    weight("discrepancy_weight", 100, 10, "of each mmd, a code's distance from a normal distribution")};
constexpr std::array kMfmDefaults{kWordVectors,    kZeroText,        kEpochs,          kNoClip,
                                  batches(64, 64), rate(1e-3, 1e-3), decay(1e-3, 5e-4)};

constexpr std::array kMctnKeys{
    OwnKey{"steps", Kind::whole, kSteps, 20, 20, kStepsDoc},
    width("hidden", 32, 32, "width of every LSTM"),
    weight("forward_weight", 0.1, 0.1, "of the error of text translated to vision"),
    weight("cycle_weight", 0.1, 0.1, "of the error of text translated back"),
    weight("second_weight", 0.1, 0.1, "of the error of the first encoding translated to audio"),
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

// Text by BERT, as they were published, or by MissModal's encoder of word vectors.
constexpr std::array<std::string_view, 8> kTextKeys{
    "model.text.encoder", "model.text.weights", "model.text.init",    "model.hidden",
    "model.layers",       "model.heads",        "model.feed_forward", "model.dropout"};

constexpr OwnDefault text_rate(double mosi, double mosei) {
  return {"training.text_learning_rate", mosi, mosei};
}
constexpr OwnKey count(std::string_view name, double mosi, double mosei, std::string_view doc) {
  return {name, Kind::whole, {1, 1000}, mosi, mosei, doc};
}
constexpr std::string_view kClipValueDoc = "each number of the gradient is cut to it; 0: never";
constexpr std::string_view kAccumulationDoc = "batches whose gradients are summed for one step";
constexpr std::string_view kPlateauDoc = "epochs that are no better before the rates fall";

constexpr std::array kMisaKeys{
    width("hidden", 128, 128, "width of a token; even"),
    width("feed_forward", 2048, 2048, "inner width of the Transformer layer"),
    dropout("dropout", 0.2, 0.5, "dropout in the head"),
    dropout("transformer_dropout", 0.1, 0.1, "dropout in the Transformer layer"),
    weight("difference", 0.1, 0.3, "of diff, the private vectors' distance from orthogonal"),
    weight("similarity", 0.3, 0.8, "of cmd, the distance of the shared vectors' moments"),
    weight("reconstruction", 1, 1, "of recon, the error of the vectors put together again"),
    weight("clip_value", 0.8, 0.8, kClipValueDoc),
    count("accumulation", 2, 2, kAccumulationDoc)};
constexpr std::array kMisaDefaults{
    kEpochs, kNoClip, batches(16, 64), rate(1e-4, 1e-4), text_rate(1e-4, 1e-4), decay(0, 0)};

std::vector<Conflict> misa_conflicts(const ModelConfiguration& model) {
  if (model.of<int>("hidden") % 2 == 0) return {};
  return {{{"model.misa.hidden", "model.name"}, "must be even: the Transformer layer has two heads"}};
}

constexpr std::array kSelfMmKeys{
    width("audio_hidden", 16, 16, kAudioLstm),
    width("vision_hidden", 32, 32, kVisionLstm),
    width("audio_out", 16, 16, "width of the audio's vector"),
    width("vision_out", 32, 32, "width of the vision's vector"),
    width("fusion_head", 128, 128, "width of the fused head's two layers"),
    width("text_head", 32, 32, "width of the text's head"),
    width("audio_head", 16, 16, "width of the audio's head"),
    width("vision_head", 32, 32, "width of the vision's head"),
    dropout("fusion_dropout", 0, 0.1, "dropout before the fused head"),
    dropout("text_dropout", 0.1, 0, "dropout before the text's head"),
    dropout("audio_dropout", 0.1, 0, "dropout before the audio's head"),
    dropout("vision_dropout", 0, 0, "dropout before the vision's head"),
    OwnKey{"audio_learning_rate", Kind::number, kRate, 5e-3, 5e-3, "of the audio's LSTM and vector"},
    OwnKey{"vision_learning_rate", Kind::number, kRate, 5e-3, 1e-4, "of the vision's LSTM and vector"},
    OwnKey{"frames_weight_decay",
           Kind::number,
           {0, 1},
           1e-3,
           0,
           "of the audio's and the vision's LSTM and vector"},
    count("accumulation", 4, 4, kAccumulationDoc)};
constexpr std::array kSelfMmDefaults{
    kEpochs, kNoClip, batches(16, 32), rate(1e-3, 1e-3), text_rate(5e-5, 5e-5), decay(1e-3, 1e-2)};

constexpr std::array kMmimKeys{
    width("audio_hidden", 16, 16, "width of the audio's BiLSTM, one direction"),
    width("vision_hidden", 16, 16, "width of the vision's BiLSTM, one direction"),
    OwnKey{"audio_out", Kind::whole, {4, 8192}, 16, 16, "width of the audio's vector"},
    OwnKey{"vision_out", Kind::whole, {4, 8192}, 16, 16, "width of the vision's vector"},
    width("fused", 128, 128, "width of the fused vector"),
    dropout("dropout", 0.1, 0.1, "dropout of the three vectors side by side"),
    weight("contrast", 0.1, 0.1, "alpha, of nce"),
    weight("bound", 0.1, 0.1, "beta, of lld and entropy"),
    OwnKey{"estimator_learning_rate", Kind::number, kRate, 1e-3, 1e-3, "Adam's in the first pass"},
    OwnKey{"estimator_share", Kind::number, kRate, 1, 0.5, "of the batches that the first pass walks over"},
    count("plateau_patience", 20, 20, kPlateauDoc)};
constexpr std::array kMmimDefaults{OwnDefault{"training.max_epochs", 40.0, 40.0},
                                   OwnDefault{"training.clip_norm", 1.0, 1.0},
                                   batches(32, 32),
                                   rate(1e-3, 1e-3),
                                   text_rate(5e-5, 5e-5),
                                   decay(1e-4, 1e-4)};

constexpr std::array kMultKeys{
    width("width", 50, 30, "width of the encoders across"),
    OwnKey{"heads", Kind::whole, {1, 64}, 10, 6, "heads of the attention; must divide the width"},
    OwnKey{"levels", Kind::whole, kLayers, 4, 4, "layers of the encoders across; of the memories at least 3"},
    count("text_kernel", 5, 5, "steps that the text's convolution sees"),
    count("audio_kernel", 5, 1, "steps that the audio's convolution sees"),
    count("vision_kernel", 5, 3, "steps that the vision's convolution sees"),
    dropout("text_attention_dropout", 0.3, 0.4, "dropout of attention to text, and of the memories'"),
    dropout("audio_attention_dropout", 0.2, 0, "dropout of attention to audio"),
    dropout("vision_attention_dropout", 0, 0, "dropout of attention to vision"),
    dropout("text_dropout", 0.5, 0.3, "dropout of the word vectors"),
    dropout("embedding_dropout", 0.2, 0, "dropout of what the encoders read"),
    dropout("relu_dropout", 0, 0, "dropout inside the feed-forward networks"),
    dropout("residual_dropout", 0, 0, "dropout before each addition"),
    dropout("out_dropout", 0.5, 0.5, "dropout in the head"),
    weight("clip_value", 0.6, 0.6, kClipValueDoc),
    count("accumulation", 8, 8, kAccumulationDoc),
    count("plateau_patience", 5, 20, kPlateauDoc)};
constexpr std::array kMultDefaults{kWordVectors,   kZeroText,        kEpochs,    kNoClip,
                                   batches(16, 4), rate(2e-3, 5e-4), decay(0, 0)};

std::vector<Conflict> mult_conflicts(const ModelConfiguration& model) {
  const int heads = model.of<int>("heads");
  const int width = model.of<int>("width");
  if (width % heads == 0) return {};
  return {{{"model.mult.heads", "model.mult.width", "model.name"},
           fmt::format("must divide model.mult.width = {}, got {}", width, heads)}};
}

// A shorter sequence goes on with zeros; where all are shorter, a convolution sees little else.
std::vector<Conflict> mult_misfits(const ModelConfiguration& model, const DatasetShape& dataset) {
  std::vector<Conflict> found;
  for (const Modality modality : kModalities) {
    const std::string key = fmt::format("{}_kernel", name(modality));
    const int kernel = model.of<int>(key);
    const int longest = dataset.longest[static_cast<unsigned>(modality)];
    if (kernel <= longest) continue;
    found.push_back(
        {{"model.mult." + key, "model.name"},
         fmt::format("must not be longer than every sequence: the longest {} of {} has {} {}, got {}",
                     name(modality), dataset.path, longest, longest == 1 ? "step" : "steps", kernel)});
  }
  return found;
}

constexpr std::array kMagBertKeys{
    weight("beta", 1, 1, "the largest displacement of an embedding, in its own lengths"),
    dropout("gate_dropout", 0.3, 0.2, "dropout of the displaced embeddings"),
    dropout("head_dropout", 0.1, 0.1, "dropout before the last layer")};
constexpr std::array kMagBertDefaults{
    kEpochs, kNoClip, batches(32, 32), rate(2e-5, 1e-5), text_rate(2e-5, 1e-5), decay(0, 0)};

constexpr std::array kKinds{
    ModelKind{.name = "ef_lstm",
              .has_representations = false,
              .own_keys = kEfLstmKeys,
              .own_defaults = kEfLstmDefaults},
    ModelKind{.name = "lf_dnn", .own_keys = kLfDnnKeys, .own_defaults = kLfDnnDefaults},
    ModelKind{.name = "tfn", .own_keys = kTfnKeys, .own_defaults = kTfnDefaults},
    ModelKind{.name = "lmf", .own_keys = kLmfKeys, .own_defaults = kLmfDefaults},
    ModelKind{
        .name = "mfn", .has_representations = false, .own_keys = kMfnKeys, .own_defaults = kMfnDefaults},
    ModelKind{.name = "graph_mfn",
              .has_representations = false,
              .own_keys = kGraphMfnKeys,
              .own_defaults = kGraphMfnDefaults},
    ModelKind{
        .name = "mfm", .has_representations = false, .own_keys = kMfmKeys, .own_defaults = kMfmDefaults},
    ModelKind{
        .name = "mctn", .has_representations = false, .own_keys = kMctnKeys, .own_defaults = kMctnDefaults},
    ModelKind{.name = "ctfn",
              .has_representations = false,
              .own_keys = kCtfnKeys,
              .own_defaults = kCtfnDefaults,
              .conflicts = ctfn_conflicts},
    ModelKind{.name = "mult",
              .has_representations = false,
              .trains_robustly = true,
              .own_keys = kMultKeys,
              .own_defaults = kMultDefaults,
              .conflicts = mult_conflicts,
              .misfits = mult_misfits},
    ModelKind{.name = "misa",
              .keys = kTextKeys,
              .trains_robustly = true,
              .own_keys = kMisaKeys,
              .own_defaults = kMisaDefaults,
              .conflicts = misa_conflicts},
    ModelKind{
        .name = "mag_bert", .keys = kTextKeys, .own_keys = kMagBertKeys, .own_defaults = kMagBertDefaults},
    ModelKind{.name = "self_mm",
              .keys = kTextKeys,
              .trains_robustly = true,
              .own_keys = kSelfMmKeys,
              .own_defaults = kSelfMmDefaults},
    ModelKind{.name = "mmim",
              .keys = kTextKeys,
              .trains_robustly = true,
              .own_keys = kMmimKeys,
              .own_defaults = kMmimDefaults}};

}  // namespace

std::span<const ModelKind> baseline_kinds() {
  return kKinds;
}

}  // namespace missmodal::sweeps
