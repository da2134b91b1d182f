// What clients and the chat say to each other: JSON texts, read with suspicion. Knows
// no WebSocket and no rooms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// One thing that somebody has said in a room.
struct Said {
  std::string id;  // no other has it, in whichever worker
  std::string name, text;
  std::int64_t at_ms = 0;  // since 1970
};

/// {"type": "join", "room": "...", "name": "..."}
struct Join {
  std::string room, name;
};

/// {"type": "say", "text": "..."}
struct Say {
  std::string text;
};

using Wish = std::variant<Join, Say>;

/// What a client sent is none of these: the code to close with, and why.
class BadWish : public std::exception {
 public:
  BadWish(std::uint32_t code, const char* why) noexcept : code_(code), why_(why) {}

  const char* what() const noexcept override { return why_; }

  std::uint32_t code() const noexcept { return code_; }

 private:
  std::uint32_t code_;
  const char* why_;  // a literal
};

/// Fails: BadWish 1007 (not JSON), 1008 (JSON, but not for us).
Wish read_wish(std::string_view json);

/// Text without spaces at its ends; empty if it holds a character that nobody sees
/// (hidden.hpp), or has more than `most` characters: code points. `text` is valid
/// UTF-8.
std::string fit_name(std::string_view text, std::size_t most);

/// The same, but only controls are refused in it, and line ends and tabs are not.
std::string fit_text(std::string_view text, std::size_t most);

/// Who is in a room, as one worker or all know it: all are counted, the first named.
struct Presence {
  static constexpr std::size_t kNamed = 50;

  std::size_t count = 0;
  std::vector<std::string> names;

  bool operator==(const Presence&) const = default;
};

std::string welcome_json(std::string_view room, std::string_view name,
                         const std::vector<Said>& history, const Presence& presence);
std::string said_json(const Said& said);
std::string presence_json(const Presence& presence);
std::string error_json(std::string_view why);
