// What a Site will be made of: mounts with modules already found, copied and inspected,
// but nothing of them run. A plain value that is written to a file, so that one process
// plans and every worker builds the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/module_store.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace appserver::site {

/// An app around the app of a mount.
struct PlannedMiddleware {
  config::MiddlewareSettings settings;
  std::string callable;
  app::ModuleCopy copy;
};

/// One mount of the plan.
struct PlannedMount {
  /// threads and client_max_body_size always set, config_json as the app is given it
  config::MountSettings mount;
  std::string callable;  ///< "" : app, then application
  app::ModuleCopy copy;
  std::vector<PlannedMiddleware> middleware{};  ///< outer first
};

struct SitePlan {
  std::vector<PlannedMount> mounts;
  std::vector<std::string> skipped;  ///< why a file of the plugins folder is not served
};

/// Finds, copies and inspects the modules of `settings`. A module whose bytes are those
/// of a copy in `previous` is not copied again. Runs no code of any module. Fails:
/// AppLoad for an app that was asked for by name; a bad file that was only found in the
/// plugins folder is skipped and reported.
Result<SitePlan> plan_site(const config::Settings& settings,
                           const std::string& runtime_dir, const SitePlan& previous);

/// Takes the copies of `old` away that `kept` does not name. Who mapped one keeps it.
void remove_unused_copies(const SitePlan& old, const SitePlan& kept);

/// The plan as JSON, and back. read fails (WorkerBoot) on anything write did not make.
std::string write_plan(const SitePlan& plan);
Result<SitePlan> read_plan(const std::string& text);

}  // namespace appserver::site
