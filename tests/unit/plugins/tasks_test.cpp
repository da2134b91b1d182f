// The task list: what every client of a JSON API relies on, and every way to be
// refused.
#include <stdexcept>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk/test_client.hpp>

#include "loaded_app.hpp"

using gateway::TestClient;
using gateway::TestHeaders;
using gateway::TestResult;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

const TestHeaders kJson{{"Content-Type", "application/json; charset=utf-8"}};

class Tasks : public ::testing::Test {
 protected:
  TestResult send(std::string_view method, std::string_view target,
                  std::string_view body = {}, const TestHeaders& headers = kJson) {
    TestResult result = client.request(method, target, body, headers);
    EXPECT_FALSE(result.failed);
    EXPECT_THAT(result.violations, IsEmpty());
    EXPECT_EQ(result.header("x-build"), "1");
    return result;
  }

  TestClient client{loaded_app("tasks"), R"({"capacity": 3})"};
};

}  // namespace

TEST_F(Tasks, AreMadeShownChangedAndRemoved) {
  EXPECT_EQ(send("GET", "/tasks").body, "[]");

  client.conditions.script_name = "/api";
  const TestResult made = send("POST", "/tasks", R"({"title": "write \"it\""})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.header("location"), "/api/tasks/1");
  EXPECT_EQ(made.header("content-type"), "application/json");
  EXPECT_EQ(made.body, R"({"id":1,"title":"write \"it\"","done":false})");
  EXPECT_EQ(send("POST", "/tasks", R"({"title":"b","done":true})").body,
            R"({"id":2,"title":"b","done":true})");

  EXPECT_EQ(send("GET", "/tasks/1").body, made.body);
  EXPECT_EQ(send("PUT", "/tasks/2", R"({"title":"c"})").body,
            R"({"id":2,"title":"c","done":false})");
  EXPECT_EQ(send("PATCH", "/tasks/2", R"({"done":true})").body,
            R"({"id":2,"title":"c","done":true})");
  EXPECT_EQ(send("DELETE", "/tasks/1").status, 204u);
  EXPECT_EQ(send("GET", "/tasks/1").status, 404u);
  EXPECT_EQ(send("DELETE", "/tasks/1").status, 404u);
  EXPECT_EQ(send("GET", "/tasks").body, R"([{"id":2,"title":"c","done":true}])");
}

TEST_F(Tasks, ABodyThatIsNotATaskIsRefusedWithTheReason) {
  struct Row {
    std::string_view body;
    unsigned status;
    std::string_view why;
  };

  for (const Row& row :
       {Row{"{\"title\":\n  nope}", 400, "line 2, column 3"},
        Row{"", 400, "line 1, column 1"},
        Row{"{\"title\":\"a\"", 400, "line 1, column 13"},
        Row{"{\"title\":\"a\"} {}", 400, "line 1, column 15"}, Row{"[]", 400, "object"},
        Row{"{}", 422, "\\\"title\\\" is missing"},
        Row{R"({"title":""})", 422, "title"}, Row{R"({"title":1})", 422, "title"},
        Row{R"({"title":"a","done":1})", 422, "done"},
        Row{R"({"title":"a","colour":1})", 422, "colour"}}) {
    SCOPED_TRACE(row.body);
    const TestResult result = send("POST", "/tasks", row.body);
    EXPECT_EQ(result.status, row.status);
    EXPECT_EQ(result.header("content-type"), "application/json");
    EXPECT_THAT(result.body, HasSubstr(std::string(row.why)));
  }
  EXPECT_EQ(send("GET", "/tasks").body, "[]");
}

TEST_F(Tasks, OnlyJsonIsRead) {
  EXPECT_EQ(send("POST", "/tasks", R"({"title":"a"})", {}).status, 415u);
  EXPECT_EQ(send("POST", "/tasks", "title=a",
                 {{"content-type", "application/x-www-form-urlencoded"}})
                .status,
            415u);
  EXPECT_EQ(
      send("POST", "/tasks", R"({"title":"a"})", {{"content-type", "Application/JSON"}})
          .status,
      201u);
}

TEST_F(Tasks, AFullListSaysSo) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(send("POST", "/tasks", R"({"title":"a"})").status, 201u);
  }
  EXPECT_EQ(send("POST", "/tasks", R"({"title":"a"})").status, 507u);
  EXPECT_EQ(send("DELETE", "/tasks/2").status, 204u);
  EXPECT_EQ(send("POST", "/tasks", R"({"title":"a"})").header("location"), "/tasks/4");
}

TEST_F(Tasks, AWrongMethodIsToldTheRightOnes) {
  EXPECT_EQ(send("DELETE", "/tasks").header("allow"), "GET, HEAD, POST");
  EXPECT_EQ(send("POST", "/tasks/1").header("allow"), "GET, HEAD, PUT, PATCH, DELETE");
  EXPECT_EQ(send("POST", "/").header("allow"), "GET, HEAD");
  EXPECT_EQ(send("PUT", "/build").status, 405u);
}

TEST_F(Tasks, WhatDoesNotExistIsNotFound) {
  for (const char* path : {"/task", "/tasks/", "/tasks/x", "/tasks/1x", "/tasks/-1",
                           "/tasks/99999999999999999999", "/tasks/1/2", "/tasks/7"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(send("GET", path).status, 404u);
  }
  EXPECT_EQ(send("PUT", "/tasks/7", R"({"title":"a"})").status, 404u);
}

TEST_F(Tasks, TheIndexLeadsToTheList) {
  client.conditions.script_name = "/api";
  EXPECT_EQ(send("GET", "/").body, R"({"tasks":"/api/tasks"})");
  EXPECT_EQ(send("GET", "").body, R"({"tasks":"/api/tasks"})");
}

TEST_F(Tasks, EachBuildSaysWhichItIs) {
  EXPECT_EQ(send("GET", "/build").body, R"({"build":"1"})");
  TestClient second(loaded_app("tasks", TASKS_V2));
  const TestResult result = second.get("/build");
  EXPECT_EQ(result.body, R"({"build":"2"})");
  EXPECT_EQ(result.header("x-build"), "2");
}

TEST(TasksConfig, AConfigThatMakesNoSenseRefusesToStart) {
  for (const char* config : {"[]", "{", R"({"capacity":0})", R"({"capacity":"1"})",
                             R"({"capacity":-1})", R"({"capacty":1})"}) {
    SCOPED_TRACE(config);
    EXPECT_THROW(TestClient(loaded_app("tasks"), config), std::runtime_error);
  }
  EXPECT_NO_THROW(TestClient(loaded_app("tasks"), "{}"));
  EXPECT_NO_THROW(TestClient(loaded_app("tasks")));
}
