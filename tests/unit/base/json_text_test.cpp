#include "base/json_text.hpp"

#include <gtest/gtest.h>

namespace appserver {
namespace {

TEST(JsonString, PlainTextAndUtf8StayAsTheyAre) {
  EXPECT_EQ(json_string(""), "\"\"");
  EXPECT_EQ(json_string("GET /a?b=c"), "\"GET /a?b=c\"");
  EXPECT_EQ(json_string("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

TEST(JsonString, WhatCouldEndOrForgeALineIsEscaped) {
  EXPECT_EQ(json_string("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(json_string("a\nb\r\t"), "\"a\\nb\\u000d\\u0009\"");
  EXPECT_EQ(json_string(std::string_view("\0\x1f\x7f", 3)),
            "\"\\u0000\\u001f\\u007f\"");
}

TEST(JsonString, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(json_string("\xff"), "\"\\ufffd\"");
  EXPECT_EQ(json_string("\xc3"), "\"\\ufffd\"");                        // cut
  EXPECT_EQ(json_string("\xc0\xaf"), "\"\\ufffd\\ufffd\"");             // overlong
  EXPECT_EQ(json_string("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");  // surrogate
  EXPECT_EQ(json_string("\xc3"
                        "a"),
            "\"\\ufffda\"");
}

}  // namespace
}  // namespace appserver
