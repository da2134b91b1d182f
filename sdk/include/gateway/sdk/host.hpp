// What an app sees of its host at the start: its configuration, a log, extensions.
#pragma once

#include <cstdint>
#include <string_view>

#include <gateway/sdk/fields.hpp>

namespace gateway {

/// The host, as given to the constructor of a GATEWAY_APP_CLASS.
///
/// Lives:   as long as the instance; the instance may keep a reference or a copy.
/// Threads: any.
class Host {
 public:
  explicit Host(const gw_host* raw) noexcept : raw_(raw) {}

  /// "appserver/1.2.3".
  std::string_view server() const noexcept { return as_view(raw_->server); }

  /// The part after the colon of "module:callable".
  std::string_view callable() const noexcept { return as_view(raw_->callable); }

  /// This app's configuration: one JSON object, or empty.
  std::string_view config() const noexcept { return as_view(raw_->config); }

  /// `level` is GW_LOG_*.
  void log(std::uint32_t level, std::string_view text) const noexcept {
    raw_->log(raw_, level, as_str(text));
  }

  /// The table of "gw.<name>/1", null where the host has none. `id` ends in NUL.
  template <class Table>
  const Table* extension(const char* id) const noexcept {
    if (!GW_CAN(raw_, extension)) return nullptr;
    return static_cast<const Table*>(raw_->extension(raw_, id));
  }

  const gw_host* raw() const noexcept { return raw_; }

 private:
  const gw_host* raw_;
};

}  // namespace gateway
