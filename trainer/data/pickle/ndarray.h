#pragma once
// A numpy array inside a pickle, read piece by piece as numbers or strings of ours.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trainer/data/pickle/array_bytes.h"
#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"

namespace missmodal::trainer {

inline constexpr std::size_t kMaxColumnText = 100'000'000;  // bytes of all strings of one column together

// Everything of one array that is read: `place` is named by every InputError ("mosi.pkl: train.audio").
class NdArray {
 public:
  // Throws InputError where the value is no array, is of a dtype that is not read, or its data does not fit
  // its shape.
  NdArray(SourceFile& file, const PickleTree& tree, PickleNode node, std::string place);

  const std::string& place() const { return place_; }
  const std::vector<std::int64_t>& shape() const { return array_.shape; }
  std::int64_t rows() const { return array_.shape[0]; }  // the first dimension
  std::int64_t row_elements() const { return row_elements_; }
  bool fortran() const { return array_.fortran && array_.shape.size() > 1; }
  std::uint64_t offset() const { return bytes_->offset(); }  // in the file, for reading arrays in its order
  std::uint64_t bytes() const { return bytes_->size(); }
  bool is_text() const { return array_.dtype.kind == 'U' || array_.dtype.kind == 'S'; }
  bool is_half() const { return array_.dtype.kind == 'f' && array_.dtype.size == 2; }

  // How many rows read_rows should get at once: a few MiB; in Fortran order, where a row lies scattered, 64
  // MiB.
  std::int64_t rows_at_once() const;

  // Rows first .. first + count in C order, whatever the file's. Precondition: within rows(), not text.
  void read_rows(std::int64_t first, std::int64_t count, float* out);
  void read_rows(std::int64_t first, std::int64_t count, double* out);

  // Elements first .. first + count in memory order. Precondition: not text, not Fortran order.
  void read_elements(std::int64_t first, std::int64_t count, float* out);

  void read_first(double* out);          // the first element
  std::vector<double> numbers();         // all of them
  std::vector<std::string> strings();    // of a <U or S array, all of them
  void forget_buffer() { piece_ = {}; }  // of the latest read: who holds many arrays

 private:
  template <typename Out>
  void read_any(std::int64_t first, std::int64_t count, Out* out);
  template <typename Out>
  void decode(std::int64_t first_element, std::int64_t count, Out* out);
  template <typename Out>
  void gather(std::int64_t first, std::int64_t count, Out* out);

  std::string place_;
  PickleArray array_;
  std::int64_t row_elements_ = 1;
  std::unique_ptr<ArrayBytes> bytes_;
  std::vector<char> piece_;
};

}  // namespace missmodal::trainer
