// What the configuration says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct Settings {
  std::vector<std::string> types;  // media types without parameters, or "*"
  std::int64_t min_length = 0;
  int level = 0, brotli_level = 0;
  bool has_brotli = true;
  int max_active = 0;  // bodies that are compressed at the same time
};

/// Fails: std::invalid_argument, with the key and what is wrong with it.
Settings read_settings(std::string_view config);
