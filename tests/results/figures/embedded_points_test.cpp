#include "results/figures/embedded_points.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

#include "results/tsne/tsne.h"
#include "sweeps/error.h"

namespace missmodal::results {
namespace {

std::string hexadecimal(const std::vector<float>& numbers) {
  std::string text;
  for (const float number : numbers) {
    const auto bits = std::bit_cast<std::uint32_t>(number);
    for (int byte = 0; byte < 4; ++byte) text += fmt::format("{:02x}", bits >> 8 * byte & 255);
  }
  return text;
}

class EmbeddedPoints : public ::testing::Test {
 protected:
  void add(const std::string& moment, const std::string& vector) {
    table_.rows.push_back(
        {std::string("MOSI"), std::string("MissModal"), std::string(""), std::int64_t{1111}, moment, vector});
  }

  std::string refusal() const {
    try {
      embedded_points(table_);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  Table table_{.title = "Figure 7",
               .columns = {"dataset", "model", "remark", "seed", "moment", "vector"},
               .rows = {},
               .notes = {"a note"}};
};

TEST_F(EmbeddedPoints, PlacesEachMomentByItself) {
  const std::vector<std::vector<float>> before{{0, 1}, {2, -3.5F}, {1e-20F, 4}};
  for (const auto& vector : before) add("before", hexadecimal(vector));
  add("after", hexadecimal({5, 6}));
  const Table points = embedded_points(table_);
  EXPECT_EQ(points.columns,
            (std::vector<std::string>{"dataset", "model", "remark", "seed", "moment", "x", "y"}));
  EXPECT_EQ(points.notes, table_.notes);
  ASSERT_EQ(points.rows.size(), 4U);
  const auto places = tsne(std::vector<float>{0, 1, 2, -3.5F, 1e-20F, 4}, 2);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(points.rows[i].size(), 7U);
    for (std::size_t k = 0; k < 2; ++k)
      EXPECT_NEAR(std::get<double>(points.rows[i][5 + k]), places[i][k], 0.51e-4);
  }
  EXPECT_EQ(points.rows[3][5], Value(0.0));  // alone
  table_.rows.clear();
  EXPECT_TRUE(embedded_points(table_).rows.empty());
}

TEST_F(EmbeddedPoints, RefusesWhatIsDamaged) {
  add("before", hexadecimal({0, 1}));
  add("before", hexadecimal({0}));
  EXPECT_EQ(refusal(), "MOSI: its representations before training are cut");
  for (const std::string vector : {"", "0011", "00000g00", "000080ff", "0000c07f"}) {
    table_.rows.clear();
    add("after", vector);
    EXPECT_NE(refusal(), "") << vector;
  }
  table_.rows.clear();
  for (std::size_t i = 0; i <= kMostTsnePoints; ++i) add("after", "00000000");
  EXPECT_EQ(refusal(), "MOSI: its representations after training are more than 2000");
}

}  // namespace
}  // namespace missmodal::results
