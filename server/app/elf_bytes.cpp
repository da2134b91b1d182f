#include "app/elf_bytes.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace appserver::app {
namespace {

#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__i386__)
constexpr std::uint16_t kMachine = EM_386;
#elif defined(__aarch64__)
constexpr std::uint16_t kMachine = EM_AARCH64;
#elif defined(__arm__)
constexpr std::uint16_t kMachine = EM_ARM;
#elif defined(__riscv)
constexpr std::uint16_t kMachine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr std::uint16_t kMachine = EM_PPC64;
#elif defined(__s390x__)
constexpr std::uint16_t kMachine = EM_S390;
#else
#error "name this machine's EM_ number"
#endif

constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr unsigned char kOrder =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
constexpr std::uint16_t kMostSegments = 512;  // linkers make about ten

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_386:
      return "i386";
    case EM_AARCH64:
      return "AArch64";
    case EM_ARM:
      return "ARM";
    case EM_RISCV:
      return "RISC-V";
    case EM_PPC64:
      return "POWER";
    case EM_S390:
      return "s390";
    default:
      return "machine number " + std::to_string(machine);
  }
}

std::string why_ident_is_refused(std::span<const std::byte> bytes) {
  const auto at = [&](std::size_t i) {
    return std::to_integer<unsigned char>(bytes[i]);
  };
  // The file is another machine's even where this one could read its header.
  const auto rebuild = ", this server runs on " + machine_name(kMachine) +
                       ": build the plugin for this machine";
  if (at(EI_CLASS) != kClass) {
    return std::string("built for ") + (at(EI_CLASS) == ELFCLASS32 ? "32" : "64") +
           " bits" + rebuild;
  }
  if (at(EI_DATA) != kOrder) return "built for the other byte order" + rebuild;
  if (at(EI_VERSION) != EV_CURRENT) return "not a shared library: unknown ELF version";
  return "";
}

std::string why_header_is_refused(const ElfHeader& header) {
  if (header.e_machine != kMachine) {
    return "built for " + machine_name(header.e_machine) + ", this server runs on " +
           machine_name(kMachine) + ": build the plugin for this machine";
  }
  if (header.e_type == ET_REL) {
    return "not a shared library: an object file; link it with -shared";
  }
  if (header.e_type == ET_EXEC) {
    return "not a shared library: a program; link it with -shared -fPIC";
  }
  if (header.e_type != ET_DYN) return "not a shared library: another type of ELF file";
  if (header.e_phentsize != sizeof(ElfSegment) || header.e_phnum == 0 ||
      header.e_phnum > kMostSegments) {
    return "damaged: its table of segments makes no sense";
  }
  return "";
}

bool is_inside(std::uint64_t offset, std::uint64_t size, std::size_t whole) {
  return offset <= whole && size <= whole - offset;
}

/// The section table is not needed, but it lies at the end: it shows a file that is
/// half written. A stripped one is all zeros.
bool has_whole_section_table(const ElfHeader& header, std::size_t file_size) {
  if (header.e_shoff == 0) return true;
  const std::uint64_t size = std::uint64_t{header.e_shnum} * header.e_shentsize;
  return is_inside(header.e_shoff, size, file_size);
}

}  // namespace

Result<ElfBytes> ElfBytes::open(std::span<const std::byte> bytes) {
  const auto starts_with_magic =
      bytes.size() >= SELFMAG && std::memcmp(bytes.data(), ELFMAG, SELFMAG) == 0;
  if (bytes.empty()) return app_error("not a shared library: the file is empty");
  if (!starts_with_magic) return app_error("not a shared library: no ELF magic");
  if (bytes.size() < EI_NIDENT)
    return app_error("truncated: it ends in its ELF header");
  if (auto why = why_ident_is_refused(bytes); !why.empty()) return app_error(why);
  const auto header = read_at<ElfHeader>(bytes, 0);
  if (!header) return app_error("truncated: it ends in its ELF header");
  if (auto why = why_header_is_refused(*header); !why.empty()) return app_error(why);

  ElfBytes elf;
  elf.bytes_ = bytes;
  for (std::size_t i = 0; i < header->e_phnum; ++i) {
    if (header->e_phoff > bytes.size()) {
      return app_error("truncated: it ends before its table of segments");
    }
    const auto segment =
        read_at<ElfSegment>(bytes, header->e_phoff + i * sizeof(ElfSegment));
    if (!segment) return app_error("truncated: it ends in its table of segments");
    if (!is_inside(segment->p_offset, segment->p_filesz, bytes.size())) {
      return app_error("truncated: segment " + std::to_string(i) +
                       " ends behind the end of the file");
    }
    elf.segments_.push_back(*segment);
  }
  if (!has_whole_section_table(*header, bytes.size())) {
    return app_error(
        "truncated: it ends before its table of sections; is it still being "
        "written?");
  }
  return elf;
}

std::span<const std::byte> ElfBytes::at_address(std::uint64_t address) const {
  for (const ElfSegment& segment : segments_) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
    const std::uint64_t into = address - segment.p_vaddr;
    if (into < segment.p_filesz) return bytes_of(segment).subspan(into);
  }
  return {};
}

std::optional<std::string_view> text_at(std::span<const std::byte> bytes,
                                        std::uint64_t offset) {
  // Longer than any mangled name; bounds the search when many names share one endless
  // text.
  constexpr std::size_t kLongest = 65536;
  if (offset >= bytes.size()) return std::nullopt;
  const auto rest = bytes.subspan(offset);
  const void* end = std::memchr(rest.data(), 0, std::min(rest.size(), kLongest));
  if (end == nullptr) return std::nullopt;
  const auto size = static_cast<const std::byte*>(end) - rest.data();
  return std::string_view(reinterpret_cast<const char*>(rest.data()),
                          static_cast<std::size_t>(size));
}

}  // namespace appserver::app
