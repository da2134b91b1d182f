#include "control/start_folder.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

namespace appserver::control {

namespace fs = std::filesystem;

Result<config::Settings> enter_folder(ConfigSource& source) {
  auto settings = read_settings(source);
  if (!settings) return settings;
  if (!settings->umask.empty())
    ::umask(static_cast<mode_t>(std::strtoul(settings->umask.c_str(), nullptr, 8)));
  if (settings->chdir.empty()) return settings;
  std::error_code failed;
  const fs::path before = fs::current_path(failed);
  if (!failed) fs::current_path(settings->chdir, failed);
  if (failed)
    return usage_error("chdir: cannot go to " + settings->chdir + ": " +
                       failed.message());
  source.started_in = before.string();
  std::string& file = source.line.config_file;
  if (!file.empty()) file = (before / file).lexically_normal().string();
  return read_settings(source);
}

void leave_folder(const ConfigSource& source) {
  std::error_code failed;  // the new server says that it finds nothing there
  if (!source.started_in.empty()) fs::current_path(source.started_in, failed);
}

}  // namespace appserver::control
