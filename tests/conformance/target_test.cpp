// How a request target becomes SCRIPT_NAME, PATH_INFO and QUERY_STRING (rules E3 to
// E8).
#include "recorded.hpp"

namespace appserver::testing {
namespace {

TEST(Conformance, GwE3ScriptNameNeverEndsWithASlash) {
  const TempFolder folder;
  const std::string recorder = test_app("recorder");
  const std::string file = folder.write(
      "a.yaml", mounts_file({{"/", recorder}, {"/a", recorder}, {"/b/", recorder}}));
  const ServerProcess server({"--single-process", "-c", file});
  for (const auto& [target, script_name] : {std::pair{"/", "="},
                                            {"/x", "="},
                                            {"/a", "=/a"},
                                            {"/a/", "=/a"},
                                            {"/b/x", "=/b"},
                                            {"/ab", "="}}) {
    EXPECT_EQ(record(server, request("GET " + std::string(target) +
                                     " HTTP/1.1"))["script_name"],
              script_name)
        << target;
  }
}

TEST(Conformance, GwE4PathInfoIsEmptyOrBeginsWithASlash) {
  const TempFolder folder;
  const std::string recorder = test_app("recorder");
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", recorder}, {"/a", recorder}}));
  const ServerProcess server({"--single-process", "-c", file});
  for (const auto& [target, path_info] : {std::pair{"/", "=/"},
                                          {"/x/", "=/x/"},
                                          {"/a", "="},
                                          {"/a/", "=/"},
                                          {"/a//b", "=//b"},
                                          {"//a", "=//a"}}) {
    EXPECT_EQ(record(server,
                     request("GET " + std::string(target) + " HTTP/1.1"))["path_info"],
              path_info)
        << target;
  }
}

TEST(Conformance, GwE5RootRequestHasEmptyScriptNameAndSlash) {
  const auto server = serve("recorder");
  for (const std::string target :
       {"/", "/?q", "http://a.example", "http://a.example?q"}) {
    const Recorded recorded = record(server, request("GET " + target + " HTTP/1.1"));
    EXPECT_EQ(recorded["script_name"], "=") << target;
    EXPECT_EQ(recorded["path_info"], "=/") << target;
  }
}

TEST(Conformance, GwE6TargetsHaveOneOfTheFormsOfTheirMethod) {
  const auto server = serve("recorder");
  const Recorded asterisk = record(server, request("OPTIONS * HTTP/1.1"));
  EXPECT_EQ(asterisk["path_info"], "=*");
  const Recorded absolute =
      record(server, request("GET http://b.example:8/p?q HTTP/1.1"));
  EXPECT_EQ(absolute["path_info"], "=/p");
  EXPECT_EQ(absolute["query_string"], "=q");
  EXPECT_EQ(absolute["server_name"], "=b.example");
  for (const std::string line :
       {"GET * HTTP/1.1", "GET a.example:80 HTTP/1.1", "GET /a#b HTTP/1.1",
        "GET a HTTP/1.1", "GET ?q HTTP/1.1"}) {
    EXPECT_EQ(status_of(server, request(line)), 400) << line;
  }
  EXPECT_GE(status_of(server, request("CONNECT a.example:80 HTTP/1.1")), 400);
}

TEST(Conformance, GwE7PathInfoIsDecodedAndRequestUriIsNot) {
  const auto server = serve("recorder");
  const Recorded recorded =
      record(server, request("GET /a%2Fb%20c%c3%A4?x=%41 HTTP/1.1"));
  EXPECT_EQ(recorded["path_info"], "=/a/b c\\xc3\\xa4");
  EXPECT_EQ(recorded["request_uri"], "=/a%2Fb%20c%c3%A4?x=%41");
  EXPECT_EQ(recorded["query_string"], "=x=%41");
  EXPECT_EQ(record(server, request("GET /a%0Ab HTTP/1.1"))["path_info"], "=/a\\x0ab");
  EXPECT_EQ(record(server, request("GET /a%2541 HTTP/1.1"))["path_info"], "=/a%41");
}

TEST(Conformance, GwE7NulInAPathIsRefused) {
  const auto server = serve("recorder");
  EXPECT_EQ(status_of(server, request("GET /a%00b HTTP/1.1")), 400);
  EXPECT_EQ(status_of(server, request("GET /a%0 HTTP/1.1")), 400);
}

TEST(Conformance, GwE8QueryStringIsAlwaysThere) {
  const auto server = serve("recorder");
  EXPECT_EQ(record(server, request("GET /a HTTP/1.1"))["query_string"], "=");
  EXPECT_EQ(record(server, request("GET /a? HTTP/1.1"))["query_string"], "=");
  EXPECT_EQ(record(server, request("GET /a?b?c=/d HTTP/1.1"))["query_string"],
            "=b?c=/d");
}

}  // namespace
}  // namespace appserver::testing
