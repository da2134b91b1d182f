// Files that nobody's linker made: cut, bent, and made to lie. The reader must answer,
// quickly, and touch nothing outside of the bytes (each case runs on a heap block of
// exact size, so that the sanitizers see one byte too far).
#include <elf.h>
#include <link.h>

#include <cstring>
#include <random>

#include <gmock/gmock.h>

#include "app/elf_file.hpp"
#include "test_files.hpp"

namespace appserver::app {
namespace {

using testing::HasSubstr;

using Bytes = std::vector<std::byte>;

std::string refusal_of(const Bytes& bytes) {
  const auto elf = read_elf(bytes);
  return elf ? "accepted" : elf.error().text;
}

template <class T>
T get(const Bytes& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

template <class T>
void put(Bytes& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

/// A file of tests/apps and where its parts lie.
class HostileElf : public testing::Test {
 protected:
  std::size_t segment(std::uint32_t type) const {
    const auto header = get<ElfW(Ehdr)>(bytes, 0);
    for (std::size_t i = 0; i < header.e_phnum; ++i) {
      const std::size_t at = header.e_phoff + i * sizeof(ElfW(Phdr));
      if (get<ElfW(Phdr)>(bytes, at).p_type == type) return at;
    }
    ADD_FAILURE() << "no segment of type " << type;
    return 0;
  }

  /// Where the value of a dynamic entry lies.
  std::size_t dynamic(std::int64_t tag) const {
    auto at = get<ElfW(Phdr)>(bytes, segment(PT_DYNAMIC)).p_offset;
    for (;; at += sizeof(ElfW(Dyn))) {
      const auto entry = get<ElfW(Dyn)>(bytes, at);
      if (entry.d_tag == tag) return at + offsetof(ElfW(Dyn), d_un);
      if (entry.d_tag == DT_NULL) break;
    }
    ADD_FAILURE() << "no dynamic entry " << tag;
    return 0;
  }

  /// The tables of symbols lie in the first PT_LOAD, where address and offset are the
  /// same.
  std::size_t table(std::int64_t tag) const {
    return get<ElfW(Addr)>(bytes, dynamic(tag));
  }

  Bytes bytes = read_bytes(test_app("wrong_callable"));
};

TEST_F(HostileElf, IsAcceptedBeforeItIsBent) {
  EXPECT_EQ(refusal_of(bytes), "accepted");
}

TEST(ElfFile, TruncatedAtEveryByteIsRefusedOrWhole) {
  const Bytes whole = read_bytes(test_app("wrong_callable"));
  const auto expected = read_elf(whole);
  ASSERT_TRUE(expected);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto elf = read_elf(cut);
    if (!elf) {
      ASSERT_FALSE(elf.error().text.empty());
      continue;
    }
    ASSERT_EQ(elf->callables, expected->callables) << size;
    ASSERT_EQ(elf->needed, expected->needed) << size;
  }
}

TEST_F(HostileElf, BytesThatAreBentAtRandomAreAnsweredAnyway) {
  std::mt19937 random(20260101);  // fixed: a failure must come again
  for (int round = 0; round < 4000; ++round) {
    Bytes bent = bytes;
    for (int i = 0; i < 8; ++i) {
      // Half of them where the tables are.
      const std::size_t end = i % 2 == 0 ? bent.size() : std::size_t{2048};
      bent[random() % end] = static_cast<std::byte>(random());
    }
    ASSERT_FALSE(refusal_of(bent).empty());
  }
}

TEST_F(HostileElf, HeaderOfAnotherKindIsNamed) {
  struct Case {
    std::size_t at;
    std::uint16_t value;
    const char* why;
  };

  const std::uint16_t other = get<ElfW(Ehdr)>(bytes, 0).e_machine == EM_AARCH64
                                  ? std::uint16_t{EM_X86_64}
                                  : std::uint16_t{EM_AARCH64};
  for (const Case& c :
       {Case{offsetof(ElfW(Ehdr), e_machine), other,
             "build the plugin for this machine"},
        Case{offsetof(ElfW(Ehdr), e_machine), 60000, "machine number 60000"},
        Case{offsetof(ElfW(Ehdr), e_type), ET_REL, "an object file"},
        Case{offsetof(ElfW(Ehdr), e_type), ET_EXEC, "a program"},
        Case{offsetof(ElfW(Ehdr), e_type), ET_CORE, "another type of ELF file"},
        Case{offsetof(ElfW(Ehdr), e_phnum), 0, "table of segments"},
        Case{offsetof(ElfW(Ehdr), e_phnum), 0xffff, "table of segments"},
        Case{offsetof(ElfW(Ehdr), e_phentsize), 1, "table of segments"}}) {
    SCOPED_TRACE(c.why);
    Bytes bent = bytes;
    put(bent, c.at, c.value);
    EXPECT_THAT(refusal_of(bent), HasSubstr(c.why));
  }
}

TEST_F(HostileElf, IdentOfAnotherKindIsNamed) {
  struct Case {
    std::size_t at;
    unsigned char value;
    const char* why;
  };

  for (const Case& c : {Case{EI_MAG0, 0, "no ELF magic"},
                        Case{EI_CLASS, ELFCLASS32, "built for 32 bits"},
                        Case{EI_DATA, ELFDATA2MSB, "the other byte order"},
                        Case{EI_VERSION, 9, "unknown ELF version"}}) {
    SCOPED_TRACE(c.why);
    Bytes bent = bytes;
    put(bent, c.at, c.value);
    EXPECT_THAT(refusal_of(bent), HasSubstr(c.why));
  }
  EXPECT_THAT(refusal_of({}), HasSubstr("empty"));
}

TEST_F(HostileElf, OffsetsThatWrapAroundAreRefused) {
  constexpr auto kHuge = static_cast<ElfW(Addr)>(-8);
  const std::size_t load = segment(PT_LOAD);
  for (const std::size_t at :
       {std::size_t{offsetof(ElfW(Ehdr), e_phoff)},
        std::size_t{offsetof(ElfW(Ehdr), e_shoff)},
        load + offsetof(ElfW(Phdr), p_offset), load + offsetof(ElfW(Phdr), p_filesz)}) {
    SCOPED_TRACE(at);
    Bytes bent = bytes;
    put(bent, at, kHuge);
    EXPECT_THAT(refusal_of(bent), HasSubstr("truncated"));
  }
}

TEST_F(HostileElf, AddressesOutsideOfTheFileAreRefused) {
  for (const std::int64_t tag : {DT_STRTAB, DT_SYMTAB, DT_GNU_HASH, DT_STRSZ}) {
    for (const ElfW(Addr) address :
         {static_cast<ElfW(Addr)>(-1), ElfW(Addr){1} << 31U}) {
      SCOPED_TRACE(tag);
      Bytes bent = bytes;
      put(bent, dynamic(tag), address);
      EXPECT_THAT(refusal_of(bent), HasSubstr("damaged"));
    }
  }
}

TEST_F(HostileElf, HashTableThatClaimsTooMuchIsRefused) {
  const std::size_t hash = table(DT_GNU_HASH);
  const auto buckets = get<std::uint32_t>(bytes, hash);
  const auto bloom = get<std::uint32_t>(bytes, hash + 8);
  const std::size_t first_bucket = hash + 16 + bloom * sizeof(ElfW(Addr));

  struct Case {
    std::size_t at;
    std::uint32_t value;
  };

  for (const Case& c :
       {Case{hash, 0xffffffff}, Case{hash + 4, 0xffffffff}, Case{hash + 8, 0xffffffff},
        Case{first_bucket + 4 * (buckets - 1), 0xffffffff}}) {
    SCOPED_TRACE(c.at);
    Bytes bent = bytes;
    put(bent, c.at, c.value);
    EXPECT_THAT(refusal_of(bent), HasSubstr("damaged"));
  }
}

TEST_F(HostileElf, OldHashTableCountsSymbolsToo) {
  // A table of the System V kind over the GNU one: only its second word matters here.
  const std::size_t hash = table(DT_GNU_HASH);
  put(bytes, dynamic(DT_GNU_HASH) - offsetof(ElfW(Dyn), d_un), ElfW(Sxword){DT_HASH});
  put(bytes, hash + 4, std::uint32_t{3});
  EXPECT_EQ(refusal_of(bytes), "accepted");
  put(bytes, hash + 4, std::uint32_t{900'000});
  EXPECT_THAT(refusal_of(bytes), HasSubstr("damaged: "));
  put(bytes, hash + 4, std::uint32_t{1'000'001});
  EXPECT_THAT(refusal_of(bytes), HasSubstr("more than a million symbols"));
}

TEST_F(HostileElf, NamesOutsideOfTheirTableAreRefused) {
  const std::size_t second_symbol = table(DT_SYMTAB) + sizeof(ElfW(Sym));
  put(bytes, second_symbol + offsetof(ElfW(Sym), st_name), std::uint32_t{0xfffffff0});
  EXPECT_THAT(refusal_of(bytes), HasSubstr("name of a symbol"));
}

TEST_F(HostileElf, NeededNameOutsideOfItsTableIsRefused) {
  put(bytes, dynamic(DT_SYMTAB) - offsetof(ElfW(Dyn), d_un), ElfW(Sxword){DT_NEEDED});
  put(bytes, dynamic(DT_NEEDED), ElfW(Addr){0xfffffff0});
  EXPECT_THAT(refusal_of(bytes), HasSubstr("name of a needed library"));
}

TEST_F(HostileElf, SymbolThatLiesNowhereHasNoFlags) {
  const std::size_t symbols = table(DT_SYMTAB);
  const std::size_t count = (table(DT_STRTAB) - symbols) / sizeof(ElfW(Sym));
  for (std::size_t i = 1; i < count; ++i) {
    put(bytes, symbols + i * sizeof(ElfW(Sym)) + offsetof(ElfW(Sym), st_value),
        static_cast<ElfW(Addr)>(-4));
    const auto elf = read_elf(bytes);
    ASSERT_TRUE(elf) << elf.error().text;
    if (elf->flags == std::vector<std::optional<std::uint64_t>>(2)) return;
  }
  FAIL() << "both tables lie nowhere, and yet have flags";
}

TEST_F(HostileElf, NoteThatIsLongerThanItsSegmentIsNone) {
  for (std::size_t at = 0; at + sizeof(gw_note) <= bytes.size(); at += 4) {
    if (std::memcmp(bytes.data() + at + 12, "GWN", 4) == 0) {
      put(bytes, at + 4, std::uint32_t{0xffffffff});
    }
  }
  const auto elf = read_elf(bytes);
  ASSERT_TRUE(elf) << elf.error().text;
  EXPECT_EQ(elf->note, std::nullopt);
}

TEST_F(HostileElf, WithoutADynamicSectionItIsNoLibrary) {
  put(bytes, segment(PT_DYNAMIC), std::uint32_t{PT_NULL});
  EXPECT_THAT(refusal_of(bytes), HasSubstr("no dynamic section"));
}

TEST_F(HostileElf, StrippedSectionTableChangesNothing) {
  put(bytes, offsetof(ElfW(Ehdr), e_shoff), ElfW(Off){0});
  const auto elf = read_elf(bytes);
  ASSERT_TRUE(elf) << elf.error().text;
  EXPECT_EQ(elf->callables, (std::vector<std::string>{"admin", "shop"}));
}

}  // namespace
}  // namespace appserver::app
