// One application, ready to be called: an image, the instance create() made of it, and
// how it wants to be called. Made on the loader's thread, called on exchange threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <gateway/gateway.h>

#include "app/host_threads.hpp"
#include "app/image.hpp"
#include "app/thread_pool.hpp"
#include "base/result.hpp"

namespace appserver::app {

/// The host's table for an extension's id; null: it has none. Threads: any.
using ExtensionLookup = const void* (*)(std::string_view id);

/// The instance and its life: create() in make(), quiesce() and destroy() in retire().
class Generation {
 public:
  /// What makes two generations the same: if equal, a reload keeps the running one.
  struct Identity {
    std::string sha256, callable, config_json;
    int threads = 0;
    bool operator==(const Identity&) const = default;
  };

  /// Calls create(). Fails: AppLoad with the text that create() logged at error level.
  /// `extensions`: those that need an exchange; threads are offered here. Threads:
  /// [control].
  static Result<std::shared_ptr<Generation>> make(std::shared_ptr<const Image> image,
                                                  std::string spec_text,
                                                  std::string config_json, int threads,
                                                  ExtensionLookup extensions);
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;
  ~Generation();

  /// No exchange will be begun: the app's own threads are told, so that they can end
  /// long ones. Threads: any.
  void begin_stop();

  /// quiesce() with a deadline, then destroy(). Once, after the last call. [control]
  void retire(std::uint64_t deadline_ns);

  [[nodiscard]] const gw_app& app() const { return image_->app(); }

  [[nodiscard]] void* self() const { return self_; }

  [[nodiscard]] bool has_flag(std::uint64_t flag) const {
    return (call_flags & flag) != 0;
  }

  [[nodiscard]] std::uint64_t number() const { return number_; }

  [[nodiscard]] const std::string& spec_text() const { return spec_text_; }

  [[nodiscard]] const Identity& identity() const { return identity_; }

  [[nodiscard]] const Image& image() const { return *image_; }

  /// Exchanges begun and not over. Written by the I/O thread alone (leases).
  std::uint64_t in_flight = 0;

  /// Calls that hold a thread past their time. The I/O thread's, too.
  std::int64_t stuck_calls = 0;

  /// Where it is counted: its row of the scoreboard. Set once, before it is served.
  std::size_t row = 0;

  /// Nobody may call it: its requests are answered 503. Set once, before it is served;
  /// shared with other processes, whoever writes it.
  const std::atomic<bool>* out_of_service = nullptr;

  [[nodiscard]] bool is_out_of_service() const {
    return out_of_service != nullptr && out_of_service->load(std::memory_order_relaxed);
  }

  /// How it is called: its app's flags, and those that a middleware around it adds. Set
  /// once, by make() and site_builder.
  std::uint64_t call_flags = 0;

  /// The threads that call a blocking app; none for an event app. Set once by
  /// site_builder.
  std::unique_ptr<ThreadPool> threads;

 private:
  struct Host;  // the gw_host lent to the app
  friend HostThreads& threads_of(const gw_host& host);
  Generation();
  void keep_instance();
  std::shared_ptr<const Image> image_;
  std::unique_ptr<Host> host_;
  std::string spec_text_;
  Identity identity_;
  void* self_ = nullptr;
  std::uint64_t number_ = 0;
  bool created_ = false;
};

}  // namespace appserver::app
