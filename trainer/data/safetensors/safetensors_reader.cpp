#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/character.h"
#include "trainer/data/safetensors/foreign_file.h"
#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLongestHeader = 100'000'000;  // the limit of the format's own library

struct Name {
  DType dtype;
  std::string_view text;
  std::size_t size;
};
constexpr Name kNames[] = {
    {DType::F64, "F64", 8}, {DType::F32, "F32", 4},   {DType::F16, "F16", 2}, {DType::BF16, "BF16", 2},
    {DType::I64, "I64", 8}, {DType::I32, "I32", 4},   {DType::I16, "I16", 2}, {DType::I8, "I8", 1},
    {DType::U8, "U8", 1},   {DType::BOOL, "BOOL", 1},
};

const Name& entry(DType dtype) {
  return *std::find_if(std::begin(kNames), std::end(kNames), [&](const Name& n) { return n.dtype == dtype; });
}

// JSON that keeps of two equal keys the last would hide a tensor; nesting past what the format has is an
// attack.
json parse_header(std::string_view text, const std::string& file) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > 3) throw InputError(file, "the header nests deeper than the format allows");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
      throw InputError(file,
                       fmt::format("the header names '{}' twice", printable(parsed.get<std::string>())));
    }
    return true;
  };
  try {
    return json::parse(text, check);
  } catch (const json::exception& error) {
    throw InputError(file, fmt::format("the header is not JSON: {}", printable(error.what())));
  }
}

struct Layout {
  std::map<std::string, TensorView> tensors;
  std::map<std::string, std::string> metadata;
};

TensorView parse_tensor(const json& value, std::span<const std::byte> data, const std::string& place) {
  const auto field = [&](const char* key) -> const json& {
    if (!value.is_object() || !value.contains(key)) throw InputError(place, fmt::format("has no '{}'", key));
    return value[key];
  };
  TensorView view;
  const json& dtype = field("dtype");
  const auto known = std::find_if(std::begin(kNames), std::end(kNames), [&](const Name& n) {
    return dtype.is_string() && dtype.get_ref<const std::string&>() == n.text;
  });
  if (known == std::end(kNames))
    throw InputError(place, "has an unknown dtype " + printable(dtype.dump(-1, ' ', true)));
  view.dtype = known->dtype;
  const json& shape = field("shape");
  if (!shape.is_array()) throw InputError(place, "has a shape that is not a list");
  std::int64_t bytes = static_cast<std::int64_t>(known->size);
  for (const json& size : shape) {
    if (!size.is_number_unsigned())
      throw InputError(place, "has a shape that holds something else than sizes");
    const auto number = size.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(INT64_MAX)) throw InputError(place, "has a size past 2^63");
    view.shape.push_back(static_cast<std::int64_t>(number));
    if (__builtin_mul_overflow(bytes, view.shape.back(), &bytes)) {
      throw InputError(place, "has a shape past 2^63 bytes");
    }
  }
  const json& offsets = field("data_offsets");
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    throw InputError(place, "has data_offsets that are not two offsets");
  }
  const auto begin = offsets[0].get<std::uint64_t>();
  const auto end = offsets[1].get<std::uint64_t>();
  if (begin > end || end > data.size()) {
    throw InputError(
        place, fmt::format("lies at bytes {} to {} of {}: truncated or damaged", begin, end, data.size()));
  }
  if (end - begin != static_cast<std::uint64_t>(bytes)) {
    throw InputError(place, fmt::format("has {} bytes, but dtype and shape need {}", end - begin, bytes));
  }
  view.bytes = data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  return view;
}

// Every byte of the data belongs to exactly one tensor.
void check_cover(const Layout& layout, std::span<const std::byte> data, const std::string& file) {
  std::vector<std::pair<const std::string*, const TensorView*>> order;
  for (const auto& [name, view] : layout.tensors) order.emplace_back(&name, &view);
  const auto begin_of = [&](const TensorView& view) { return view.bytes.data() - data.data(); };
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return std::pair(begin_of(*a.second), a.second->bytes.size()) <
           std::pair(begin_of(*b.second), b.second->bytes.size());
  });
  std::ptrdiff_t covered = 0;
  for (const auto& [name, view] : order) {
    const std::string place = file + ": " + printable(*name);
    if (begin_of(*view) < covered) throw InputError(place, "overlaps another tensor");
    if (begin_of(*view) > covered) throw InputError(place, "leaves a gap before it");
    covered = begin_of(*view) + static_cast<std::ptrdiff_t>(view->bytes.size());
  }
  if (covered != static_cast<std::ptrdiff_t>(data.size())) {
    throw InputError(file, fmt::format("has {} bytes after the last tensor",
                                       static_cast<std::ptrdiff_t>(data.size()) - covered));
  }
}

Layout parse_layout(std::span<const std::byte> file_bytes, const std::string& file) {
  std::uint64_t header_size = 0;
  const bool too_short = file_bytes.size() < sizeof(header_size);
  if (!too_short) std::memcpy(&header_size, file_bytes.data(), sizeof(header_size));
  if (too_short || header_size > kLongestHeader || header_size > file_bytes.size() - sizeof(header_size)) {
    const std::string_view kind = foreign_file(file_bytes);
    if (!kind.empty()) throw InputError(file, std::string(kind));
  }
  if (too_short) throw InputError(file, "is too short for a safetensors file");
  if (header_size > kLongestHeader || header_size > file_bytes.size() - sizeof(header_size)) {
    if (header_size <= kLongestHeader && file_bytes.size() > sizeof(header_size) &&
        file_bytes[sizeof(header_size)] == std::byte{'{'}) {
      throw InputError(file,
                       fmt::format("is cut short within its header: has {} of the {} bytes up to its end",
                                   file_bytes.size(), header_size + sizeof(header_size)));
    }
    throw InputError(
        file, fmt::format("announces a header of {} bytes in a file of {}: truncated, or no safetensors "
                          "file",
                          header_size, file_bytes.size()));
  }
  const std::string_view text(reinterpret_cast<const char*>(file_bytes.data()) + sizeof(header_size),
                              static_cast<std::size_t>(header_size));
  const auto data = file_bytes.subspan(sizeof(header_size) + static_cast<std::size_t>(header_size));
  const json header = parse_header(text, file);
  if (!header.is_object()) throw InputError(file, "the header is not a JSON object");
  Layout layout;
  for (const auto& [name, value] : header.items()) {
    if (name != "__metadata__") {
      layout.tensors.emplace(name, parse_tensor(value, data, file + ": " + printable(name)));
      continue;
    }
    if (value.is_null()) continue;  // written by who has none
    if (!value.is_object()) throw InputError(file, "__metadata__ is not a JSON object");
    for (const auto& [key, content] : value.items()) {
      if (!content.is_string())
        throw InputError(file, fmt::format("__metadata__.{} is no string", printable(key)));
      layout.metadata.emplace(key, content.get<std::string>());
    }
  }
  check_cover(layout, data, file);
  return layout;
}

}  // namespace

std::size_t size_of(DType dtype) {
  return entry(dtype).size;
}
std::string_view name(DType dtype) {
  return entry(dtype).text;
}

bool is_floating(DType dtype) {
  return dtype == DType::F64 || dtype == DType::F32 || dtype == DType::F16 || dtype == DType::BF16;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

std::int64_t TensorView::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

struct SafetensorsFile::Mapping {
  std::filesystem::path path;
  void* address = nullptr;
  std::size_t size = 0;
  Layout layout;

  explicit Mapping(const std::filesystem::path& file) : path(file) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
      throw InputError(path.string(), fmt::format("cannot be opened: {}", std::strerror(errno)));
    struct stat status {};
    const bool known = ::fstat(descriptor, &status) == 0;
    const bool regular = known && S_ISREG(status.st_mode);
    size = regular ? static_cast<std::size_t>(status.st_size) : 0;
    if (size > 0) address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    const int code = errno;
    ::close(descriptor);
    if (known && S_ISDIR(status.st_mode)) throw InputError(path.string(), "is a folder, not a file");
    if (!regular) throw InputError(path.string(), "is not a regular file");
    if (address == MAP_FAILED)
      throw RunError(fmt::format("{}: mmap: {}", path.string(), std::strerror(code)));
  }
  ~Mapping() {
    if (address != nullptr) ::munmap(address, size);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
};

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : mapping_(std::make_unique<Mapping>(path)) {
  mapping_->layout =
      parse_layout({static_cast<const std::byte*>(mapping_->address), mapping_->size}, path.string());
}
SafetensorsFile::~SafetensorsFile() = default;
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;

const std::filesystem::path& SafetensorsFile::path() const {
  return mapping_->path;
}
const std::map<std::string, TensorView>& SafetensorsFile::tensors() const {
  return mapping_->layout.tensors;
}
const std::map<std::string, std::string>& SafetensorsFile::metadata() const {
  return mapping_->layout.metadata;
}

const TensorView& SafetensorsFile::tensor(const std::string& name) const {
  const auto found = tensors().find(name);
  if (found == tensors().end()) throw InputError(path().string() + ": " + name, "there is no such tensor");
  return found->second;
}

namespace {

template <typename T>
std::span<const T> typed(const SafetensorsFile& file, const std::string& tensor_name, DType dtype,
                         std::size_t rank) {
  const TensorView& view = file.tensor(tensor_name);
  const std::string place = file.path().string() + ": " + tensor_name;
  if (view.dtype != dtype)
    throw InputError(place, fmt::format("is {}, expected {}", name(view.dtype), name(dtype)));
  if (view.shape.size() != rank) {
    throw InputError(place, fmt::format("has {} dimensions, expected {}", view.shape.size(), rank));
  }
  if (reinterpret_cast<std::uintptr_t>(view.bytes.data()) % alignof(T) != 0) {
    throw InputError(place, "does not begin at a multiple of its element size");
  }
  return {reinterpret_cast<const T*>(view.bytes.data()), view.bytes.size() / sizeof(T)};
}

}  // namespace

std::span<const float> SafetensorsFile::floats(const std::string& name, std::size_t rank) const {
  return typed<float>(*this, name, DType::F32, rank);
}
std::span<const std::int32_t> SafetensorsFile::ints(const std::string& name, std::size_t rank) const {
  return typed<std::int32_t>(*this, name, DType::I32, rank);
}
const std::string& SafetensorsFile::metadata(const std::string& key) const {
  const auto found = metadata().find(key);
  if (found == metadata().end())
    throw InputError(path().string(), fmt::format("__metadata__ has no '{}'", key));
  return found->second;
}

}  // namespace missmodal::trainer
