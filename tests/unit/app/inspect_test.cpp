#include "commands/inspect.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "test_files.hpp"

namespace appserver::commands {
namespace {

namespace json = boost::json;

using app::test_app;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const std::string& name) {
  const auto text = inspect(test_app(name), false);
  EXPECT_TRUE(text) << (text ? "" : text.error().text);
  return text ? *text : "";
}

json::object object_of(const std::string& name) {
  const auto text = inspect(test_app(name), true);
  EXPECT_TRUE(text) << (text ? "" : text.error().text);
  return text ? json::parse(*text).as_object() : json::object{};
}

TEST(Inspect, RunsNothingOfTheModule) {
  EXPECT_THAT(text_of("static_constructor_kills"), HasSubstr("loads it"));
}

TEST(Inspect, TellsWhatAHealthyModuleIs) {
  const std::string path = test_app("wrong_callable");
  EXPECT_THAT(text_of("wrong_callable"),
              AllOf(HasSubstr("file           " + path + "\n"),
                    HasSubstr("sha256         " + *app::hash_file(path) + "\n"),
                    HasSubstr("gateway ABI    1.0 draft 1\n"),
                    HasSubstr("this server    loads it\n"),
                    HasSubstr("callables      admin (blocking, serial)\n"
                              "               shop\n"),
                    HasSubstr("hazards        none\n"), Not(HasSubstr("warning"))));
}

TEST(Inspect, TellsWhyAModuleWouldBeRefused) {
  struct Case {
    const char *name, *why;
  };

  for (const Case& c :
       {Case{"no_note", "refuses it: no gateway plugin"},
        Case{"other_major", "refuses it: it speaks gateway ABI 99.0"},
        Case{"other_draft", "refuses it: it was built with draft 4242"},
        Case{"executable_stack", "refuses it: it asks for an executable"}}) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(text_of(c.name), HasSubstr(c.why));
  }
}

TEST(Inspect, WarnsOfOtherExportsAndHazards) {
  EXPECT_THAT(text_of("hazards"), AllOf(HasSubstr("warning        it also exports: "),
                                        HasSubstr("calls_of_this_thread"),
                                        HasSubstr("static thread-local storage")));
}

TEST(Inspect, JsonHasTheSameFacts) {
  const json::object object = object_of("wrong_callable");
  EXPECT_EQ(object.at("sha256").as_string(),
            *app::hash_file(test_app("wrong_callable")));
  EXPECT_EQ(object.at("loadable"), json::value(true));
  EXPECT_TRUE(object.at("refusal").is_null());
  EXPECT_EQ(object.at("abi").at("major").to_number<int>(), 1);
  const json::value callables = {{{"name", "admin"}, {"flags", {"blocking", "serial"}}},
                                 {{"name", "shop"}, {"flags", json::array{}}}};
  EXPECT_EQ(object.at("callables"), callables);
}

TEST(Inspect, JsonOfARefusedModuleSaysWhy) {
  const json::object object = object_of("no_note");
  EXPECT_EQ(object.at("loadable"), json::value(false));
  EXPECT_TRUE(object.at("abi").is_null());
  EXPECT_THAT(std::string(object.at("refusal").as_string()), HasSubstr("GWN"));
}

TEST(Inspect, WhatIsNoSharedLibraryFails) {
  const std::string path = std::string(TEST_APP_SOURCES) + "/not_elf.txt";
  const auto text = inspect(path, false);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().exit_code, ExitCode::AppLoad);
  EXPECT_EQ(text.error().text,
            "cannot inspect " + path + ": not a shared library: no ELF magic");
}

}  // namespace
}  // namespace appserver::commands
