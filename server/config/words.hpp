// Small questions about words that a person typed: case, spelling, the nearest known
// one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace appserver::config {

/// ASCII only, whatever the locale.
std::string lower_case(std::string_view word);

/// Of `known`, the one that `word` most likely meant, or "" when none is near. Case and
/// the difference of '-' and '_' do not count.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

/// `: did you mean "workers"?`, or "" when nothing is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

/// Pieces between `separator`, blanks around each removed, empty ones kept.
std::vector<std::string> split(std::string_view text, char separator);

/// `path` as seen from the working directory when it was written relative to `folder`
/// ("" is the working directory).
std::string joined_path(const std::string& folder, const std::string& path);

}  // namespace appserver::config
