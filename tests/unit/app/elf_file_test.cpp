// What is read from files that a linker made.
#include "app/elf_file.hpp"

#include <dlfcn.h>

#include <gmock/gmock.h>

#include "test_files.hpp"

#include <gnu/libc-version.h>

namespace appserver::app {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

ElfFile read(const std::string& name) {
  const auto elf = read_elf(read_bytes(test_app(name)));
  EXPECT_TRUE(elf) << (elf ? "" : elf.error().text);
  return elf ? *elf : ElfFile{};
}

/// The file of the C library that this test uses.
std::string libc_path() {
  Dl_info found{};
  EXPECT_NE(::dladdr(reinterpret_cast<void*>(&::gnu_get_libc_version), &found), 0);
  return found.dli_fname;
}

gw_note our_note() {
  gw_note note{};
  note.abi_major = GW_ABI_MAJOR;
  note.abi_minor = GW_ABI_MINOR;
  note.draft = GW_ABI_DRAFT;
  note.ptr_bits = 8 * sizeof(void*);
  note.sizeof_app = sizeof(gw_app);
  note.sizeof_environ = sizeof(gw_environ);
  return note;
}

TEST(ElfFile, ReadsTheNoteAndTheCallables) {
  const ElfFile elf = read("wrong_callable");
  ASSERT_TRUE(elf.note);
  EXPECT_EQ(why_note_is_refused(*elf.note), std::nullopt);
  EXPECT_EQ(elf.note->sizeof_app, sizeof(gw_app));
  EXPECT_THAT(elf.callables, ElementsAre("admin", "shop"));
  EXPECT_THAT(elf.flags, ElementsAre(Optional(GW_BLOCKING | GW_SERIAL), Optional(0U)));
}

TEST(ElfFile, RegularPluginHasNothingToComplainAbout) {
  const ElfFile elf = read("wrong_callable");
  EXPECT_THAT(elf.other_exports, IsEmpty());
  EXPECT_FALSE(elf.executable_stack);
  EXPECT_FALSE(elf.text_relocations);
  EXPECT_FALSE(elf.static_tls);
  EXPECT_FALSE(elf.unique_symbols);
}

TEST(ElfFile, SeesTheHazards) {
  const ElfFile elf = read("hazards");
  EXPECT_TRUE(elf.static_tls);
  EXPECT_THAT(elf.other_exports, Contains("calls_of_this_thread"));
#if defined(__GNUC__) && !defined(__clang__)  // clang makes no unique symbols
  EXPECT_TRUE(elf.unique_symbols);
#endif
  EXPECT_TRUE(read("executable_stack").executable_stack);
}

TEST(ElfFile, NamesWhatIsNeededAndUndefined) {
  EXPECT_THAT(read("missing_library").needed, Contains("libappserver_vanished.so"));
  EXPECT_THAT(read("missing_symbol").undefined, Contains("shop_open_database"));
}

TEST(ElfFile, ReadsSonameAndBuildId) {
  const auto elf = read_elf(read_bytes(libc_path()));
  ASSERT_TRUE(elf) << elf.error().text;
  EXPECT_THAT(elf->soname, HasSubstr("libc.so"));
  EXPECT_GE(elf->build_id.size(), 16U);
  EXPECT_THAT(elf->other_exports, Contains("malloc"));
  EXPECT_EQ(elf->note, std::nullopt);
  EXPECT_THAT(elf->callables, IsEmpty());
}

TEST(ElfFile, ModuleWithoutANoteIsReadAllTheSame) {
  const ElfFile elf = read("no_note");
  EXPECT_EQ(elf.note, std::nullopt);
  EXPECT_THAT(elf.callables, ElementsAre("app"));
}

TEST(ElfFile, ProgramIsRefused) {
  const auto elf = read_elf(read_bytes("/proc/self/exe"));
  ASSERT_FALSE(elf);
  EXPECT_EQ(elf.error().exit_code, ExitCode::AppLoad);
  EXPECT_THAT(elf.error().text, HasSubstr("link it with -shared"));
}

TEST(Note, OursIsAccepted) {
  EXPECT_EQ(why_note_is_refused(our_note()), std::nullopt);
}

TEST(Note, NewerMinorIsAcceptedIfItIsNotNeeded) {
  gw_note note = our_note();
  note.abi_minor = GW_ABI_MINOR + 3;
  note.sizeof_app += 64;
  EXPECT_EQ(why_note_is_refused(note), std::nullopt);
}

TEST(Note, RefusalSaysWhatDiffersAndWhatToDo) {
  struct Case {
    void (*change)(gw_note&);
    const char* why;
  };

  for (const Case& c :
       {Case{[](gw_note& n) { n.abi_major++; },
             "speaks gateway ABI 2.0, this server 1.0"},
        Case{[](gw_note& n) { n.draft++; }, "draft 2 of gateway ABI 1.0"},
        Case{[](gw_note& n) { n.draft = 0; }, "draft 0"},
        Case{[](gw_note& n) { n.minor_needed = 7; }, "needs gateway ABI 1.7"},
        Case{[](gw_note& n) { n.ptr_bits = 16; }, "16 bits"},
        Case{[](gw_note& n) { n.sizeof_app -= 4; }, "pack structures"},
        Case{[](gw_note& n) { n.sizeof_environ += 8; }, "pack structures"}}) {
    SCOPED_TRACE(c.why);
    gw_note note = our_note();
    c.change(note);
    EXPECT_THAT(why_note_is_refused(note), Optional(HasSubstr(c.why)));
  }
}

}  // namespace
}  // namespace appserver::app
