// The list of rules (rules.txt) beside the tests of this program: which test stands for
// which rule, and what became of it.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace appserver::testing {

/// One line of rules.txt.
struct Rule {
  std::string id;    ///< "E7"
  std::string duty;  ///< "host", "app", "layer"
  std::string text;
  std::string how;  ///< "test", "elsewhere", "design", "app", "later"; else not valid
  std::string why;  ///< what follows it
};

/// Throws std::runtime_error where the file, or a line of it, cannot be read.
std::vector<Rule> read_rules(const std::string& file);

/// The rule of a test by its name: "GwE7PathInfo..." is "E7". Empty: of none.
std::string rule_of(std::string_view test_name);

/// Names of this program's tests, "GwE7PathInfo...", by their rule.
std::map<std::string, std::vector<std::string>> tests_by_rule();

/// Rule by rule: id, duty, result, text, and under it its tests or the reason why there
/// are none. Results are those of the tests that have run in this process.
void print_rules(std::ostream& out, const std::vector<Rule>& rules);

}  // namespace appserver::testing
