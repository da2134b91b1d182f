#include "bus_note.hpp"

#include <array>

#include <boost/json.hpp>

#include "said_json.hpp"

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> kKinds{"hello", "ping", "bye", "here",
                                                 "said"};

json::string string_of(std::string_view text) {
  return json::string(text.data(), text.size());
}

std::string text(const json::object& object, std::string_view key) {
  const json::string& value = object.at({key.data(), key.size()}).as_string();
  return {value.data(), value.size()};
}

BusNote::Kind kind_of(std::string_view name) {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds.at(i) == name) return static_cast<BusNote::Kind>(i);
  }
  throw std::invalid_argument("a kind of another build");
}

BusNote note_of(const json::object& object) {
  BusNote note;
  note.kind = kind_of(text(object, "kind"));
  note.from = text(object, "from");
  note.room = text(object, "room");
  note.wants_history = object.at("wants").as_bool();
  note.presence.count = object.at("count").to_number<std::size_t>();
  for (const json::value& name : object.at("names").as_array()) {
    const json::string& one = name.as_string();
    note.presence.names.emplace_back(one.data(), one.size());
  }
  for (const json::value& value : object.at("said").as_array()) {
    const json::object& said = value.as_object();
    note.said.push_back({text(said, "id"), text(said, "name"), text(said, "text"),
                         said.at("time").to_number<std::int64_t>()});
  }
  return note;
}

}  // namespace

std::string bus_json(const BusNote& note) {
  json::array said;
  for (const Said& one : note.said) said.emplace_back(json_of(one));
  json::array names;
  for (const std::string& name : note.presence.names) names.emplace_back(name);
  return json::serialize(
      json::value{{"kind", string_of(kKinds.at(static_cast<std::size_t>(note.kind)))},
                  {"from", note.from},
                  {"room", note.room},
                  {"wants", note.wants_history},
                  {"count", note.presence.count},
                  {"names", names},
                  {"said", said}});
}

std::optional<BusNote> read_bus_note(std::string_view bytes) {
  json::error_code error;
  const json::value value = json::parse({bytes.data(), bytes.size()}, error);
  if (error || !value.is_object()) return std::nullopt;
  try {
    return note_of(value.get_object());
  } catch (const std::exception&) {  // a member is missing or of another type
    return std::nullopt;
  }
}
