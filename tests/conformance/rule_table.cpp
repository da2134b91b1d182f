#include "rule_table.hpp"

#include <fstream>
#include <iomanip>
#include <ostream>
#include <regex>
#include <stdexcept>

#include <gtest/gtest.h>

namespace appserver::testing {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

/// "E7  host | text | test" or "... | design: why".
Rule read_rule(const std::string& line) {
  static const std::regex kLine(
      R"(([A-Z]\d+) +(host|app|layer) +\|([^|]+)\| (\w+)(?:: (.+))?)");
  std::smatch parts;
  if (!std::regex_match(line, parts, kLine)) {
    throw std::runtime_error("no rule: " + line);
  }
  return {parts[1], parts[2], trimmed(parts[3]), parts[4], parts[5]};
}

const ::testing::TestInfo* test_named(std::string_view name) {
  const auto& all = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const auto& suite = *all.GetTestSuite(i);
    for (int k = 0; k < suite.total_test_count(); ++k) {
      if (suite.GetTestInfo(k)->name() == name) return suite.GetTestInfo(k);
    }
  }
  return nullptr;
}

std::string result_of(std::string_view test_name) {
  const ::testing::TestInfo* const test = test_named(test_name);
  if (test == nullptr || !test->should_run()) return "not run";
  return test->result()->Passed() ? "passed" : "FAILED";
}

/// The worst of them.
std::string result_of(const std::vector<std::string>& tests) {
  std::string worst = tests.empty() ? "no test" : "passed";
  for (const std::string& test : tests) {
    const std::string result = result_of(test);
    if (result == "FAILED") return result;
    if (result != "passed") worst = result;
  }
  return worst;
}

}  // namespace

std::vector<Rule> read_rules(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  std::vector<Rule> rules;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') rules.push_back(read_rule(line));
  }
  return rules;
}

std::string rule_of(std::string_view test_name) {
  static const std::regex kName("Gw([A-Z]\\d+)[A-Z].*");
  std::cmatch parts;
  const bool found = std::regex_match(
      test_name.data(), test_name.data() + test_name.size(), parts, kName);
  return found ? parts[1].str() : "";
}

std::map<std::string, std::vector<std::string>> tests_by_rule() {
  std::map<std::string, std::vector<std::string>> tests;
  const auto& all = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const auto& suite = *all.GetTestSuite(i);
    for (int k = 0; k < suite.total_test_count(); ++k) {
      const std::string name = suite.GetTestInfo(k)->name();
      const std::string rule = rule_of(name);
      if (!rule.empty()) tests[rule].push_back(name);
    }
  }
  return tests;
}

void print_rules(std::ostream& out, const std::vector<Rule>& rules) {
  auto tests = tests_by_rule();
  std::map<std::string, int> counts;
  for (const Rule& rule : rules) {
    const bool is_tested = rule.how == "test";
    const std::string result = is_tested ? result_of(tests[rule.id]) : rule.how;
    ++counts[result];
    out << std::left << std::setw(5) << rule.id << std::setw(7) << rule.duty
        << std::setw(11) << result << rule.text << '\n';
    if (!is_tested) out << std::string(25, ' ') << rule.why << '\n';
    for (const std::string& test : tests[rule.id]) {
      out << std::string(25, ' ') << test << '\n';
    }
  }
  out << rules.size() << " rules:";
  for (const auto& [result, count] : counts) out << ' ' << count << ' ' << result;
  out << '\n';
}

}  // namespace appserver::testing
