#include "message.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "hidden.hpp"
#include "said_json.hpp"

namespace {

namespace json = boost::json;

std::string text_of(const json::object& wish, std::string_view key) {
  const json::value* value = wish.if_contains({key.data(), key.size()});
  if (value == nullptr || !value->is_string()) {
    throw BadWish(1008, "a member is missing or no string");
  }
  const json::string& text = value->get_string();
  return {text.data(), text.size()};
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Of UTF-8: bytes that begin one.
std::size_t characters(std::string_view text) {
  const auto begins = [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

json::value to_json(const Presence& presence) {
  json::array names;
  for (const std::string& name : presence.names) names.emplace_back(name);
  return {{"type", "presence"}, {"count", presence.count}, {"names", names}};
}

}  // namespace

json::object json_of(const Said& said) {
  return {
      {"id", said.id}, {"name", said.name}, {"text", said.text}, {"time", said.at_ms}};
}

Wish read_wish(std::string_view text) {
  json::error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error);
  if (error) throw BadWish(1007, "not JSON");
  const json::object* wish = value.if_object();
  if (wish == nullptr) throw BadWish(1008, "not an object");
  const std::string type = text_of(*wish, "type");
  if (type == "join") return Join{text_of(*wish, "room"), text_of(*wish, "name")};
  if (type == "say") return Say{text_of(*wish, "text")};
  throw BadWish(1008, "an unknown type");
}

std::string fit_name(std::string_view text, std::size_t most) {
  const std::string_view name = trimmed(text);
  const bool fits = characters(name) <= most && !has_hidden(name);
  return fits ? std::string(name) : std::string();
}

std::string fit_text(std::string_view text, std::size_t most) {
  const std::string_view said = trimmed(text);
  const auto is_bad = [](char c) { return is_control(c) && !is_space(c); };
  const bool fits =
      characters(said) <= most && std::none_of(said.begin(), said.end(), is_bad);
  return fits ? std::string(said) : std::string();
}

std::string welcome_json(std::string_view room, std::string_view name,
                         const std::vector<Said>& history, const Presence& presence) {
  json::array said;
  for (const Said& one : history) said.emplace_back(json_of(one));
  return json::serialize(json::value{{"type", "welcome"},
                                     {"room", json::string(room.data(), room.size())},
                                     {"name", json::string(name.data(), name.size())},
                                     {"history", said},
                                     {"presence", to_json(presence)}});
}

std::string said_json(const Said& said) {
  json::object object = json_of(said);
  object["type"] = "said";
  return json::serialize(object);
}

std::string presence_json(const Presence& presence) {
  return json::serialize(to_json(presence));
}

std::string error_json(std::string_view why) {
  return json::serialize(
      json::value{{"type", "error"}, {"why", json::string(why.data(), why.size())}});
}
