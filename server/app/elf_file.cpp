#include "app/elf_file.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "app/dynamic_table.hpp"
#include "app/elf_bytes.hpp"
#include "app/sha256.hpp"

namespace appserver::app {
namespace {

constexpr std::string_view kTablePrefix = "gw1_";
constexpr std::uint32_t kGatewayNoteType = 1;
constexpr std::size_t kMostBuildIdBytes = 64;  // SHA-1 has 20

// Without PT_GNU_STACK glibc takes the machine's default.
#if defined(__x86_64__) || defined(__i386__)
constexpr bool kStackIsExecutableByDefault = true;
#else
constexpr bool kStackIsExecutableByDefault = false;
#endif

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void take_gateway_note(ElfFile& file, std::span<const std::byte> note) {
  const auto read = read_at<gw_note>(note, 0);
  if (!read) return;
  if (!file.note || (!why_note_is_refused(*file.note) && why_note_is_refused(*read))) {
    file.note = read;
  }
}

/// One segment is a row of: header, name and descriptor, both padded to the alignment.
void read_notes(ElfFile& file, std::span<const std::byte> bytes,
                std::uint64_t alignment) {
  const std::uint64_t step = alignment == 8 ? 8 : 4;  // 0 and 1 mean 4 in practice
  const auto padded = [step](std::uint64_t n) { return (n + step - 1) / step * step; };
  while (const auto header = read_at<ElfW(Nhdr)>(bytes, 0)) {
    // 32-bit sizes: none of these sums can overflow.
    const std::uint64_t text_begin = sizeof(*header);
    const std::uint64_t content_begin = padded(text_begin + header->n_namesz);
    const std::uint64_t content_end = content_begin + header->n_descsz;
    if (content_end > bytes.size()) return;
    const auto name = as_text(bytes.subspan(text_begin, header->n_namesz));
    const auto content = bytes.subspan(content_begin, header->n_descsz);
    if (name == std::string_view("GWN\0", 4) && header->n_type == kGatewayNoteType) {
      take_gateway_note(file, bytes.first(content_end));
    } else if (name == std::string_view("GNU\0", 4) &&
               header->n_type == NT_GNU_BUILD_ID) {
      file.build_id =
          to_hex(content.first(std::min(content.size(), kMostBuildIdBytes)));
    }
    bytes = bytes.subspan(std::min<std::uint64_t>(padded(content_end), bytes.size()));
  }
}

void read_segments(ElfFile& file, const ElfBytes& elf) {
  file.executable_stack = kStackIsExecutableByDefault;
  for (const ElfSegment& segment : elf.segments()) {
    if (segment.p_type == PT_GNU_STACK) {
      file.executable_stack = (segment.p_flags & PF_X) != 0;
    } else if (segment.p_type == PT_NOTE) {
      read_notes(file, elf.bytes_of(segment), segment.p_align);
    }
  }
}

// The macros for 32 and 64 bits are the same.
unsigned type_of(const ElfSymbol& s) {
  return ELF64_ST_TYPE(s.st_info);
}

unsigned binding_of(const ElfSymbol& s) {
  return ELF64_ST_BIND(s.st_info);
}

bool is_visible(const ElfSymbol& s) {
  const unsigned visibility = ELF64_ST_VISIBILITY(s.st_other);
  return binding_of(s) != STB_LOCAL &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

/// The flags of the table at `address`: a plain integer that no relocation touches.
std::optional<std::uint64_t> flags_at(const ElfBytes& elf, std::uint64_t address) {
  return read_at<std::uint64_t>(elf.at_address(address), offsetof(gw_app, flags));
}

void read_symbols(ElfFile& file, const ElfBytes& elf, const DynamicTable& table) {
  std::map<std::string, std::optional<std::uint64_t>> callables;
  for (const auto& [name, entry] : table.symbols) {
    if (!is_visible(entry)) continue;
    if (entry.st_shndx == SHN_UNDEF) {
      file.undefined.emplace_back(name);
      continue;
    }
    if (entry.st_shndx == SHN_ABS) continue;  // the name of a version, not of a thing
    if (binding_of(entry) == STB_GNU_UNIQUE) file.unique_symbols = true;
    const bool is_table = name.size() > kTablePrefix.size() &&
                          name.substr(0, kTablePrefix.size()) == kTablePrefix &&
                          type_of(entry) == STT_OBJECT;
    if (is_table) {
      callables.emplace(name.substr(kTablePrefix.size()),
                        flags_at(elf, entry.st_value));
    } else {
      file.other_exports.emplace_back(name);
    }
  }
  for (const auto& [name, flags] : callables) {
    file.callables.push_back(name);
    file.flags.push_back(flags);
  }
  std::sort(file.other_exports.begin(), file.other_exports.end());
  std::sort(file.undefined.begin(), file.undefined.end());
}

std::string version_text(unsigned major, unsigned minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

}  // namespace

Result<ElfFile> read_elf(std::span<const std::byte> bytes) {
  const auto elf = ElfBytes::open(bytes);
  if (!elf) return elf.error();
  const auto table = read_dynamic_table(*elf);
  if (!table) return table.error();
  if ((table->flags_1 & DF_1_PIE) != 0) {
    return app_error("not a shared library: a program (PIE); link it with -shared");
  }
  ElfFile file;
  read_segments(file, *elf);
  read_symbols(file, *elf, *table);
  file.needed.assign(table->needed.begin(), table->needed.end());
  file.soname = table->soname;
  file.text_relocations = table->text_relocations;
  file.static_tls = (table->flags & DF_STATIC_TLS) != 0;
  return file;
}

std::optional<std::string> why_note_is_refused(const gw_note& note) {
  const std::string ours = version_text(GW_ABI_MAJOR, GW_ABI_MINOR);
  const std::string rebuild = "; build it again with this server's <gateway/gateway.h>";
  if (note.abi_major != GW_ABI_MAJOR) {
    return "it speaks gateway ABI " + version_text(note.abi_major, note.abi_minor) +
           ", this server " + ours + rebuild;
  }
  if (note.draft != GW_ABI_DRAFT) {
    return "it was built with draft " + std::to_string(note.draft) +
           " of gateway ABI " + version_text(note.abi_major, note.abi_minor) +
           ", this server speaks draft " + std::to_string(GW_ABI_DRAFT) + rebuild;
  }
  if (note.minor_needed > GW_ABI_MINOR) {
    return "it needs gateway ABI " + version_text(note.abi_major, note.minor_needed) +
           ", this server offers " + ours + "; use a newer server" + rebuild;
  }
  if (note.ptr_bits != 8 * sizeof(void*)) {
    return "its pointers have " + std::to_string(note.ptr_bits) +
           " bits, this server's " + std::to_string(8 * sizeof(void*)) + rebuild;
  }
  const bool same_layout =
      note.sizeof_app == sizeof(gw_app) && note.sizeof_environ == sizeof(gw_environ);
  if (note.abi_minor == GW_ABI_MINOR && !same_layout) {
    return "its structures have other sizes than this server's at the same ABI " +
           ours + "; compile it without options that pack structures";
  }
  return std::nullopt;
}

}  // namespace appserver::app
