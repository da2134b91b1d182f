// Questions to nodes of a YAML file that every reader of one asks. For *_file.cpp only.
#pragma once

#include <string>

#include "base/result.hpp"

namespace YAML {
class Node;
}

namespace appserver::config {

/// The line of `node`, counted from 1.
int line_of(const YAML::Node& node);

/// `<file>:<line>: <text>`.
Error error_at(const std::string& file, int line, const std::string& text);
Error error_at(const std::string& file, const YAML::Node& node,
               const std::string& text);

/// Whether `node` is a mapping whose keys are words, each there once; `what` names it
/// in messages. Fails: Usage.
Result<void> check_mapping(const std::string& file, const YAML::Node& node,
                           const std::string& what);

/// The text of a scalar. Fails: Usage, for a list, a mapping or no value at all.
Result<std::string> scalar_of(const std::string& file, const YAML::Node& node,
                              const std::string& what);

}  // namespace appserver::config
