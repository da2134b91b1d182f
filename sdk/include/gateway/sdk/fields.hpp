// Header fields as C++ sees them: pairs of views, and the list that the host lends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include <gateway/gateway.h>

namespace gateway {

/// A view of the host's bytes; data() is null where the host says "absent".
constexpr std::string_view as_view(gw_str text) noexcept {
  return {text.p, text.n};
}

constexpr gw_str as_str(std::string_view text) noexcept {
  return {text.data(), text.size()};
}

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Compares as RFC 9110 §5.1 compares field names: ASCII letters without case.
constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

struct Field {
  std::string_view name, value;
};

/// The fields of a request, in the order in which they came; names are lower-case.
///
/// Lives: until the exchange is over.
class Fields {
 public:
  class Iterator {
   public:
    explicit constexpr Iterator(const gw_field* at) noexcept : at_(at) {}

    constexpr Field operator*() const noexcept {
      return {as_view(at_->name), as_view(at_->value)};
    }

    constexpr Iterator& operator++() noexcept {
      ++at_;
      return *this;
    }

    constexpr bool operator==(const Iterator&) const noexcept = default;

   private:
    const gw_field* at_;
  };

  constexpr Fields(const gw_field* first, std::size_t count) noexcept
      : first_(first), count_(count) {}

  constexpr Iterator begin() const noexcept { return Iterator(first_); }

  constexpr Iterator end() const noexcept { return Iterator(first_ + count_); }

  constexpr std::size_t size() const noexcept { return count_; }

  constexpr bool empty() const noexcept { return count_ == 0; }

  /// The value of the first field with that name, compared without case.
  constexpr std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (const Field field : *this) {
      if (same_name(field.name, name)) return field.value;
    }
    return std::nullopt;
  }

 private:
  const gw_field* first_;
  std::size_t count_;
};

}  // namespace gateway
