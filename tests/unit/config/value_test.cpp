#include "config/value.hpp"

#include <gtest/gtest.h>

namespace appserver::config {
namespace {

using std::chrono::milliseconds;

/// What a reader says of a word, or "" when it takes it.
template <class T>
std::string complaint(const Result<T>& result) {
  return result ? "" : result.error().text;
}

TEST(Duration, IsSecondsOrHasAUnit) {
  struct Case {
    const char* word;
    milliseconds value;
  };

  for (const Case& c :
       {Case{"30", milliseconds(30'000)}, Case{"0", milliseconds(0)},
        Case{"250ms", milliseconds(250)}, Case{"2s", milliseconds(2000)},
        Case{"5m", milliseconds(300'000)}, Case{"1h", milliseconds(3'600'000)},
        Case{"365d", milliseconds(31'536'000'000)}}) {
    SCOPED_TRACE(c.word);
    const auto value = parse_duration(c.word);
    ASSERT_TRUE(value) << value.error().text;
    EXPECT_EQ(*value, c.value);
    EXPECT_EQ(*parse_duration(duration_text(c.value)), c.value);
  }
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* word : {"", "s", "1.5", "1.5s", "-1", "+1", "1 s", "1S", "30x",
                           "1h30m", "0x10", "30s "}) {
    SCOPED_TRACE(word);
    EXPECT_NE(
        complaint(parse_duration(word)).find("is not a duration; write seconds or"),
        std::string::npos);
  }
  for (const char* word : {"366d", "99999999999999999999", "18446744073709551615d"}) {
    SCOPED_TRACE(word);
    EXPECT_NE(complaint(parse_duration(word)).find("is too long"), std::string::npos);
  }
}

TEST(Size, IsBytesOrHasAUnit) {
  struct Case {
    const char* word;
    std::uint64_t bytes;
    const char* text;
  };

  for (const Case& c :
       {Case{"0", 0, "0"}, Case{"8190", 8190, "8190"}, Case{"512k", 524288, "512k"},
        Case{"1M", 1048576, "1m"}, Case{"2g", 2147483648U, "2g"},
        Case{"1024", 1024, "1k"}, Case{"2048k", 2097152, "2m"}}) {
    SCOPED_TRACE(c.word);
    const auto bytes = parse_size(c.word);
    ASSERT_TRUE(bytes) << bytes.error().text;
    EXPECT_EQ(*bytes, c.bytes);
    EXPECT_EQ(size_text(c.bytes), c.text);
  }
}

TEST(Size, RefusesEverythingElse) {
  EXPECT_EQ(complaint(parse_size("1x")),
            "\"1x\" is not a size; write bytes or 512k, 1m, 2g");
  for (const char* word : {"", "k", "1.5m", "-1", "1 m", "1mb", "1t"}) {
    SCOPED_TRACE(word);
    EXPECT_NE(complaint(parse_size(word)).find("is not a size"), std::string::npos);
  }
  for (const char* word :
       {"9223372036854775808", "8589934592g", "99999999999999999999k"}) {
    SCOPED_TRACE(word);
    EXPECT_NE(complaint(parse_size(word)).find("more bytes than"), std::string::npos);
  }
}

TEST(BodySize, ZeroMeansNoLimit) {
  EXPECT_EQ(*parse_body_size("0"), kNoBodyLimit);
  EXPECT_EQ(body_size_text(kNoBodyLimit), "0");
  EXPECT_EQ(body_size_text(*parse_body_size("3m")), "3m");
}

TEST(Boolean, HasTheUsualWords) {
  for (const char* word : {"true", "True", "YES", "on", "1"})
    EXPECT_TRUE(*parse_boolean(word));
  for (const char* word : {"false", "No", "OFF", "0"})
    EXPECT_FALSE(*parse_boolean(word));
  for (const char* word : {"", "2", "y", "tru"})
    EXPECT_FALSE(parse_boolean(word)) << word;
}

TEST(Integer, StaysInItsRange) {
  EXPECT_EQ(*parse_integer("1", 1, 9), 1);
  EXPECT_EQ(*parse_integer("9", 1, 9), 9);
  EXPECT_EQ(complaint(parse_integer("10", 1, 9)),
            "\"10\" is out of range; write 1 to 9");
  EXPECT_EQ(complaint(parse_integer("99999999999999999999", 1, 9)),
            "\"99999999999999999999\" is out of range; write 1 to 9");
  for (const char* word : {"", "1.0", "1e3", " 1", "1 ", "0x1", "+1", "four"}) {
    SCOPED_TRACE(word);
    EXPECT_NE(complaint(parse_integer(word, 1, 9)).find("is not a whole number"),
              std::string::npos);
  }
}

TEST(InQuotes, ShowsControlCharactersAndCutsLongWords) {
  EXPECT_EQ(in_quotes("a\nb\x7f"), "\"a\\x0ab\\x7f\"");
  EXPECT_EQ(in_quotes(std::string(200, 'a')), "\"" + std::string(80, 'a') + "...\"");
}

}  // namespace
}  // namespace appserver::config
