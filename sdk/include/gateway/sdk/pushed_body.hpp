// A body that any thread writes: a bounded queue between it and the exchange, which
// pulls (gw.async/1 and gw.stream/1).
//
//   gateway::Writer& out = start_response(200, {{"content-type", "text/plain"}});
//   auto body = gateway::push_body(out, async_.detach(env), 64 * 1024);
//   threads_.spawn("feed", [body = std::move(body)]() mutable {
//     while (body.write(line()) == GW_OK) ...
//     body.finish();
//   });
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <gateway/sdk/async.hpp>
#include <gateway/sdk/writer.hpp>

namespace gateway {

/// What is between the two ends of a pushed body.
struct PushedBytes {
  std::mutex mutex;  // guards all below
  std::string waiting;
  std::size_t most = 0;
  bool finished = false, cut = false, gone = false;
};

/// The exchange's end: a body for Writer::pull.
class PushedSource {
 public:
  PushedSource(std::shared_ptr<PushedBytes> bytes, Pending pending) noexcept
      : bytes_(std::move(bytes)), pending_(std::move(pending)) {}

  PushedSource(const PushedSource&) = delete;
  PushedSource& operator=(const PushedSource&) = delete;

  ~PushedSource() {
    const std::lock_guard lock(bytes_->mutex);
    bytes_->gone = true;
    bytes_->waiting = {};
  }

  std::int64_t next(char* to, std::size_t cap) {
    const std::lock_guard lock(bytes_->mutex);
    std::string& waiting = bytes_->waiting;
    if (!waiting.empty()) {
      std::string_view rest = waiting;
      const std::int64_t count = copy_some(rest, to, cap);
      waiting.erase(0, static_cast<std::size_t>(count));
      return count;
    }
    if (bytes_->cut) return GW_E_APP;
    return bytes_->finished ? 0 : GW_E_AGAIN;
  }

 private:
  std::shared_ptr<PushedBytes> bytes_;
  Pending pending_;  // a source may wait as long as one is held
};

/// The writer's end. Destroyed unfinished, the answer is cut, so that the client does
/// not take a part for the whole.
///
/// Threads: any, one at a time.
class PushedBody {
 public:
  PushedBody(std::shared_ptr<PushedBytes> bytes, Pending pending) noexcept
      : bytes_(std::move(bytes)), pending_(std::move(pending)) {}

  PushedBody(PushedBody&&) noexcept = default;
  PushedBody& operator=(PushedBody&&) = delete;
  PushedBody(const PushedBody&) = delete;
  PushedBody& operator=(const PushedBody&) = delete;

  ~PushedBody() {
    if (bytes_ != nullptr) end(&PushedBytes::cut);
  }

  /// All or nothing. GW_OK; GW_E_AGAIN: the client is slow and the queue has no room
  /// for it now; GW_E_TOOBIG: it never has; GW_E_GONE: the client has left.
  [[nodiscard]] std::int32_t write(std::string_view bytes) {
    if (bytes_ == nullptr) return GW_E_STATE;
    {
      const std::lock_guard lock(bytes_->mutex);
      if (bytes_->gone) return GW_E_GONE;
      if (bytes.size() > bytes_->most) return GW_E_TOOBIG;
      if (bytes.size() > bytes_->most - bytes_->waiting.size()) return GW_E_AGAIN;
      bytes_->waiting.append(bytes);
    }
    return pending_.wake();
  }

  /// The body is whole.
  void finish() {
    if (bytes_ != nullptr) end(&PushedBytes::finished);
  }

  bool is_cancelled() const noexcept { return pending_ && pending_.is_cancelled(); }

 private:
  void end(bool PushedBytes::*how) noexcept {
    {
      const std::lock_guard lock(bytes_->mutex);
      (*bytes_).*how = true;
    }
    pending_.wake();
    bytes_.reset();
    pending_ = {};
  }

  std::shared_ptr<PushedBytes> bytes_;
  Pending pending_;
};

/// Leaves the body of `out` to what is written to the object returned; at most `most`
/// bytes wait there for a slow client.
inline PushedBody push_body(Writer& out, Pending pending, std::size_t most) {
  auto bytes = std::make_shared<PushedBytes>();
  bytes->most = most;
  out.pull<PushedSource>(bytes, pending);
  return {std::move(bytes), std::move(pending)};
}

}  // namespace gateway
