#include "settings.hpp"

#include <cmath>
#include <cstdint>

#include <gateway/sdk/config.hpp>

namespace {

std::chrono::milliseconds milliseconds(gateway::Config& config, std::string_view key,
                                       std::chrono::milliseconds fallback) {
  const double seconds =
      config.positive(key, static_cast<double>(fallback.count()) / 1000, 86'400);
  if (seconds < 0.001) {
    config.fail(config.quoted(key) + " must be at least 0.001 seconds");
  }
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

}  // namespace

Settings read_settings(std::string_view json) {
  gateway::Config config("ticker", json);
  Settings settings;
  settings.interval = milliseconds(config, "interval", settings.interval);
  settings.heartbeat = milliseconds(config, "heartbeat", settings.heartbeat);
  settings.retry = milliseconds(config, "retry", settings.retry);
  const auto count = [&config](std::string_view key, std::size_t fallback,
                               std::int64_t most) {
    const auto signed_fallback = static_cast<std::int64_t>(fallback);
    return static_cast<std::size_t>(config.integer(key, signed_fallback, 1, most));
  };
  // Who comes first makes all of the history at once, and nobody else is served then.
  settings.history = count("history", settings.history, 100'000);
  settings.subscribers = count("subscribers", settings.subscribers, 1'000'000);
  config.done();
  return settings;
}
