#pragma once
// What a sweep's trainings read, opened and judged before any of them starts: everything that a training
// would refuse about these files is told here. Headers and texts only; no weights are loaded.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sweeps/dataset_shape.h"
#include "sweeps/sweep_file.h"
#include "sweeps/text_weights.h"
#include "trainer/data/dataset.h"

namespace missmodal::coordinator {

// What to do about files that are not there.
enum class Absent { refused, told };

struct Examination {
  std::shared_ptr<const trainer::Dataset> dataset;  // nullptr: not there
  sweeps::DatasetShape shape;                       // of the dataset that is there
  std::vector<std::string> absent;                  // paths; empty with Absent::refused
  std::vector<std::string> remarks;                 // nothing wrong, but worth a look
  std::map<std::string, std::string>
      vocabularies;  // by weights' path: SHA-256 of their tokenizer's vocab.txt
};

// Throws InputError with every mistake: a dataset that is none or damaged, or lacks what trainings read
// (splits, labels), a folder of weights that is none, or is cut, of another architecture, or does not fit its
// config.json, and word pieces that its encoder cannot read, or that another vocabulary than its own
// numbered.
Examination examine(const std::string& dataset, const std::vector<sweeps::TextWeights>& weights,
                    Absent absent);

// The same of all that a sweep reads, whether every training that it may come to fits the dataset, and
// whether its searches can choose by a metric that the labels' scale has.
Examination examine(const sweeps::Sweep& sweep, Absent absent);

}  // namespace missmodal::coordinator
