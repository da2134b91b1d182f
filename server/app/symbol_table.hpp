// Names for addresses: what stands where in a file, by its table of symbols. Pure: no
// file is opened; every offset in the input is hostile until checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace appserver::app {

/// The functions of a shared library or program: of .symtab, where it was not stripped,
/// else those it exports. A view: the bytes outlive it.
class SymbolTable {
 public:
  static constexpr std::size_t kSymbolsMost = 4'000'000;  ///< more: none are read

  /// Fails: AppLoad with the reason alone, as read_elf. Without symbols it is empty.
  static Result<SymbolTable> read(std::span<const std::byte> bytes);

  struct Found {
    std::string name;          ///< demangled
    std::uint64_t offset = 0;  ///< of the address behind its beginning
  };

  /// The function around an address of the file, which is where it was mapped minus
  /// where the module was.
  [[nodiscard]] std::optional<Found> find(std::uint64_t address) const;

  /// Hex; "": it has none.
  [[nodiscard]] const std::string& build_id() const { return build_id_; }

 private:
  struct Symbol {
    std::uint64_t address = 0, size = 0;
    std::string_view name;
  };

  void read_symbols(std::span<const std::byte> bytes);
  std::vector<Symbol> symbols_;  ///< by address
  std::string build_id_;
};

/// "ns::f(int)" for "_ZN2ns1fEi"; what is no mangled name as it is.
std::string demangled(std::string_view name);

}  // namespace appserver::app
