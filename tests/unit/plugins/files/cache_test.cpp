// The cache keeps its bounds, and what it keeps is what the file held at one moment.
#include <fcntl.h>

#include <string>

#include <gtest/gtest.h>

#include "file_cache.hpp"
#include "site.hpp"
#include "temporary_folder.hpp"

namespace files {
namespace {

SharedResource resource_of(const TemporaryFolder& folder, const char* name,
                           std::size_t content_max = 1 << 16) {
  const Descriptor root(open(folder.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  auto resource = std::make_shared<Resource>();
  resource->plain = std::make_unique<const Representation>(
      open_beneath(root.get(), name, Symlinks::Inside), Labels{"text/plain", {}},
      content_max);
  return resource;
}

TEST(FilesCache, BelievesAnEntryForItsTime) {
  TemporaryFolder folder;
  folder.write("a", "1");
  FileCache cache({1 << 20, 4, 100});
  EXPECT_EQ(cache.find("a", 0).resource, nullptr);
  cache.put("a", resource_of(folder, "a"), 1000);
  EXPECT_TRUE(cache.find("a", 1099).fresh);
  EXPECT_FALSE(cache.find("a", 1100).fresh);
  EXPECT_NE(cache.find("a", 1100).resource, nullptr);
  cache.confirm("a", 1100);
  EXPECT_TRUE(cache.find("a", 1199).fresh);
  cache.drop("a");
  EXPECT_EQ(cache.find("a", 1100).resource, nullptr);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(FilesCache, TheOneNotAskedForLongestGoesFirst) {
  TemporaryFolder folder;
  folder.write("a", std::string(10'000, 'a'));
  const SharedResource one = resource_of(folder, "a");
  FileCache cache({3 * (one->bytes() + 300), 4, 100});
  for (const char* name : {"1", "2", "3"}) cache.put(name, one, 0);
  EXPECT_NE(cache.find("1", 0).resource, nullptr);
  cache.put("4", one, 0);
  EXPECT_EQ(cache.find("2", 0).resource, nullptr);
  EXPECT_NE(cache.find("1", 0).resource, nullptr);
  EXPECT_LE(cache.bytes(), 3 * (one->bytes() + 300));
}

TEST(FilesCache, DescriptorsAreBoundedAndClosed) {
  TemporaryFolder folder;
  folder.write("a", "12345");
  FileCache cache({1 << 20, 2, 100});
  for (const char* name : {"1", "2", "3"})
    cache.put(name, resource_of(folder, "a", 0), 0);
  EXPECT_EQ(cache.descriptors(), 2u);
  EXPECT_EQ(cache.find("1", 0).resource, nullptr);
  cache.drop_all();
  EXPECT_EQ(cache.descriptors(), 0u);
}

TEST(FilesCache, WhatIsLargerThanAllOfItIsNotKept) {
  TemporaryFolder folder;
  folder.write("a", std::string(10'000, 'a'));
  FileCache cache({5'000, 2, 100});
  cache.put("a", resource_of(folder, "a"), 0);
  EXPECT_EQ(cache.find("a", 0).resource, nullptr);
  EXPECT_EQ(cache.bytes(), 0u);
}

class FilesSite : public testing::Test {
 protected:
  Settings settings() const {
    Settings settings;
    settings.root = folder_.path();
    settings.try_files = {{Try::Kind::Uri, {}}, {Try::Kind::Directory, {}}};
    return settings;
  }

  static std::string content(Site& site, const char* text, std::int64_t now_ms) {
    RequestPath path;
    path.assign(text, false);
    const Found found = site.find(path, now_ms);
    return found.resource ? std::string(found.resource->plain->content()) : "none";
  }

  TemporaryFolder folder_;
};

TEST_F(FilesSite, AChangeIsSeenWhenTheEntryIsNoLongerBelieved) {
  folder_.write("a", "one");
  Site site(settings());
  EXPECT_EQ(content(site, "/a", 1), "one");
  folder_.write("b", "two");
  std::filesystem::rename(folder_.path() / "b", folder_.path() / "a");
  EXPECT_EQ(content(site, "/a", 1000), "one");
  EXPECT_EQ(content(site, "/a", 1001), "two");
  std::filesystem::remove(folder_.path() / "a");
  EXPECT_EQ(content(site, "/a", 2000), "two");
  EXPECT_EQ(content(site, "/a", 2001), "none");
}

TEST_F(FilesSite, AnUnchangedFileIsNotReadAgain) {
  folder_.write("a", "one");
  Site site(settings());
  RequestPath path;
  path.assign("/a", false);
  const SharedResource first = site.find(path, 1).resource;
  EXPECT_EQ(site.find(path, 5000).resource, first);
}

TEST_F(FilesSite, ALargeFileThatIsWrittenIsSeenAtOnce) {
  folder_.write("a", "one");
  Settings with_descriptors = settings();
  with_descriptors.cache_file_max = 0;
  Site site(with_descriptors);
  RequestPath path;
  path.assign("/a", false);
  EXPECT_EQ(site.find(path, 1).resource->plain->size(), 3);
  folder_.write("a", "longer");
  EXPECT_EQ(site.find(path, 2).resource->plain->size(), 6);
}

TEST_F(FilesSite, ARootThatIsALinkMayBeTurned) {
  folder_.write("v1/a", "one");
  folder_.write("v2/a", "two");
  std::filesystem::create_directory_symlink("v1", folder_.path() / "now");
  Settings turned = settings();
  turned.root = folder_.path() / "now";
  Site site(turned);
  EXPECT_EQ(content(site, "/a", 1), "one");
  std::filesystem::remove(folder_.path() / "now");
  std::filesystem::create_directory_symlink("v2", folder_.path() / "now");
  EXPECT_EQ(content(site, "/a", 2000), "two");
}

TEST_F(FilesSite, ARootThatIsNoFolderIsRefused) {
  Settings wrong = settings();
  wrong.root += "/none";
  EXPECT_THROW(Site site(wrong), std::runtime_error);
}

}  // namespace
}  // namespace files
