#include "trainer/model/baselines/ctfn.h"

#include <fmt/format.h>

#include <utility>

#include "sweeps/error.h"
#include "trainer/model/baselines/coupled_adam.h"
#include "trainer/model/baselines/frames.h"
#include "trainer/model/baselines/squared_error.h"
#include "trainer/model/losses.h"

namespace missmodal::trainer {
namespace {

constexpr std::uint32_t kCtfnOwner = 3;
constexpr std::uint32_t kCtfnLayersOfOne = 256;  // dropout layers of a translator
constexpr double kCtfnNormEpsilon = 1e-5;

struct CtfnPair {
  Modality first;
  Modality second;
};
constexpr std::array<CtfnPair, 3> kCtfnPairs{CtfnPair{Modality::text, Modality::audio},
                                             CtfnPair{Modality::text, Modality::vision},
                                             CtfnPair{Modality::audio, Modality::vision}};

constexpr std::array<const char*, 2> kCtfnCycleNames{"there_and_back", "back_and_there"};
constexpr int kCtfnTaskStage = 2;

unsigned place_of(Modality modality) {
  return static_cast<unsigned>(modality);
}

// In Output::others.
std::string cycle_of(Modality modality, std::size_t pair) {
  return fmt::format("{}_{}", name(modality), pair);
}

// (b): how far a translation is from what it should be.
torch::Tensor translation_distance(const torch::Tensor& translated, const torch::Tensor& target) {
  return (translated - target).abs().sum({1, 2});
}

}  // namespace

Translator::Translator(std::int64_t in, std::int64_t out, const Options& options)
    : options_(options),
      in_(declare_linear("in", in, options.width)),
      norm_(declare_norm("norm", options.width)),
      out_(declare_linear("out", options.width, out)) {
  const std::int64_t width = options.width;
  for (int layer = 0; layer < options.layers; ++layer) {
    const std::string path = fmt::format("layers.{}.", layer);
    TransformerParameters parameters;
    for (const char* part : {"query", "key", "value"})
      parameters.in.push_back(declare_linear(path + part, width, width));
    parameters.out = declare_linear(path + "mix", width, width);
    parameters.linear1 = declare_linear(path + "linear1", width, options.feed_forward);
    parameters.linear2 = declare_linear(path + "linear2", options.feed_forward, width);
    parameters.norm1 = parameters.norm2 = declare_norm(path + "norm", width);
    layers_.push_back(std::move(parameters));
  }
}

Translator::Translation Translator::forward(const torch::Tensor& x, const DropoutStream& dropout) {
  const RaggedLayout layout = rectangle(x);
  const std::uint32_t first_layer = options_.number * kCtfnLayersOfOne;
  torch::Tensor rows = torch::linear(x.flatten(0, 1), in_.weight, in_.bias).relu();
  rows = dropout.apply(rows, layout, Rows::all, {kCtfnOwner, first_layer + kCtfnLayersOfOne - 1, 0},
                       options_.dropout);
  TransformerOptions options;
  options.heads = options_.heads;
  options.owner = kCtfnOwner;
  for (std::size_t layer = 0; layer < layers_.size() && x.size(0) > 0; ++layer) {
    options.layer = first_layer + static_cast<std::uint32_t>(layer);
    rows = transformer_layer(rows, layout, Rows::all, layers_[layer], options, dropout);
  }
  rows = torch::layer_norm(rows, {options_.width}, norm_.weight, norm_.bias, kCtfnNormEpsilon);
  const torch::Tensor result = torch::linear(rows, out_.weight, out_.bias);
  return {rows.view({x.size(0), x.size(1), options_.width}),
          result.view({x.size(0), x.size(1), out_.weight.size(0)})};
}

Ctfn::Ctfn(const sweeps::Configuration& configuration, const Widths& widths)
    : Model(configuration.evaluation), steps_(configuration.model.of<std::int64_t>("steps")) {
  const sweeps::ModelConfiguration& model = configuration.model;
  Translator::Options options;
  options.width = model.of<std::int64_t>("width");
  options.feed_forward = model.of<std::int64_t>("feed_forward");
  options.layers = model.of<int>("layers");
  options.heads = model.of<int>("heads");
  options.dropout = model.of<double>("dropout");
  const std::array<int, 3> features{widths.text, widths.audio, widths.vision};
  for (const Modality from : kModalities) {
    for (const Modality to : kModalities) {
      if (from == to) continue;
      translators_[place_of(from)][place_of(to)] = register_module(
          fmt::format("{}_to_{}", missmodal::name(from), missmodal::name(to)),
          std::make_shared<Translator>(features[place_of(from)], features[place_of(to)], options));
      ++options.number;
    }
  }
  const auto hidden = model.of<std::int64_t>("hidden");
  const auto pairs = static_cast<std::int64_t>(kCtfnPairs.size());
  lstm_ = register_module("lstm", std::make_shared<Lstm>(2 * pairs * options.width, hidden));
  post_ = register_module(
      "post", std::make_shared<Mlp>(std::vector<std::int64_t>{hidden, hidden, 1}, 0, DropoutLayer{}));
}

Steps Ctfn::steps_of(const Batch& batch) const {
  Steps steps;
  for (const Modality modality : kModalities)
    steps[place_of(modality)] = first_frames(batch.of(modality), steps_);
  return steps;
}

Translator& Ctfn::translator(Modality from, Modality to) {
  return *translators_[place_of(from)][place_of(to)];
}

torch::Tensor Ctfn::cycle(const torch::Tensor& x, Modality from, Modality over,
                          const DropoutStream& dropout) {
  const torch::Tensor there = translator(from, over).forward(x, dropout).result;
  return translator(over, from).forward(there, dropout).result;
}

// A direction weighs as much as its share of the two translations' distances from what they translate to:
// what is badly translated tells most of what the other modality does not know.
torch::Tensor Ctfn::regress(const Steps& steps, const DropoutStream& dropout) {
  constexpr double kNoDistance = 1e-8;
  std::vector<torch::Tensor> fused;
  for (const auto& [first, second] : kCtfnPairs) {
    const auto there = translator(first, second).forward(steps[place_of(first)], dropout);
    const auto back = translator(second, first).forward(steps[place_of(second)], dropout);
    const torch::Tensor of_there = translation_distance(there.result, steps[place_of(second)]);
    const torch::Tensor of_back = translation_distance(back.result, steps[place_of(first)]);
    const torch::Tensor both = of_there + of_back + kNoDistance;
    fused.push_back(there.knowledge * (of_there / both).view({-1, 1, 1}));
    fused.push_back(back.knowledge * (of_back / both).view({-1, 1, 1}));
  }
  const torch::Tensor rows = torch::cat(fused, 2);
  const torch::Tensor state = lstm_->last(rows.flatten(0, 1), rectangle(rows), dropout);
  return post_->forward(state, dropout).squeeze(1);
}

Output Ctfn::forward(const Batch& batch, const Context& context) {
  const DropoutStream dropout = training_walk(batch, context).dropout;
  const Steps steps = steps_of(batch);
  Output output;
  if (context.stage == kCtfnTaskStage) {
    output.predictions = regress(steps, dropout).unsqueeze(0);
    return output;
  }
  for (std::size_t i = 0; i < kCtfnPairs.size(); ++i) {
    const Modality from = context.stage == 0 ? kCtfnPairs[i].first : kCtfnPairs[i].second;
    const Modality over = context.stage == 0 ? kCtfnPairs[i].second : kCtfnPairs[i].first;
    output.others[cycle_of(from, i)] = cycle(steps[place_of(from)], from, over, dropout);
  }
  return output;
}

Losses Ctfn::loss(const Output& output, const Batch& batch, const Context& context) {
  Losses losses;
  if (context.stage == kCtfnTaskStage) {
    losses.total = prediction_loss(output.predictions[0], batch.labels, batch.global_size);
    losses.shares = {{"total", losses.total.detach()}, {"task", losses.total.detach()}};
    return losses;
  }
  const Steps steps = steps_of(batch);
  for (std::size_t i = 0; i < kCtfnPairs.size(); ++i) {
    const Modality from = context.stage == 0 ? kCtfnPairs[i].first : kCtfnPairs[i].second;
    const torch::Tensor error =
        squared_error(output.others.at(cycle_of(from, i)), steps[place_of(from)], batch.global_size);
    losses.total = losses.total.defined() ? losses.total + error : error;
  }
  losses.shares = {{"total", losses.total.detach()},
                   {kCtfnCycleNames.at(static_cast<std::size_t>(context.stage)), losses.total.detach()}};
  return losses;
}

torch::Tensor Ctfn::predict_with(const Batch& batch, const ByModality& zeroed) {
  MISSMODAL_CHECK(!zeroed[0] && !zeroed[1] && !zeroed[2]);  // conflicts() refuses it
  return regress(steps_of(batch), DropoutStream());
}

torch::Tensor Ctfn::predict(const Batch& batch) {
  const Steps complete = steps_of(batch);
  std::vector<torch::Tensor> rows;
  for (const Subset subset : kSubsets) {
    Modality source = Modality::vision;
    for (const Modality modality : {Modality::audio, Modality::text}) {
      if (has(subset, modality)) source = modality;
    }
    Steps steps = complete;
    for (const Modality modality : kModalities) {
      if (!has(subset, modality))
        steps[place_of(modality)] =
            translator(source, modality).forward(complete[place_of(source)], DropoutStream()).result;
    }
    rows.push_back(regress(steps, DropoutStream()));
  }
  return torch::stack(rows);
}

std::vector<OptimizerPlan> Ctfn::optimizers(const sweeps::TrainingConfiguration& training) const {
  OptimizerPlan translators = coupled_adam(*this, training);
  OptimizerPlan rest = translators;
  const auto of_rest = [](const std::string& parameter) {
    return parameter.starts_with("lstm.") || parameter.starts_with("post.");
  };
  std::erase_if(translators.groups.front().parameters, of_rest);
  std::erase_if(rest.groups.front().parameters,
                [&](const std::string& parameter) { return !of_rest(parameter); });
  return {std::move(translators), std::move(rest)};
}

std::vector<TrainingPass> Ctfn::epoch() const {
  using Stage = TrainingPass::Stage;
  return {TrainingPass{{Stage{{0}}, Stage{{0}}, Stage{{0, 1}}}, 1}};
}

}  // namespace missmodal::trainer
