#include "app/symbol_table.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "app/elf_bytes.hpp"
#include "app/sha256.hpp"

namespace appserver::app {
namespace {

using Section = ElfW(Shdr);
using Entry = ElfW(Sym);
using Note = ElfW(Nhdr);

struct FreeText {
  void operator()(char* text) const { std::free(text); }
};

/// The part of the file that a section is; empty where it does not lie inside.
std::span<const std::byte> bytes_of(std::span<const std::byte> file,
                                    const Section& section) {
  if (section.sh_offset > file.size() ||
      section.sh_size > file.size() - section.sh_offset) {
    return {};
  }
  return file.subspan(section.sh_offset, section.sh_size);
}

std::optional<Section> section_at(std::span<const std::byte> file, std::size_t index) {
  const auto header = read_at<ElfHeader>(file, 0);
  if (!header || header->e_shentsize != sizeof(Section) || index >= header->e_shnum)
    return std::nullopt;
  if (header->e_shoff > file.size()) return std::nullopt;
  return read_at<Section>(file, header->e_shoff + index * sizeof(Section));
}

std::optional<Section> find_section(std::span<const std::byte> file, unsigned type) {
  for (std::size_t i = 0;; ++i) {
    const auto section = section_at(file, i);
    if (!section || section->sh_type == type) return section;
  }
}

std::size_t padded(std::size_t size) {
  return (size + 3) / 4 * 4;
}

std::string build_id_in(std::span<const std::byte> notes) {
  while (const auto note = read_at<Note>(notes, 0)) {
    const std::size_t name = sizeof(Note);
    const std::size_t text = name + padded(note->n_namesz);
    if (text > notes.size() || note->n_descsz > notes.size() - text) break;
    if (note->n_type == NT_GNU_BUILD_ID && text_at(notes, name) == "GNU")
      return to_hex(notes.subspan(text, note->n_descsz));
    const std::size_t whole = text + padded(note->n_descsz);
    if (whole > notes.size()) break;
    notes = notes.subspan(whole);
  }
  return {};
}

}  // namespace

std::string demangled(std::string_view name) {
  int status = 0;
  const std::string mangled(name);
  const std::unique_ptr<char, FreeText> text(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status));
  return status == 0 && text ? text.get() : mangled;
}

Result<SymbolTable> SymbolTable::read(std::span<const std::byte> bytes) {
  const auto elf = ElfBytes::open(bytes);
  if (!elf) return elf.error();
  SymbolTable table;
  for (const ElfSegment& segment : elf->segments()) {
    if (segment.p_type == PT_NOTE && table.build_id_.empty())
      table.build_id_ = build_id_in(elf->bytes_of(segment));
  }
  table.read_symbols(bytes);
  return table;
}

void SymbolTable::read_symbols(std::span<const std::byte> bytes) {
  auto section = find_section(bytes, SHT_SYMTAB);
  if (!section) section = find_section(bytes, SHT_DYNSYM);
  if (!section) return;
  const auto names = section_at(bytes, section->sh_link);
  if (!names) return;
  const auto texts = bytes_of(bytes, *names);
  const auto entries = bytes_of(bytes, *section);
  const std::size_t count = entries.size() / sizeof(Entry);
  if (count > kSymbolsMost) return;
  for (std::size_t i = 0; i < count; ++i) {
    const auto entry = read_at<Entry>(entries, i * sizeof(Entry));
    const unsigned type = ELF64_ST_TYPE(entry->st_info);  // the same for both classes
    if (type != STT_FUNC && type != STT_GNU_IFUNC) continue;
    if (entry->st_shndx == SHN_UNDEF) continue;
    const auto name = text_at(texts, entry->st_name);
    if (name) symbols_.push_back({entry->st_value, entry->st_size, *name});
  }
  std::stable_sort(
      symbols_.begin(), symbols_.end(),
      [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
}

std::optional<SymbolTable::Found> SymbolTable::find(std::uint64_t address) const {
  const auto behind = std::upper_bound(
      symbols_.begin(), symbols_.end(), address,
      [](std::uint64_t at, const Symbol& symbol) { return at < symbol.address; });
  if (behind == symbols_.begin()) return std::nullopt;
  const Symbol& symbol = *std::prev(behind);
  const std::uint64_t offset = address - symbol.address;
  // One written in assembler may not say how large it is.
  if (symbol.size != 0 && offset >= symbol.size) return std::nullopt;
  return Found{demangled(symbol.name), offset};
}

}  // namespace appserver::app
