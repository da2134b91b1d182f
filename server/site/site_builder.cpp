#include <algorithm>

#include <gateway/gateway.h>

#include "app/thread_pool.hpp"
#include "base/clock.hpp"
#include "config/static_mount.hpp"
#include "site/site.hpp"

namespace appserver::site {
namespace {

using GenerationPtr = std::shared_ptr<app::Generation>;

/// What one generation is made of.
struct Wanted {
  const std::string& spec;
  const std::string& callable;  ///< "": app, then application
  const std::string& config_json;
  const app::ModuleCopy& copy;
  int threads;
};

bool is_same(const app::Generation& running, const Wanted& wanted) {
  const auto& identity = running.identity();
  const bool same_callable =
      wanted.callable.empty() || identity.callable == wanted.callable;
  return identity.sha256 == wanted.copy.sha256 && same_callable &&
         identity.config_json == wanted.config_json &&
         identity.threads == wanted.threads;
}

const Mount* find_place(const Site* old, const PlannedMount& planned) {
  if (old == nullptr) return nullptr;
  for (const Mount& mount : old->mounts) {
    if (mount.host == planned.mount.host && mount.path == planned.mount.path) {
      return &mount;
    }
  }
  return nullptr;
}

/// Builds one mount; what it has when it fails was begun and must be retired.
class MountBuilder {
 public:
  MountBuilder(const PlannedMount& planned, const Site* old, int queue,
               const std::function<void(const std::string&)>& on_step,
               app::ExtensionLookup extensions)
      : planned_(planned),
        old_(find_place(old, planned)),
        queue_(queue),
        on_step_(on_step),
        extensions_(extensions),
        mount_{planned.mount.host,
               planned.mount.path,
               nullptr,
               {},
               planned.mount.client_max_body_size.value_or(0)} {}

  Result<void> build() {
    std::uint64_t flags = 0;  // one that blocks makes the whole chain block
    for (std::size_t i = 0; i < planned_.middleware.size(); ++i) {
      const PlannedMiddleware& member = planned_.middleware[i];
      const bool has_old = old_ != nullptr && i < old_->middleware.size();
      auto made = make({member.settings.app, member.callable,
                        member.settings.config_json, member.copy, threads()},
                       has_old ? old_->middleware[i] : nullptr, 0);
      if (!made) return made.error();
      flags |= (*made)->call_flags & (GW_BLOCKING | GW_SERIAL | GW_BUFFERED);
      mount_.middleware.push_back(std::move(*made));
    }
    auto made = make({planned_.mount.app, planned_.callable, planned_.mount.config_json,
                      planned_.copy, threads()},
                     old_ != nullptr ? old_->generation : nullptr, flags);
    if (!made) return made.error();
    mount_.generation = std::move(*made);
    start_pool(*mount_.generation);
    return {};
  }

  Mount take() { return std::move(mount_); }

 private:
  [[nodiscard]] int threads() const { return planned_.mount.threads.value_or(1); }

  /// `running` if it is what is wanted, and called as `flags` say.
  Result<GenerationPtr> make(const Wanted& wanted, GenerationPtr running,
                             std::uint64_t flags) {
    const bool is_called_so =
        running && running->call_flags == (running->app().flags | flags);
    if (is_called_so && is_same(*running, wanted)) return running;
    if (on_step_) on_step_(wanted.spec);
    auto image = app::Image::load(wanted.copy, wanted.spec, wanted.callable);
    if (!image) return image.error();
    auto made = app::Generation::make(*image, wanted.spec, wanted.config_json,
                                      wanted.threads, extensions_);
    if (made) (*made)->call_flags |= flags;
    return made;
  }

  /// The pool is the app's: a middleware is called on its threads.
  void start_pool(app::Generation& app) const {
    if (!app.has_flag(GW_BLOCKING) || app.threads) return;
    const int count = app.has_flag(GW_SERIAL) ? 1 : threads();
    app.threads = std::make_unique<app::ThreadPool>(count, queue_);
  }

  const PlannedMount& planned_;
  const Mount* old_;
  const int queue_;
  const std::function<void(const std::string&)>& on_step_;
  const app::ExtensionLookup extensions_;
  Mount mount_;
};

void retire_all(const std::vector<GenerationPtr>& generations) {
  for (const auto& generation : generations) generation->retire(monotonic_now_ns());
}

}  // namespace

Result<std::shared_ptr<const Site>> build_site(
    const SitePlan& plan, const config::Settings& settings, const Site* old,
    std::vector<std::string>& skipped,
    const std::function<void(const std::string&)>& on_step,
    app::ExtensionLookup extensions) {
  auto site = std::make_shared<Site>();
  site->settings = settings;
  const Site nothing;
  const Site& running = old != nullptr ? *old : nothing;
  for (const PlannedMount& planned : plan.mounts) {
    MountBuilder builder(planned, old, settings.queue, on_step, extensions);
    const auto built = builder.build();
    if (built) {
      site->table.add(planned.mount.host, planned.mount.path, site->mounts.size());
      site->mounts.push_back(builder.take());
      continue;
    }
    Site begun;
    begun.mounts.push_back(builder.take());
    retire_all(retired_generations(begun, &running));
    if (planned.mount.required) {
      retire_all(retired_generations(*site, &running));
      return Error{built.error().exit_code,
                   config::static_place(planned.mount) + built.error().text};
    }
    skipped.push_back(built.error().text);
  }
  return std::shared_ptr<const Site>(std::move(site));
}

std::vector<GenerationPtr> all_generations(const Site& site) {
  std::vector<GenerationPtr> all;
  for (const Mount& mount : site.mounts) {
    if (mount.generation) all.push_back(mount.generation);
    all.insert(all.end(), mount.middleware.begin(), mount.middleware.end());
  }
  return all;
}

std::vector<GenerationPtr> retired_generations(const Site& old, const Site* current) {
  const auto kept =
      current != nullptr ? all_generations(*current) : std::vector<GenerationPtr>{};
  auto gone = all_generations(old);
  std::erase_if(gone, [&](const GenerationPtr& generation) {
    return std::find(kept.begin(), kept.end(), generation) != kept.end();
  });
  return gone;
}

}  // namespace appserver::site
