// Which coding a client wants of those that there are, RFC 9110 §12.5.3. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "conditional.hpp"

namespace files {

enum class Coding : std::uint8_t { Identity, Gzip, Brotli };

/// As Content-Encoding says it.
constexpr std::string_view name_of(Coding coding) noexcept {
  return coding == Coding::Gzip ? "gzip" : coding == Coding::Brotli ? "br" : "identity";
}

/// What the file beside the file is called.
constexpr std::string_view suffix_of(Coding coding) noexcept {
  return coding == Coding::Gzip ? ".gz" : coding == Coding::Brotli ? ".br" : "";
}

/// The coding with the highest weight; of equal ones the first of `offered`, before
/// identity. Identity if nothing else is wanted, even if it is refused: a client gets
/// the file rather than 406.
Coding preferred_coding(const FieldLines& accept_encoding,
                        std::span<const Coding> offered) noexcept;

}  // namespace files
