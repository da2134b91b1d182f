#include "control/candidate.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/load_settings.hpp"
#include "control/cgroup.hpp"

namespace appserver::control {
namespace {

constexpr std::size_t kConfigFileMost = 1024 * 1024;

bool read_file(const std::string& path, std::string& text) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  text.assign(std::istreambuf_iterator<char>(file), {});
  return !file.bad() && text.size() <= kConfigFileMost;
}

bool write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return static_cast<bool>(file);
}

/// A candidate is read back in other folders: its paths must mean the same there.
void make_absolute(std::string& path) {
  const bool is_path = !path.empty() && path != "-" && path != "off";
  if (is_path) path = std::filesystem::absolute(path).lexically_normal().string();
}

void resolve_defaults(config::Settings& settings) {
  for (std::string* path :
       {&settings.access_log, &settings.error_log, &settings.pidfile, &settings.plugins,
        &settings.runtime_dir}) {
    make_absolute(*path);
  }
  for (config::MountSettings& mount : settings.mounts) make_absolute(mount.static_root);
  if (settings.workers == 0)
    settings.workers = settings.single_process ? 1 : usable_cpus();
  if (settings.bind.empty()) {
    config::BindAddress address;
    address.host = "127.0.0.1";
    address.port = 8000;
    settings.bind.push_back(address);
  }
}

}  // namespace

Result<config::Settings> read_settings(const ConfigSource& source) {
  std::string text;
  const std::string& path = source.line.config_file;
  if (!path.empty() && !read_file(path, text)) {
    return usage_error("cannot read the configuration file " + path +
                       ": it is missing, not readable, or larger than 1 MiB");
  }
  auto settings = config::load_settings(source.line, text, source.environment);
  if (settings) resolve_defaults(*settings);
  return settings;
}

Result<Candidate> make_candidate(const ConfigSource& source,
                                 const std::string& runtime_dir,
                                 const site::SitePlan& previous) {
  auto settings = read_settings(source);
  if (!settings) return settings.error();
  auto plan = site::plan_site(*settings, runtime_dir, previous);
  if (!plan) return plan.error();
  return Candidate{std::move(*settings), std::move(*plan)};
}

std::string serving_text(const site::PlannedMount& planned) {
  const config::MountSettings& mount = planned.mount;
  const bool is_static = !mount.static_root.empty();
  const std::string what =
      is_static ? mount.static_root + " (" + mount.app + ")" : mount.app;
  return "serving " + what + " at " + mount.host + mount.path + " from " +
         planned.copy.source;
}

Result<void> save_candidate(const Candidate& candidate, const std::string& stem) {
  const bool saved =
      write_file(stem + ".yaml", config::print_settings(candidate.settings)) &&
      write_file(stem + ".json", site::write_plan(candidate.plan));
  if (!saved) return boot_error("cannot write " + stem + ".yaml: is the disk full?");
  return {};
}

bool keep_fixed_settings(const config::Settings& current, config::Settings& next) {
  const config::Settings asked = next;
  next.bind = current.bind;
  next.access_log = current.access_log;
  next.access_log_format = current.access_log_format;
  next.error_log = current.error_log;
  next.error_log_format = current.error_log_format;
  next.user = current.user;
  next.group = current.group;
  next.umask = current.umask;
  next.chdir = current.chdir;
  next.server_name = current.server_name;
  next.pidfile = current.pidfile;
  next.control_socket = current.control_socket;
  next.admin_bind = current.admin_bind;
  next.runtime_dir = current.runtime_dir;
  next.limits.request_line =
      std::min(asked.limits.request_line, current.limits.request_line);
  next.limits.request_head =
      std::min(asked.limits.request_head, current.limits.request_head);
  next.limits.request_fields =
      std::min(asked.limits.request_fields, current.limits.request_fields);
  return asked != next;
}

void remove_candidate(const std::string& stem) {
  for (const char* ending : {".yaml", ".json"}) {
    std::error_code ignored;  // a check that failed has saved nothing
    std::filesystem::remove(stem + ending, ignored);
  }
}

Result<Candidate> load_candidate(const std::string& stem) {
  std::string yaml;
  std::string json;
  if (!read_file(stem + ".yaml", yaml) || !read_file(stem + ".json", json)) {
    return boot_error("cannot read " + stem + ".yaml");
  }
  config::CommandLine line;
  line.config_file = stem + ".yaml";
  auto settings = config::load_settings(line, yaml, {});
  if (!settings) return settings.error();
  auto plan = site::read_plan(json);
  if (!plan) return plan.error();
  return Candidate{std::move(*settings), std::move(*plan)};
}

}  // namespace appserver::control
