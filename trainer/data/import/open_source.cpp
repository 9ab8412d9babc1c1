#include "trainer/data/import/open_source.h"

#include <fmt/format.h>

#include "sweeps/error.h"
#include "trainer/data/cmu/cmu_source.h"
#include "trainer/data/import/foreign_source.h"
#include "trainer/data/mmsa/mmsa_source.h"
#include "trainer/data/pickle/pickle_reader.h"
#include "trainer/data/tuples/tuples_source.h"

namespace missmodal::trainer {
namespace {

SourceLayout layout_of(const PickleTree& tree, const OpenOptions& options) {
  if (options.layout) return *options.layout;
  if (is_tuples(tree, options)) return SourceLayout::tuples;
  return is_cmu(tree, options) ? SourceLayout::cmu : SourceLayout::mmsa;
}

}  // namespace

DatasetSource open_source(SourceFile& file, const OpenOptions& options) {
  refuse_foreign(file);
  const PickleTree tree = read_pickle(file);
  const SourceLayout layout = layout_of(tree, options);
  const bool is_dict = tree.get<PickleDict>(tree.root) != nullptr;
  if (!is_dict && (layout != SourceLayout::tuples || entries_of(tree, tree.root) == nullptr)) {
    throw InputError(file.name(), fmt::format("holds {}, expected a dict of train, valid and test",
                                              kind_name(tree.at(tree.root))));
  }
  switch (layout) {
    case SourceLayout::tuples:
      return open_tuples(file, tree, options);
    case SourceLayout::cmu:
      return open_cmu(file, tree, options);
    case SourceLayout::mmsa:
      break;
  }
  return open_mmsa(file, tree, options);
}

}  // namespace missmodal::trainer
