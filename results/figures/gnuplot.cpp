#include "results/figures/gnuplot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "results/plain_text.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

constexpr std::chrono::seconds kLimit{60};

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "missmodal-figure-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw RunError(fmt::format("{}: mkdtemp: {}", pattern, std::strerror(errno)));
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream stream(file, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) throw RunError(fmt::format("{}: cannot write", file.string()));
}

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream || bytes.empty()) throw RunError(fmt::format("gnuplot: wrote no {}", file.filename().string()));
  return bytes;
}

// A picture holds no time: cairo's PDF does.
void remove_date(std::string& pdf) {
  constexpr std::string_view kDate = "/CreationDate (D:";
  constexpr std::string_view kNone = "19700101000000";
  const std::size_t at = pdf.find(kDate);
  if (at != std::string::npos && at + kDate.size() + kNone.size() <= pdf.size())
    pdf.replace(at + kDate.size(), kNone.size(), kNone);
}

struct Child {
  pid_t process = -1;
  int errors = -1;  // the reading end of its standard error
};

// Nothing where there is no such program.
std::optional<Child> start(const std::filesystem::path& folder, std::string script) {
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) throw RunError(fmt::format("pipe2: {}", std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], 1);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], 2);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  std::string program = "gnuplot";
  std::string no_startup_files = "-d";
  std::array<char*, 4> arguments{program.data(), no_startup_files.data(), script.data(), nullptr};
  Child child{-1, pipe[0]};
  const int code =
      posix_spawnp(&child.process, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe[1]);
  if (code == 0) return child;
  close(pipe[0]);
  if (code == ENOENT || code == EACCES || code == ENOTDIR) return std::nullopt;
  throw RunError(fmt::format("gnuplot: posix_spawnp: {}", std::strerror(code)));
}

// What it said, until it ended; it is ended at the limit.
std::pair<int, std::string> wait_for(const Child& child) {
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  std::string said;
  bool late = false;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd ready{child.errors, POLLIN, 0};
    const int count = left.count() > 0 ? poll(&ready, 1, static_cast<int>(left.count())) : 0;
    if (count < 0 && errno == EINTR) continue;
    late = count == 0;
    std::array<char, 4096> buffer{};
    const ssize_t size = count > 0 ? ::read(child.errors, buffer.data(), buffer.size()) : 0;
    if (size <= 0) break;
    if (said.size() < buffer.size()) said.append(buffer.data(), static_cast<std::size_t>(size));
  }
  close(child.errors);
  if (late) kill(child.process, SIGKILL);
  int status = 0;
  while (waitpid(child.process, &status, 0) < 0 && errno == EINTR) {
  }
  if (late) throw RunError(fmt::format("gnuplot: took longer than {} s", kLimit.count()));
  return {status, said};
}

std::string words(const std::vector<PictureKind>& kinds) {
  std::string text;
  for (const PictureKind kind : kinds) text.append(text.empty() ? "" : " ").append(suffix(kind));
  return text;
}

}  // namespace

const std::string_view kNoGnuplot = "gnuplot is not installed (Debian: gnuplot-nox)";

std::string_view suffix(PictureKind kind) {
  constexpr std::array<std::string_view, 3> kSuffixes{"svg", "pdf", "png"};
  return kSuffixes[static_cast<std::size_t>(kind)];
}

// Nothing that gnuplot, or its search for commands in backticks, for macros and for braces, could see: all of
// it is an octal escape. (Between single quotes a doubled quote at the beginning ends the string.)
std::string gnuplot_string(std::string_view text, std::size_t most) {
  std::string quoted = "\"";
  for (const char c : plain_text(text, most)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool harmless =
        byte >= 0x80 || std::isalnum(byte) != 0 || std::strchr(" .,:;()[]<>=+-*/&_|?!^~", c) != nullptr;
    quoted += harmless ? std::string(1, c) : fmt::format("\\{:03o}", byte);
  }
  return quoted + "\"";
}

std::string title_lines(const std::string& table_title, std::string_view explanation) {
  constexpr std::string_view kDataset = ". Dataset ";
  constexpr std::string_view kSynthetic = " [SYNTHETIC]";
  const std::size_t at = table_title.find(kDataset);
  std::string dataset = at == std::string::npos ? "" : table_title.substr(at + kDataset.size());
  std::string mark;
  if (dataset.ends_with(kSynthetic)) {
    dataset.resize(dataset.size() - kSynthetic.size());
    mark = "[SYNTHETIC] ";
  }
  return fmt::format(
      "title = {}.\"\\n\".{}.{}\n", gnuplot_string(table_title.substr(0, at), 110),
      gnuplot_string(mark + plain_text(dataset, 50), 80),
      gnuplot_string(dataset.empty() ? std::string(explanation) : fmt::format(": {}", explanation), 120));
}

std::string gnuplot_script(const Frame& frame) {
  // A path's first characters must not mean a pipe or a home folder.
  const std::string stem = gnuplot_string("./" + frame.name, 1000);
  return fmt::format(
      "# gnuplot draws this: {name}\n"
      "set encoding utf8\n"
      "name = {stem}\n"
      "data = name.'.dat'\n"
      "{strings}"
      "do for [kind in '{kinds}'] {{\n"
      "reset\n"
      "if (kind eq 'svg') {{ set terminal svg noenhanced size {width},{height} font 'sans-serif,13' "
      "background "
      "'#ffffff' }}\n"
      "if (kind eq 'pdf') {{ set terminal pdfcairo noenhanced size {pdf_width:.2f}in,{pdf_height:.2f}in font "
      "'sans-serif,7' linewidth .7 pointscale .6 }}\n"
      "if (kind eq 'png') {{ set terminal pngcairo noenhanced size {png_width},{png_height} font "
      "'sans-serif,20' "
      "linewidth 2 pointscale 1.4 }}\n"
      "set output name.'.'.kind\n"
      "set datafile missing 'NaN'\n"
      "{body}"
      "set output\n"
      "}}\n",
      fmt::arg("name", plain_text(frame.name, 100)), fmt::arg("stem", stem),
      fmt::arg("strings", frame.strings), fmt::arg("kinds", words(frame.kinds)),
      fmt::arg("width", frame.width), fmt::arg("height", frame.height),
      fmt::arg("pdf_width", frame.width / 150.0), fmt::arg("pdf_height", frame.height / 150.0),
      fmt::arg("png_width", 2 * frame.width), fmt::arg("png_height", 2 * frame.height),
      fmt::arg("body", frame.body));
}

std::optional<std::vector<std::string>> draw(const Plot& plot, const std::vector<PictureKind>& kinds) {
  const ScratchFolder folder;
  write(folder.path() / (plot.name + ".dat"), plot.data);
  write(folder.path() / "script.gp", plot.script);
  const auto child = start(folder.path(), "script.gp");
  if (!child) return std::nullopt;
  const auto [status, said] = wait_for(*child);
  if (status != 0)
    throw RunError(
        fmt::format("gnuplot: {}: ended with status {}: {}", plot.name, status, plain_text(said, 300)));
  std::vector<std::string> pictures;
  for (const PictureKind kind : kinds) {
    pictures.push_back(read(folder.path() / fmt::format("{}.{}", plot.name, suffix(kind))));
    if (kind == PictureKind::pdf) remove_date(pictures.back());
  }
  return pictures;
}

}  // namespace missmodal::results
