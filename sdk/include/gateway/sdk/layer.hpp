// What a middleware's layer is given while an answer passes it: the head, and the way
// down for bytes. How a class becomes a gw_layer is middleware.hpp's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <gateway/middleware.h>
#include <gateway/sdk/error.hpp>
#include <gateway/sdk/fields.hpp>

namespace gateway {

/// The head that leaves now. Texts that are given to it must live until `close`: they
/// are literals, members of the layer or of the middleware, or text that Next::keep
/// keeps.
///
/// Lives:   during the hook.
/// Threads: the exchange's.
class Head {
 public:
  explicit Head(gw_head* raw) noexcept : raw_(raw) {}

  std::uint32_t status() const noexcept { return raw_->status; }

  void set_status(std::uint32_t status) noexcept { raw_->status = status; }

  std::string_view request_method() const noexcept {
    return as_view(raw_->request_method);
  }

  /// Of the body, if it is known now; -1: not.
  std::int64_t content_length() const noexcept { return raw_->content_length; }

  /// A layer that changes the body's length says so here, before the body.
  void set_content_length(std::int64_t length) noexcept {
    raw_->content_length = length;
  }

  /// A WebSocket has been accepted: only the fields may be changed.
  bool is_websocket() const noexcept { return status() == 101; }

  /// HEAD, 101, 204 and 304 have no body, whatever stands in the fields (RFC 9110
  /// §6.4.1).
  bool has_body() const noexcept {
    return request_method() != "HEAD" && !is_websocket() && status() != 204 &&
           status() != 304;
  }

  /// Without Content-Length.
  Fields fields() const noexcept { return {raw_->field, raw_->count}; }

  std::optional<std::string_view> find(std::string_view name) const noexcept {
    return fields().find(name);
  }

  /// Fails: Error GW_E_TOOBIG when there is no room; GW_FIELDS_MORE always fit.
  void add(std::string_view name, std::string_view value) {
    if (raw_->count >= raw_->room) throw Error(GW_E_TOOBIG, "no room for a field");
    raw_->field[raw_->count++] = {as_str(name), as_str(value)};
  }

  /// Takes the place of every field of that name, or is added.
  void set(std::string_view name, std::string_view value) {
    remove(name);
    add(name, value);
  }

  /// How many fields of that name there were.
  std::size_t remove(std::string_view name) noexcept {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < raw_->count; ++i) {
      if (!same_name(as_view(raw_->field[i].name), name)) {
        raw_->field[kept++] = raw_->field[i];
      }
    }
    const std::size_t removed = raw_->count - kept;
    raw_->count = kept;
    return removed;
  }

  gw_head* raw() const noexcept { return raw_; }

 private:
  gw_head* raw_;
};

/// Where a layer's `data` sends what should leave: the next layer outwards. One call of
/// the hook may send up to 64 KiB, and all of it is taken.
class Down {
 public:
  explicit Down(gw_writer* raw) noexcept : raw_(raw) {}

  /// flags: GW_FLUSH and GW_LAST are passed on when the layer has nothing left to send.
  /// Fails: Error with the host's code; the hook lets it pass, and the answer is cut.
  void write(std::string_view bytes, std::uint32_t flags = 0) {
    const std::int64_t taken = raw_->write(raw_, bytes.data(), bytes.size(), flags);
    if (taken < 0) throw Error(taken, "the answer cannot go on");
  }

 private:
  gw_writer* raw_;
};

/// Where a layer's `input` reads from: the client, or the next layer outwards.
class Upstream {
 public:
  explicit Upstream(gw_input* raw) noexcept : raw_(raw) {}

  /// As gw_input's read: a count, 0 at the end, or GW_E_*; GW_E_AGAIN is passed on.
  std::int64_t read(std::span<char> to) {
    return raw_->read(raw_, to.data(), to.size());
  }

 private:
  gw_input* raw_;
};

}  // namespace gateway
