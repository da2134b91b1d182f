#include "app/app_spec.hpp"

#include <stdlib.h>

#include <gmock/gmock.h>

#include "test_files.hpp"

namespace appserver::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

AppSpec spec_of(const std::string& text) {
  const auto spec = parse_app_spec(text);
  EXPECT_TRUE(spec) << (spec ? "" : spec.error().text);
  return spec ? *spec : AppSpec{};
}

TEST(AppSpec, DividesAtTheLastColon) {
  struct Case {
    const char *text, *module, *callable;
  };

  for (const Case& c :
       {Case{"hello", "hello", ""}, Case{"hello:app", "hello", "app"},
        Case{"./hello.so:app", "./hello.so", "app"}, Case{"hello.so", "hello.so", ""},
        Case{"a:b:c", "a:b", "c"}, Case{"/opt/a:b/c.so", "/opt/a:b/c.so", ""},
        Case{"/opt/a:b/c.so:_d9", "/opt/a:b/c.so", "_d9"}}) {
    SCOPED_TRACE(c.text);
    const AppSpec spec = spec_of(c.text);
    EXPECT_EQ(spec.text, c.text);
    EXPECT_EQ(spec.module, c.module);
    EXPECT_EQ(spec.callable, c.callable);
  }
}

TEST(AppSpec, RefusesWhatIsNoModuleAndCallable) {
  struct Case {
    std::string text, why;
  };

  for (const Case& c :
       {Case{"", "names no module"}, Case{":app", "names no module"},
        Case{"hello:", "no C identifier"}, Case{"hello:9a", "no C identifier"},
        Case{"hello:a-b", "no C identifier"}, Case{"hello:a b", "no C identifier"},
        Case{"hello:\xc3\xa4", "no C identifier"},
        Case{std::string("he\0llo", 6), "NUL"}}) {
    SCOPED_TRACE(c.text);
    const auto spec = parse_app_spec(c.text);
    ASSERT_FALSE(spec);
    EXPECT_EQ(spec.error().exit_code, ExitCode::Usage);
    EXPECT_THAT(spec.error().text, AllOf(HasSubstr(c.why), HasSubstr("hello:app")));
  }
}

class PluginFolders : public testing::Test {
 protected:
  void SetUp() override { ::unsetenv("APPSERVER_PLUGINS"); }

  void TearDown() override { ::unsetenv("APPSERVER_PLUGINS"); }
};

TEST_F(PluginFolders, NamedOneStandsAlone) {
  ::setenv("APPSERVER_PLUGINS", "/from/environment", 1);
  EXPECT_THAT(plugin_folders("/named"), ElementsAre("/named"));
}

TEST_F(PluginFolders, EnvironmentStandsAlone) {
  ::setenv("APPSERVER_PLUGINS", "/from/environment", 1);
  EXPECT_THAT(plugin_folders(""), ElementsAre("/from/environment"));
}

TEST_F(PluginFolders, EmptyEnvironmentIsNone) {
  ::setenv("APPSERVER_PLUGINS", "", 1);
  EXPECT_THAT(plugin_folders(""), Not(ElementsAre("")));
}

TEST_F(PluginFolders, OtherwiseThoseBesideTheBinary) {
  // The test's binary lies in <build>/bin, as the server's does.
  EXPECT_THAT(plugin_folders(""),
              ElementsAre(testing::EndsWith("/plugins"),
                          testing::EndsWith("/lib/appserver/plugins")));
}

TEST_F(PluginFolders, OurOwnPluginsAreLookedUpBesideTheBinaryFirst) {
  EXPECT_THAT(own_plugin_folders("/named"),
              ElementsAre(testing::EndsWith("/plugins"),
                          testing::EndsWith("/lib/appserver/plugins"), "/named"));
  EXPECT_EQ(own_plugin_folders(""), plugin_folders(""));
  ::setenv("APPSERVER_PLUGINS", "/from/environment", 1);
  EXPECT_EQ(own_plugin_folders("").back(), "/from/environment");
}

TEST(FindModule, BareNameIsLookedUpInEachFolder) {
  const TestFolder first, second;
  const std::string later = second.write("hello.so", "");
  const auto found = find_module(spec_of("hello:app"), {first.path(), second.path()});
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, later);
  const std::string earlier = first.write("hello.so", "");
  EXPECT_EQ(*find_module(spec_of("hello"), {first.path(), second.path()}), earlier);
}

TEST(FindModule, PathIsTakenAsItIs) {
  const TestFolder folder, plugins;
  const std::string path = folder.write("hello.so", "");
  plugins.write("hello.so", "");
  EXPECT_EQ(*find_module(spec_of(path), {plugins.path()}), path);
}

TEST(FindModule, RefusalNamesEveryPlace) {
  const TestFolder first, second;
  const auto found = find_module(spec_of("hello:app"), {first.path(), second.path()});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().exit_code, ExitCode::AppLoad);
  EXPECT_THAT(found.error().text,
              AllOf(HasSubstr("cannot load \"hello:app\": no hello.so in "),
                    HasSubstr(first.path()), HasSubstr(second.path()),
                    HasSubstr("--plugins"), Not(HasSubstr("Did you mean"))));
}

TEST(FindModule, RefusalSuggestsASimilarName) {
  const TestFolder folder;
  folder.write("hello.so", "");
  folder.write("helo.txt", "");
  EXPECT_THAT(find_module(spec_of("helo:app"), {folder.path()}).error().text,
              HasSubstr("Did you mean \"hello:app\"?"));
  EXPECT_THAT(find_module(spec_of("shop"), {folder.path()}).error().text,
              Not(HasSubstr("Did you mean")));
}

TEST(FindModule, RefusedPathSuggestsItsNeighbour) {
  const TestFolder folder;
  folder.write("hello.so", "");
  EXPECT_THAT(
      find_module(spec_of(folder.path("helo.so") + ":app"), {}).error().text,
      AllOf(HasSubstr("there is no file " + folder.path("helo.so")),
            HasSubstr("Did you mean \"" + folder.path("hello.so") + ":app\"?")));
}

}  // namespace
}  // namespace appserver::app
