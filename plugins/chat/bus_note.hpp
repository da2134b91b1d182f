// What the workers tell each other: one JSON text in one datagram.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message.hpp"

struct BusNote {
  enum class Kind {
    Hello,  // a worker has come; it may want to hear the history
    Ping,   // it is still there
    Bye,    // it goes
    Here,   // who is in this room at the sender's
    Said    // was said in this room, now or before
  };

  Kind kind = Kind::Ping;
  std::string from;  // the sender
  std::string room;
  bool wants_history = false;
  Presence presence;
  std::vector<Said> said;
};

std::string bus_json(const BusNote& note);

/// Nothing for what is no such text.
std::optional<BusNote> read_bus_note(std::string_view json);
