#include "app/dynamic_table.hpp"

#include <algorithm>
#include <string>

namespace appserver::app {
namespace {

constexpr std::size_t kMostEntries = 65536;      // of the dynamic section
constexpr std::size_t kMostSymbols = 1'000'000;  // Chromium has some 100'000
constexpr std::size_t kMostNameBytes = std::size_t{64} << 20U;

Error damaged(const std::string& what) {
  return app_error("damaged: " + what);
}

/// The entries before names can be resolved: DT_STRTAB may come last.
struct RawTable {
  std::uint64_t strtab = 0, strsz = 0, symtab = 0, hash = 0, gnu_hash = 0;
  std::uint64_t flags = 0, flags_1 = 0;
  bool has_soname = false, text_relocations = false;
  std::uint64_t soname = 0;
  std::vector<std::uint64_t> needed;
};

void add_entry(RawTable& raw, std::int64_t tag, std::uint64_t value) {
  switch (tag) {
    case DT_NEEDED:
      raw.needed.push_back(value);
      break;
    case DT_SONAME:
      raw.has_soname = true;
      raw.soname = value;
      break;
    case DT_STRTAB:
      raw.strtab = value;
      break;
    case DT_STRSZ:
      raw.strsz = value;
      break;
    case DT_SYMTAB:
      raw.symtab = value;
      break;
    case DT_HASH:
      raw.hash = value;
      break;
    case DT_GNU_HASH:
      raw.gnu_hash = value;
      break;
    case DT_TEXTREL:
      raw.text_relocations = true;
      break;
    case DT_FLAGS:
      raw.flags = value;
      break;
    case DT_FLAGS_1:
      raw.flags_1 = value;
      break;
    default:
      break;
  }
}

Result<RawTable> read_entries(const ElfBytes& elf) {
  const auto& segments = elf.segments();
  const auto dynamic =
      std::find_if(segments.begin(), segments.end(),
                   [](const ElfSegment& s) { return s.p_type == PT_DYNAMIC; });
  if (dynamic == segments.end()) {
    return app_error(
        "not a shared library: it has no dynamic section; link it with -shared");
  }
  const auto bytes = elf.bytes_of(*dynamic);
  RawTable raw;
  for (std::size_t i = 0; i < kMostEntries; ++i) {
    const auto entry = read_at<ElfW(Dyn)>(bytes, i * sizeof(ElfW(Dyn)));
    if (!entry || entry->d_tag == DT_NULL) return raw;
    add_entry(raw, entry->d_tag, entry->d_un.d_val);
  }
  return damaged("its dynamic section does not end");
}

/// How many symbols a GNU hash table knows of: the chain of the last bucket ends with
/// the last symbol, marked by its lowest bit.
std::optional<std::uint64_t> count_by_gnu_hash(std::span<const std::byte> table) {
  const auto bucket_count = read_at<std::uint32_t>(table, 0);
  const auto first_hashed = read_at<std::uint32_t>(table, 4);
  const auto bloom_words = read_at<std::uint32_t>(table, 8);
  if (!bucket_count || !first_hashed || !bloom_words) return std::nullopt;
  const std::uint64_t buckets = 16 + std::uint64_t{*bloom_words} * sizeof(ElfW(Addr));
  const std::uint64_t chains = buckets + std::uint64_t{*bucket_count} * 4;
  std::uint32_t last = 0;
  for (std::uint64_t i = 0; i < *bucket_count; ++i) {
    const auto symbol = read_at<std::uint32_t>(table, buckets + i * 4);
    if (!symbol) return std::nullopt;
    last = std::max(last, *symbol);
  }
  if (last == 0) return *first_hashed;  // all buckets are empty
  if (last < *first_hashed) return std::nullopt;
  for (std::uint64_t i = last; i < kMostSymbols; ++i) {
    const auto link = read_at<std::uint32_t>(table, chains + (i - *first_hashed) * 4);
    if (!link) return std::nullopt;
    if ((*link & 1U) != 0) return i + 1;
  }
  return std::nullopt;
}

Result<std::uint64_t> count_symbols(const ElfBytes& elf, const RawTable& raw) {
  std::optional<std::uint64_t> count;
  if (raw.hash != 0) {
    const auto chain_count = read_at<std::uint32_t>(elf.at_address(raw.hash), 4);
    if (chain_count) count = *chain_count;
  } else if (raw.gnu_hash != 0) {
    count = count_by_gnu_hash(elf.at_address(raw.gnu_hash));
  } else {
    return damaged("it has a table of symbols, but no hash table to find them by");
  }
  if (!count) return damaged("its hash table of symbols makes no sense");
  if (*count > kMostSymbols) return damaged("it claims more than a million symbols");
  return *count;
}

using Bytes = std::span<const std::byte>;

Result<Bytes> names_of(const ElfBytes& elf, const RawTable& raw) {
  const Bytes bytes = elf.at_address(raw.strtab);
  if (raw.strsz > bytes.size()) return damaged("its table of names is not in the file");
  return bytes.first(raw.strsz);
}

std::optional<Error> read_symbols(const ElfBytes& elf, const RawTable& raw, Bytes names,
                                  std::vector<DynamicSymbol>& symbols) {
  if (raw.symtab == 0) return std::nullopt;  // exports and imports nothing
  const auto count = count_symbols(elf, raw);
  if (!count) return count.error();
  const Bytes bytes = elf.at_address(raw.symtab);
  std::size_t name_bytes = 0;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto entry = read_at<ElfSymbol>(bytes, i * sizeof(ElfSymbol));
    if (!entry) return damaged("its table of symbols is not in the file");
    if (entry->st_name == 0) continue;
    const auto name = text_at(names, entry->st_name);
    if (!name) return damaged("the name of a symbol is not in the file");
    name_bytes += name->size();
    if (name_bytes > kMostNameBytes) return damaged("its symbols' names exceed 64 MiB");
    symbols.push_back({*name, *entry});
  }
  return std::nullopt;
}

}  // namespace

Result<DynamicTable> read_dynamic_table(const ElfBytes& elf) {
  const auto raw = read_entries(elf);
  if (!raw) return raw.error();
  const auto names = names_of(elf, *raw);
  if (!names) return names.error();
  DynamicTable table;
  table.flags = raw->flags;
  table.flags_1 = raw->flags_1;
  table.text_relocations = raw->text_relocations || (raw->flags & DF_TEXTREL) != 0;
  std::size_t name_bytes = 0;
  for (const std::uint64_t offset : raw->needed) {
    const auto name = text_at(*names, offset);
    if (!name) return damaged("the name of a needed library is not in the file");
    name_bytes += name->size();
    if (name_bytes > kMostNameBytes)
      return damaged("its libraries' names exceed 64 MiB");
    table.needed.push_back(*name);
  }
  if (raw->has_soname) {
    const auto name = text_at(*names, raw->soname);
    if (!name) return damaged("its SONAME is not in the file");
    table.soname = *name;
  }
  if (auto error = read_symbols(elf, *raw, *names, table.symbols)) return *error;
  return table;
}

}  // namespace appserver::app
