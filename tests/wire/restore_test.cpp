// An app that was taken out of service, and the command that brings it back.
#include <sys/resource.h>

#include "operations.hpp"

namespace appserver::testing {
namespace {

/// Of the app with that name, in /apps.
boost::json::object app_in(const Operated& operated, const std::string& name) {
  const auto apps = operated.report("apps").at("apps").as_array();
  for (const auto& app : apps) {
    if (app.at("app").as_string().c_str() == name) return app.as_object();
  }
  return {};
}

TEST(Restore, BringsAnAppBackThatCrashedTooOften) {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const TempFolder folder;
  const std::string crasher = test_app("crasher");
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("nonce")}, {"/c", crasher}}));
  Operated operated({"-w", "1", "--crash-limit", "1", "-c", file});
  operated.server.wait_until_listening();
  const std::uint16_t port = operated.server.port();
  EXPECT_EQ(operated.ctl({"restore", crasher}).exit_code, 1);
  RawClient client(port);
  client.send(request("GET /c/null HTTP/1.1"));
  EXPECT_EQ(client.read_response().status, 0);
  operated.server.wait_for_line("is out of service");
  operated.server.wait_for_line(said::kWorkerReady, 2);
  EXPECT_EQ(get(port, "/c/fine").status, 503);
  const auto broken = app_in(operated, crasher);
  EXPECT_EQ(broken.at("state").as_string().c_str(), std::string("out of service"));
  EXPECT_EQ(broken.at("crashes").as_int64(), 1);
  EXPECT_TRUE(holds(operated.probe("/metrics").body,
                    "appserver_app_out_of_service{app=\"" + crasher + "\""));
  EXPECT_EQ(operated.ctl({"restore", test_app("nonce")}).exit_code, 1);
  EXPECT_EQ(operated.ctl({"restore", crasher}).out, "restored\n");
  EXPECT_EQ(get(port, "/c/fine").status, 200);
  EXPECT_EQ(app_in(operated, crasher).at("state").as_string().c_str(),
            std::string("serving"));
  EXPECT_EQ(operated.ctl({"restore", crasher}).exit_code, 1);
  EXPECT_EQ(operated.ask("POST /restore HTTP/1.1").status, 400);
}

}  // namespace
}  // namespace appserver::testing
