#pragma once
// The only names a pickle may call here, and what they yield: numpy's arrays, dtypes and scalars, bytes that
// protocol 2 wraps as text, and dicts of collections. No other name is known, so no other can do anything.

#include <cstdint>
#include <string>
#include <string_view>

#include "trainer/data/pickle/pickle_value.h"

namespace missmodal::trainer {

// What went wrong; pickle_reader adds the place.
struct PickleMistake {
  std::string reason;
};

// numpy.core.multiarray._reconstruct and .scalar, numpy.ndarray, numpy.dtype, _codecs.encode,
// numpy.core.numeric._frombuffer, each also under numpy._core; collections.OrderedDict and .defaultdict, and
// the builtin types that a defaultdict may be of. Throws PickleMistake naming any other.
PickleGlobal find_global(std::string_view module, std::string_view name);

// REDUCE: function(*arguments). Throws PickleMistake.
PickleValue call_global(const PickleTree& tree, PickleNode function, PickleNode arguments);

// BUILD: object.__setstate__(state), for arrays and dtypes. Throws PickleMistake.
void set_state(PickleTree& tree, PickleNode object, PickleNode state);

}  // namespace missmodal::trainer
