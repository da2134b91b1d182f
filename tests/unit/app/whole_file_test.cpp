#include "app/whole_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include <gmock/gmock.h>

#include "test_files.hpp"

namespace appserver::app {
namespace {

using testing::HasSubstr;

std::string text_of(const WholeFile& file) {
  return {reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()};
}

void append(const std::string& path) {
  std::ofstream(path, std::ios::app) << "x";
}

/// Waits for nothing; calls `after_read` with the number of the reading, from 1.
Patience hurried(std::function<void(int)> after_read) {
  Patience patience;
  patience.pause = {};
  patience.after_read = [after_read = std::move(after_read), n = 0]() mutable {
    after_read(++n);
  };
  return patience;
}

TEST(WholeFile, IsReadToItsEnd) {
  const TestFolder folder;
  const auto file = read_whole_file(folder.write("a", "all of it"));
  ASSERT_TRUE(file);
  EXPECT_EQ(text_of(*file), "all of it");
  EXPECT_TRUE(read_whole_file(folder.write("empty", ""))->bytes.empty());
}

TEST(WholeFile, ChangeUnderTheReadingStartsItAgain) {
  const TestFolder folder;
  const std::string path = folder.write("a", "old");
  int readings = 0;
  const auto file = read_whole_file(path, hurried([&](int n) {
                                      readings = n;
                                      if (n <= 2) append(path);
                                    }));
  ASSERT_TRUE(file);
  EXPECT_EQ(text_of(*file), "oldxx");
  EXPECT_EQ(readings, 3);
}

TEST(WholeFile, ReplacedFileIsReadWholeAsItWas) {
  const TestFolder folder;
  const std::string path = folder.write("a", "old");
  const auto file =
      read_whole_file(path, hurried([&](int n) {
                        if (n > 1) return;
                        const auto fresh = folder.write("b", "newer");
                        ASSERT_EQ(::rename(fresh.c_str(), path.c_str()), 0);
                      }));
  ASSERT_TRUE(file);
  // The name's going changes the old file's ctime, so it may also be read again; never
  // mixed.
  EXPECT_THAT(text_of(*file), testing::AnyOf("old", "newer"));
}

TEST(WholeFile, OneThatNeverRestsIsRefused) {
  const TestFolder folder;
  const std::string path = folder.write("a", "old");
  int readings = 0;
  const auto file = read_whole_file(path, hurried([&](int n) {
                                      readings = n;
                                      append(path);
                                    }));
  ASSERT_FALSE(file);
  EXPECT_EQ(readings, 5);
  EXPECT_THAT(file.error().text, HasSubstr("changed during each of 5 readings"));
}

TEST(WholeFile, OnlyRegularFilesOfBoundedSizeAreRead) {
  const TestFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("fifo").c_str(), 0600), 0);
  const std::string large = folder.write("large", "");
  ASSERT_EQ(::truncate(large.c_str(), (1L << 30) + 1), 0);
  EXPECT_THAT(read_whole_file(folder.path("fifo")).error().text,
              HasSubstr("not a regular"));
  EXPECT_THAT(read_whole_file(folder.path()).error().text, HasSubstr("not a regular"));
  EXPECT_THAT(read_whole_file("/dev/null").error().text, HasSubstr("not a regular"));
  EXPECT_THAT(read_whole_file(large).error().text, HasSubstr("larger than 1 GiB"));
  EXPECT_THAT(read_whole_file(folder.path("none")).error().text,
              HasSubstr("No such file"));
}

}  // namespace
}  // namespace appserver::app
