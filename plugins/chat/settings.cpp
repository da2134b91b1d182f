#include "settings.hpp"

#include <cstdint>

#include <gateway/sdk/config.hpp>

Settings read_settings(std::string_view json) {
  gateway::Config config("chat", json);
  Settings settings;
  const auto count = [&config](std::string_view key, std::size_t& to, int least,
                               int most) {
    to = static_cast<std::size_t>(
        config.integer(key, static_cast<std::int64_t>(to), least, most));
  };
  settings.bus = config.text("bus");
  count("history", settings.history, 0, 1000);
  count("message_size", settings.message_size, 1, 16'384);
  count("name_length", settings.name_length, 1, 64);
  count("rooms", settings.rooms, 1, 10'000);
  count("members", settings.members, 1, 100'000);
  settings.rate = config.positive("rate", settings.rate, 1000);
  settings.origins = config.texts("origins");
  config.done();
  return settings;
}
