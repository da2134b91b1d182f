// The configuration: each key can be refused, with its name.
#include "settings.hpp"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace files {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Settings read(const std::string& members, bool as_middleware = false) {
  return read_settings(R"({"root": "/srv")" + members + "}", as_middleware);
}

std::string refusal(const std::string& config, bool as_middleware = false) {
  try {
    read_settings(config, as_middleware);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(FilesSettings, HaveDefaults) {
  const Settings settings = read("");
  EXPECT_EQ(settings.root, "/srv");
  EXPECT_THAT(settings.index, ElementsAre("index.html"));
  EXPECT_FALSE(settings.autoindex);
  EXPECT_FALSE(settings.dot_files);
  EXPECT_EQ(settings.symlinks, Symlinks::Inside);
  EXPECT_EQ(settings.expires, std::nullopt);
  EXPECT_TRUE(settings.precompressed.empty());
  EXPECT_EQ(settings.cache_size, 32u << 20);
  EXPECT_EQ(settings.cache_file_max, 64u << 10);
  EXPECT_EQ(settings.cache_valid.count(), 1000);
  ASSERT_EQ(settings.try_files.size(), 2u);
  EXPECT_EQ(settings.try_files[0].kind, Try::Kind::Uri);
  EXPECT_EQ(settings.try_files[1].kind, Try::Kind::Directory);
}

TEST(FilesSettings, AreRead) {
  const Settings settings = read(R"(, "index": ["a.html", "b.html"], "autoindex": "on",
    "try_files": ["$uri", "$uri.html", "$uri/", "/x.html", "=410", "@app"],
    "expires": {"*": "1h", ".CSS": "7d", "js": 5}, "precompressed": ["br", "gzip", "br"],
    "dot_files": "allow", "symlinks": "follow", "types": {".X": "a/b"}, "charset": "",
    "cache_size": "2m", "cache_file_max": 0, "cache_valid": "50ms", "open_files": 7)",
                                 true);
  EXPECT_THAT(settings.index, ElementsAre("a.html", "b.html"));
  EXPECT_TRUE(settings.autoindex);
  ASSERT_EQ(settings.try_files.size(), 6u);
  EXPECT_EQ(settings.try_files[1].text, ".html");
  EXPECT_EQ(settings.try_files[3].text, "/x.html");
  EXPECT_EQ(settings.try_files[4].status, 410u);
  EXPECT_EQ(settings.try_files[5].kind, Try::Kind::App);
  EXPECT_EQ(settings.expires, 3600);
  EXPECT_EQ(settings.expires_by_extension.at("css"), 7 * 86'400);
  EXPECT_EQ(settings.expires_by_extension.at("js"), 5);
  EXPECT_THAT(settings.precompressed, ElementsAre(Coding::Brotli, Coding::Gzip));
  EXPECT_TRUE(settings.dot_files);
  EXPECT_EQ(settings.symlinks, Symlinks::Follow);
  EXPECT_EQ(settings.types.at("x"), "a/b");
  EXPECT_EQ(settings.cache_size, 2u << 20);
  EXPECT_EQ(settings.cache_valid.count(), 50);
  EXPECT_EQ(settings.open_files, 7u);
}

TEST(FilesSettings, WhatIsWrongIsNamed) {
  const auto refused = [](const std::string& member) {
    return refusal(R"({"root": "/srv", )" + member + "}");
  };
  EXPECT_THAT(refusal(""), HasSubstr("root is missing"));
  EXPECT_THAT(refusal("{}"), HasSubstr("root is missing"));
  EXPECT_THAT(refusal("[]"), HasSubstr("must be a mapping"));
  EXPECT_THAT(refusal(R"({"root": 5})"), HasSubstr("root must be"));
  EXPECT_THAT(refused(R"("rot": 1)"),
              HasSubstr("unknown key \"rot\"; known are: root, "));
  EXPECT_THAT(refused(R"("index": "a/b")"), HasSubstr("index must be"));
  EXPECT_THAT(refused(R"("autoindex": "yes")"),
              HasSubstr("autoindex must be on or off"));
  for (const char* member : {"x", "=200", "=4040", "=40", "$uri/x/", "@other"}) {
    EXPECT_THAT(refused(R"("try_files": [")" + std::string(member) + R"("])"),
                HasSubstr("try_files must be"))
        << member;
  }
  EXPECT_THAT(refused(R"("try_files": [])"), HasSubstr("not empty"));
  EXPECT_THAT(refused(R"("try_files": ["@app"])"), HasSubstr("files.so:middleware"));
  EXPECT_THAT(refused(R"("expires": "soon")"), HasSubstr("expires must be"));
  EXPECT_THAT(refused(R"("expires": -1)"), HasSubstr("expires must be"));
  EXPECT_THAT(refused(R"("precompressed": ["zstd"])"), HasSubstr("gzip and br"));
  EXPECT_THAT(refused(R"("dot_files": "hide")"), HasSubstr("dot_files must be"));
  EXPECT_THAT(refused(R"("symlinks": "yes")"), HasSubstr("inside, deny or follow"));
  EXPECT_THAT(refused(R"("types": {"a": "b"})"), HasSubstr("types must be"));
  EXPECT_THAT(refused(R"("charset": "a\r\nb")"), HasSubstr("charset must be"));
  EXPECT_THAT(refused(R"("cache_size": "9999999999999g")"),
              HasSubstr("cache_size must be"));
  EXPECT_THAT(refused(R"("cache_valid": "1w")"), HasSubstr("cache_valid must be"));
}

}  // namespace
}  // namespace files
