// Types by extension.
#include "media_type.hpp"

#include <gtest/gtest.h>

namespace files {
namespace {

TEST(FilesMediaType, FollowsTheExtension) {
  const MediaTypes types({}, "utf-8");
  EXPECT_EQ(types.of("/index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(types.of("/A.HTML"), "text/html; charset=utf-8");
  EXPECT_EQ(types.of("/a.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(types.of("/a.json"), "application/json");
  EXPECT_EQ(types.of("/a.b.png"), "image/png");
  EXPECT_EQ(types.of("/a.wasm"), "application/wasm");
  EXPECT_EQ(types.of("/a.7z"), "application/x-7z-compressed");
  EXPECT_EQ(types.of("/a.zst"), "application/zstd");
}

TEST(FilesMediaType, IsUnknownForTheRest) {
  const MediaTypes types({}, "utf-8");
  for (const char* path : {"/README", "/a.", "/html", "/d.html/a", "/a.html.",
                           "/a.averyveryverylongextension"}) {
    EXPECT_EQ(types.of(path), kUnknownMedia) << path;
  }
}

TEST(FilesMediaType, TheConfigurationComesFirst) {
  const MediaTypes types({{"html", "text/x-own"}, {"q", "a/b"}}, "");
  EXPECT_EQ(types.of("/a.Html"), "text/x-own");
  EXPECT_EQ(types.of("/a.q"), "a/b");
  EXPECT_EQ(types.of("/a.css"), "text/css");
}

TEST(FilesMediaType, ATypeThatNamesItsCharsetKeepsIt) {
  const MediaTypes types({{"t", "text/plain; charset=latin1"}}, "utf-8");
  EXPECT_EQ(types.of("/a.t"), "text/plain; charset=latin1");
}

}  // namespace
}  // namespace files
