#include <map>

#include <yaml-cpp/yaml.h>

#include "config/value.hpp"
#include "config/yaml_node.hpp"

namespace appserver::config {

int line_of(const YAML::Node& node) {
  return node.Mark().line + 1;
}

Error error_at(const std::string& file, int line, const std::string& text) {
  return usage_error(file + ":" + std::to_string(line) + ": " + text);
}

Error error_at(const std::string& file, const YAML::Node& node,
               const std::string& text) {
  return error_at(file, line_of(node), text);
}

Result<void> check_mapping(const std::string& file, const YAML::Node& node,
                           const std::string& what) {
  if (!node.IsMap())
    return error_at(file, node, what + " is not a mapping of keys to values");
  std::map<std::string, int> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar())
      return error_at(file, entry.first, what + ": a key is not a word");
    const std::string& key = entry.first.Scalar();
    const int line = line_of(entry.first);
    const auto [first, is_new] = seen.emplace(key, line);
    if (is_new) continue;
    return error_at(file, line,
                    "the key " + in_quotes(key) + " is there twice; first in line " +
                        std::to_string(first->second));
  }
  return {};
}

Result<std::string> scalar_of(const std::string& file, const YAML::Node& node,
                              const std::string& what) {
  if (node.IsScalar()) return node.Scalar();
  if (node.IsNull()) {
    return error_at(file, node, what + ": no value; write one or leave the key out");
  }
  return error_at(file, node,
                  what + ": a single value is needed, not a " +
                      (node.IsMap() ? "mapping" : "list"));
}

}  // namespace appserver::config
