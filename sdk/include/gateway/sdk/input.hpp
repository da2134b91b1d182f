// wsgi.input: the body of a request, read piece by piece, by a function or by a
// coroutine.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <gateway/gateway.h>
#include <gateway/sdk/error.hpp>

namespace gateway {

/// A read that a coroutine waits for: `co_await environ.input().read(buffer)`.
class InputRead {
 public:
  InputRead(gw_input* input, std::span<char> to) noexcept : input_(input), to_(to) {}

  /// Reads what is there; false: nothing yet, ask again when more has come.
  bool try_now() noexcept {
    count_ = input_->read(input_, to_.data(), to_.size());
    return count_ != GW_E_AGAIN;
  }

  bool await_ready() noexcept { return try_now(); }

  /// Leaves word with the generator, which reads again before it resumes the coroutine.
  template <class Promise>

  requires requires(Promise& promise, InputRead& read) { promise.wait_for(read); }

  void await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    waiting.promise().wait_for(*this);
  }

  /// The bytes read, inside the caller's buffer; empty at the complete end.
  std::string_view await_resume() const {
    if (count_ < 0) throw Error(count_, "reading the request body failed");
    return {to_.data(), static_cast<std::size_t>(count_)};
  }

 private:
  gw_input* input_;
  std::span<char> to_;
  std::int64_t count_ = 0;
};

/// The body of the request, always terminated. The first read asks the client for it.
///
/// Lives:   until the exchange is over.
/// Threads: the exchange's.
class Input {
 public:
  explicit Input(gw_input* raw) noexcept : raw_(raw) {}

  /// For coroutines: `co_await` it for a view of the bytes read, empty at the end.
  /// Fails: Error GW_E_GONE (the client left), GW_E_TOOBIG (over the host's limit).
  [[nodiscard]] InputRead read(std::span<char> to) const noexcept { return {raw_, to}; }

  /// For functions: the bytes that are here, empty at the end, nothing where an event
  /// app would have to wait (a blocking or buffered app waits and always gets a view).
  /// Fails: as read().
  [[nodiscard]] std::optional<std::string_view> read_now(std::span<char> to) const {
    InputRead read(raw_, to);
    if (!read.try_now()) return std::nullopt;
    return read.await_resume();
  }

  /// For what speaks the C ABI itself.
  [[nodiscard]] gw_input* raw() const noexcept { return raw_; }

 private:
  gw_input* raw_;
};

}  // namespace gateway
