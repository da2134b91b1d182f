// The plugin's `config`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

struct Settings {
  std::string bus;                  // a folder; empty: one for this server
  std::size_t history = 50;         // messages of a room
  std::size_t message_size = 2000;  // characters of a text
  std::size_t name_length = 32;     // characters of a name, also of a room's
  std::size_t rooms = 100;
  std::size_t members = 1000;        // of a room, in all workers
  double rate = 5;                   // messages per second and client
  std::vector<std::string> origins;  // of other pages that may connect; "*": all
};

/// Fails: std::invalid_argument, which names the key.
Settings read_settings(std::string_view json);
