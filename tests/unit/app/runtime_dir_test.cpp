#include "app/runtime_dir.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>

#include "app/module_store.hpp"
#include "test_files.hpp"

namespace appserver::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

unsigned mode_of(const std::string& path) {
  struct stat status {};

  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

/// What a server leaves that is killed: nobody holds the lock of `owner`.
std::string left_behind(const TestFolder& parent, const std::string& name) {
  std::filesystem::create_directory(parent.path(name));
  for (const char* file :
       {"/module-1-2-3-a.so", "/candidate-1.yaml", "/owner", "/owner.new"}) {
    parent.write(name + file, "");
  }
  return parent.path(name);
}

TEST(RuntimeDir, IsAFreshFolderOfOurOwn) {
  const TestFolder parent;
  const auto first = make_runtime_dir(parent.path());
  const auto second = make_runtime_dir(parent.path());
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second) << "two servers may share one runtime_dir";
  EXPECT_THAT(*first, StartsWith(parent.path() + "/"));
  EXPECT_EQ(mode_of(*first), 0700U);
}

TEST(RuntimeDir, WantedFolderIsMade) {
  const TestFolder parent;
  ASSERT_TRUE(make_runtime_dir(parent.path("wanted")));
  EXPECT_EQ(mode_of(parent.path("wanted")), 0700U);
}

TEST(RuntimeDir, WithoutAWishItLiesInTheTemporaryFolder) {
  const auto folder = make_runtime_dir("");
  ASSERT_TRUE(folder) << folder.error().text;
  EXPECT_EQ(mode_of(*folder), 0700U);
  remove_runtime_dir(*folder);
  EXPECT_FALSE(std::filesystem::exists(*folder));
}

TEST(RuntimeDir, RefusesAFolderThatOthersMayWriteTo) {
  const TestFolder parent;
  for (const mode_t mode : {0770U, 0707U}) {
    ASSERT_EQ(::chmod(parent.path().c_str(), mode), 0);
    const auto folder = make_runtime_dir(parent.path());
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().exit_code, ExitCode::WorkerBoot);
    EXPECT_THAT(folder.error().text, HasSubstr("chmod go-w"));
  }
}

TEST(RuntimeDir, RefusesWhatIsNoFolder) {
  const TestFolder parent;
  EXPECT_THAT(make_runtime_dir(parent.write("file", "")).error().text,
              HasSubstr("not a folder"));
  EXPECT_THAT(make_runtime_dir("/proc/nowhere").error().text,
              HasSubstr("No such file"));
}

TEST(RuntimeDir, RefusesAFolderThatIsMountedNoexec) {
  struct statvfs file_system {};

  const bool is_noexec =
      ::statvfs("/proc", &file_system) == 0 && (file_system.f_flag & ST_NOEXEC) != 0;
  const auto folder =
      make_runtime_dir("/proc/self");  // ours, by its owner and its mode
  ASSERT_FALSE(folder);
  // Elsewhere it is refused all the same: nobody can make a folder there.
  EXPECT_THAT(folder.error().text,
              HasSubstr(is_noexec ? "mounted noexec" : "/proc/self"));
}

TEST(RuntimeDir, OnlyCopiesAreRemoved) {
  const TestFolder parent;
  const std::string folder = *make_runtime_dir(parent.path());
  const auto copy = copy_module(test_app("wrong_callable"), folder);
  const std::string other =
      parent.write(folder.substr(parent.path().size() + 1) + "/a.so", "");
  ASSERT_TRUE(copy);
  remove_runtime_dir(folder);
  EXPECT_FALSE(std::filesystem::exists(copy->path));
  EXPECT_TRUE(std::filesystem::exists(other));
  std::filesystem::remove(other);
  remove_runtime_dir(folder);
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(RuntimeDir, WhatAKilledServerLeftIsSwept) {
  const TestFolder parent;
  const std::string left = left_behind(parent, "appserver-aB3xY9");
  ASSERT_TRUE(make_runtime_dir(parent.path()));
  EXPECT_FALSE(std::filesystem::exists(left));
}

TEST(RuntimeDir, WhatMayBeAnothersIsNotSwept) {
  const TestFolder parent;
  const std::string held = *make_runtime_dir(parent.path());
  const std::string copy =
      parent.write(held.substr(parent.path().size() + 1) + "/module-1-2-3-a.so", "");
  const std::string longer = left_behind(parent, "appserver-aB3xY9z");
  const std::string unlocked = left_behind(parent, "appserver-aB3xY9");
  std::filesystem::remove(unlocked + "/owner");  // one that is being made
  const TestFolder elsewhere;
  const std::string target = left_behind(elsewhere, "target");
  std::filesystem::create_symlink(target, parent.path("appserver-linked"));
  ASSERT_TRUE(make_runtime_dir(parent.path()));
  for (const std::string& path : {copy, longer + "/owner", unlocked, target + "/owner"})
    EXPECT_TRUE(std::filesystem::exists(path)) << path;
}

TEST(RuntimeDir, AFileThatIsNotOursSavesTheFolder) {
  const TestFolder parent;
  const std::string left = left_behind(parent, "appserver-aB3xY9");
  parent.write("appserver-aB3xY9/letter.txt", "");
  ASSERT_TRUE(make_runtime_dir(parent.path()));
  EXPECT_TRUE(std::filesystem::exists(left + "/letter.txt"));
}

}  // namespace
}  // namespace appserver::app
