// missmodal-report query SQL DB

#include "results/query.h"

#include <cstdio>
#include <memory>

#include "results/main/commands.h"

namespace missmodal::results {

namespace {

struct QueryOptions {
  std::string sql;
  std::filesystem::path database;
  Format format = Format::text;
};

const std::map<std::string, Format> kQueryFormats{
    {"text", Format::text}, {"csv", Format::csv}, {"json", Format::json}};

}  // namespace

void add_query(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<QueryOptions>();
  CLI::App* command = app.add_subcommand("query", "Print what a query of your own gives; it can only read");
  command->add_option("sql", options->sql, "one SELECT, WITH or VALUES")->required()->option_text("SQL");
  command->add_option("database", options->database)->required();
  add_format(*command, options->format, "text, csv or json", kQueryFormats);
  command->callback([options] {
    const Table table = query(options->database, options->sql);
    std::fputs((options->format == Format::text ? query_text(table) : format(table, options->format)).c_str(),
               stdout);
  });
}

}  // namespace missmodal::results
