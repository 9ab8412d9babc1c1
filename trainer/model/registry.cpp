#include "trainer/model/registry.h"

#include <array>
#include <cstdint>
#include <string>

#include "sweeps/error.h"
#include "sweeps/model_kind.h"
#include "trainer/data/bert/bert_folder.h"
#include "trainer/model/baselines/ctfn.h"
#include "trainer/model/baselines/ef_lstm.h"
#include "trainer/model/baselines/graph_mfn_model.h"
#include "trainer/model/baselines/lf_dnn.h"
#include "trainer/model/baselines/lmf.h"
#include "trainer/model/baselines/mag_bert.h"
#include "trainer/model/baselines/mctn.h"
#include "trainer/model/baselines/mfm_model.h"
#include "trainer/model/baselines/mfn_model.h"
#include "trainer/model/baselines/misa_model.h"
#include "trainer/model/baselines/mmim_model.h"
#include "trainer/model/baselines/mult_model.h"
#include "trainer/model/baselines/self_mm_model.h"
#include "trainer/model/baselines/tfn.h"
#include "trainer/model/missmodal.h"
#include "trainer/model/parameter_module.h"

namespace missmodal::trainer {
namespace {

// The text of config.json, "" where the text is not BERT's.
std::string bert_configuration_of(const sweeps::Configuration& configuration) {
  if (configuration.model.text_encoder != sweeps::TextEncoder::bert) return "";
  return read_bert_configuration(configuration.model.text_weights);
}

std::shared_ptr<Model> make_missmodal(const sweeps::Configuration& configuration, const Widths& widths) {
  auto model = std::make_shared<MissModal>(configuration, widths, bert_configuration_of(configuration));
  model->initialize();
  model->load_text_weights();
  if (configuration.training.text_learning_rate == 0) model->freeze_text();
  return model;
}

std::shared_ptr<Model> make_empty_missmodal(const sweeps::Configuration& configuration, const Widths& widths,
                                            const std::string& text_configuration) {
  return std::make_shared<MissModal>(configuration, widths, text_configuration);
}

template <class Baseline>
std::shared_ptr<Model> make_empty_baseline(const sweeps::Configuration& configuration, const Widths& widths,
                                           const std::string& /*text_configuration*/) {
  return std::make_shared<Baseline>(configuration, widths);
}

template <class Baseline>
std::shared_ptr<Model> make_baseline(const sweeps::Configuration& configuration, const Widths& widths) {
  auto model = std::make_shared<Baseline>(configuration, widths);
  initialize_parts(*model, static_cast<std::uint64_t>(configuration.seed));
  return model;
}

// A model that needs nothing but its keys and the widths.
template <class Baseline>
constexpr ModelFactory baseline(std::string_view name, std::string_view word_vector_input) {
  return {name, make_baseline<Baseline>, make_empty_baseline<Baseline>, word_vector_input};
}

template <class Baseline>
std::shared_ptr<Model> make_empty_text_baseline(const sweeps::Configuration& configuration,
                                                const Widths& widths, const std::string& text_configuration) {
  return std::make_shared<Baseline>(configuration, widths, text_configuration);
}

template <class Baseline>
std::shared_ptr<Model> make_text_baseline(const sweeps::Configuration& configuration, const Widths& widths) {
  auto model = std::make_shared<Baseline>(configuration, widths, bert_configuration_of(configuration));
  model->initialize();
  return model;
}

// A model that reads text as MissModal does.
template <class Baseline>
constexpr ModelFactory text_baseline(std::string_view name) {
  return {name, make_text_baseline<Baseline>, make_empty_text_baseline<Baseline>, "text.lstm.weight_ih_l0"};
}

constexpr std::array kFactories{
    ModelFactory{"missmodal", make_missmodal, make_empty_missmodal, "text.lstm.weight_ih_l0"},
    ModelFactory{"ef_lstm", make_baseline<EfLstm>, make_empty_baseline<EfLstm>, "lstm.weight_ih_l0", true},
    baseline<LfDnn>("lf_dnn", "text.lstm.weight_ih_l0"),
    baseline<Tfn>("tfn", "text.lstm.weight_ih_l0"),
    baseline<Lmf>("lmf", "text.lstm.weight_ih_l0"),
    baseline<MfnModel>("mfn", "network.encoder.lstm_l.weight_ih"),
    baseline<GraphMfnModel>("graph_mfn", "network.lstm_l.weight_ih_l0"),
    baseline<MfmModel>("mfm", "network.encoder_l_lstm.weight_ih_l0"),
    baseline<Mctn>("mctn", "encoder1.weight_ih_l0"),
    baseline<Ctfn>("ctfn", "text_to_audio.in.weight"),
    ModelFactory{"mult", make_baseline<MultModel>, make_empty_baseline<MultModel>, "network.proj_l.weight",
                 false, 3},
    text_baseline<MisaModel>("misa"),
    text_baseline<MagBert>("mag_bert"),
    text_baseline<SelfMmModel>("self_mm"),
    text_baseline<MmimModel>("mmim")};

}  // namespace

std::span<const ModelFactory> model_factories() {
  return kFactories;
}

const ModelFactory& model_factory(std::string_view name) {
  const sweeps::ModelKind& kind = sweeps::model_kind(name);
  for (const ModelFactory& factory : kFactories) {
    if (factory.name == kind.name) return factory;
  }
  MISSMODAL_CHECK(false);
}

std::shared_ptr<Model> make_model(const sweeps::Configuration& configuration, const Widths& widths) {
  return model_factory(configuration.model.name).make(configuration, widths);
}

std::shared_ptr<Model> make_empty_model(const sweeps::Configuration& configuration, const Widths& widths,
                                        const std::string& text_configuration) {
  return model_factory(configuration.model.name).make_empty(configuration, widths, text_configuration);
}

}  // namespace missmodal::trainer
