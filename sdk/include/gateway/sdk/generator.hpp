// A body written as a coroutine: it yields chunks and may wait for the request's body.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>
#include <utility>

#include <gateway/sdk/input.hpp>
#include <gateway/sdk/source.hpp>

namespace gateway {

/// `co_yield` anything that converts to a string_view; the chunk stays where it is
/// until the host has taken it, so a temporary std::string is fine. `co_await` only
/// what Input::read returns: nothing else could wake the coroutine again.
///
/// Fails:   an exception that leaves the coroutine ends the answer: 500, or a cut
///          connection where bytes have left.
/// Threads: the exchange's.
class [[nodiscard]] Generator {
 public:
  class promise_type {
   public:
    Generator get_return_object() noexcept {
      return Generator(std::coroutine_handle<promise_type>::from_promise(*this));
    }

    std::suspend_always initial_suspend() const noexcept { return {}; }

    std::suspend_always final_suspend() const noexcept { return {}; }

    std::suspend_always yield_value(std::string_view chunk) noexcept {
      rest_ = chunk;
      return {};
    }

    void return_void() const noexcept {}

    /// Only carries it to next(), from where it goes on to the wall.
    void unhandled_exception() noexcept { failure_ = std::current_exception(); }

    InputRead await_transform(InputRead read) const noexcept { return read; }

    void wait_for(InputRead& read) noexcept { waiting_for_ = &read; }

   private:
    friend class Generator;

    std::string_view rest_;
    InputRead* waiting_for_ = nullptr;
    std::exception_ptr failure_;
  };

  Generator(Generator&& other) noexcept
      : coroutine_(std::exchange(other.coroutine_, nullptr)) {}

  Generator& operator=(Generator&& other) noexcept {
    std::swap(coroutine_, other.coroutine_);
    return *this;
  }

  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  ~Generator() {
    if (coroutine_) coroutine_.destroy();
  }

  /// Runs to the next chunk that is not empty, to the end, or to a wait for input.
  /// Returns 1, 0 or GW_E_AGAIN. Fails: with what the coroutine threw.
  std::int64_t advance() {
    promise_type& promise = coroutine_.promise();
    while (promise.rest_.empty() && !coroutine_.done()) {
      if (promise.waiting_for_ != nullptr && !promise.waiting_for_->try_now()) {
        return GW_E_AGAIN;
      }
      promise.waiting_for_ = nullptr;
      coroutine_.resume();
      if (promise.failure_) {
        std::rethrow_exception(std::exchange(promise.failure_, nullptr));
      }
      if (promise.waiting_for_ != nullptr) return GW_E_AGAIN;
    }
    return promise.rest_.empty() ? 0 : 1;
  }

  /// gw_source's next.
  std::int64_t next(char* to, std::size_t cap) {
    const std::int64_t state = advance();
    return state > 0 ? copy_some(coroutine_.promise().rest_, to, cap) : state;
  }

 private:
  explicit Generator(std::coroutine_handle<promise_type> coroutine) noexcept
      : coroutine_(coroutine) {}

  std::coroutine_handle<promise_type> coroutine_;
};

}  // namespace gateway
