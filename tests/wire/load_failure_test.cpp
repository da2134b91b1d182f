// Applications that do not load: exit code 4, and a text that says what, where and why.
#include <filesystem>
#include <fstream>

#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

/// Tries to serve it with workers and without.
void expect_load_failure(const std::vector<std::string>& words,
                         const std::vector<std::string>& said) {
  for (const std::vector<std::string>& shape :
       {std::vector<std::string>{"--single-process"}, {"-w", "2"}}) {
    SCOPED_TRACE(shape[0]);
    std::vector<std::string> all = {"-b", "127.0.0.1:0"};
    all.insert(all.end(), shape.begin(), shape.end());
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = ServerProcess::run(all);
    EXPECT_EQ(outcome.exit_code, 4) << outcome.err;
    for (const std::string& text : said) EXPECT_TRUE(holds(outcome.err, text));
    EXPECT_EQ(outcome.err.find("listening on http"), std::string::npos);
  }
}

/// A copy of a good app whose note has another draft number.
std::string with_other_draft(const TempFolder& folder) {
  std::string bytes = read_file(test_app_file("nonce"));
  const std::string note("\4\0\0\0\x18\0\0\0\1\0\0\0GWN\0", 16);
  const std::size_t at = bytes.find(note);
  EXPECT_NE(at, std::string::npos);
  bytes[at + note.size() + 6] = static_cast<char>(bytes[at + note.size() + 6] + 1);
  return folder.write("draft.so", bytes);
}

TEST(LoadFailure, MissingFile) {
  const TempFolder folder;
  expect_load_failure({folder / "none.so"}, {folder / "none.so", "there is no file"});
}

TEST(LoadFailure, MissingBareNameSaysWhereItWasLookedFor) {
  const TempFolder folder;
  expect_load_failure({"--plugins", folder.path(), "nobody:app"},
                      {"nobody", folder.path()});
}

TEST(LoadFailure, NotElf) {
  const TempFolder folder;
  expect_load_failure({folder.write("text.so", "this is text, not a library\n")},
                      {"text.so", "not a shared library"});
}

TEST(LoadFailure, EmptyAndCutFiles) {
  const TempFolder folder;
  expect_load_failure({folder.write("empty.so", "")}, {"empty.so"});
  const std::string bytes = read_file(test_app_file("nonce"));
  expect_load_failure({folder.write("cut.so", bytes.substr(0, bytes.size() / 3))},
                      {"cut.so"});
}

TEST(LoadFailure, NoNote) {
  const TempFolder folder;
  std::string bytes = read_file(test_app_file("nonce"));
  const std::size_t at = bytes.find(std::string("GWN\0", 4));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'X';
  expect_load_failure({folder.write("plain.so", bytes)}, {"plain.so", "gateway"});
}

TEST(LoadFailure, OtherDraft) {
  const TempFolder folder;
  expect_load_failure({with_other_draft(folder)}, {"draft.so", "draft"});
}

TEST(LoadFailure, WrongCallableHasASuggestion) {
  expect_load_failure({test_app("recorder", "bufered")},
                      {"recorder.so", "bufered", "buffered", "serial"});
}

TEST(LoadFailure, MissingSymbol) {
  expect_load_failure({test_app("needs_more")},
                      {"needs_more.so", "function_that_nobody_has"});
}

TEST(LoadFailure, UnknownFlagOfTheFuture) {
  expect_load_failure({test_app("other_sizes", "future")}, {"other_sizes.so", "flag"});
}

TEST(LoadFailure, CreateFails) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", mounts_file({{"/", test_app("lifecycle"),
                              "config: {failure: \"no such database\"}"}}));
  expect_load_failure({"-c", file}, {"lifecycle.so", "no such database"});
}

TEST(LoadFailure, CreateHangs) {
  Gate gate;
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("lifecycle"),
                                           "config: {gate: " + gate.path() + "}"}}));
  expect_load_failure({"-c", file, "--startup-timeout", "1s"}, {"lifecycle.so"});
}

TEST(LoadFailure, ModuleThatEveryoneMayWriteIsRefused) {
  const TempFolder folder;
  const std::string path = folder.install(test_app_file("nonce"), "open.so");
  std::filesystem::permissions(path, std::filesystem::perms::all);
  expect_load_failure({path}, {"open.so", "everybody may write"});
}

TEST(LoadFailure, OneBadAppAmongGoodOnesIsNamed) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml",
      mounts_file({{"/good", test_app("nonce")}, {"/bad", folder / "none.so"}}));
  expect_load_failure({"-c", file}, {"none.so"});
}

}  // namespace
}  // namespace appserver::testing
