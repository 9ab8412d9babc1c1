#pragma once
// The networks behind the models' names (sweeps/model_kind.h): who builds them.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sweeps/configuration.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

struct ModelFactory {
  std::string_view name;
  // make_model() and make_empty_model() of this model.
  std::shared_ptr<Model> (*make)(const sweeps::Configuration& configuration, const Widths& widths);
  std::shared_ptr<Model> (*make_empty)(const sweeps::Configuration& configuration, const Widths& widths,
                                       const std::string& text_configuration);
  // The parameter whose second dimension is the width of the word vectors, where the model reads them.
  std::string_view word_vector_input;
  // Whether the audio's and the vision's widths are counted in that dimension too.
  bool joint_input = false;
  std::size_t word_vector_axes = 2;  // of that parameter
};

std::span<const ModelFactory> model_factories();
// Throws InputError, at model.name and with every name there is, for an unknown one.
const ModelFactory& model_factory(std::string_view name);

}  // namespace missmodal::trainer
