// The last events of a stream, each as it goes over the wire, found by number. Knows no
// clients and no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Numbers follow one another. The oldest event makes room for a new one.
///
/// Threads: one at a time. An event that was found lives on when the log forgets it.
class EventLog {
 public:
  using Event = std::shared_ptr<const std::string>;

  /// Keeps `most` events, at least one; the first number is `next_id`.
  EventLog(std::size_t most, std::uint64_t next_id) : most_(most), next_id_(next_id) {}

  void add(std::string text);

  /// Forgets all: the next number is `next_id`.
  void restart(std::uint64_t next_id);

  std::uint64_t first_id() const noexcept { return next_id_ - events_.size(); }

  std::uint64_t next_id() const noexcept { return next_id_; }

  /// Null for a number that is not kept.
  Event find(std::uint64_t id) const;

 private:
  std::size_t most_;
  std::uint64_t next_id_;
  std::deque<Event> events_;
};

/// "id: 7", "data: ..." and an empty line; `data` has no line ends.
///
/// Spec: HTML, 9.2.6 (Interpreting an event stream).
std::string event_text(std::uint64_t id, std::string_view data);

/// The value of Last-Event-ID; nothing for what is not a number of ours.
std::optional<std::uint64_t> event_id(std::string_view text);
