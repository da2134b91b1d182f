// From a request's fields and a file to status, head and bytes.
#include "plan.hpp"

#include <fcntl.h>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pieces.hpp"
#include "temporary_folder.hpp"

namespace files {
namespace {

using ::testing::ElementsAre;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::int64_t kNow = 1'800'000'000;
constexpr const char* kModified = "Sun, 06 Nov 1994 08:49:37 GMT";

class FilesPlan : public testing::Test {
 protected:
  FilesPlan() {
    folder_.write("a", "0123456789");
    folder_.set_time("a", 784'111'777);
    const Descriptor root(
        open(folder_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    auto resource = std::make_shared<Resource>();
    resource->plain = std::make_unique<const Representation>(
        open_beneath(root.get(), "a", Symlinks::Inside),
        Labels{"text/plain", "max-age=5", Coding::Identity, true}, 100);
    resource_ = std::move(resource);
    etag_ = file().validators().etag;
    boundary_.text.fill('b');
  }

  const Representation& file() const { return *resource_->plain; }

  /// "200: 0123456789", with the head in `head_`.
  std::string planned(const Pairs& fields, bool is_head = false) {
    std::vector<gw_field> raw;
    for (const auto& [name, value] : fields) {
      raw.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
    }
    const Plan plan(asked_of(is_head, raw), file(), kNow, boundary_);
    head_.clear();
    for (const gw_field& field : plan.head()) {
      head_.emplace_back(std::string(field.name.p, field.name.n),
                         std::string(field.value.p, field.value.n));
    }
    std::string text = std::to_string(plan.status()) + ":";
    if (plan.body() == Plan::Body::None) return text;
    Pieces pieces(resource_, file(), plan, boundary_);
    std::array<char, 7> some;
    text += ' ';
    for (;;) {
      const auto count = pieces.next(some.data(), some.size());
      if (count <= 0) return text;
      text.append(some.data(), static_cast<std::size_t>(count));
    }
  }

  TemporaryFolder folder_;
  SharedResource resource_;
  std::string etag_;
  Boundary boundary_;
  Pairs head_;
};

TEST_F(FilesPlan, AWholeFileSaysAllOfItself) {
  EXPECT_EQ(planned({}), "200: 0123456789");
  const Pairs head = {
      {"content-length", "10"},       {"content-type", "text/plain"},
      {"last-modified", kModified},   {"etag", etag_},
      {"accept-ranges", "bytes"},     {"x-content-type-options", "nosniff"},
      {"cache-control", "max-age=5"}, {"vary", "accept-encoding"}};
  EXPECT_EQ(head_, head);
  EXPECT_EQ(planned({}, true), "200:");
  EXPECT_EQ(head_, head);
}

TEST_F(FilesPlan, NotModifiedSaysWhatCachesNeed) {
  EXPECT_EQ(planned({{"if-none-match", etag_}}), "304:");
  EXPECT_THAT(head_, ElementsAre(testing::Pair("etag", etag_),
                                 testing::Pair("cache-control", "max-age=5"),
                                 testing::Pair("vary", "accept-encoding")));
  EXPECT_EQ(planned({{"if-modified-since", kModified}}, true), "304:");
}

TEST_F(FilesPlan, ARangeIsPartOfIt) {
  EXPECT_EQ(planned({{"range", "bytes=2-4"}}), "206: 234");
  EXPECT_EQ(head_[0], (Pairs::value_type{"content-length", "3"}));
  EXPECT_EQ(head_[1], (Pairs::value_type{"content-range", "bytes 2-4/10"}));
  EXPECT_EQ(head_.size(), 9u);
  EXPECT_EQ(planned({{"range", "bytes=-1"}}), "206: 9");
}

TEST_F(FilesPlan, SeveralRangesAreAMultipartBody) {
  const std::string b(32, 'b');
  const std::string expected =
      "\r\n--" + b +
      "\r\ncontent-type: text/plain\r\ncontent-range: bytes 8-9/10\r\n\r\n89\r\n--" +
      b +
      "\r\ncontent-type: text/plain\r\ncontent-range: bytes 0-1/10\r\n\r\n01\r\n--" +
      b + "--\r\n";
  EXPECT_EQ(planned({{"range", "bytes=8-9, 0-1"}}), "206: " + expected);
  EXPECT_EQ(head_[0].second, std::to_string(expected.size()));
  EXPECT_EQ(head_[1].second, "multipart/byteranges; boundary=" + b);
  EXPECT_EQ(head_.size(), 8u);
}

TEST_F(FilesPlan, WhatCannotBeSatisfiedSaysTheSize) {
  EXPECT_EQ(planned({{"range", "bytes=10-"}}), "416:");
  EXPECT_THAT(head_, ElementsAre(testing::Pair("content-range", "bytes */10")));
}

TEST_F(FilesPlan, RangeIsForGetAlone) {
  EXPECT_EQ(planned({{"range", "bytes=2-4"}}, true), "200:");
  EXPECT_EQ(planned({{"range", "bytes=10-"}}, true), "200:");
}

TEST_F(FilesPlan, ARangeThatCameTwiceIsIgnored) {
  EXPECT_EQ(planned({{"range", "bytes=2-4"}, {"range", "bytes=2-4"}}),
            "200: 0123456789");
}

TEST_F(FilesPlan, IfRangeDecidesWhetherTheRangeCounts) {
  EXPECT_EQ(planned({{"range", "bytes=2-4"}, {"if-range", etag_}}), "206: 234");
  EXPECT_EQ(planned({{"range", "bytes=2-4"}, {"if-range", kModified}}), "206: 234");
  EXPECT_EQ(planned({{"range", "bytes=2-4"}, {"if-range", "\"x\""}}),
            "200: 0123456789");
  EXPECT_EQ(planned({{"range", "bytes=99-"}, {"if-range", "\"x\""}}),
            "200: 0123456789");
}

TEST_F(FilesPlan, ConditionsComeBeforeRanges) {
  EXPECT_EQ(planned({{"range", "bytes=2-4"}, {"if-none-match", etag_}}), "304:");
  EXPECT_EQ(planned({{"range", "bytes=2-4"}, {"if-match", "\"x\""}}), "412:");
  EXPECT_EQ(planned({{"range", "bytes=2-4"}, {"if-match", etag_}}), "206: 234");
}

TEST_F(FilesPlan, TagsChangeWithAnyFact) {
  FileFacts facts = file().facts();
  const std::string before = etag_of(facts, Coding::Identity);
  EXPECT_EQ(before, etag_);
  EXPECT_NE(etag_of(facts, Coding::Gzip), before);
  facts.modified_ns += 1;
  EXPECT_NE(etag_of(facts, Coding::Identity), before);
}

}  // namespace
}  // namespace files
