// The calls on the control thread: create, quiesce, destroy. Each has a wall behind it,
// since an app in C++ without the SDK may let an exception escape, and nobody above
// could tell from which app it came.
#include "app/generation.hpp"

#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include <gateway/threads.h>

#include "base/log.hpp"
#include "base/version.hpp"
#include "base/work.hpp"

namespace appserver::app {
namespace {

constexpr std::size_t kLongestLogText = 16384;

gw_str lend(std::string_view text) {
  return {text.data(), text.size()};
}

log::Level to_level(std::uint32_t level) {
  switch (level) {
    case GW_LOG_DEBUG:
      return log::Level::Debug;
    case GW_LOG_INFO:
      return log::Level::Info;
    case GW_LOG_WARNING:
      return log::Level::Warning;
    default:
      return log::Level::Error;  // a level we do not know: better too loud than unseen
  }
}

std::string code_name(std::int32_t code) {
  static constexpr const char* kNames[] = {
      "GW_OK",      "GW_E_APP",         "GW_E_INVALID", "GW_E_STATE",  "GW_E_SENT",
      "GW_E_GONE",  "GW_E_AGAIN",       "GW_E_TIMEOUT", "GW_E_TOOBIG", "GW_E_HEADER",
      "GW_E_NOMEM", "GW_E_UNSUPPORTED", "GW_E_BUSY"};
  if (code <= 0 && code >= GW_E_BUSY) return kNames[-code];
  return "the unknown code " + std::to_string(code);
}

struct Outcome {
  std::int32_t code = GW_OK;
  std::string exception;  ///< text of the one that escaped; empty: none
};

/// Calls into the plugin; an exception that escapes becomes GW_E_APP.
template <class Call>
Outcome guarded(Call call) {
  try {
    return {call(), ""};
  } catch (const std::exception& e) {
    return {GW_E_APP, std::string("of a std::exception: ") + e.what()};
  } catch (...) {
    return {GW_E_APP, "of a type this server does not know"};
  }
}

/// A call on the control thread.
struct LifeStep {
  const Generation& generation;
  std::string_view name;
};

void describe(const void* subject, WorkNote& note) {
  const auto& step = *static_cast<const LifeStep*>(subject);
  note.thread = WorkNote::Thread::Loader;
  note.app.set(step.generation.spec_text());
  note.version.set(step.generation.identity().sha256);
  note.step.set(step.name);
}

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

/// What an app may hold on to as long as its instance lives. Its address never changes.
struct Generation::Host {
  Host(std::string spec_text, const Identity& identity, std::string config_json,
       int pool_threads, ExtensionLookup extensions)
      : spec(std::move(spec_text)),
        callable(identity.callable),
        config(std::move(config_json)),
        threads(spec, pool_threads, identity.sha256),
        lookup(extensions) {
    lent.size = sizeof(lent);
    lent.abi_major = GW_ABI_MAJOR;
    lent.abi_minor = GW_ABI_MINOR;
    lent.server = lend(kServerName);
    lent.callable = lend(callable);
    lent.config = lend(config);
    lent.log = &Host::log;
    lent.extension = &Host::extension;
    lent.host = this;
  }

  /// The last text at error level since create() began; then forgets it and listens no
  /// more.
  std::string take_reason() {
    const std::lock_guard lock(mutex);
    is_creating = false;
    return std::exchange(reason, "");
  }

  /// For those who may still call log(): threads of an app whose create() failed or
  /// that never reached destroy(). Reachable to the end, as its image is.
  static void keep_forever(std::unique_ptr<Host> host) {
    static auto& kept = *new std::vector<std::unique_ptr<Host>>;
    kept.push_back(std::move(host));
  }

  static void log(const gw_host* lent, std::uint32_t level, gw_str text) noexcept {
    auto& self = *static_cast<Host*>(lent->host);
    std::string_view view(text.p == nullptr ? "" : text.p,
                          text.p == nullptr ? 0 : text.n);
    view = view.substr(0, kLongestLogText);
    if (to_level(level) == log::Level::Error) {
      const std::lock_guard lock(self.mutex);
      if (self.is_creating) self.reason = view;
    }
    log::write(to_level(level), self.spec + ": " + std::string(view));
  }

  static const void* extension(const gw_host* lent, const char* id) noexcept {
    if (id == nullptr) return nullptr;
    if (std::string_view(id) == GW_THREADS_1) return threads_table();
    const ExtensionLookup lookup = static_cast<Host*>(lent->host)->lookup;
    return lookup == nullptr ? nullptr : lookup(id);
  }

  gw_host lent{};
  const std::string spec, callable, config;
  HostThreads threads;
  const ExtensionLookup lookup;
  std::mutex mutex;  // the app may log from any thread
  std::string reason;
  bool is_creating = true;
};

HostThreads& threads_of(const gw_host& host) {
  return static_cast<Generation::Host*>(host.host)->threads;
}

Generation::Generation() = default;

Generation::~Generation() {
  threads.reset();  // whoever still calls the app uses the members below
  if (created_ && host_) Host::keep_forever(std::move(host_));
}

Result<std::shared_ptr<Generation>> Generation::make(std::shared_ptr<const Image> image,
                                                     std::string spec_text,
                                                     std::string config_json,
                                                     int threads,
                                                     ExtensionLookup extensions) {
  const std::shared_ptr<Generation> made(new Generation);
  made->identity_ = {image->copy().sha256, image->callable(), config_json, threads};
  made->image_ = std::move(image);
  made->call_flags = made->app().flags;
  made->spec_text_ = std::move(spec_text);
  made->number_ = next_number();
  made->host_ = std::make_unique<Host>(
      made->spec_text_, made->identity_,
      config_json.empty() ? "{}" : std::move(config_json), threads, extensions);
  const auto create = made->app().create;
  if (create == nullptr) {
    made->created_ = true;
    return made;
  }
  const LifeStep step{*made, "create()"};
  const WorkScope work(&step, describe);
  const Outcome outcome =
      guarded([&] { return create(&made->host_->lent, &made->self_); });
  const std::string reason = made->host_->take_reason();
  made->created_ = outcome.code >= 0;
  if (made->created_) return made;

  made->host_->threads.begin_stop();
  Host::keep_forever(std::move(made->host_));
  std::string text = "cannot start \"" + made->spec_text_ + "\": create() ";
  if (!outcome.exception.empty()) {
    return app_error(
        text + "let a C++ exception escape (" + outcome.exception +
        "); nothing may unwind across the gateway: catch it inside and return "
        "GW_E_APP, as the SDK does");
  }
  text += "failed with " + code_name(outcome.code) + ": ";
  return app_error(text + (reason.empty() ? "it did not log why (gw_host.log at "
                                            "GW_LOG_ERROR would be repeated here)"
                                          : reason));
}

void Generation::begin_stop() {
  if (host_) host_->threads.begin_stop();
}

/// What runs on in it may use all of it to the end of the process.
void Generation::keep_instance() {
  Host::keep_forever(std::move(host_));
  static_cast<void>(threads.release());
}

void Generation::retire(std::uint64_t deadline_ns) {
  if (!created_ || !host_) return;
  host_->threads.begin_stop();
  const bool calls_are_over = !threads || threads->join_by(deadline_ns);
  const gw_app& table = app();
  LifeStep step{*this, "quiesce()"};
  const WorkScope work(&step, describe);
  if (table.quiesce != nullptr) {
    const Outcome outcome = guarded([&] { return table.quiesce(self_, deadline_ns); });
    if (outcome.code < 0) {
      // Its threads may be running: destroying would pull their memory away.
      log::warning(
          spec_text_ + ": quiesce() failed with " + code_name(outcome.code) +
          (outcome.exception.empty() ? "" : ", an exception " + outcome.exception) +
          "; the instance is left in memory and never destroyed");
      keep_instance();
      return;
    }
  }
  if (!calls_are_over || !host_->threads.join_all(deadline_ns)) {
    log::warning(
        spec_text_ +
        ": a thread still runs in it; the instance is left in memory and never "
        "destroyed");
    keep_instance();
    return;
  }
  step.name = "destroy()";
  if (table.destroy != nullptr) {
    const Outcome outcome = guarded([&] {
      table.destroy(self_);
      return GW_OK;
    });
    if (outcome.code < 0) {
      log::error(spec_text_ + ": destroy() let an exception escape, " +
                 outcome.exception);
    }
  }
  self_ = nullptr;
  created_ = false;
}

}  // namespace appserver::app
