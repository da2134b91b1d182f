// The Range field: what is served, what is refused, what is ignored.
#include <string>

#include <gtest/gtest.h>

#include "range_header.hpp"

namespace files {
namespace {

/// "0+5,7+2": offset and length of each part; "ignored", "416".
std::string ranges(std::string_view field, std::int64_t size) {
  const RangeSet set = parse_range(field, size);
  if (set.kind == RangeSet::Kind::Ignored) return "ignored";
  if (set.kind == RangeSet::Kind::Unsatisfiable) return "416";
  std::string text;
  for (std::size_t i = 0; i < set.count; ++i) {
    if (i != 0) text += ",";
    text +=
        std::to_string(set.range[i].offset) + "+" + std::to_string(set.range[i].length);
  }
  return text;
}

struct Row {
  const char *field, *expected;
};

void expect_rows(std::initializer_list<Row> rows, std::int64_t size) {
  for (const Row& row : rows)
    EXPECT_EQ(ranges(row.field, size), row.expected) << row.field;
}

TEST(FilesRange, NamesBytesFromTheFrontOrTheEnd) {
  expect_rows({{"bytes=0-0", "0+1"},
               {"bytes=0-4", "0+5"},
               {"bytes=5-", "5+5"},
               {"bytes=-3", "7+3"},
               {"bytes=-10", "0+10"},
               {"bytes=-11", "0+10"},
               {"bytes=9-9", "9+1"},
               {"bytes=3-99", "3+7"},
               {"BYTES=1-1", "1+1"},
               {"bytes= 1-1 ", "1+1"},
               {"bytes=,,1-1,", "1+1"}},
              10);
}

TEST(FilesRange, NumbersThatDoNotFitAreBeyondTheEnd) {
  expect_rows({{"bytes=0-9223372036854775807", "0+10"},
               {"bytes=0-9223372036854775808", "0+10"},
               {"bytes=1-99999999999999999999999999999999", "1+9"},
               {"bytes=-99999999999999999999999999999999", "0+10"},
               {"bytes=18446744073709551616-", "416"},
               {"bytes=99999999999999999999-99999999999999999999", "416"}},
              10);
}

TEST(FilesRange, WhatCannotBeSatisfiedIs416) {
  expect_rows({{"bytes=10-", "416"},
               {"bytes=10-20", "416"},
               {"bytes=-0", "416"},
               {"bytes=10-,20-30,-0", "416"},
               {"bytes=10-,2-3", "2+2"}},
              10);
}

TEST(FilesRange, BrokenSyntaxIsIgnored) {
  for (const char* field :
       {"", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=5", "bytes=a-b",
        "bytes=5-4", "bytes=0-1,x", "bytes=0-1,3-2", "bytes=--1", "bytes=0--1",
        "bytes=+1-2", "bytes=1 - 2", "bytes =0-1", "items=0-1", "bytes=0x1-2",
        "bytes=1-2;3-4"}) {
    EXPECT_EQ(ranges(field, 10), "ignored") << field;
  }
}

TEST(FilesRange, OfAnEmptyFileIsIgnored) {
  expect_rows({{"bytes=0-", "ignored"}, {"bytes=-1", "ignored"}}, 0);
}

TEST(FilesRange, PartsKeepTheirOrderAndAreJoinedWhereTheyTouch) {
  expect_rows({{"bytes=50-59,0-9", "50+10,0+10"},
               {"bytes=0-9,5-19", "0+20"},
               {"bytes=0-9,10-19", "0+20"},
               {"bytes=0-9,11-19", "0+10,11+9"},
               {"bytes=50-59,0-9,55-70,9-12", "50+21,0+13"},
               {"bytes=0-1,10-11,20-21,0-99", "0+100"},
               {"bytes=20-21,10-11,0-1,1-20", "0+22"},
               {"bytes=0-0,2-2,4-4,1-3", "0+5"},
               {"bytes=-1,0-0", "99+1,0+1"},
               {"bytes=0-,0-,0-", "0+100"}},
              100);
}

std::string every_second(int count) {
  std::string field = "bytes=";
  for (int i = 0; i < count; ++i) {
    field += std::to_string(2 * i) + "-" + std::to_string(2 * i) + ",";
  }
  return field;
}

TEST(FilesRange, SixteenPartsAreTheMost) {
  EXPECT_EQ(parse_range(every_second(16), 1000).count, 16u);
  EXPECT_EQ(ranges(every_second(17), 1000), "ignored");
}

TEST(FilesRange, SixtyFourSpecificationsAreTheMost) {
  std::string field = "bytes=";
  for (int i = 0; i < 64; ++i) field += "0-1,";
  EXPECT_EQ(ranges(field, 10), "0+2");
  EXPECT_EQ(ranges(field + "0-1", 10), "ignored");
}

}  // namespace
}  // namespace files
