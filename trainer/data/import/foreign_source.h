#pragma once
// Files that people take for a pickle of features.

#include <string>
#include <string_view>

#include "trainer/data/pickle/source_file.h"

namespace missmodal::trainer {

// What a file that begins like this is, and what to do about it; "" for a pickle that is read, and for
// anything unknown.
std::string_view foreign_source(std::string_view start);

// InputError with that line.
void refuse_foreign(SourceFile& file);

}  // namespace missmodal::trainer
