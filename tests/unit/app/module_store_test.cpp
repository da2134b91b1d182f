#include "app/module_store.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <set>

#include <gmock/gmock.h>

#include "test_files.hpp"

namespace appserver::app {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

unsigned mode_of(const std::string& path) {
  struct stat status {};

  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

std::string refusal_of(const std::string& source, const TestFolder& folder) {
  const auto copy = copy_module(source, folder.path());
  EXPECT_FALSE(copy) << source;
  if (copy) return "";
  EXPECT_EQ(copy.error().exit_code, ExitCode::AppLoad);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "a refused one is not kept";
  return copy.error().text;
}

TEST(ModuleStore, CopyIsPrivateAndEqual) {
  const TestFolder folder;
  const std::string source = test_app("wrong_callable");
  const ModuleCopy copy = copy_of("wrong_callable", folder);
  EXPECT_EQ(copy.source, source);
  EXPECT_EQ(copy.sha256, *hash_file(source));
  EXPECT_EQ(read_bytes(copy.path), read_bytes(source));
  EXPECT_EQ(mode_of(copy.path), 0500U);
  EXPECT_THAT(copy.path, AllOf(StartsWith(folder.path() + "/"),
                               HasSubstr(copy.sha256.substr(0, 8)),
                               EndsWith("-wrong_callable.so")));
}

TEST(ModuleStore, CopyIsReadableWhateverTheUmask) {
  const TestFolder folder;
  const mode_t before = ::umask(0777);
  const ModuleCopy copy = copy_of("wrong_callable", folder);
  ::umask(before);
  EXPECT_EQ(mode_of(copy.path), 0500U);
}

TEST(ModuleStore, NamesNeverRepeatEvenWhenTheCopyIsGone) {
  const TestFolder folder;
  std::set<std::string> names;
  for (int i = 0; i < 20; ++i) {
    const ModuleCopy copy = copy_of("wrong_callable", folder);
    EXPECT_TRUE(names.insert(copy.path).second) << copy.path;
    std::filesystem::remove(copy.path);
  }
}

TEST(ModuleStore, SourceIsMadeAbsolute) {
  const TestFolder folder;
  const auto relative = std::filesystem::relative(test_app("wrong_callable")).string();
  const auto copy = copy_module(relative, folder.path());
  ASSERT_TRUE(copy) << copy.error().text;
  EXPECT_EQ(copy->source, test_app("wrong_callable"));
}

TEST(ModuleStore, RefusesWhatIsNoPluginOfThisServer) {
  const TestFolder folder;

  struct Case {
    std::string source, why;
  };

  for (const Case& c :
       {Case{test_app("there_is_none"), "No such file"},
        Case{TEST_APPS, "not a regular file"},
        Case{std::string(TEST_APP_SOURCES) + "/not_elf.txt", "no ELF magic"},
        Case{test_app("no_note"), "no gateway plugin"},
        Case{test_app("other_major"), "speaks gateway ABI 99.0"},
        Case{test_app("other_draft"), "draft 4242"},
        Case{test_app("executable_stack"), "-z noexecstack"}}) {
    SCOPED_TRACE(c.source);
    EXPECT_THAT(refusal_of(c.source, folder),
                AllOf(StartsWith("cannot load " + c.source + ": "), HasSubstr(c.why)));
  }
}

TEST(ModuleStore, WorldWritableSourceIsRefused) {
  const TestFolder folder, sources;
  const std::string source = sources.path("app.so");
  std::filesystem::copy_file(test_app("wrong_callable"), source);
  ASSERT_EQ(::chmod(source.c_str(), 0646), 0);
  EXPECT_THAT(refusal_of(source, folder), HasSubstr("chmod o-w"));
  ASSERT_EQ(::chmod(source.c_str(), 0664), 0);
  EXPECT_TRUE(copy_module(source, folder.path()));
}

TEST(ModuleStore, FolderThatIsGoneIsSaidWithTheRemedy) {
  const auto copy = copy_module(test_app("wrong_callable"), "/nowhere/at/all");
  ASSERT_FALSE(copy);
  EXPECT_THAT(copy.error().text,
              AllOf(HasSubstr("No such file"), HasSubstr("runtime_dir")));
}

TEST(ModuleStore, NothingRunsWhileItIsCopied) {
  const TestFolder folder;
  EXPECT_FALSE(copy_of("static_constructor_kills", folder).path.empty());
}

TEST(InspectFile, RefusalNamesTheFile) {
  const auto elf = inspect_file(std::string(TEST_APP_SOURCES) + "/not_elf.txt");
  ASSERT_FALSE(elf);
  EXPECT_THAT(elf.error().text,
              AllOf(HasSubstr("not_elf.txt"), HasSubstr("no ELF magic")));
}

}  // namespace
}  // namespace appserver::app
