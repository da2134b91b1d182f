// Readers and writers of the table's rows, made from the way to a member of Settings:
// read_integer<1, 1024, &Settings::threads>. Only setting_key.cpp includes this.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>

#include "config/setting_key.hpp"
#include "config/value.hpp"
#include "config/words.hpp"

namespace appserver::config {

template <auto... Path>
auto& member(Settings& settings) {
  return (settings.*....*Path);
}

template <auto... Path>
const auto& member(const Settings& settings) {
  return (settings.*....*Path);
}

inline Error out_of_range(const std::string& word, const std::string& low,
                          const std::string& high) {
  return usage_error(in_quotes(word) + " is out of range; write " + low + " to " +
                     high);
}

template <std::int64_t Low, std::int64_t High, auto... Path>
Result<void> read_integer(Settings& settings, const std::string& word) {
  const auto value = parse_integer(word, Low, High);
  if (!value) return value.error();
  auto& target = member<Path...>(settings);
  target = static_cast<std::remove_reference_t<decltype(target)>>(*value);
  return {};
}

template <auto... Path>
std::string write_integer(const Settings& settings) {
  return std::to_string(member<Path...>(settings));
}

template <std::uint64_t Low, std::uint64_t High, auto... Path>
Result<void> read_size(Settings& settings, const std::string& word) {
  const auto value = parse_size(word);
  if (!value) return value.error();
  if (*value < Low || *value > High) {
    return out_of_range(word, size_text(Low), size_text(High));
  }
  auto& target = member<Path...>(settings);
  target = static_cast<std::remove_reference_t<decltype(target)>>(*value);
  return {};
}

template <auto... Path>
std::string write_size(const Settings& settings) {
  return size_text(member<Path...>(settings));
}

/// Zero is allowed where it has a meaning.
template <bool MayBeZero, auto... Path>
Result<void> read_duration(Settings& settings, const std::string& word) {
  const auto value = parse_duration(word);
  if (!value) return value.error();
  if (!MayBeZero && value->count() == 0) return out_of_range(word, "1ms", "365d");
  member<Path...>(settings) = *value;
  return {};
}

template <auto... Path>
std::string write_duration(const Settings& settings) {
  return duration_text(member<Path...>(settings));
}

template <auto... Path>
Result<void> read_boolean(Settings& settings, const std::string& word) {
  const auto value = parse_boolean(word);
  if (!value) return value.error();
  member<Path...>(settings) = *value;
  return {};
}

template <auto... Path>
std::string write_boolean(const Settings& settings) {
  return member<Path...>(settings) ? "true" : "false";
}

/// One word, or several with commas between; "" adds none.
template <auto... Path>
Result<void> read_addresses(Settings& settings, const std::string& words) {
  if (words.empty()) return {};
  for (const std::string& word : split(words, ',')) {
    const auto added = member<Path...>(settings).add(word);
    if (!added) return usage_error(in_quotes(word) + " " + added.error().text);
  }
  return {};
}

template <auto... Path>
std::string write_addresses(const Settings& settings) {
  std::string text;
  for (const std::string& word : member<Path...>(settings).words()) {
    text += (text.empty() ? "" : ", ") + yaml_string(word);
  }
  return "[" + text + "]";
}

template <auto... Path>
void clear_addresses(Settings& settings) {
  member<Path...>(settings) = {};
}

/// Any text without control characters; a path with one is a mistake.
template <auto... Path>
Result<void> read_text(Settings& settings, const std::string& word) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (std::any_of(word.begin(), word.end(), is_control)) {
    return usage_error(in_quotes(word) + " holds a control character");
  }
  member<Path...>(settings) = word;
  return {};
}

template <auto... Path>
std::string write_text(const Settings& settings) {
  return yaml_string(member<Path...>(settings));
}

}  // namespace appserver::config
