#pragma once
// A source file of whatever layout, opened.

#include "trainer/data/pickle/source_file.h"
#include "trainer/data/source/dataset_source.h"

namespace missmodal::trainer {

// Finds the layout out where the options do not say it. InputError with every mistake of the file; one that
// is no pickle is named as what it is, with what to do. `file` must outlive what is returned.
DatasetSource open_source(SourceFile& file, const OpenOptions& options);

}  // namespace missmodal::trainer
