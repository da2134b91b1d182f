// The list of rules and the tests agree: a rule marked `test` has one here, and no
// other has.
#include <fstream>
#include <set>
#include <sstream>

#include "recorded.hpp"

namespace appserver::testing {
namespace {

/// The ids in the names of this program's tests: GwE7PathInfo... is E7.
std::set<std::string> tested_ids() {
  std::set<std::string> ids;
  const auto& all = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const auto& suite = *all.GetTestSuite(i);
    for (int k = 0; k < suite.total_test_count(); ++k) {
      std::smatch match;
      const std::string name = suite.GetTestInfo(k)->name();
      if (std::regex_search(name, match, std::regex("^Gw([A-Z]\\d+)")))
        ids.insert(match[1]);
    }
  }
  return ids;
}

TEST(Rules, EveryRuleHasATestOrAReason) {
  const std::set<std::string> tested = tested_ids();
  std::set<std::string> listed;
  std::ifstream file(RULES_FILE);
  ASSERT_TRUE(file);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string id;
    std::string how;
    words >> id >> how;
    EXPECT_TRUE(listed.insert(id).second) << id << " is listed twice";
    EXPECT_EQ(how == "test", tested.count(id) == 1) << line;
    if (how != "test") {
      EXPECT_TRUE(how == "why:" && !words.eof()) << line;
    }
  }
  EXPECT_EQ(listed.size(), 116U);
  for (const std::string& id : tested) EXPECT_EQ(listed.count(id), 1U) << id;
}

}  // namespace
}  // namespace appserver::testing
