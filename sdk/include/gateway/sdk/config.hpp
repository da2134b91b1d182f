// An app's configuration: one JSON object, read key by key into plain values. A key
// that nobody asked for is an error that names the ones there are. Needs Boost.JSON:
// one source of the app includes <boost/json/src.hpp>.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include <gateway/sdk/fields.hpp>

namespace gateway {

/// Reads each key once, then `done()`.
///
/// Fails: std::invalid_argument, whose text names the app and the key; thrown from the
///        app's constructor it becomes the host's refusal.
class Config {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  /// `app` is the name for messages; an empty text is an empty object.
  Config(std::string_view app, std::string_view text) : app_(app) {
    if (text.empty()) return;
    boost::json::error_code error;
    const auto value = boost::json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) fail("the config is not a JSON object");
    object_ = value.get_object();
  }

  bool flag(std::string_view key, bool fallback) {
    const auto* value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_bool()) fail(quoted(key) + " must be true or false");
    return value->get_bool();
  }

  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                       std::int64_t most) {
    const auto* value = find(key);
    if (value == nullptr) return fallback;
    boost::json::error_code error;
    const auto number = value->to_number<std::int64_t>(error);
    if (error || number < least || number > most) {
      fail(quoted(key) + " must be a whole number from " + std::to_string(least) +
           " to " + std::to_string(most));
    }
    return number;
  }

  /// A number above 0.
  double positive(std::string_view key, double fallback, double most) {
    const auto* value = find(key);
    if (value == nullptr) return fallback;
    boost::json::error_code error;
    const auto number = value->to_number<double>(error);
    if (error || !(number > 0) || number > most) {
      fail(quoted(key) + " must be a number above 0, at most " +
           std::to_string(static_cast<std::int64_t>(most)));
    }
    return number;
  }

  std::string text(std::string_view key, std::string_view fallback = {}) {
    const auto* value = find(key);
    return value == nullptr ? std::string(fallback) : text_of(key, *value);
  }

  /// A list of texts, or one text.
  std::vector<std::string> texts(std::string_view key,
                                 std::vector<std::string> fallback = {}) {
    const auto* value = find(key);
    if (value == nullptr) return fallback;
    if (value->is_string()) return {text_of(key, *value)};
    if (!value->is_array()) fail(quoted(key) + " must be a list of strings");
    std::vector<std::string> list;
    for (const auto& item : value->get_array()) list.push_back(text_of(key, item));
    return list;
  }

  /// An object of texts, in its order.
  Pairs pairs(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return {};
    if (!value->is_object()) fail(quoted(key) + " must be an object of strings");
    Pairs list;
    for (const auto& [name, item] : value->get_object()) {
      list.emplace_back(std::string(name.data(), name.size()),
                        text_of({name.data(), name.size()}, item));
    }
    return list;
  }

  /// Refuses the keys that were not asked for.
  void done() const {
    for (const auto& [name, value] : object_) {
      const std::string_view key(name.data(), name.size());
      if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
      std::string known;
      for (const std::string& one : asked_) known += (known.empty() ? "" : ", ") + one;
      fail("unknown key " + quoted(key) + " in the config; there is " + known);
    }
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw std::invalid_argument(app_ + ": " + why);
  }

  static std::string quoted(std::string_view text) {
    return std::string("\"").append(text).append("\"");
  }

 private:
  const boost::json::value* find(std::string_view key) {
    asked_.emplace_back(key);
    return object_.if_contains({key.data(), key.size()});
  }

  std::string text_of(std::string_view key, const boost::json::value& value) const {
    const auto* text = value.if_string();
    if (text == nullptr) fail(quoted(key) + " must hold strings only");
    return std::string(text->data(), text->size());
  }

  std::string app_;
  boost::json::object object_;
  std::vector<std::string> asked_;
};

}  // namespace gateway
