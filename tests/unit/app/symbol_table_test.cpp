// Names for addresses, from files that may say anything.
#include "app/symbol_table.hpp"

#include <dlfcn.h>

#include <string>

#include <gtest/gtest.h>

#include "app/elf_file.hpp"
#include "app/whole_file.hpp"
#include "test_files.hpp"

namespace appserver::app {

/// Known by its name, in this program and nowhere else.
[[gnu::noinline]] int symbol_table_test_landmark(int n) {
  return n + 1;
}

namespace {

std::uint64_t base_of_this_program() {
  Dl_info info{};
  ::dladdr(reinterpret_cast<void*>(&symbol_table_test_landmark), &info);
  return reinterpret_cast<std::uint64_t>(info.dli_fbase);
}

TEST(SymbolTable, NamesTheFunctionAroundAnAddress) {
  const auto file = read_whole_file("/proc/self/exe");
  ASSERT_TRUE(file);
  const auto table = SymbolTable::read(file->bytes);
  ASSERT_TRUE(table);
  const std::uint64_t begin =
      reinterpret_cast<std::uint64_t>(&symbol_table_test_landmark) -
      base_of_this_program();
  const auto found = table->find(begin + 1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "appserver::app::symbol_table_test_landmark(int)");
  EXPECT_EQ(found->offset, 1U);
  EXPECT_EQ(table->find(begin)->offset, 0U);
}

TEST(SymbolTable, GivesNoNameWhereNoFunctionIs) {
  const auto file = read_whole_file("/proc/self/exe");
  ASSERT_TRUE(file);
  const auto table = SymbolTable::read(file->bytes);
  ASSERT_TRUE(table);
  EXPECT_FALSE(table->find(0));
}

TEST(SymbolTable, HasTheBuildIdOfAModule) {
  const auto file = read_whole_file(test_app("wrong_callable"));
  ASSERT_TRUE(file);
  const auto table = SymbolTable::read(file->bytes);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->build_id(), read_elf(file->bytes)->build_id);
  EXPECT_FALSE(table->build_id().empty());
}

TEST(SymbolTable, RefusesWhatIsNoElfFile) {
  const std::string text = "no such thing";
  EXPECT_FALSE(SymbolTable::read(std::as_bytes(std::span(text))));
}

TEST(SymbolTable, ReadsNothingOutsideAFileWhoseBytesLie) {
  auto file = read_whole_file(test_app("wrong_callable"));
  ASSERT_TRUE(file);
  // Every byte of the header behind its magic and the section table at the end, one
  // after the other: whatever comes of it, it comes back.
  const std::size_t size = file->bytes.size();
  for (std::size_t at = 16; at < size; at = at == 64 ? size - 2048 : at + 1) {
    const std::byte before = file->bytes[at];
    file->bytes[at] = std::byte{0xff};
    const auto table = SymbolTable::read(file->bytes);
    if (table) static_cast<void>(table->find(0x1000));
    file->bytes[at] = before;
  }
}

TEST(Demangled, LeavesPlainNamesAlone) {
  EXPECT_EQ(demangled("_ZN2ns1fEi"), "ns::f(int)");
  EXPECT_EQ(demangled("main"), "main");
  EXPECT_EQ(demangled(""), "");
}

}  // namespace
}  // namespace appserver::app
