// Paths of requests, and what is written into a Location or a listing.
#include <string>

#include <gtest/gtest.h>

#include "listing.hpp"
#include "request_path.hpp"

namespace files {
namespace {

std::string cleaned(std::string_view path, bool dot_files = false) {
  RequestPath to;
  return to.assign(path, dot_files) ? std::string(to.view()) : "refused";
}

TEST(FilesPath, IsKeptAsItIs) {
  for (const char* path :
       {"/", "/a", "/a/", "/a/b.txt", "/a b", "/\xFF", "/a\\b", "/~"}) {
    EXPECT_EQ(cleaned(path), path);
  }
  EXPECT_EQ(cleaned(""), "/");
}

TEST(FilesPath, EmptySegmentsAreDropped) {
  EXPECT_EQ(cleaned("//evil"), "/evil");
  EXPECT_EQ(cleaned("///a////b//"), "/a/b/");
}

TEST(FilesPath, NeverLeadsUp) {
  using namespace std::string_view_literals;
  for (const auto path : {"/.."sv, "/../a"sv, "/a/../b"sv, "/a/.."sv, "/."sv,
                          "/a/./b"sv, ".."sv, "a"sv, "*"sv, "/a\0b"sv}) {
    EXPECT_EQ(cleaned(path), "refused");
    EXPECT_EQ(cleaned(path, true), "refused");
  }
}

TEST(FilesPath, DotFilesAreThereOnlyIfAllowed) {
  EXPECT_EQ(cleaned("/.git/config"), "refused");
  EXPECT_EQ(cleaned("/a/.b"), "refused");
  EXPECT_EQ(cleaned("/..a"), "refused");
  EXPECT_EQ(cleaned("/.git/config", true), "/.git/config");
  EXPECT_EQ(cleaned("/..a", true), "/..a");
  EXPECT_EQ(cleaned("/.well-known/x"), "/.well-known/x");
  EXPECT_EQ(cleaned("/a/.well-known"), "refused");
}

TEST(FilesPath, HasItsLimits) {
  EXPECT_NE(cleaned("/" + std::string(255, 'a')), "refused");
  EXPECT_EQ(cleaned("/" + std::string(256, 'a')), "refused");
  std::string longest;
  while (longest.size() + 2 <= RequestPath::kMost) longest += "/a";
  longest += "/";
  ASSERT_EQ(longest.size(), RequestPath::kMost);
  EXPECT_EQ(cleaned(longest), longest);
  EXPECT_EQ(cleaned(longest + "a"), "refused");
  EXPECT_EQ(cleaned("/" + longest), "refused");
}

TEST(FilesPath, ScratchIsAppendedAndTakenOff) {
  RequestPath path;
  ASSERT_TRUE(path.assign("/a/", false));
  EXPECT_TRUE(path.append("b"));
  EXPECT_STREQ(path.below_root(), "a/b");
  path.shorten(3);
  EXPECT_EQ(path.view(), "/a/");
  EXPECT_FALSE(path.append(std::string(4093, 'x')));
  EXPECT_EQ(path.view(), "/a/");
  ASSERT_TRUE(path.assign("/", false));
  EXPECT_STREQ(path.below_root(), ".");
}

TEST(FilesPath, IsEncodedSoThatNothingElseIsReadInIt) {
  EXPECT_EQ(percent_encoded("/a b/\xC3\xA9?#%\\\"<\r\n"),
            "/a%20b/%C3%A9%3F%23%25%5C%22%3C%0D%0A");
  EXPECT_EQ(percent_encoded("/aZ09-._~"), "/aZ09-._~");
}

TEST(FilesListing, IsSortedAndEscaped) {
  const std::string page = listing_page(
      "/<d>/",
      {{"b&<script>\".txt", false, 5, 0}, {"a\xFF", false, 1, 0}, {"z", true, 0, 0}});
  EXPECT_EQ(page.find("<script>"), std::string::npos);
  EXPECT_NE(page.find("<h1>Index of /&lt;d&gt;/</h1>"), std::string::npos);
  EXPECT_NE(page.find("href=\"../\""), std::string::npos);
  EXPECT_NE(
      page.find("href=\"./b%26%3Cscript%3E%22.txt\">b&amp;&lt;script&gt;&quot;.txt"),
      std::string::npos);
  EXPECT_NE(page.find("href=\"./a%FF\">a\xEF\xBF\xBD</a>"), std::string::npos);
  EXPECT_LT(page.find("./z/"), page.find("./a%FF"));
  EXPECT_LT(page.find("./a%FF"), page.find("./b"));
}

TEST(FilesListing, OfTheRootHasNoWayUp) {
  EXPECT_EQ(listing_page("/", {}).find("../"), std::string::npos);
}

}  // namespace
}  // namespace files
