// The fields that the configuration asks for, checked: what is wrong with one is found
// at the start and not in an answer.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct FieldRules {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  std::vector<std::string> unset;         // removed, before the others come
  Pairs set;                              // in place of every field of that name
  Pairs add;                              // beside them
  Pairs missing;                          // where the app has none of that name
  std::string strict_transport_security;  // likewise, over https only
};

/// Reads the plugin's configuration, one JSON object.
/// Fails: std::invalid_argument, with the key and what is wrong with it.
FieldRules read_field_rules(std::string_view config);
