// A page that is put together on the stack and leaves in as few pieces as possible.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#include <gateway/sdk/writer.hpp>

/// Collects text and writes it in pieces of 8 KiB. A page that fits into one piece
/// leaves at the end, whole, and needs no allocation.
class Output {
 public:
  explicit Output(gateway::Writer& writer) noexcept : writer_(writer) {}

  Output& operator<<(std::string_view text) {
    while (text.size() > bytes_.size() - used_) {
      const std::size_t fits = bytes_.size() - used_;
      put(text.substr(0, fits));
      text.remove_prefix(fits);
      writer_.write({bytes_.data(), used_});
      used_ = 0;
    }
    put(text);
    return *this;
  }

  /// Ends the page.
  void end() { writer_.finish({bytes_.data(), used_}); }

 private:
  void put(std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(bytes_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }

  gateway::Writer& writer_;
  std::size_t used_ = 0;
  std::array<char, 8192> bytes_;
};
