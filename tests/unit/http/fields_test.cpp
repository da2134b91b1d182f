#include "http/fields.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace appserver::http {
namespace {

using namespace std::string_literals;

TEST(Fields, TokenIsExactlyTchar) {
  const std::string tchar =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int byte = 0; byte < 256; ++byte) {
    SCOPED_TRACE(byte);
    const char c = static_cast<char>(byte);
    const bool listed = tchar.find(c) != std::string::npos;
    EXPECT_EQ(is_token(std::string(1, c)), listed);
    EXPECT_EQ(is_token("ab"s + c + "cd"), listed);
  }
}

TEST(Fields, EmptyIsNoToken) {
  EXPECT_FALSE(is_token(""));
}

TEST(Fields, ValueHoldsNoControlButTab) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t before = 1; before < 18;
         ++before) {  // every place of a word, and tails
      SCOPED_TRACE(testing::Message() << byte << " at " << before);
      const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
      const std::string value =
          std::string(before, 'a') + static_cast<char>(byte) + std::string(5, '\xff');
      EXPECT_EQ(is_field_value(value), !control);
    }
  }
}

/// In memory of just that size: what is read behind it, a sanitizer sees.
TEST(Fields, EveryByteIsJudgedAlikeAtEveryPlaceOfEveryLength) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool in_token = is_token(std::string(1, c));
    const bool in_value = is_field_value("a"s + c + "a");
    const bool white = c == ' ' || c == '\t';
    for (std::size_t size = 1; size < 35; ++size) {
      std::vector<char> text(size, 'a');
      for (std::size_t at = 0; at < size; ++at) {
        text[at] = c;
        const bool padded = white && (at == 0 || at + 1 == size);
        ASSERT_EQ(is_token({text.data(), size}), in_token)
            << byte << " at " << at << " of " << size;
        ASSERT_EQ(is_field_value({text.data(), size}), in_value && !padded)
            << byte << " at " << at << " of " << size;
        text[at] = 'a';
      }
    }
  }
}

TEST(Fields, ValueMayBeEmptyButNotPadded) {
  EXPECT_TRUE(is_field_value(""));
  EXPECT_TRUE(is_field_value("a b\tc"));
  for (const char* padded : {" ", "\t", " a", "a ", "\ta", "a\t"}) {
    SCOPED_TRACE(padded);
    EXPECT_FALSE(is_field_value(padded));
  }
}

TEST(Fields, ValueWithALineEndIsRefused) {
  EXPECT_FALSE(is_field_value("a\r\nx: y"));
  EXPECT_FALSE(is_field_value("a long enough value\nx: y"));
  EXPECT_FALSE(is_field_value("ends with one\r"));
  EXPECT_FALSE(is_field_value("nul\0nul"s));
  EXPECT_FALSE(is_field_value("one\ttab, then a longer text and \x01 here"));
}

TEST(Fields, CaseIsIgnoredOfLettersOnly) {
  EXPECT_TRUE(equals_ignoring_case("Keep-Alive", "kEEP-aLIVE"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("keep-alive", "keep\ralive"));
  EXPECT_FALSE(equals_ignoring_case("@", "`"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
  EXPECT_FALSE(equals_ignoring_case("\xc4", "\xe4"));
  EXPECT_FALSE(equals_ignoring_case("close", "close "));
}

TEST(Fields, ListIsSearchedElementByElement) {
  struct Case {
    std::string_view list, token;
    bool found;
  };

  for (const Case& c :
       {Case{"close", "close", true}, Case{"Keep-Alive, CLOSE", "close", true},
        Case{" \tclose\t ,x", "close", true}, Case{",,close", "close", true},
        Case{"a,b,c", "c", true}, Case{"", "close", false},
        Case{"closed", "close", false}, Case{"close x", "close", false},
        Case{"xclose", "close", false}, Case{"a,,b", "", false}}) {
    SCOPED_TRACE(testing::Message() << '"' << c.list << "\" for " << c.token);
    EXPECT_EQ(list_has_token(c.list, c.token), c.found);
  }
}

TEST(Fields, HopByHopIsForbiddenToApps) {  // GW-S9
  for (const char* name : {"connection", "Keep-Alive", "PROXY-CONNECTION", "te",
                           "Trailer", "Transfer-Encoding", "uPGRADE"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(classify_response_field(name), ResponseField::Forbidden);
  }
}

TEST(Fields, StatusIsForbiddenAsAField) {  // GW-S7
  EXPECT_EQ(classify_response_field("Status"), ResponseField::Forbidden);
}

TEST(Fields, WhatTheServerWouldAddIsRecognised) {
  EXPECT_EQ(classify_response_field("Content-Length"), ResponseField::ContentLength);
  EXPECT_EQ(classify_response_field("dATE"), ResponseField::Date);
  EXPECT_EQ(classify_response_field("Server"), ResponseField::Server);
}

TEST(Fields, NamesOfTheSameLengthAreOrdinary) {
  for (const char* name : {"",
                           "x",
                           "tt",
                           "etag",
                           "vary",
                           "dat_",
                           "sarver",
                           "serve",
                           "stats2",
                           "expires",
                           "upgradf",
                           "trayler",
                           "set-cookie",
                           "connectioN2",
                           "connectiom",
                           "keep_alive",
                           "content-lengt",
                           "content_length",
                           "proxy_connection",
                           "transfer_encoding",
                           "content-type",
                           "location"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(classify_response_field(name), ResponseField::Ordinary);
  }
}

TEST(Fields, LengthIsDigitsUpToTheLargest) {
  struct Case {
    const char* text;
    std::int64_t value;
  };

  for (const Case& c :
       {Case{"0", 0}, Case{"5", 5}, Case{"007", 7}, Case{"1048576", 1048576},
        Case{"9223372036854775807", std::numeric_limits<std::int64_t>::max()}}) {
    SCOPED_TRACE(c.text);
    std::int64_t value = -1;
    EXPECT_TRUE(parse_content_length(c.text, value));
    EXPECT_EQ(value, c.value);
  }
}

TEST(Fields, LengthThatIsNoNumberIsRefused) {
  for (const char* text : {"", " 5", "5 ", "+5", "-5", "-0", "0x10", "5a", "5,5", "5.0",
                           "\t5", "1e3", "9223372036854775808", "9999999999999999999",
                           "18446744073709551617", "99999999999999999999999999"}) {
    SCOPED_TRACE(text);
    std::int64_t value = -1;
    EXPECT_FALSE(parse_content_length(text, value));
    EXPECT_EQ(value, -1) << "untouched";
  }
}

}  // namespace
}  // namespace appserver::http
