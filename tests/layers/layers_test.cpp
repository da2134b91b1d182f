// The tree keeps the rules of the house; the refused twins are in rules_test.cpp.
#include <gtest/gtest.h>

#include "rules.hpp"

namespace appserver::layers_test {
namespace {

class Layers : public testing::Test {
 protected:
  std::string all(const std::function<Complaints(const SourceFile&)>& rule) const {
    std::string text;
    for (const SourceFile& file : sources_) {
      for (const std::string& complaint : rule(file)) text += complaint + "\n";
    }
    return text;
  }

  const std::string root_ = LAYERS_ROOT;
  const layers_test::Layers layers_ =
      parse_layers(read_text(root_ + "/server/layers.txt"));
  const std::vector<SourceFile> sources_ = read_sources(root_);
};

TEST_F(Layers, AreTheRoomsThatExistWithoutACycle) {
  EXPECT_EQ(check_layers(layers_, read_rooms(root_)), Complaints{});
  EXPECT_GT(sources_.size(), 10U) << "this reads the tree; where are its files?";
}

TEST_F(Layers, IncludesPointDownward) {
  EXPECT_EQ(all([&](const auto& file) { return check_rooms(layers_, file); }), "");
}

TEST_F(Layers, ServerAndSdkDoNotSeeEachOther) {
  EXPECT_EQ(all([&](const auto& file) { return check_seam(layers_, file); }), "");
}

TEST_F(Layers, DangerousThingsStayInTheirFiles) {
  EXPECT_EQ(all(check_dangers), "");
}

TEST_F(Layers, FilesAreNotTooLong) {
  EXPECT_EQ(all(check_length), "");
}

}  // namespace
}  // namespace appserver::layers_test
