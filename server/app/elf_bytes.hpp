// Bounded reading in the bytes of an ELF file of this machine's class. Every offset,
// size and address comes from the file and is a lie until it was checked here.
#pragma once

#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.hpp"

namespace appserver::app {

using ElfHeader = ElfW(Ehdr);
using ElfSegment = ElfW(Phdr);

/// The header and the segments, checked against the size of the file. A view: the bytes
/// outlive it.
class ElfBytes {
 public:
  /// Fails: AppLoad with the reason alone, as read_elf.
  static Result<ElfBytes> open(std::span<const std::byte> bytes);

  [[nodiscard]] const std::vector<ElfSegment>& segments() const { return segments_; }

  /// The file's bytes of a segment; inside the file since open() checked it.
  [[nodiscard]] std::span<const std::byte> bytes_of(const ElfSegment& segment) const {
    return bytes_.subspan(segment.p_offset, segment.p_filesz);
  }

  /// All bytes that the file has for `address` and what follows it in the same PT_LOAD;
  /// empty if it has none.
  [[nodiscard]] std::span<const std::byte> at_address(std::uint64_t address) const;

 private:
  std::span<const std::byte> bytes_;
  std::vector<ElfSegment> segments_;
};

/// The T at `offset`, if it lies inside. Copied out: the file's alignment means
/// nothing.
template <class T>
std::optional<T> read_at(std::span<const std::byte> bytes, std::uint64_t offset) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (offset > bytes.size() || sizeof(T) > bytes.size() - offset) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

/// The NUL-terminated text at `offset`, without the NUL, if its end lies inside.
std::optional<std::string_view> text_at(std::span<const std::byte> bytes,
                                        std::uint64_t offset);

}  // namespace appserver::app
