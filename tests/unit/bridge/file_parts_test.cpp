// Parts of a body from files: which are taken, and where they stand among the bytes of
// the queue.
#include "bridge/file_parts.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include <gtest/gtest.h>

namespace appserver::bridge {
namespace {

/// A file in memory that holds `text`.
UniqueFd file_of(const std::string& text) {
  UniqueFd fd(::memfd_create("part", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), text.data(), text.size()),
            static_cast<ssize_t>(text.size()));
  return fd;
}

FilePart part_of(const UniqueFd& fd, std::int64_t offset, std::int64_t length) {
  FilePart part;
  EXPECT_EQ(FilePart::open(fd.get(), offset, length, part), GW_OK);
  return part;
}

TEST(FilePart, TakesWhatTheFileHas) {
  const UniqueFd fd = file_of("0123456789");
  EXPECT_EQ(part_of(fd, 0, -1).left(), 10U);
  EXPECT_EQ(part_of(fd, 3, -1).left(), 7U);
  EXPECT_EQ(part_of(fd, 3, 4).left(), 4U);
  EXPECT_EQ(part_of(fd, 10, 0).left(), 0U);
}

TEST(FilePart, RefusesWhatItHasNot) {
  const UniqueFd fd = file_of("0123456789");
  FilePart part;
  EXPECT_EQ(FilePart::open(fd.get(), 11, -1, part), GW_E_INVALID);
  EXPECT_EQ(FilePart::open(fd.get(), 0, 11, part), GW_E_INVALID);
  EXPECT_EQ(FilePart::open(fd.get(), -1, 1, part), GW_E_INVALID);
  EXPECT_EQ(FilePart::open(fd.get(), 0, -2, part), GW_E_INVALID);
  EXPECT_EQ(FilePart::open(fd.get(), INT64_MAX, INT64_MAX, part), GW_E_INVALID);
  EXPECT_EQ(FilePart::open(-1, 0, -1, part), GW_E_INVALID);
  const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(FilePart::open(null.get(), 0, 0, part), GW_E_INVALID);
  EXPECT_LT(part.fd(), 0);
}

TEST(FilePart, HasADescriptorOfItsOwnAndReadsOnWhereItWas) {
  UniqueFd fd = file_of("0123456789");
  FilePart part = part_of(fd, 2, 5);
  fd.reset();
  char bytes[4];
  EXPECT_EQ(part.read(bytes, 4), 4);
  EXPECT_EQ(std::string(bytes, 4), "2345");
  EXPECT_EQ(part.read(bytes, 4), 1);
  EXPECT_EQ(bytes[0], '6');
  EXPECT_EQ(part.read(bytes, 4), 0);
}

TEST(FilePart, AFileThatHasBecomeShorterCannotBeRead) {
  const UniqueFd fd = file_of("0123456789");
  FilePart part = part_of(fd, 5, 5);
  ASSERT_EQ(::ftruncate(fd.get(), 5), 0);
  char byte = 0;
  EXPECT_EQ(part.read(&byte, 1), GW_E_APP);
}

TEST(FileParts, EachStandsBehindTheBytesThatCameBefore) {
  const UniqueFd fd = file_of("0123456789");
  FileParts parts;
  parts.add(part_of(fd, 0, 3), 7);
  parts.add(part_of(fd, 3, 4), 12);
  parts.add(part_of(fd, 7, 1), 12);
  EXPECT_EQ(parts.left(), 8U);
  EXPECT_EQ(parts.queued_before(), 7U);
  parts.note_queue_left(7);
  EXPECT_EQ(parts.queued_before(), 0U);
  parts.note_file_left(2);
  EXPECT_EQ(parts.first().offset(), 2);
  parts.note_file_left(1);
  EXPECT_EQ(parts.queued_before(), 5U);
  parts.add(part_of(fd, 8, 2), 9);  // five of before are still queued
  parts.note_queue_left(5);
  parts.note_file_left(4);
  EXPECT_EQ(parts.queued_before(), 0U);
  parts.note_file_left(1);
  EXPECT_EQ(parts.queued_before(), 4U);
  EXPECT_EQ(parts.left(), 2U);
}

TEST(FileParts, HoldsSixteenAndGoesRound) {
  const UniqueFd fd = file_of("0123456789");
  FileParts parts;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < FileParts::kMost; ++i) {
      EXPECT_FALSE(parts.is_full());
      parts.add(part_of(fd, 0, 1), 0);
    }
    EXPECT_TRUE(parts.is_full());
    for (std::size_t i = 0; i < FileParts::kMost; ++i) parts.note_file_left(1);
    EXPECT_TRUE(parts.empty());
    parts.add(part_of(fd, 0, 1), 0);  // so that the next round begins elsewhere
    parts.note_file_left(1);
  }
}

TEST(FileParts, ClearClosesAll) {
  const UniqueFd fd = file_of("0123456789");
  FileParts parts;
  parts.add(part_of(fd, 0, 5), 3);
  const int own = parts.first().fd();
  parts.clear();
  EXPECT_TRUE(parts.empty());
  EXPECT_EQ(parts.left(), 0U);
  EXPECT_EQ(::fcntl(own, F_GETFD), -1);
  parts.add(part_of(fd, 0, 5), 2);
  EXPECT_EQ(parts.queued_before(), 2U);
}

}  // namespace
}  // namespace appserver::bridge
