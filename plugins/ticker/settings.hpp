// The plugin's `config`.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

struct Settings {
  std::chrono::milliseconds interval{1000};     // between two ticks
  std::chrono::milliseconds heartbeat{15'000};  // without an event
  std::chrono::milliseconds retry{2000};        // told to the client
  std::size_t history = 600;                    // events
  std::size_t subscribers = 20'000;
};

/// Fails: std::invalid_argument, which names the key.
Settings read_settings(std::string_view json);
