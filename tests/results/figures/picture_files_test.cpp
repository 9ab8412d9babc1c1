#include "results/figures/picture_files.h"

#include <gtest/gtest.h>

#include "sweeps/error.h"

namespace missmodal::results {
namespace {

TEST(PictureFiles, EndAsWhatTheyAre) {
  EXPECT_EQ(picture_kind("a/b.pdf"), PictureKind::pdf);
  EXPECT_EQ(picture_kind("b.PNG"), PictureKind::png);
  EXPECT_EQ(picture_kind("b.svg"), PictureKind::svg);
  for (const char* name : {"b", "b.jpg", "pdf", ".pdf", "b.pdfx", "b\n.pdf"})
    EXPECT_THROW(picture_kind(name), InputError) << name;
}

TEST(PictureFiles, SvgElementsOfOnePageKeepApart) {
  const std::string svg =
      "<?xml version=\"1.0\"?>\n<svg \n width=\"9\" height=\"6\"\n viewBox=\"0 0 9 6\"\n "
      "xmlns=\"http://x\">\n"
      "<title>Gnuplot</title>\n<g id=\"canvas\"><path id='p'/><use xlink:href='#p'/><g "
      "clip-path=\"url(#c)\"></g></g></svg>\n";
  EXPECT_EQ(
      svg_element(svg, "f", "a < b"),
      "<svg viewBox=\"0 0 9 6\" role=\"img\" aria-label=\"a &lt; b\">\n\n"
      "<g id=\"f_canvas\"><path id='f_p'/><use href='#f_p'/><g clip-path=\"url(#f_c)\"></g></g></svg>\n");
}

}  // namespace
}  // namespace missmodal::results
