#include "app/image.hpp"

#include <gmock/gmock.h>

#include "test_files.hpp"

namespace appserver::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// Loads a test app under the spec `plugins/<name>.so:<callable>`.
Result<std::shared_ptr<const Image>> load(const std::string& name,
                                          const std::string& callable) {
  const TestFolder folder;
  const std::string spec =
      "plugins/" + name + ".so" + (callable.empty() ? "" : ":" + callable);
  return Image::load(copy_of(name, folder), spec, callable);
}

TEST(Image, BindsTheCallable) {
  const auto image = load("tells_its_life", "app");
  ASSERT_TRUE(image) << image.error().text;
  EXPECT_EQ((*image)->callable(), "app");
  const gw_app& app = (*image)->app();
  EXPECT_EQ(std::string(app.version.p, app.version.n), "1.2.3");
  EXPECT_NE(app.create, nullptr);
  EXPECT_EQ(app.size, sizeof(gw_app));
}

TEST(Image, DefaultCallableIsAppThenApplication) {
  EXPECT_EQ((*load("tells_its_life", ""))->callable(), "app");
  EXPECT_EQ((*load("wrong_callable", "shop"))->callable(), "shop");
  EXPECT_FALSE(load("wrong_callable", ""));
}

TEST(Image, EveryLoadIsAnImageOfItsOwn) {
  const auto first = load("tells_its_life", "app");
  const auto second = load("tells_its_life", "app");
  EXPECT_NE((*first)->app().call, (*second)->app().call);
}

TEST(Image, MissingCallableListsThoseThatExist) {
  const auto image = load("wrong_callable", "app");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().exit_code, ExitCode::AppLoad);
  EXPECT_EQ(
      image.error().text,
      "cannot load \"plugins/wrong_callable.so:app\": no callable \"app\" in " +
          test_app("wrong_callable") +
          "; it has: admin, shop. Did you mean \"plugins/wrong_callable.so:shop\"?");
}

TEST(Image, MissingDefaultCallablesAreBothNamed) {
  EXPECT_THAT(load("wrong_callable", "").error().text,
              HasSubstr("no callable \"app\" or \"application\" in "));
}

TEST(Image, MissingCallableRunsNoConstructor) {
  EXPECT_FALSE(load("static_constructor_kills", "none"));
}

TEST(Image, RefusalSaysWhy) {
  struct Case {
    const char *name, *callable, *why;
  };

  for (const Case& c :
       {Case{"missing_symbol", "app", "undefined symbol shop_open_database"},
        Case{"missing_library", "app", "needs the library libappserver_vanished.so"},
        Case{"no_call", "app", "its call is NULL"},
        Case{"unknown_flag", "app", "bits 1073741824"},
        Case{"short_table", "tiny", "too small to hold `call`"},
        Case{"foreign_call", "app", "lies outside of the module"}}) {
    SCOPED_TRACE(c.name);
    const auto image = load(c.name, c.callable);
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().exit_code, ExitCode::AppLoad);
    EXPECT_THAT(image.error().text, AllOf(StartsWith("cannot load \"plugins/" +
                                                     std::string(c.name) + ".so:"),
                                          HasSubstr(c.why)));
  }
}

TEST(Image, UnknownHighFlagIsAHintOnly) {
  const auto image = load("unknown_flag", "hint");
  ASSERT_TRUE(image) << image.error().text;
  EXPECT_EQ((*image)->app().flags, std::uint64_t{1} << 40U);
}

TEST(Image, ShorterTableIsPaddedWithZeros) {
  const auto image = load("short_table", "app");
  ASSERT_TRUE(image) << image.error().text;
  const gw_app& app = (*image)->app();
  EXPECT_NE(app.call, nullptr);
  EXPECT_EQ(app.create, nullptr);
  EXPECT_EQ(app.quiesce, nullptr);
  EXPECT_EQ(app.destroy, nullptr);
  EXPECT_EQ(app.extension, nullptr);
}

TEST(Image, LongerTableOfANewerMinorIsTaken) {
  const auto image = load("newer_minor", "app");
  ASSERT_TRUE(image) << image.error().text;
  EXPECT_EQ((*image)->app().size, sizeof(gw_app));
  EXPECT_EQ((*image)->app().flags, GW_SERIAL);
}

TEST(Image, FileThatVanishedIsNamed) {
  const auto image =
      Image::load({"shop.so", "/nowhere/copy.so", ""}, "shop:app", "app");
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().text, HasSubstr("/nowhere/copy.so"));
}

}  // namespace
}  // namespace appserver::app
