// Everything served at one moment, as one immutable value. A reload builds a new one
// and publishes one pointer.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "app/generation.hpp"
#include "config/settings.hpp"
#include "site/mount_table.hpp"
#include "site/site_plan.hpp"

namespace appserver::site {

struct Mount {
  std::string host, path;
  std::shared_ptr<app::Generation> generation;               ///< of the app
  std::vector<std::shared_ptr<app::Generation>> middleware;  ///< around it, outer first
  std::uint64_t body_limit = 0;  ///< bytes of a request body
};

struct Site {
  config::Settings settings;
  std::vector<Mount> mounts;
  MountTable table;
};

/// Loads what is new and keeps the generations of `old` (may be null) that are the
/// same. Fails: AppLoad for a required app; generations made so far are retired, `old`
/// is untouched. A folder's app that fails is left out and its reason appended to
/// `skipped`. `on_step` is told which app is about to be loaded (may be empty).
/// `extensions`: what apps are offered. Threads: [control].
Result<std::shared_ptr<const Site>> build_site(
    const SitePlan& plan, const config::Settings& settings, const Site* old,
    std::vector<std::string>& skipped,
    const std::function<void(const std::string&)>& on_step,
    app::ExtensionLookup extensions);

/// Of all apps and of all around them.
std::vector<std::shared_ptr<app::Generation>> all_generations(const Site& site);

/// The generations of `old` that `current` (may be null) no longer has.
std::vector<std::shared_ptr<app::Generation>> retired_generations(const Site& old,
                                                                  const Site* current);

}  // namespace appserver::site
