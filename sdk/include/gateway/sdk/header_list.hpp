// The headers of a Response: eight of them, and their short texts, without an
// allocation.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gateway/sdk/fields.hpp>

namespace gateway {

/// A name or a value of a header: a literal, which is only pointed to, or any other
/// text, which the list copies.
class HeaderText {
 public:
  /// A literal. (An array of const char that is not static must not be given.)
  template <std::size_t N>
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is a name or a value
  constexpr HeaderText(const char (&literal)[N]) noexcept
      : text_(literal, N - 1), is_literal_(true) {}

  /// A buffer is not a literal: copied up to its NUL.
  template <std::size_t N>
  constexpr HeaderText(char (&buffer)[N]) noexcept  // NOLINT: implicit on purpose
      : text_(buffer) {}

  constexpr HeaderText(std::string_view text) noexcept  // NOLINT: implicit on purpose
      : text_(text) {}

  HeaderText(const std::string& text) noexcept  // NOLINT: implicit on purpose
      : text_(text) {}

  constexpr std::string_view text() const noexcept { return text_; }

  constexpr bool is_literal() const noexcept { return is_literal_; }

 private:
  std::string_view text_;
  bool is_literal_ = false;
};

/// Header fields in the order in which they were added; equal names are kept apart.
class HeaderList {
 public:
  void add(HeaderText name, HeaderText value) {
    const Slot slot{keep(name), keep(value)};
    if (count_ < few_.size()) {
      few_[count_] = slot;
    } else {
      more_.push_back(slot);
    }
    ++count_;
  }

  std::size_t size() const noexcept { return count_; }

  /// The field at that place. Lives: until the list changes.
  Field operator[](std::size_t at) const noexcept {
    const Slot& slot = at < few_.size() ? few_[at] : more_[at - few_.size()];
    return {seen(slot.name), seen(slot.value)};
  }

 private:
  // Literals by their address; copies by their place in `copies_`, which may move.
  struct Kept {
    const char* literal;
    std::size_t at, size;
  };

  struct Slot {
    Kept name, value;
  };

  Kept keep(const HeaderText& text) {
    if (text.is_literal()) return {text.text().data(), 0, text.text().size()};
    const std::size_t at = copies_.size();
    copies_.append(text.text());
    return {nullptr, at, text.text().size()};
  }

  std::string_view seen(const Kept& kept) const noexcept {
    if (kept.literal != nullptr) return {kept.literal, kept.size};
    return std::string_view(copies_).substr(kept.at, kept.size);
  }

  std::array<Slot, 8> few_;  // not initialised: only the first `count_` are ever read
  std::vector<Slot> more_;
  std::string copies_;
  std::size_t count_ = 0;
};

}  // namespace gateway
