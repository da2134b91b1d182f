// Reads what a shared library says of itself, from its bytes, without running any of
// it. Pure: no file, no dlopen; every offset in the input is hostile until checked.
// Uses program headers (a stripped section table changes nothing).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gateway/gateway.h>

#include "base/result.hpp"

namespace appserver::app {

/// Facts of one ELF shared library. Strings are copies, lists of symbols are sorted.
struct ElfFile {
  /// The gateway note; absent: not a gateway plugin. Of several (one for each callable)
  /// the first that this host refuses, else the first.
  std::optional<gw_note> note;
  std::vector<std::string>
      callables;  ///< exported gw1_<name> data objects, without prefix
  /// gw_app.flags of each callable as the file has it; absent: the table is not in the
  /// file.
  std::vector<std::optional<std::uint64_t>> flags;
  std::vector<std::string>
      other_exports;                   ///< defined dynamic symbols that are not gw1_*
  std::vector<std::string> undefined;  ///< dynamic symbols it needs from elsewhere
  std::vector<std::string> needed;     ///< DT_NEEDED
  std::string soname;
  std::string build_id;           ///< hex; empty: none
  bool executable_stack = false;  ///< loading it would make every stack executable
  bool text_relocations = false;
  bool static_tls = false;      ///< DF_STATIC_TLS
  bool unique_symbols = false;  ///< STB_GNU_UNIQUE: stays mapped, mixes versions
};

/// Fails: AppLoad with the reason alone ("not a shared library: no ELF magic", "built
/// for AArch64, this server runs on x86-64", "truncated: ..."); the caller names the
/// file.
Result<ElfFile> read_elf(std::span<const std::byte> bytes);

/// May this host run what the note says? The reason if not: other ABI major, a newer
/// minor needed, another draft, other pointer size. `what to do` is part of the text.
std::optional<std::string> why_note_is_refused(const gw_note& note);

}  // namespace appserver::app
