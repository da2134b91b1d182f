// The writer that start_response returns: WSGI's write, and the place for longer
// bodies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gateway/sdk/generator.hpp>
#include <gateway/sdk/source.hpp>

namespace gateway {

/// Sends the bytes of one answer, in order.
///
/// Fails:   every function throws Error with the host's code: GW_E_GONE when the client
///          left, GW_E_TOOBIG past the declared content-length, GW_E_STATE after the
///          end.
/// Lives:   until the app returns.
/// Threads: the exchange's.
class Writer {
 public:
  /// Sends bytes. All are taken: what the host of an event app has no room for waits in
  /// memory and leaves after the call. Bodies too large for that are a Generator's
  /// work.
  void write(std::string_view bytes) { send(bytes, 0); }

  /// Asks the host to send what there is, the head alone if there is nothing else.
  void flush() {
    if (rest_.empty()) send({}, GW_FLUSH);
  }

  /// Sends the last bytes. A body that came in one finish() gets its content-length.
  void finish(std::string_view bytes) { send(bytes, GW_LAST); }

  /// Leaves the body to a coroutine, which the host resumes when the call has returned.
  /// Its parameters must outlive the call: take Environ and Input by value.
  void body(Generator generator) { hand_over<Generator>(std::move(generator)); }

  /// Leaves the body to the request's: what the client sends is what it gets.
  void body(Input input) { hand_over<InputBody>(input.raw()); }

  /// Leaves the body to a new Body(args...), which the host asks by its `std::int64_t
  /// next(char* to, std::size_t cap)`: a count, 0 at the end, GW_E_AGAIN where
  /// gateway.h or gw.stream/1 allows it. It is destroyed when the exchange is over.
  template <class Body, class... Args>
  void pull(Args&&... args) {
    hand_over<Body>(std::forward<Args>(args)...);
  }

 private:
  friend class StartResponse;

  // A call of its own, so that what is around it stays small enough to be one piece.
  [[gnu::noinline]] void send(std::string_view bytes, std::uint32_t flags) {
    const std::size_t taken = rest_.empty() ? take(bytes, flags) : 0;
    if (taken < bytes.size()) rest_.append(bytes.substr(taken));
  }

  /// finish() for a string that is given away: what is left over needs no copy.
  void finish_own(std::string bytes) {
    if (!rest_.empty()) return send(bytes, GW_LAST);
    const std::size_t taken = take(bytes, GW_LAST);
    if (taken < bytes.size()) hand_over<RestOfBody>(std::move(bytes), taken);
  }

  std::size_t take(std::string_view bytes, std::uint32_t flags) {
    const auto count = raw_->write(raw_, bytes.data(), bytes.size(), flags);
    if (count < 0) throw Error(count, "writing the response body failed");
    return static_cast<std::size_t>(count);
  }

  template <class Body, class... Args>
  void hand_over(Args&&... args) {
    using Source = PulledSource<Body>;
    Source::hand_over(std::make_unique<Source>(environ_, std::forward<Args>(args)...),
                      raw_);
  }

  /// When the app has returned: what waits in memory becomes a body of its own.
  void settle() {
    if (!rest_.empty()) hand_over_rest();
  }

  void hand_over_rest() { hand_over<RestOfBody>(std::exchange(rest_, {}), 0u); }

  gw_writer* raw_ = nullptr;
  const gw_environ* environ_ = nullptr;
  std::string rest_;
};

}  // namespace gateway
