// The lists of mutants fit the tree as it is, and the rules.
#include "mutant.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "conformance/rule_table.hpp"

namespace appserver::testing {
namespace {

const std::filesystem::path kTree = APPSERVER_SOURCE_FOLDER;

std::string text_of(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(Mutants, EachTextIsInItsFileExactlyOnce) {
  for (const Mutant& mutant : read_mutants(kTree / "tests/mutants")) {
    for (const Edit& edit : mutant.edits) {
      EXPECT_FALSE(edit.text.empty()) << mutant.id;
      EXPECT_NE(edit.text, edit.replacement) << mutant.id;
      EXPECT_EQ(count_of(text_of(kTree / edit.file), edit.text), 1U)
          << mutant.id << " in " << edit.file << ":\n"
          << edit.text;
    }
  }
}

TEST(Mutants, EveryTestedRuleOfTheHostHasOneOrAReason) {
  std::map<std::string, int> mutants;
  std::set<std::string> ids, without;
  for (const Mutant& mutant : read_mutants(kTree / "tests/mutants")) {
    EXPECT_TRUE(ids.insert(mutant.id).second) << mutant.id << " is there twice";
    ++mutants[rule_of(mutant)];
    if (mutant.edits.empty()) {
      EXPECT_FALSE(mutant.why.empty()) << mutant.id;
      without.insert(rule_of(mutant));
    }
  }
  std::set<std::string> rules;
  for (const Rule& rule : read_rules(RULES_FILE)) {
    rules.insert(rule.id);
    if (rule.duty == "host" && rule.how == "test") {
      EXPECT_GT(mutants[rule.id], 0) << rule.id << " has no mutant";
    }
  }
  for (const auto& [rule, count] : mutants) {
    EXPECT_EQ(rules.count(rule), count > 0 ? 1U : 0U) << rule << " is no rule";
  }
  for (const std::string& rule : without) EXPECT_EQ(mutants[rule], 1) << rule;
}

TEST(Mutants, AListIsRead) {
  const auto mutants = parse_mutants(
      "# a remark\n\nmutant E1: left out\nfile a.cpp\n-   one\n-\n- two\n+ three\n"
      "also E2 Other.Test: the same member\nnone E3: no reason\n");
  ASSERT_EQ(mutants.size(), 2U);
  EXPECT_EQ(mutants[0].breaks, "left out");
  ASSERT_EQ(mutants[0].edits.size(), 1U);
  EXPECT_EQ(mutants[0].edits[0].text, "  one\n\ntwo\n");
  EXPECT_EQ(mutants[0].edits[0].replacement, "three\n");
  EXPECT_EQ(mutants[0].also, (std::vector<std::string>{"E2", "Other.Test"}));
  EXPECT_EQ(mutants[1].why, "no reason");
  EXPECT_EQ(rule_of(Mutant{"S15b", "", {}, {}, ""}), "S15");
  for (const char* bad :
       {"- early", "mutant E1", "mutant E1: a\nwords", "also E1: b"}) {
    EXPECT_THROW(parse_mutants(bad), std::runtime_error) << bad;
  }
}

}  // namespace
}  // namespace appserver::testing
