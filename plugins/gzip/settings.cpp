#include "settings.hpp"

#include <gateway/sdk/config.hpp>

namespace {

// What compresses well. Not text/event-stream: every idle subscriber would hold the
// memory of a compressor; who wants it lists it.
const std::vector<std::string> kTypes = {"text/html",
                                         "text/css",
                                         "text/plain",
                                         "text/xml",
                                         "text/javascript",
                                         "text/csv",
                                         "text/markdown",
                                         "application/javascript",
                                         "application/json",
                                         "application/ld+json",
                                         "application/manifest+json",
                                         "application/problem+json",
                                         "application/xml",
                                         "application/xhtml+xml",
                                         "application/rss+xml",
                                         "application/atom+xml",
                                         "application/wasm",
                                         "font/ttf",
                                         "font/otf",
                                         "image/svg+xml",
                                         "image/x-icon"};

}  // namespace

Settings read_settings(std::string_view text) {
  gateway::Config config("gzip", text);
  Settings settings;
  settings.types = config.texts("types", kTypes);
  settings.min_length = config.integer("min_length", 256, 1, 1 << 30);
  settings.level = static_cast<int>(config.integer("level", 5, 1, 9));
  settings.has_brotli = config.flag("brotli", true);
  // Above 6 an encoder takes tens of megabytes.
  settings.brotli_level = static_cast<int>(config.integer("brotli_level", 4, 0, 6));
  settings.max_active = static_cast<int>(config.integer("max_active", 256, 1, 65'536));
  config.done();
  return settings;
}
