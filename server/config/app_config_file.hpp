// An application's `config`: a YAML mapping becomes the JSON object the app is given.
#pragma once

#include <string>

#include "base/result.hpp"

namespace YAML {  // NOLINT(readability-identifier-naming): the library's name
class Node;
}

namespace appserver::config {

/// The mapping `node` as JSON text, keys in the order of the file. Plain scalars follow
/// YAML's core types (numbers, true/false, null), quoted ones are strings. No value at
/// all is {}. Fails: Usage, with file and line: not a mapping, a key twice, nested
/// deeper than 64, larger than 4 MiB once aliases are written out, .inf and .nan,
/// unknown tags.
Result<std::string> app_config_json(const std::string& file, const YAML::Node& node);

}  // namespace appserver::config
