// The precedence of RFC 9110 §13.2.2, and how tags and dates are compared.
#include "conditional.hpp"

#include <gtest/gtest.h>

namespace files {
namespace {

constexpr Validators kNow{"\"a,1\"", 784'111'777};
constexpr std::int64_t kClock = 1'800'000'000;
constexpr const char* kSame = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* kOlder = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr const char* kNewer = "Sun, 06 Nov 1994 08:49:38 GMT";

struct Row {
  const char *match, *unmodified, *none_match, *modified;
  Verdict expected;
};

void set(FieldLines& lines, const char* value) {
  if (value != nullptr) lines.add(value);
}

Verdict verdict(const Row& row) {
  Conditions asked;
  set(asked.if_match, row.match);
  set(asked.if_unmodified_since, row.unmodified);
  set(asked.if_none_match, row.none_match);
  set(asked.if_modified_since, row.modified);
  return judge(asked, kNow, kClock);
}

constexpr Verdict kGo = Verdict::Go, k304 = Verdict::NotModified,
                  k412 = Verdict::Failed;

TEST(FilesConditions, EachByItself) {
  constexpr const char* none = nullptr;
  for (const Row& row : {Row{none, none, none, none, kGo},
                         {"\"a,1\"", none, none, none, kGo},
                         {"*", none, none, none, kGo},
                         {"\"x\", \"a,1\"", none, none, none, kGo},
                         {"W/\"a,1\"", none, none, none, k412},
                         {"\"x\"", none, none, none, k412},
                         {"", none, none, none, k412},
                         {none, kSame, none, none, kGo},
                         {none, kNewer, none, none, kGo},
                         {none, kOlder, none, none, k412},
                         {none, "yesterday", none, none, kGo},
                         {none, none, "\"a,1\"", none, k304},
                         {none, none, "W/\"a,1\"", none, k304},
                         {none, none, "*", none, k304},
                         {none, none, "\"x\" , W/\"y\",,\"a,1\"", none, k304},
                         {none, none, "\"x\"", none, kGo},
                         {none, none, "\"x\"\"a,1\"", none, kGo},
                         {none, none, "\"a,1\"\"x\"", none, kGo},
                         {none, none, "\"a,1\"\t, \"x\"", none, k304},
                         {"\"a,1\"W/\"x\"", none, none, none, k412},
                         {none, none, "a,1", none, kGo},
                         {none, none, "\"a", none, kGo},
                         {none, none, none, kSame, k304},
                         {none, none, none, kNewer, k304},
                         {none, none, none, kOlder, kGo},
                         {none, none, none, "yesterday", kGo}}) {
    EXPECT_EQ(verdict(row), row.expected)
        << (row.match ? row.match : "-") << (row.none_match ? row.none_match : "-");
  }
}

TEST(FilesConditions, TagsComeBeforeDatesAndFailureBeforeNotModified) {
  constexpr const char* none = nullptr;
  EXPECT_EQ(verdict({"\"a,1\"", kOlder, none, none, kGo}), kGo);
  EXPECT_EQ(verdict({"\"x\"", kNewer, none, none, kGo}), k412);
  EXPECT_EQ(verdict({none, none, "\"x\"", kSame, kGo}), kGo);
  EXPECT_EQ(verdict({none, none, "\"a,1\"", kOlder, kGo}), k304);
  EXPECT_EQ(verdict({"\"x\"", none, "\"a,1\"", none, kGo}), k412);
  EXPECT_EQ(verdict({"\"a,1\"", none, "\"a,1\"", none, kGo}), k304);
  EXPECT_EQ(verdict({none, kOlder, "\"a,1\"", none, kGo}), k412);
  EXPECT_EQ(verdict({none, kSame, none, kSame, kGo}), k304);
}

TEST(FilesConditions, AListMayComeInSeveralLinesAndADateMayNot) {
  Conditions tags;
  tags.if_none_match.add("\"x\"");
  tags.if_none_match.add("\"a,1\"");
  EXPECT_EQ(judge(tags, kNow, kClock), Verdict::NotModified);
  Conditions dates;
  dates.if_modified_since.add(kSame);
  dates.if_modified_since.add(kSame);
  EXPECT_EQ(judge(dates, kNow, kClock), Verdict::Go);
}

TEST(FilesConditions, IfRangeWantsTheStrongTagOrTheVeryDate) {
  EXPECT_TRUE(range_counts("\"a,1\"", kNow, kClock));
  EXPECT_FALSE(range_counts("W/\"a,1\"", kNow, kClock));
  EXPECT_FALSE(range_counts("\"x\"", kNow, kClock));
  EXPECT_FALSE(range_counts("*", kNow, kClock));
  EXPECT_TRUE(range_counts(kSame, kNow, kClock));
  EXPECT_FALSE(range_counts(kNewer, kNow, kClock));
  EXPECT_FALSE(range_counts(kOlder, kNow, kClock));
  EXPECT_FALSE(range_counts("", kNow, kClock));
}

}  // namespace
}  // namespace files
