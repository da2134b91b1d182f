// Runs the tests as any program of tests; with --rules it prints behind them the table
// of all rules with their results.
#include <iostream>
#include <string_view>

#include <gtest/gtest.h>

#include "rule_table.hpp"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const bool prints_rules = argc > 1 && std::string_view(argv[1]) == "--rules";
  const int failed = RUN_ALL_TESTS();
  if (prints_rules) {
    appserver::testing::print_rules(std::cout,
                                    appserver::testing::read_rules(RULES_FILE));
  }
  return failed;
}
