#include "site/site_plan.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/app_spec.hpp"
#include "config/static_mount.hpp"

namespace appserver::site {
namespace {

using config::MountSettings;
using config::Settings;

bool is_taken(const std::vector<MountSettings>& mounts, const std::string& path) {
  return std::any_of(mounts.begin(), mounts.end(), [&](const MountSettings& mount) {
    return mount.host.empty() && mount.path == path;
  });
}

/// Every module of a folder that was named, each at /<name>.
std::vector<MountSettings> mounts_of_folder(const Settings& settings) {
  std::vector<MountSettings> found;
  std::error_code
      ignored;  // a folder that cannot be read is empty; the caller sees no app
  for (const auto& entry :
       std::filesystem::directory_iterator(settings.plugins, ignored)) {
    if (entry.path().extension() != ".so") continue;
    MountSettings mount;
    mount.path = "/" + entry.path().stem().string();
    mount.app = entry.path().string();
    mount.required = false;
    mount.origin = settings.plugins;
    if (!is_taken(settings.mounts, mount.path)) found.push_back(std::move(mount));
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

/// Of all mounts, the apps and those around them.
std::vector<const app::ModuleCopy*> copies_of(const SitePlan& plan) {
  std::vector<const app::ModuleCopy*> all;
  for (const PlannedMount& planned : plan.mounts) {
    all.push_back(&planned.copy);
    for (const PlannedMiddleware& member : planned.middleware) {
      all.push_back(&member.copy);
    }
  }
  return all;
}

/// The copy of a former plan if its bytes are still those of the file.
Result<app::ModuleCopy> copy_or_reuse(const std::string& source,
                                      const std::string& folder, const SitePlan& former,
                                      const SitePlan& current) {
  for (const SitePlan* plan : {&current, &former}) {
    for (const app::ModuleCopy* copy : copies_of(*plan)) {
      if (copy->source != source) continue;
      const auto hash = app::hash_file(source);
      if (!hash) return hash.error();
      std::error_code ec;  // a cleaner of /tmp may have taken the copy away
      const bool is_there = std::filesystem::exists(copy->path, ec);
      if (*hash == copy->sha256 && is_there) return *copy;
    }
  }
  return app::copy_module(source, folder);
}

/// A callable and the copy of its module.
using Found = std::pair<std::string, app::ModuleCopy>;

Result<Found> find_and_copy(const std::string& app,
                            const std::vector<std::string>& folders,
                            const std::string& runtime_dir, const SitePlan& former,
                            const SitePlan& current) {
  const auto spec = app::parse_app_spec(app);
  if (!spec) return spec.error();
  const auto file = app::find_module(*spec, folders);
  if (!file) return file.error();
  std::error_code ec;
  const auto source = std::filesystem::weakly_canonical(*file, ec).string();
  auto copy = copy_or_reuse(ec ? *file : source, runtime_dir, former, current);
  if (!copy) return copy.error();
  return Found(spec->callable, std::move(*copy));
}

Result<PlannedMount> plan_mount(MountSettings mount, const Settings& settings,
                                const std::string& runtime_dir, const SitePlan& former,
                                const SitePlan& current) {
  const auto folders = app::plugin_folders(settings.plugins);
  const bool is_static = !mount.static_root.empty();
  const auto of_app = is_static ? app::own_plugin_folders(settings.plugins) : folders;
  auto app = find_and_copy(mount.app, of_app, runtime_dir, former, current);
  if (!app) {
    return Error{app.error().exit_code, config::static_place(mount) + app.error().text};
  }
  if (is_static) mount.config_json = config::static_config(mount);
  std::vector<PlannedMiddleware> around;
  for (const config::MiddlewareSettings& member : mount.middleware) {
    auto found = find_and_copy(member.app, folders, runtime_dir, former, current);
    if (!found) return found.error();
    around.push_back({member, std::move(found->first), std::move(found->second)});
  }
  if (!mount.threads) mount.threads = settings.threads;
  if (!mount.client_max_body_size) mount.client_max_body_size = settings.limits.body;
  return PlannedMount{std::move(mount), std::move(app->first), std::move(app->second),
                      std::move(around)};
}

}  // namespace

Result<SitePlan> plan_site(const Settings& settings, const std::string& runtime_dir,
                           const SitePlan& previous) {
  SitePlan plan;
  ::mkdir(runtime_dir.c_str(), 0700);  // it may have been cleaned away; else it fails
  auto mounts = settings.mounts;
  if (settings.serve_plugins_folder) {
    auto found = mounts_of_folder(settings);
    std::move(found.begin(), found.end(), std::back_inserter(mounts));
  }
  for (auto& mount : mounts) {
    const bool required = mount.required;
    auto planned = plan_mount(std::move(mount), settings, runtime_dir, previous, plan);
    if (planned) {
      plan.mounts.push_back(std::move(*planned));
    } else if (required) {
      return planned.error();
    } else {
      plan.skipped.push_back(planned.error().text);
    }
  }
  return plan;
}

void remove_unused_copies(const SitePlan& old, const SitePlan& kept) {
  const auto still_used = copies_of(kept);
  for (const app::ModuleCopy* copy : copies_of(old)) {
    const auto is_it = [&](const app::ModuleCopy* c) { return c->path == copy->path; };
    if (std::none_of(still_used.begin(), still_used.end(), is_it)) {
      ::unlink(copy->path.c_str());
    }
  }
}

}  // namespace appserver::site
