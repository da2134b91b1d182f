#include "control/serve.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "app/module_store.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "control/single_process.hpp"
#include "control/supervisor.hpp"

namespace appserver::control {
namespace {

bool open_log(const config::Settings& settings) {
  using log::Level;
  const std::string& name = settings.log_level;
  const Level level = name == "debug"      ? Level::Debug
                      : name == "warning"  ? Level::Warning
                      : name == "error"    ? Level::Error
                      : name == "critical" ? Level::Critical
                                           : Level::Info;
  return log::open(settings.error_log, level);
}

/// The process a pid file names; 0: none.
pid_t pid_in(const std::string& path) {
  std::ifstream file(path);
  pid_t pid = 0;
  file >> pid;
  return file ? pid : 0;
}

Result<void> write_pidfile(const std::string& path) {
  if (path.empty()) return {};
  const pid_t other = pid_in(path);
  if (other > 0 && other != ::getpid() && ::kill(other, 0) == 0) {
    return usage_error(
        "the pid file " + path + " names process " + std::to_string(other) +
        ", which runs; stop it first, or remove the file if it is another's");
  }
  std::ofstream file(path, std::ios::trunc);
  file << ::getpid() << '\n';
  file.close();
  if (!file) return usage_error("cannot write the pid file " + path);
  return {};
}

/// The soft limit of descriptors is small for the sake of programs that use select();
/// what is allowed is taken, as far as the connections of a worker need it.
void allow_descriptors(const config::Settings& settings) {
  constexpr rlim_t kBesides = 128;  // listeners, logs, modules, files that apps open
  const rlim_t wanted = static_cast<rlim_t>(settings.worker_connections) + kBesides;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur == wanted) return;
  log::warning("worker_connections " + std::to_string(settings.worker_connections) +
               " need " + std::to_string(wanted) + " descriptors, and the limit is " +
               std::to_string(limit.rlim_cur) + " (ulimit -n)");
}

}  // namespace

Result<void> serve(const ConfigSource& source, bool check_only) {
  const auto settings = read_settings(source);
  if (!settings) return settings.error();
  if (!open_log(*settings))
    return usage_error("cannot open the log " + settings->error_log);
  const auto folder = app::make_runtime_dir(settings->runtime_dir);
  if (!folder) return folder.error();
  if (!check_only) {
    const auto written = write_pidfile(settings->pidfile);
    if (!written) return written.error();
    log::info(std::string(kServerName) + " starts");
    allow_descriptors(*settings);
  }
  const auto run = [&]() -> Result<void> {
    if (settings->single_process && !check_only) {
      return run_single_process(source, *folder);
    }
    Supervisor supervisor(source, *folder);
    return check_only ? supervisor.check_only() : supervisor.run();
  };
  auto outcome = run();
  app::remove_runtime_dir(*folder);
  if (!check_only && pid_in(settings->pidfile) == ::getpid()) {
    ::unlink(settings->pidfile.c_str());
  }
  if (check_only && outcome) std::puts("the configuration is good");
  if (check_only && !outcome) return usage_error(outcome.error().text);
  return outcome;
}

}  // namespace appserver::control
