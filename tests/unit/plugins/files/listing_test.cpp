// Which entries of a folder are listed: those that could be asked for, and no others.
#include "listing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace files {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::vector<std::string> names(const std::filesystem::path& path, Symlinks symlinks,
                               bool dot_files = false) {
  const Descriptor folder(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::vector<std::string> all;
  for (const ListedFile& file : read_folder(folder.get(), symlinks, dot_files)) {
    all.push_back(file.name + (file.is_folder ? "/" : ""));
  }
  return all;
}

class FilesListedFolder : public testing::Test {
 protected:
  FilesListedFolder() {
    folder_.write("root/a.txt", "a");
    folder_.write("root/sub/b.txt", "b");
    folder_.write("outside.txt", "no");
  }

  void link(const char* target, const char* name) const {
    std::filesystem::create_symlink(target, root() / name);
  }

  std::filesystem::path root() const { return folder_.path() / "root"; }

  TemporaryFolder folder_;
};

TEST_F(FilesListedFolder, HoldsFilesAndFolders) {
  EXPECT_THAT(names(root(), Symlinks::Inside), UnorderedElementsAre("a.txt", "sub/"));
  EXPECT_THAT(names(root() / "sub", Symlinks::Inside), UnorderedElementsAre("b.txt"));
}

TEST_F(FilesListedFolder, DotFilesAreListedOnlyIfTheyAreServed) {
  folder_.write("root/.secret", "no");
  EXPECT_THAT(names(root(), Symlinks::Inside), UnorderedElementsAre("a.txt", "sub/"));
  EXPECT_THAT(names(root(), Symlinks::Inside, true),
              UnorderedElementsAre("a.txt", "sub/", ".secret"));
}

TEST_F(FilesListedFolder, LinksAreListedOnlyIfTheyAreFollowed) {
  link("sub/b.txt", "in");
  link("../outside.txt", "out");
  link("nowhere", "dangling");
  EXPECT_THAT(names(root(), Symlinks::Deny), UnorderedElementsAre("a.txt", "sub/"));
  EXPECT_THAT(names(root(), Symlinks::Inside),
              UnorderedElementsAre("a.txt", "sub/", "in"));
  EXPECT_THAT(names(root(), Symlinks::Follow),
              UnorderedElementsAre("a.txt", "sub/", "in", "out"));
}

TEST_F(FilesListedFolder, WhatIsNeitherFileNorFolderIsNotListed) {
  ASSERT_EQ(mkfifo((root() / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(names(root(), Symlinks::Follow), UnorderedElementsAre("a.txt", "sub/"));
}

TEST(FilesListing, SaysThatThereAreMoreThanItShows) {
  std::vector<ListedFile> entries(kMostListed, ListedFile{"a", false, 1, 0});
  EXPECT_THAT(listing_page("/", entries), Not(HasSubstr("There are more")));
  entries.push_back({"z", false, 1, 0});
  const std::string page = listing_page("/", entries);
  EXPECT_THAT(page, HasSubstr("There are more"));
  EXPECT_THAT(page, Not(HasSubstr("./z\"")));
}

}  // namespace
}  // namespace files
