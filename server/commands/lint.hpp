// `appserver lint module:callable`: which rules of the gateway an app breaks.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace appserver::commands {

struct LintOutcome {
  std::string text;  ///< for standard output
  bool is_clean = true;
};

/// `words`: what stands behind `lint`. Fails: LintUsage for the words, AppLoad for a
/// module that does not load.
Result<LintOutcome> lint(const std::vector<std::string>& words);

}  // namespace appserver::commands
