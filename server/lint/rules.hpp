// The duties of an app that the strict host can see broken, by id, and what to do about
// each.
#pragma once

#include <span>
#include <string_view>

namespace appserver::lint {

struct Rule {
  std::string_view id;  ///< written "GW-S7" for people
  bool is_warning;      ///< legal, and seldom meant: does not fail the lint
  std::string_view to_do;
};

/// In the order of the checklist; D: duties of the specification without an id there.
std::span<const Rule> all_rules();

/// The rule of an id, which must be one of all_rules().
const Rule& rule_of(std::string_view id);

}  // namespace appserver::lint
