#include <algorithm>

#include <gateway/gateway.h>

#include "app/thread_pool.hpp"
#include "base/clock.hpp"
#include "site/site.hpp"

namespace appserver::site {
namespace {

using GenerationPtr = std::shared_ptr<app::Generation>;

/// The running generation of the same place, if nothing about it changed.
GenerationPtr find_same(const Site* old, const PlannedMount& planned) {
  if (old == nullptr) return nullptr;
  for (const Mount& mount : old->mounts) {
    if (mount.host != planned.mount.host || mount.path != planned.mount.path) continue;
    const auto& identity = mount.generation->identity();
    const bool same_callable =
        planned.callable.empty() || identity.callable == planned.callable;
    const bool same = identity.sha256 == planned.copy.sha256 && same_callable &&
                      identity.config_json == planned.mount.config_json &&
                      identity.threads == planned.mount.threads.value_or(1);
    if (same) return mount.generation;
  }
  return nullptr;
}

Result<GenerationPtr> make_generation(const PlannedMount& planned, int queue,
                                      app::ExtensionLookup extensions) {
  const std::string& spec = planned.mount.app;
  auto image = app::Image::load(planned.copy, spec, planned.callable);
  if (!image) return image.error();
  auto made = app::Generation::make(*image, spec, planned.mount.config_json,
                                    planned.mount.threads.value_or(1), extensions);
  if (!made) return made.error();
  if ((*made)->has_flag(GW_BLOCKING)) {
    const bool serial = (*made)->has_flag(GW_SERIAL);
    const int threads = serial ? 1 : planned.mount.threads.value_or(1);
    (*made)->threads = std::make_unique<app::ThreadPool>(threads, queue);
  }
  return made;
}

void add_mount(Site& site, const PlannedMount& planned, GenerationPtr generation) {
  site.table.add(planned.mount.host, planned.mount.path, site.mounts.size());
  site.mounts.push_back({planned.mount.host, planned.mount.path, std::move(generation),
                         planned.mount.client_max_body_size.value_or(0)});
}

}  // namespace

Result<std::shared_ptr<const Site>> build_site(
    const SitePlan& plan, const config::Settings& settings, const Site* old,
    std::vector<std::string>& skipped,
    const std::function<void(const std::string&)>& on_step,
    app::ExtensionLookup extensions) {
  auto site = std::make_shared<Site>();
  site->settings = settings;
  for (const PlannedMount& planned : plan.mounts) {
    if (auto same = find_same(old, planned)) {
      add_mount(*site, planned, std::move(same));
      continue;
    }
    if (on_step) on_step(planned.mount.app);
    auto made = make_generation(planned, settings.queue, extensions);
    if (made) {
      add_mount(*site, planned, std::move(*made));
    } else if (planned.mount.required) {
      const Site nothing;
      for (const auto& generation :
           retired_generations(*site, old != nullptr ? old : &nothing)) {
        generation->retire(monotonic_now_ns());
      }
      return made.error();
    } else {
      skipped.push_back(made.error().text);
    }
  }
  return std::shared_ptr<const Site>(std::move(site));
}

std::vector<GenerationPtr> retired_generations(const Site& old, const Site* current) {
  std::vector<GenerationPtr> gone;
  for (const Mount& mount : old.mounts) {
    const auto is_it = [&](const Mount& m) { return m.generation == mount.generation; };
    const bool kept = current != nullptr && std::any_of(current->mounts.begin(),
                                                        current->mounts.end(), is_it);
    if (!kept) gone.push_back(mount.generation);
  }
  return gone;
}

}  // namespace appserver::site
