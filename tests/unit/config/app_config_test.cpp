#include <gtest/gtest.h>

#include "config/load_settings.hpp"

namespace appserver::config {
namespace {

Result<Settings> load(const std::string& config) {
  CommandLine line;
  line.config_file = "a.yaml";
  return load_settings(line, "mounts:\n  - app: a\n    config: " + config + "\n", {});
}

std::string json_of(const std::string& config) {
  const auto settings = load(config);
  return settings ? settings->mounts.at(0).config_json : settings.error().text;
}

TEST(AppConfig, PlainScalarsHaveTheirCoreTypes) {
  struct Case {
    const char* yaml;
    const char* json;
  };

  for (const Case& c : {
           Case{"1", "1"},
           Case{"-7", "-7"},
           Case{"+7", "7"},
           Case{"0x1F", "31"},
           Case{"0o17", "15"},
           Case{"18446744073709551615", "18446744073709551615"},
           Case{"1.5", "1.5E0"},
           Case{".5", "5E-1"},
           Case{"1.", "1E0"},
           Case{"1e3", "1E3"},
           Case{"true", "true"},
           Case{"False", "false"},
           Case{"null", "null"},
           Case{"~", "null"},
           Case{"yes", "\"yes\""},
           Case{"off", "\"off\""},
           Case{"1.2.3", "\"1.2.3\""},
           Case{"1_000", "\"1_000\""},
           Case{"0x", "\"0x\""},
           Case{".", "\".\""},
           Case{"1e", "\"1e\""},
           Case{"2024-01-01", "\"2024-01-01\""},
           Case{"hello world", "\"hello world\""},
           Case{"http://a:80/", "\"http://a:80/\""},
       }) {
    SCOPED_TRACE(c.yaml);
    EXPECT_EQ(json_of(std::string("\n      k: ") + c.yaml),
              std::string("{\"k\":") + c.json + "}");
  }
}

TEST(AppConfig, QuotedScalarsStayStrings) {
  EXPECT_EQ(json_of("{a: '1', b: \"true\", c: 'null', d: !!str 5}"),
            R"({"a":"1","b":"true","c":"null","d":"5"})");
  EXPECT_EQ(json_of("\n      a: |\n        1\n"), R"({"a":"1\n"})");
}

TEST(AppConfig, NestsInTheOrderOfTheFile) {
  EXPECT_EQ(json_of("{z: [1, [2, {y: x}], []], a: {}, 5: 6}"),
            R"({"z":[1,[2,{"y":"x"}],[]],"a":{},"5":6})");
  EXPECT_EQ(json_of("\n      a: &x {b: 1}\n      c: *x"),
            R"({"a":{"b":1},"c":{"b":1}})");
  EXPECT_EQ(json_of(""), "{}");
}

TEST(AppConfig, MistakesNameTheLine) {
  EXPECT_EQ(json_of("[1]"), "a.yaml:3: config is not a mapping of keys to values");
  EXPECT_EQ(json_of("hello"), "a.yaml:3: config is not a mapping of keys to values");
  EXPECT_EQ(json_of("\n      a: 1\n      a: 2"),
            "a.yaml:5: the key \"a\" is there twice; first in line 4");
  EXPECT_EQ(json_of("{a: .inf}"), "a.yaml:3: config: JSON has no \".inf\"");
  EXPECT_EQ(json_of("{a: 1e999}"),
            "a.yaml:3: config: the number \"1e999\" is too large");
  EXPECT_EQ(json_of("{a: -1e999}"),
            "a.yaml:3: config: the number \"-1e999\" is too large");
  EXPECT_EQ(json_of("{a: !secret b}"),
            "a.yaml:3: config: the tag \"!secret\" is not known");
  EXPECT_EQ(json_of("\n      a: &x {b: 1}\n      c: {<<: *x}"),
            "a.yaml:5: config: merging with << is not YAML 1.2");
}

TEST(AppConfig, NestingHasALimit) {
  const auto nested = [](std::size_t depth) {
    return "{a: " + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(json_of(nested(63)).substr(0, 6), "{\"a\":[");
  EXPECT_EQ(json_of(nested(64)), "a.yaml:3: config is nested deeper than 64 levels");
}

TEST(AppConfig, AliasBombsAndLoopsAreRefused) {
  std::string bomb = "\n      a0: &a0 [x, x, x, x, x, x, x, x, x, x]";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    bomb += "\n      " + name + ": &" + name + " [";
    for (int j = 0; j < 10; ++j) bomb += (j == 0 ? "" : ", ") + last;
    bomb += "]";
  }
  EXPECT_NE(json_of(bomb).find("config is larger than 4m with its aliases"),
            std::string::npos);
  EXPECT_NE(json_of("{a: &a [*a]}").find("deeper than 64"), std::string::npos);
}

}  // namespace
}  // namespace appserver::config
