// Numbers with units are read by one function, from a table of units.
#include "settings_value.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <stdexcept>

namespace files {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

/// A whole number with one of the units, or without: `plain` then.
template <std::size_t N>
std::int64_t number_of(std::string_view key, const json::value& value,
                       std::int64_t plain, const std::array<Unit, N>& units,
                       std::string_view wanted) {
  std::string text;
  if (value.is_int64()) text = std::to_string(value.get_int64());
  if (const json::string* words = value.if_string())
    text.assign(words->data(), words->size());
  std::int64_t number = -1;
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(
      end, static_cast<std::size_t>(text.data() + text.size() - end));
  std::int64_t factor = unit.empty() ? plain : 0;
  for (const Unit& known : units) {
    if (unit == known.name) factor = known.factor;
  }
  if (failure != std::errc() || number < 0 || factor == 0 ||
      number > std::numeric_limits<std::int64_t>::max() / factor) {
    wrong(key, wanted);
  }
  return number * factor;
}

}  // namespace

void wrong(std::string_view key, std::string_view wanted) {
  throw std::runtime_error(std::string(key) + " must be " + std::string(wanted));
}

std::string text_of(std::string_view key, const json::value& value) {
  const json::string* text = value.if_string();
  if (text == nullptr) wrong(key, "a text");
  return {text->data(), text->size()};
}

bool switch_of(std::string_view key, const json::value& value) {
  if (value.is_bool()) return value.get_bool();
  const json::string* text = value.if_string();
  if (text != nullptr && *text == "on") return true;
  if (text != nullptr && *text == "off") return false;
  wrong(key, "on or off");
}

std::vector<std::string> texts_of(std::string_view key, const json::value& value) {
  std::vector<std::string> texts;
  if (const json::array* list = value.if_array()) {
    for (const json::value& member : *list) texts.push_back(text_of(key, member));
  } else {
    texts.push_back(text_of(key, value));
  }
  return texts;
}

std::size_t size_of(std::string_view key, const json::value& value) {
  constexpr std::array<Unit, 3> kUnits{
      {{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}}};
  return static_cast<std::size_t>(
      number_of(key, value, 1, kUnits, "bytes, or a whole number with k, m or g"));
}

std::int64_t milliseconds_of(std::string_view key, const json::value& value) {
  constexpr std::array<Unit, 5> kUnits{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  return number_of(key, value, 1000, kUnits,
                   "seconds, or a whole number with ms, s, m, h or d");
}

}  // namespace files
