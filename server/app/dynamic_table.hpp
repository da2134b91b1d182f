// PT_DYNAMIC of an ELF file: what it needs, what it exports, and what it asks of the
// loader.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "app/elf_bytes.hpp"
#include "base/result.hpp"

namespace appserver::app {

using ElfSymbol = ElfW(Sym);

struct DynamicSymbol {
  std::string_view name;
  ElfSymbol entry;
};

/// The table with its names resolved. Views into the file's bytes, which outlive it.
struct DynamicTable {
  std::vector<std::string_view> needed;
  std::string_view soname;
  std::uint64_t flags = 0;    ///< DF_*
  std::uint64_t flags_1 = 0;  ///< DF_1_*
  bool text_relocations = false;
  std::vector<DynamicSymbol> symbols;  ///< all with a name, local ones too
};

/// Fails: AppLoad with the reason alone. A file may hold at most a million symbols and
/// 64 MiB of names: more is an attack on our memory.
Result<DynamicTable> read_dynamic_table(const ElfBytes& elf);

}  // namespace appserver::app
