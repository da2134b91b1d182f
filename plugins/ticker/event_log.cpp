#include "event_log.hpp"

#include <charconv>
#include <utility>

void EventLog::add(std::string text) {
  if (events_.size() == most_) events_.pop_front();
  events_.push_back(std::make_shared<const std::string>(std::move(text)));
  ++next_id_;
}

void EventLog::restart(std::uint64_t next_id) {
  events_.clear();
  next_id_ = next_id;
}

EventLog::Event EventLog::find(std::uint64_t id) const {
  if (id < first_id() || id >= next_id_) return nullptr;
  return events_[id - first_id()];
}

std::string event_text(std::uint64_t id, std::string_view data) {
  std::string text = "id: " + std::to_string(id);
  return text.append("\ndata: ").append(data).append("\n\n");
}

std::optional<std::uint64_t> event_id(std::string_view text) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}
