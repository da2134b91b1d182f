// YAML 1.2 10.3 (core schema) to JSON. Aliases may repeat a part of the file, so the
// budget counts what is written, not what is read: a few lines of aliases can mean
// gigabytes.
#include "config/app_config_file.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include <boost/json.hpp>
#include <yaml-cpp/yaml.h>

#include "config/value.hpp"
#include "config/yaml_node.hpp"

namespace appserver::config {
namespace {

namespace json = boost::json;

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxBytes = 4U << 20U;
constexpr std::string_view kCoreTags = "tag:yaml.org,2002:";

class Conversion {
 public:
  explicit Conversion(const std::string& file) : file_(file) {}

  Result<json::value> value_of(const YAML::Node& node, int depth) {
    written_ += 8 + (node.IsScalar() ? node.Scalar().size() : 0);
    if (written_ > kMaxBytes)
      return fail(node, "config is larger than 4m with its aliases");
    if (depth > kMaxDepth) return fail(node, "config is nested deeper than 64 levels");
    if (node.IsMap()) return object_of(node, depth);
    if (node.IsSequence()) return array_of(node, depth);
    if (node.IsScalar()) return scalar_value(node);
    return json::value(nullptr);
  }

 private:
  Error fail(const YAML::Node& node, const std::string& text) const {
    return error_at(file_, node, text);
  }

  Result<json::value> object_of(const YAML::Node& node, int depth) {
    const auto checked = check_mapping(file_, node, "config");
    if (!checked) return checked.error();
    json::object object;
    for (const auto& entry : node) {
      const std::string& key = entry.first.Scalar();
      if (key == "<<")
        return fail(entry.first, "config: merging with << is not YAML 1.2");
      written_ += key.size();
      auto value = value_of(entry.second, depth + 1);
      if (!value) return value.error();
      object.emplace(key, std::move(*value));
    }
    return json::value(std::move(object));
  }

  Result<json::value> array_of(const YAML::Node& node, int depth) {
    json::array array;
    for (const auto& item : node) {
      auto value = value_of(item, depth + 1);
      if (!value) return value.error();
      array.push_back(std::move(*value));
    }
    return json::value(std::move(array));
  }

  Result<json::value> scalar_value(const YAML::Node& node) const;

  const std::string& file_;
  std::size_t written_ = 0;
};

std::optional<bool> boolean_of(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

bool is_special_number(std::string text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.erase(0, 1);
  for (const char* name : {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"}) {
    if (text == name) return true;
  }
  return false;
}

std::size_t skip_digits(std::string_view text, std::size_t from) {
  const std::size_t end = text.find_first_not_of("0123456789", from);
  return end == std::string_view::npos ? text.size() : end;
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_decimal(std::string_view text, bool& is_whole) {
  std::size_t at = text.empty() || (text[0] != '-' && text[0] != '+') ? 0 : 1;
  const std::size_t whole_end = skip_digits(text, at);
  bool has_digits = whole_end > at;
  at = whole_end;
  is_whole = at == text.size();
  if (at < text.size() && text[at] == '.') {
    const std::size_t end = skip_digits(text, at + 1);
    has_digits = has_digits || end > at + 1;
    at = end;
  }
  if (!has_digits) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const std::size_t end = skip_digits(text, at);
    if (end == at) return false;
    at = end;
  }
  return at == text.size();
}

template <class Number>
std::optional<json::value> whole_number(std::string_view digits, int base) {
  Number number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [rest, ec] = std::from_chars(digits.data(), end, number, base);
  if (digits.empty() || rest != end || ec != std::errc{}) return std::nullopt;
  return json::value(number);
}

/// Null: not a number. A whole number that fits no 64 bits becomes a floating one, as
/// JSON readers do; one that is beyond those too comes back as infinity.
std::optional<json::value> number_of(std::string_view text) {
  const std::string_view prefix = text.substr(0, 2);
  if (prefix == "0x") return whole_number<std::uint64_t>(text.substr(2), 16);
  if (prefix == "0o") return whole_number<std::uint64_t>(text.substr(2), 8);
  bool is_whole = false;
  if (!is_decimal(text, is_whole)) return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  if (is_whole) {
    if (auto number = whole_number<std::int64_t>(text, 10)) return number;
    if (auto number = whole_number<std::uint64_t>(text, 10)) return number;
  }
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec == std::errc::result_out_of_range) number = HUGE_VAL;
  return json::value(number);
}

Result<json::value> Conversion::scalar_value(const YAML::Node& node) const {
  const std::string& text = node.Scalar();
  const std::string& tag = node.Tag();
  if (tag == "!" || tag == std::string(kCoreTags) + "str") return json::value(text);
  const bool is_plain = tag == "?" || tag.empty();
  if (!is_plain && tag.compare(0, kCoreTags.size(), kCoreTags) != 0) {
    return fail(node, "config: the tag " + in_quotes(tag) + " is not known");
  }
  if (const auto boolean = boolean_of(text)) return json::value(*boolean);
  if (is_special_number(text))
    return fail(node, "config: JSON has no " + in_quotes(text));
  const auto number = number_of(text);
  if (!number) return json::value(text);
  if (number->is_double() && number->get_double() == HUGE_VAL) {
    return fail(node, "config: the number " + in_quotes(text) + " is too large");
  }
  return *number;
}

}  // namespace

Result<std::string> app_config_json(const std::string& file, const YAML::Node& node) {
  if (node.IsNull()) return std::string("{}");
  if (!node.IsMap())
    return error_at(file, node, "config is not a mapping of keys to values");
  const auto value = Conversion(file).value_of(node, 1);
  if (!value) return value.error();
  return json::serialize(*value);
}

}  // namespace appserver::config
