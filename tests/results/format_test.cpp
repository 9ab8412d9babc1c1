#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "results/sheet.h"
#include "results/table.h"

namespace missmodal::results {
namespace {

// Every kind of value, and every sign that a format must escape.
Table tricky() {
  return {.title = "A_title & more",
          .columns = {"dataset", "synthetic", "model", "remark", "rate_percent", "seeds", "planned",
                      "collapsed", "acc7", "acc7_sd", "mae", "mae_sd"},
          .rows = {{std::string("MOSI"), std::int64_t{0}, std::string("a,b \"c\" 50% {x}"),
                    std::string("loss.alpha=0.3"), std::int64_t{10}, std::int64_t{3}, std::int64_t{5},
                    std::int64_t{0}, 83.4, 1.25, 0.7, Value()},
                   {std::string("MOSI"), std::int64_t{0}, std::string("x|y\\z^~"), std::string(""),
                    std::int64_t{100}, std::int64_t{1}, std::int64_t{1}, std::int64_t{1}, 9.0, 0.5, Value(),
                    Value()}},
          .notes = {"a note_1"}};
}

TEST(Format, Text) {
  EXPECT_EQ(format(tricky(), Format::text),
            R"(A_title & more
model            remark          rate %  seeds         Acc7    MAE
------------------------------------------------------------------
a,b "c" 50% {x}  loss.alpha=0.3      10    3/5  83.40 ±1.25  0.700
x|y\z^~ †                           100    1/1   9.00 ±0.50      -
  a note_1
)");
}

// A database may hold what an earlier version took from a sweep file of another encoding.
TEST(Format, JsonOfBytesThatAreNoUtf8) {
  const Table table{.title = "", .columns = {"a"}, .rows = {{std::string("x\xB6\xE0")}}, .notes = {}};
  EXPECT_EQ(nlohmann::json::parse(format(table, Format::json)), R"([{"a": "x\ufffd\ufffd"}])"_json);
}

// Labels in [-1, 1]: the scale's own metrics, and none of the other's.
TEST(Format, ShowsTheMetricsThatThereAre) {
  Table table{
      .title = "SIMS",
      .columns = {"model", "acc2_has0", "f1_has0", "acc2_non0", "f1_non0", "acc7", "acc5", "acc3", "mae"},
      .rows = {{std::string("without"), 78.1, 77.9, Value(), Value(), Value(), 41.2, 63.4, 0.4}},
      .notes = {}};
  EXPECT_EQ(format(table, Format::text), R"(SIMS
model     Acc2     F1   Acc5   Acc3    MAE
------------------------------------------
without  78.10  77.90  41.20  63.40  0.400
)");
  table.rows = {{std::string("without"), 78.1, 77.9, 80.0, 79.8, 33.3, 41.2, Value(), 0.8}};
  EXPECT_EQ(format(table, Format::text), R"(SIMS
model    Acc2 has0  F1 has0  Acc2 non0  F1 non0   Acc7   Acc5    MAE
--------------------------------------------------------------------
without      78.10    77.90      80.00    79.80  33.30  41.20  0.800
)");
}

TEST(Format, Markdown) {
  EXPECT_EQ(format(tricky(), Format::markdown),
            R"(**A\_title &amp; more**

| model | remark | rate % | seeds | Acc7 | MAE |
|---|---|---:|---:|---:|---:|
| a,b "c" 50% {x} | loss.alpha=0.3 | 10 | 3/5 | 83.40 ±1.25 | 0.700 |
| x\|y\\z^\~ † |  | 100 | 1/1 | 9.00 ±0.50 | - |

a note\_1
)");
}

TEST(Format, Latex) {
  const std::string text = format(tricky(), Format::latex);
  EXPECT_EQ(text.substr(text.find("\\begin{table*}")),
            R"(\begin{table*}
\centering
\caption{A\_title \& more}
\smallskip
\scriptsize
\setlength{\tabcolsep}{2.5pt}
\missmodalfit{\begin{tabular}{llrrrr}
\toprule
model & remark & rate \% & seeds & Acc7 & MAE \\
\midrule
a,b ''{}c''{} 50\% \{x\} & loss.alpha=0.3 & 10 & 3/5 & 83.40{\tiny\,$\pm$1.25} & 0.700 \\
\addlinespace
x$|$y\textbackslash{}z\textasciicircum{}\textasciitilde{} $\dagger$ &  & 100 & 1/1 & 9.00{\tiny\,$\pm$0.50} & - \\
\bottomrule
\end{tabular}}

\medskip
\begin{minipage}{\textwidth}\scriptsize
a note\_1
\end{minipage}
\end{table*}
)");
}

TEST(Format, Csv) {
  EXPECT_EQ(format(tricky(), Format::csv),
            "dataset,synthetic,model,remark,rate_percent,seeds,planned,collapsed,acc7,acc7_sd,mae,mae_sd\r\n"
            "MOSI,0,\"a,b \"\"c\"\" 50% {x}\",loss.alpha=0.3,10,3,5,0,83.4,1.25,0.7,\r\n"
            "MOSI,0,x|y\\z^~,,100,1,1,1,9,0.5,,\r\n");
}

TEST(Format, JsonKeepsTypesAndTheOrderOfColumns) {
  const auto rows = nlohmann::ordered_json::parse(format(tricky(), Format::json));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].begin().key(), "dataset");
  EXPECT_EQ(rows[0].size(), 12U);
  EXPECT_TRUE(rows[0]["seeds"].is_number_integer());
  EXPECT_TRUE(rows[1]["acc7"].is_number_float());
  EXPECT_EQ(rows[0]["mae"], 0.7);
  EXPECT_TRUE(rows[0]["mae_sd"].is_null());
  EXPECT_EQ(rows[0]["model"], "a,b \"c\" 50% {x}");
}

TEST(Format, JsonOfNoRowsIsAnEmptyList) {
  Table table = tricky();
  table.rows.clear();
  EXPECT_EQ(format(table, Format::json), "[]\n");
}

TEST(Format, ShowsTheDatasetWhereThereAreSeveral) {
  Table table = tricky();
  table.rows[1][0] = std::string("MOSEI");
  EXPECT_EQ(sheet(table).columns.front().name, "dataset");
}

}  // namespace
}  // namespace missmodal::results
