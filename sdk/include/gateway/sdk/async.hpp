// Answers that come after the call has returned: gw.async/1, with the wake of
// gw.stream/1 and the timers of gw.timer/1, for event apps and blocking ones.
//
//   class Slow {
//    public:
//     explicit Slow(const gateway::Host& host) : async_(host), threads_(host) {}
//     void operator()(const gateway::Environ& env, gateway::StartResponse& start) {
//       threads_.submit([later = async_.later(env, start)]() mutable {
//         later.answer(gateway::Response::text(work()));
//       });
//     }
//   };
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include <gateway/async.h>
#include <gateway/sdk/environ.hpp>
#include <gateway/sdk/error.hpp>
#include <gateway/sdk/host.hpp>
#include <gateway/sdk/response.hpp>
#include <gateway/sdk/start_response.hpp>
#include <gateway/sdk/wall.hpp>
#include <gateway/stream.h>
#include <gateway/timer.h>

namespace gateway {

/// What a host lends for exchanges that are answered later. Lives: as the instance.
struct AsyncTables {
  const gw_host* host;
  const gw_async* async;
  const gw_stream* stream;  // may be null
  const gw_timer* timer;    // may be null
};

/// A step that waits, of whichever type.
struct AnyStep {
  AnyStep() = default;
  AnyStep(const AnyStep&) = delete;
  AnyStep& operator=(const AnyStep&) = delete;
  virtual ~AnyStep() = default;
};

template <class Step>
struct PostedStep;

/// A timer that was set. Lives: its number means nothing when it has run.
struct Timer {
  std::int64_t number = 0;
  AnyStep* step = nullptr;
};

/// A reference to a detached exchange; a copy is one more. When the last is gone and
/// nobody has completed the exchange, it fails with GW_E_APP: it cannot be forgotten.
///
/// A step is a callable of one of two shapes: `step(const Environ&)` runs if the
/// exchange is still there, `step(const Environ*)` in any case, with null when it is
/// over. It runs at most once and is destroyed in any case. What it throws is logged
/// and completes the exchange with its code (see wall.hpp).
///
/// Lives:   as long as the instance at most.
/// Threads: any, but at() and cancel(): the exchange's. Steps run on the exchange's.
class Pending {
 public:
  Pending() noexcept = default;

  /// Takes over the reference that detach gave.
  Pending(const AsyncTables& tables, gw_pending* raw) noexcept
      : tables_(&tables), raw_(raw) {}

  Pending(const Pending& other) noexcept : tables_(other.tables_), raw_(other.raw_) {
    if (raw_ != nullptr) tables_->async->retain(raw_);
  }

  Pending(Pending&& other) noexcept
      : tables_(other.tables_), raw_(std::exchange(other.raw_, nullptr)) {}

  Pending& operator=(const Pending& other) noexcept { return *this = Pending(other); }

  Pending& operator=(Pending&& other) noexcept {
    std::swap(tables_, other.tables_);
    std::swap(raw_, other.raw_);
    return *this;
  }

  ~Pending() {
    if (raw_ != nullptr) tables_->async->release(raw_);
  }

  explicit operator bool() const noexcept { return raw_ != nullptr; }

  /// Has `step` run on the exchange's thread, in the order of posts. GW_OK; GW_E_GONE:
  /// the exchange is over; GW_E_AGAIN: too many are waiting (GW_POSTS_MOST always go).
  template <class Step>
  [[nodiscard]] std::int32_t post(Step step) const {
    auto posted = std::make_unique<PostedStep<Step>>(*this, std::move(step));
    const std::int32_t taken = tables_->async->post(raw_, &run<Step>, posted.get());
    if (taken == GW_OK) static_cast<void>(posted.release());  // frees itself
    return taken;
  }

  /// Has `step` run at a time, or be told that the exchange ended before. `env` is the
  /// one that a step, or the call, was given. Fails: Error GW_E_TOOBIG (GW_TIMERS_MOST
  /// are waiting), GW_E_UNSUPPORTED (no gw.timer/1).
  template <class Step>
  Timer at(const Environ& env, std::chrono::steady_clock::time_point when,
           Step step) const {
    static_assert(std::chrono::steady_clock::is_steady);  // CLOCK_MONOTONIC
    if (tables_->timer == nullptr) {
      throw Error(GW_E_UNSUPPORTED, "this host has no gw.timer/1");
    }
    auto posted = std::make_unique<PostedStep<Step>>(*this, std::move(step));
    const auto since = std::chrono::nanoseconds(when.time_since_epoch()).count();
    const std::int64_t number = tables_->timer->at(
        env.raw(), static_cast<std::uint64_t>(since), &run<Step>, posted.get());
    if (number < 0) throw Error(number, "the host set no timer");
    return {number, posted.release()};
  }

  /// True: it will not run, and is destroyed. False: it has run.
  bool cancel(const Environ& env, Timer timer) const {
    if (tables_->timer->cancel(env.raw(), timer.number) != GW_OK) return false;
    delete timer.step;
    return true;
  }

  /// Ends the exchange as if the call returned `result`. GW_OK; GW_E_STATE: it was
  /// completed before; GW_E_GONE: it is over.
  std::int32_t complete(std::int64_t result = GW_OK) const noexcept {
    return tables_->async->complete(raw_, result);
  }

  /// Nobody waits any more: the client has ended its side or left.
  bool is_cancelled() const noexcept { return tables_->async->cancelled(raw_) != 0; }

  /// Has the source of the exchange asked again after its GW_E_AGAIN. GW_OK, GW_E_GONE.
  std::int32_t wake() const noexcept {
    return tables_->stream != nullptr ? tables_->stream->wake(raw_) : GW_E_UNSUPPORTED;
  }

 private:
  template <class Step>
  static void run(const gw_environ* env, void* arg);

  const AsyncTables* tables_ = nullptr;
  gw_pending* raw_ = nullptr;
};

template <class Step>
struct PostedStep final : AnyStep {
  PostedStep(const Pending& of, Step&& which) : pending(of), step(std::move(which)) {}

  Pending pending;  // so that a failure can complete it
  Step step;
};

template <class Step>
void Pending::run(const gw_environ* env, void* arg) {
  const std::unique_ptr<PostedStep<Step>> self(static_cast<PostedStep<Step>*>(arg));
  constexpr bool kHearsEnd = std::is_invocable_v<Step&, const Environ*>;
  if (env == nullptr && !kHearsEnd) return;
  const auto* host = self->pending.tables_->host;
  const std::int64_t code = guarded(host, [&self, env]() -> std::int64_t {
    if constexpr (kHearsEnd) {
      const Environ view(env);
      self->step(env == nullptr ? nullptr : &view);
    } else {
      self->step(Environ(env));
    }
    return GW_OK;
  });
  if (code < 0 && env != nullptr) self->pending.complete(code);
}

/// An exchange that will have one answer, from whichever thread knows it. Destroyed
/// without one, the client gets a 500.
///
/// Threads: any, one at a time.
class Later {
 public:
  Later(Pending pending, gw_start_response* start) noexcept
      : pending_(std::move(pending)), start_(start) {}

  /// Sends the answer. GW_OK; GW_E_GONE: the client has left, or the deadline has
  /// passed. Once.
  std::int32_t answer(Response response) {
    const Pending pending = std::exchange(pending_, {});
    if (!pending) return GW_E_STATE;
    return pending.post([pending, start = start_,
                         response = std::move(response)](const Environ& env) mutable {
      StartResponse start_response(env.raw(), start);
      start_response(response.status(), response.headers());
      start_response.finish_own(std::move(response).body());
      pending.complete();
    });
  }

  /// Work that takes long asks now and then, and stops.
  bool is_cancelled() const noexcept { return pending_ && pending_.is_cancelled(); }

  const Pending& pending() const noexcept { return pending_; }

 private:
  Pending pending_;
  gw_start_response* start_;
};

/// Detaches exchanges: a member of the app, made of the host in its constructor.
///
/// Lives:   as long as the instance.
/// Threads: detach() and later() are the exchange's.
class Async {
 public:
  /// Fails: Error GW_E_UNSUPPORTED, where the host has no gw.async/1.
  explicit Async(const Host& host)
      : tables_{host.raw(), host.extension<gw_async>(GW_ASYNC_1),
                host.extension<gw_stream>(GW_STREAM_1),
                host.extension<gw_timer>(GW_TIMER_1)} {
    if (tables_.async == nullptr) {
      throw Error(GW_E_UNSUPPORTED, "this host has no gw.async/1");
    }
  }

  Async(const Async&) = delete;
  Async& operator=(const Async&) = delete;
  ~Async() = default;

  /// Once in a call. The head may have been stored, and must be when a body is handed
  /// over. Fails: Error GW_E_STATE.
  Pending detach(const Environ& env) const {
    gw_pending* raw = tables_.async->detach(env.raw());
    if (raw == nullptr) throw Error(GW_E_STATE, "the exchange cannot be detached");
    return Pending(tables_, raw);
  }

  /// The same where one answer follows; start_response must not have been called.
  Later later(const Environ& env, const StartResponse& start_response) const {
    return {detach(env), start_response.raw()};
  }

 private:
  AsyncTables tables_;
};

}  // namespace gateway
