// No name leads out of the root, by either way of opening; nothing blocks.
#include "safe_open.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace files {
namespace {

using Way = int (*)(int, const char*, Symlinks) noexcept;

class FilesSafeOpen : public testing::TestWithParam<Way> {
 protected:
  FilesSafeOpen() {
    folder_.write("root/a/b.txt", "inside");
    folder_.write("root-secret", "outside");
    folder_.write("secret", "outside");
    const auto root = folder_.path() / "root";
    std::filesystem::create_symlink("a/b.txt", root / "in");
    std::filesystem::create_symlink("../secret", root / "out");
    std::filesystem::create_symlink(folder_.path() / "secret", root / "absolute");
    std::filesystem::create_symlink("..", root / "up");
    std::filesystem::create_symlink("loop", root / "loop");
    mkfifo((root / "fifo").c_str(), 0600);
    root_ = Descriptor(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }

  int opened(const char* path, Symlinks symlinks = Symlinks::Inside) {
    const int result = GetParam()(root_.get(), path, symlinks);
    if (result < 0) return result;
    close(result);
    return 0;
  }

  TemporaryFolder folder_;
  Descriptor root_;
};

TEST_P(FilesSafeOpen, OpensWhatIsBelow) {
  EXPECT_EQ(opened("a/b.txt"), 0);
  EXPECT_EQ(opened("a//b.txt"), 0);
  EXPECT_EQ(opened("a"), 0);
  EXPECT_EQ(opened("a/"), 0);
  EXPECT_EQ(opened("."), 0);
}

TEST_P(FilesSafeOpen, SaysWhyNot) {
  EXPECT_EQ(opened("none"), -ENOENT);
  EXPECT_EQ(opened("a/none/x"), -ENOENT);
  EXPECT_EQ(opened("a/b.txt/"), -ENOTDIR);
  EXPECT_EQ(opened("a/b.txt/x"), -ENOTDIR);
  EXPECT_EQ(opened(std::string(300, 'x').c_str()), -ENAMETOOLONG);
  EXPECT_EQ(opened("loop"), -ELOOP);
}

TEST_P(FilesSafeOpen, NeverLeavesTheRoot) {
  for (const char* path : {"..", "../secret", "a/../../secret", "out", "up",
                           "up/secret", "absolute", "up/root/a/b.txt"}) {
    EXPECT_LT(opened(path), 0) << path;
    EXPECT_LT(opened(path, Symlinks::Deny), 0) << path;
  }
}

TEST_P(FilesSafeOpen, DeniedLinksAreDeniedInside) {
  EXPECT_EQ(opened("in", Symlinks::Deny), -ELOOP);
  EXPECT_EQ(opened("a/b.txt", Symlinks::Deny), 0);
}

TEST_P(FilesSafeOpen, LinksAreFollowedWhereTheyMay) {
  EXPECT_EQ(opened("in", Symlinks::Follow), 0);
  EXPECT_EQ(opened("out", Symlinks::Follow), 0);
  EXPECT_EQ(opened("absolute", Symlinks::Follow), 0);
}

INSTANTIATE_TEST_SUITE_P(ByKernel, FilesSafeOpen, testing::Values(&open_by_kernel));
INSTANTIATE_TEST_SUITE_P(ByWalk, FilesSafeOpen, testing::Values(&open_by_walk));

using FilesSafeOpenFacts = FilesSafeOpen;

TEST_P(FilesSafeOpenFacts, OnlyRegularFilesAreFiles) {
  const auto error = [this](const char* path) {
    return open_beneath(root_.get(), path, Symlinks::Inside).error;
  };
  EXPECT_EQ(error("a/b.txt"), 0);
  EXPECT_EQ(error("in"), 0);
  EXPECT_EQ(error("a"), EISDIR);
  EXPECT_EQ(error("fifo"), ENXIO);
  EXPECT_EQ(error("none"), ENOENT);
  EXPECT_EQ(open_beneath(root_.get(), "a/b.txt", Symlinks::Inside).facts.size, 6);
}

INSTANTIATE_TEST_SUITE_P(Both, FilesSafeOpenFacts, testing::Values(&open_by_kernel));

}  // namespace
}  // namespace files
