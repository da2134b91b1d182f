// The list of rules and the tests agree: a rule marked `test` has one here, no other
// has, and what is said to be tested elsewhere is.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "recorded.hpp"
#include "rule_table.hpp"

namespace appserver::testing {
namespace {

/// All sources of tests, one behind the other.
std::string all_tests() {
  std::string text;
  const std::filesystem::path folder = APPSERVER_SOURCE_FOLDER "/tests";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.path().native().ends_with("_test.cpp")) continue;
    std::stringstream all;
    all << std::ifstream(entry.path()).rdbuf();
    text += all.str();
  }
  return text;
}

TEST(Rules, EveryRuleHasATestOrAReason) {
  const auto tested = tests_by_rule();
  std::set<std::string> listed;
  for (const Rule& rule : read_rules(RULES_FILE)) {
    EXPECT_TRUE(listed.insert(rule.id).second) << rule.id << " is listed twice";
    EXPECT_EQ(rule.how == "test", tested.count(rule.id) == 1) << rule.id;
    const std::set<std::string> reasons = {"elsewhere", "design", "app", "later"};
    if (rule.how != "test") {
      EXPECT_EQ(reasons.count(rule.how), 1U) << rule.id;
      EXPECT_FALSE(rule.why.empty()) << rule.id;
    }
  }
  EXPECT_EQ(listed.size(), 116U);
  for (const auto& [id, tests] : tested) EXPECT_EQ(listed.count(id), 1U) << tests[0];
}

TEST(Rules, TestsElsewhereExist) {
  const std::string all = all_tests();
  for (const Rule& rule : read_rules(RULES_FILE)) {
    if (rule.how != "elsewhere") continue;
    std::istringstream names(rule.why);
    for (std::string name; std::getline(names >> std::ws, name, ',');) {
      const std::size_t dot = name.find('.');
      ASSERT_NE(dot, std::string::npos) << rule.id << ": " << name;
      EXPECT_NE(all.find("TEST(" + name.substr(0, dot) + ", " + name.substr(dot + 1)),
                std::string::npos)
          << rule.id << ": " << name;
    }
  }
}

TEST(Rules, ATestIsKnownByItsName) {
  EXPECT_EQ(rule_of("GwE7PathInfoIsDecoded"), "E7");
  EXPECT_EQ(rule_of("GwO17APartIsItsBytes"), "O17");
  EXPECT_EQ(rule_of("EveryRequestHasAnId"), "");
}

}  // namespace
}  // namespace appserver::testing
