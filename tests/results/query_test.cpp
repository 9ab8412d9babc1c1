#include "results/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OwnQuery : public testing::Test {
 protected:
  std::string refusal(const std::string& sql) const {
    try {
      query(database_, sql);
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing";
  }

  std::filesystem::path database_ = fabricate(scratch_folder() / "a.db");
};

TEST_F(OwnQuery, GivesNamesAndValuesAsTheyAre) {
  const Table table =
      query(database_,
            "SELECT 1 AS whole, 0.5 AS number, 'a b' AS text, NULL AS missing, x'00ff' AS bytes;  -- so");
  EXPECT_THAT(table.columns, ElementsAre("whole", "number", "text", "missing", "bytes"));
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_THAT(table.rows[0],
              ElementsAre(Value(std::int64_t{1}), Value(0.5), Value("a b"), Value(), Value("00ff")));
  EXPECT_EQ(query_text(table),
            "whole  number  text  missing  bytes\n"
            "    1     0.5  a b         -  00ff\n");
}

TEST_F(OwnQuery, KnowsTheViews) {
  EXPECT_EQ(query(database_, "WITH x AS (SELECT label FROM setups) SELECT count(*) FROM x").rows.size(), 1U);
  EXPECT_EQ(query(database_, "VALUES (1), (2)").rows.size(), 2U);
  EXPECT_EQ(query(database_, "SELECT key FROM json_each('{\"a\":1}')").rows.size(), 1U);
  EXPECT_GT(query(database_, "SELECT name FROM sqlite_schema").rows.size(), 10U);
}

// Whatever it is, the file stays as it is, and no other comes to be.
TEST_F(OwnQuery, CanOnlyRead) {
  const std::string bytes = read_bytes(database_);
  const std::string other = (database_.parent_path() / "other.db").string();
  for (const std::string& sql :
       {std::string("DELETE FROM cells"), std::string("PRAGMA journal_mode = wal"), std::string("VACUUM"),
        "ATTACH '" + other + "' AS o", "VACUUM INTO '" + other + "'", std::string("CREATE TEMP TABLE t (x)"),
        std::string("BEGIN"), std::string("SELECT 1; DROP TABLE cells"),
        std::string("INSERT INTO verdict VALUES (9, 0, 0, '') RETURNING run")}) {
    EXPECT_THAT(refusal(sql), HasSubstr("query: may only read: SELECT, WITH or VALUES")) << sql;
  }
  EXPECT_THAT(refusal("SELECT load_extension('x')"), HasSubstr("not authorized"));
  EXPECT_EQ(read_bytes(database_), bytes);
  EXPECT_FALSE(std::filesystem::exists(other));
}

TEST_F(OwnQuery, SaysWhatSqliteDoesNotUnderstand) {
  EXPECT_THAT(refusal("SELEC"), HasSubstr("query: near \"SELEC\": syntax error"));
  EXPECT_THAT(refusal("SELECT absent FROM cells"), HasSubstr("query: no such column: absent"));
  EXPECT_THAT(refusal("  -- nothing"), HasSubstr("query: is empty"));
  EXPECT_THAT(refusal("SELECT 1; SELECT 2"), HasSubstr("query: is more than one query"));
  EXPECT_THAT(refusal(std::string("SELECT 1\0", 9)), HasSubstr("query: holds a zero byte"));
  EXPECT_THAT(refusal("SELECT json_extract('{', '$')"), HasSubstr("query: malformed JSON"));
}

}  // namespace
}  // namespace missmodal::results
