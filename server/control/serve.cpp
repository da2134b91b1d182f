#include "control/serve.hpp"

#include <sys/resource.h>

#include <algorithm>

#include "app/runtime_dir.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "control/identity.hpp"
#include "control/pidfile.hpp"
#include "control/service_notify.hpp"
#include "control/signals.hpp"
#include "control/single_process.hpp"
#include "control/start_folder.hpp"
#include "control/supervisor.hpp"

namespace appserver::control {
namespace {

bool open_log(const config::Settings& settings) {
  const bool is_json = settings.error_log_format == "json";
  return log::open(settings.error_log, log::level_named(settings.log_level),
                   is_json ? log::Format::Json : log::Format::Text);
}

/// What is made and opened before the server becomes `identity`, as that user: the
/// error log, and the runtime folder, which it gives.
Result<std::string> open_files(const Identity& identity,
                               const config::Settings& settings) {
  const ActAs acting(identity);
  if (!open_log(settings))
    return usage_error("cannot open the log " + settings.error_log);
  return app::make_runtime_dir(settings.runtime_dir);
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

/// What both need that serve and that check: `folder` exists, and the caller removes
/// it.
Result<void> serve_in(const std::string& folder, const ConfigSource& source,
                      const config::Settings& settings, const Identity& identity,
                      bool check_only) {
  if (check_only) return Supervisor(source, folder).check_only();
  const auto written = write_pidfile(settings.pidfile, identity);
  if (!written) return written.error();
  log::info(std::string(kServerName) + " starts");
  if (source.activated.count != 0) log::info(activation_text(source.activated));
  allow_descriptors(settings);
  return settings.single_process ? run_single_process(source, folder)
                                 : Supervisor(source, folder).run();
}

}  // namespace

Result<void> serve(ConfigSource source, bool check_only) {
  const auto activated = take_activated_sockets(source.environment);
  if (!activated) return activated.error();
  if (!check_only) source.activated = *activated;
  use_activated_sockets(source.activated, source.line);
  const auto settings = enter_folder(source);
  if (!settings) return settings.error();
  ServiceNotify::forget_variables();
  const auto identity = find_identity(*settings);
  if (!identity) return identity.error();
  // One that comes before there is a loop waits for it: the folder is always removed.
  block_signals(kAnsweredSignals);
  const auto folder = open_files(*identity, *settings);
  if (!folder) return folder.error();
  auto outcome = serve_in(*folder, source, *settings, *identity, check_only);
  app::remove_runtime_dir(*folder);
  if (!check_only) remove_pidfile(settings->pidfile);
  if (check_only && !outcome) return usage_error(outcome.error().text);
  return outcome;
}

}  // namespace appserver::control
