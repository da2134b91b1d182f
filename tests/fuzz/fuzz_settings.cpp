// Settings files from anywhere: refused in words, or printed and read back as the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "config/load_settings.hpp"
#include "require.hpp"

namespace {

using appserver::fuzz::require;
namespace config = appserver::config;

auto load(const std::string& text) {
  config::CommandLine line;
  line.config_file = "/etc/appserver.yaml";
  return config::load_settings(line, text, {});
}

/// Where a mount was written is told to people, and differs in the printed file.
config::Settings without_origins(config::Settings settings) {
  for (auto& mount : settings.mounts) mount.origin.clear();
  return settings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto settings = load(std::string(reinterpret_cast<const char*>(bytes), size));
  if (!settings) {
    require(!settings.error().text.empty());
    return 0;
  }
  const auto again = load(config::print_settings(*settings));
  require(again.has_value());
  require(without_origins(*again) == without_origins(*settings));
  return 0;
}
