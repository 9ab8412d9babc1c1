#include "results/main/command_line.h"

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/exit_code.h"

namespace missmodal::results {
namespace {

void print_line(const std::string& place, const std::string& reason) {
  std::fprintf(stderr, "%s: %s\n", place.c_str(), reason.c_str());
}

// CLI11 complains of what is missing before it looks at what it did not understand, and the second is most
// often the cause of the first: --dbb for --db.
void explain(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  if (unknown.empty()) {
    print_line(app.get_name(), error.what());
    return;
  }
  // Words that are no flags may be an unknown flag's value.
  for (const std::string& word : unknown) {
    if (word.size() > 1 && word.front() == '-') {
      print_line(app.get_name(), word + ": no such flag; --help lists them");
      return;
    }
  }
  const CLI::App* chosen = &app;
  while (!chosen->get_subcommands().empty()) chosen = chosen->get_subcommands().front();
  print_line(app.get_name(), unknown.front() + (chosen->get_require_subcommand_min() > 0
                                                    ? ": no such subcommand; --help lists them"
                                                    : ": one word too many; --help tells the usage"));
}

}  // namespace

int run_command_line(CLI::App& app, int argc, char** argv, const int& exit_code) {
  try {
    app.parse(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw RunError("standard output: cannot write");
  } catch (const CLI::Success& wish) {
    app.exit(wish);  // --help, --version
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    explain(app, error);
    return kExitBadInput;
  } catch (const InputError& error) {
    for (const Mistake& mistake : error.mistakes()) print_line(mistake.place, mistake.reason);
    return kExitBadInput;
  } catch (const std::exception& error) {
    const std::string text = error.what();  // LibTorch's goes on with its stack
    print_line(app.get_name(), text.substr(0, text.find('\n')));
    return kExitTrouble;
  }
  return exit_code;
}

}  // namespace missmodal::results
