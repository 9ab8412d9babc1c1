#include "trainer/data/import/foreign_source.h"

#include <algorithm>
#include <cctype>

#include "sweeps/error.h"

namespace missmodal::trainer {
namespace {

using std::string_view_literals::operator""sv;

struct Kind {
  std::string_view start;
  std::string_view text;
};

constexpr std::string_view kTorchFile =
    "is a file of torch.save; in Python: pickle.dump(torch.load(FILE), open(NEW, 'wb'), protocol=4), "
    "tensors as numpy arrays";

constexpr Kind kKinds[] = {
    {"version https://git-lfs"sv,
     "is a pointer of Git LFS, not the file itself; `git lfs pull` in its repository fetches it"},
    {"\x1f\x8b"sv, "is compressed (gzip); unpack it first: gunzip"},
    {"BZh"sv, "is compressed (bzip2); unpack it first: bunzip2"},
    {"\xfd"
     "7zXZ\0"sv,
     "is compressed (xz); unpack it first: unxz"},
    {"\x28\xb5\x2f\xfd"sv, "is compressed (zstd); unpack it first: unzstd"},
    {"\x89HDF\r\n\x1a\n"sv,
     "is an HDF5 file (.h5, .csd, .mat); import the pickle that the CMU SDK or MMSA makes of it"},
    {"\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19."sv, kTorchFile},  // before it wrote zip archives
    {"\x93NUMPY"sv, "is one array of numpy.save; import a pickled dict of train, valid and test"},
    {"Rar!"sv, "is a RAR archive; unpack it first"},
    {"7z\xbc\xaf\x27\x1c"sv, "is a 7z archive; unpack it first"},
    {"%PDF"sv, "is a PDF, not features"},
    {"SQLite format 3\0"sv, "is a SQLite database; `missmodal-report` reads those of sweeps"},
};

constexpr std::size_t kLooked = 512;  // bytes

bool holds(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

// A zip: of torch.save, of numpy.savez, or of anything.
std::string_view zip(std::string_view start) {
  if (holds(start, "/data.pkl") || holds(start, "/byteorder") || holds(start, "/version")) return kTorchFile;
  if (holds(start, ".npy"))
    return "is a file of numpy.savez (.npz); import a pickled dict of train, valid and test";
  return "is a zip archive; unpack it first";
}

bool begins_like_html(std::string_view start) {
  std::string text(start.substr(0, 64));
  text.erase(0, text.find_first_not_of(" \t\r\n\xef\xbb\xbf"));
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head") ||
         text.starts_with("<?xml");
}

// Protocols 0 and 1 have no mark of their own; they begin with one of these for what a dataset can be.
bool begins_like_an_old_pickle(std::string_view start) {
  for (const std::string_view old : {"(dp"sv, "(lp"sv, "(d"sv, "(l"sv, "}q"sv, "]q"sv, "}."sv,
                                     "ccollections\n"sv, "cnumpy"sv, "ccopy_reg\n"sv, "(i"sv, "(c"sv}) {
    if (start.starts_with(old)) return true;
  }
  return false;
}

}  // namespace

std::string_view foreign_source(std::string_view start) {
  start = start.substr(0, kLooked);
  for (const Kind& kind : kKinds) {
    if (start.starts_with(kind.start)) return kind.text;
  }
  if (start.starts_with("PK\x03\x04")) return zip(start);
  if (begins_like_html(start))
    return "is a web page, not the file itself: the download asked for a login or a confirmation; fetch it "
           "in a "
           "browser";
  if (begins_like_an_old_pickle(start) || start.starts_with("\x80\x01"))
    return "is a pickle of protocol 0 or 1; write it again in Python: pickle.dump(data, open(NEW, 'wb'), "
           "protocol=4)";
  constexpr std::string_view kSafetensors = "{\"";
  if (start.size() > 10 && start.substr(8, 2) == kSafetensors && start[7] == '\0')
    return "is a safetensors file, perhaps a dataset already; `missmodal data inspect` shows it";
  return "";
}

void refuse_foreign(SourceFile& file) {
  std::string start(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), kLooked)), '\0');
  file.read(0, start.data(), start.size());
  const std::string_view text = foreign_source(start);
  if (!text.empty()) throw InputError(file.name(), std::string(text));
}

}  // namespace missmodal::trainer
