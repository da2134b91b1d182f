// Probes, metrics, and a stop that a balancer can follow.
#include <signal.h>

#include "operations.hpp"
#include "support/gate.hpp"
#include "support/prometheus.hpp"

namespace appserver::testing {
namespace {

TEST(Admin, ServesThreePathsAndNothingElse) {
  Operated operated({"-w", "1", test_app("nonce")});
  operated.server.wait_until_listening();
  EXPECT_EQ(operated.probe("/healthz").body, "alive\n");
  EXPECT_EQ(operated.probe("/readyz").body, "ready\n");
  EXPECT_EQ(operated.probe("/metrics").field("content-type"),
            "text/plain; version=0.0.4; charset=utf-8");
  for (const char* path : {"/", "/status", "/stop", "/reload", "/config", "/healthz/"})
    EXPECT_EQ(operated.probe(path).status, 404) << path;
}

TEST(Admin, TakesGetAndHeadOnly) {
  const Operated operated({"-w", "1", test_app("nonce")});
  for (const char* path : {"/healthz", "/readyz", "/metrics"}) {
    const Response refused = post(operated.admin_port, path, "x");
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.field("allow"), "GET, HEAD");
  }
  RawClient client(operated.admin_port);
  client.send(request("HEAD /healthz HTTP/1.1"));
  EXPECT_EQ(client.read_response(true).status, 200);
  EXPECT_TRUE(client.expect_closed());
}

TEST(Admin, ProbesOfHttp10AreAnswered) {
  const Operated operated({"-w", "1", test_app("nonce")});
  RawClient client(operated.admin_port);
  client.send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 200);
}

TEST(Admin, IsOffByDefault) {
  ServerProcess server({"-w", "1", test_app("nonce")});
  EXPECT_EQ(server.count_lines(kProbesOn), 0U);
}

TEST(Readyz, SaysThatItStartsAndThatNoWorkerIsReady) {
  Gate gate;
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("lifecycle"),
                                           "config: {gate: " + gate.path() + "}"}}));
  Operated operated({"-w", "1", "-c", file});
  Visit trial = gate.next();
  Response starting = operated.probe("/readyz");
  EXPECT_EQ(starting.status, 503);
  EXPECT_EQ(starting.body, "starting\n");
  EXPECT_EQ(operated.probe("/healthz").status, 200);
  trial.release();
  gate.next().release();
  operated.server.wait_until_listening();
  EXPECT_EQ(operated.probe("/readyz").status, 200);
  operated.server.signal(operated.server.workers().at(0), SIGKILL);
  Visit next = gate.next();
  const Response none = operated.probe("/readyz");
  EXPECT_EQ(none.status, 503);
  EXPECT_EQ(none.body, "no worker is ready\n");
  EXPECT_EQ(operated.probe("/healthz").status, 200);
  next.release();
  operated.server.wait_for_line(said::kWorkerReady, 2);
  EXPECT_EQ(operated.probe("/readyz").status, 200);
}

/// The sum of the samples whose names begin so and hold `words`.
double sum_of(const std::map<std::string, double>& samples, std::string_view name,
              std::string_view words = "") {
  double sum = 0;
  for (const auto& [text, value] : samples) {
    if (text.starts_with(name) && text.find(words) != std::string::npos) sum += value;
  }
  return sum;
}

/// A request is counted when its answer has left: an instant after a client has it.
bool counts(const Operated& operated, double requests) {
  return eventually([&] {
    const auto samples = metrics_of(operated.probe("/metrics").body);
    return sum_of(samples, "appserver_requests_total") == requests;
  });
}

TEST(Metrics, CountWhatWasServed) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/app", test_app("nonce")}}));
  Operated operated({"-w", "2", "-c", file});
  operated.server.wait_until_listening();
  for (int i = 0; i < 5; ++i) get(operated.server.port(), "/app?x");
  for (int i = 0; i < 3; ++i) get(operated.server.port(), "/lost");
  ASSERT_TRUE(counts(operated, 8));
  const std::string text = operated.probe("/metrics").body;
  EXPECT_EQ(complaint_about_metrics(text), "");
  const auto samples = metrics_of(text);
  EXPECT_EQ(sum_of(samples, "appserver_requests_total{app=\"" + test_app("nonce"),
                   "status=\"200\""),
            5);
  EXPECT_EQ(sum_of(samples, "appserver_requests_total{app=\"-\"", "status=\"404\""), 3);
  EXPECT_EQ(sum_of(samples, "http_server_request_duration_seconds_count"), 8);
  EXPECT_EQ(sum_of(samples, "appserver_connections_accepted_total"), 8);
  EXPECT_EQ(sum_of(samples, "appserver_workers{state=\"ready\"}"), 2);
  EXPECT_EQ(text.find("lost"), std::string::npos);  // nothing a client said
}

TEST(Metrics, KeepWhatADeadWorkerCounted) {
  Operated operated({"-w", "1", test_app("nonce")});
  operated.server.wait_until_listening();
  for (int i = 0; i < 5; ++i) get(operated.server.port(), "/?x");
  ASSERT_TRUE(counts(operated, 5));
  operated.server.signal(operated.server.workers().at(0), SIGKILL);
  operated.server.wait_for_line(said::kWorkerReady, 2);
  const auto samples = metrics_of(operated.probe("/metrics").body);
  EXPECT_EQ(sum_of(samples, "appserver_requests_total", "status=\"200\""), 5);
  EXPECT_EQ(sum_of(samples, "appserver_worker_crashes_total"), 1);
  EXPECT_EQ(sum_of(samples, "appserver_workers_respawned_total{reason=\"error\"}"), 1);
  EXPECT_EQ(sum_of(samples, "appserver_workers_spawned_total"), 2);
}

TEST(DrainDelay, AcceptsAndEndsEachConnectionWhileReadyzSays503) {
  Operated operated({"-w", "2", "--drain-delay", "1h", test_app("nonce")});
  operated.server.wait_until_listening();
  RawClient kept(operated.server.port());
  kept.send(request("GET /?kept HTTP/1.1"));
  EXPECT_FALSE(kept.read_response().has("connection"));
  operated.server.signal(SIGTERM);
  operated.server.wait_for_line("still accepting for 3600000 ms");
  const Response probe = operated.probe("/readyz");
  EXPECT_EQ(probe.status, 503);
  EXPECT_EQ(probe.body, "draining\n");
  EXPECT_EQ(operated.probe("/healthz").status, 200);
  // The workers learn of it one after the other.
  EXPECT_TRUE(eventually([&] {
    RawClient client(operated.server.port());
    client.send(request("GET /?new HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_EQ(response.body, "new");
    return response.field("connection") == "close";
  }));
  kept.send(request("GET /?again HTTP/1.1"));
  EXPECT_EQ(kept.read_response().body, "again");
  EXPECT_EQ(operated.ask("POST /reload HTTP/1.1").status, 409);
  operated.server.signal(SIGINT);  // a person does not wait
  EXPECT_EQ(operated.server.wait_exit(), 0);
}

TEST(DrainDelay, EndsByItself) {
  Operated operated({"-w", "1", "--drain-delay", "200ms", test_app("nonce")});
  operated.server.wait_until_listening();
  operated.server.signal(SIGTERM);
  EXPECT_EQ(operated.server.wait_exit(), 0);
  EXPECT_EQ(operated.server.count_lines(said::kDraining), 1U);
}

TEST(DrainDelay, RunningRequestsAreFinishedBehindIt) {
  Gate gate;
  Operated operated({"-w", "1", "--drain-delay", "200ms", test_app("slow")});
  operated.server.wait_until_listening();
  RawClient client(operated.server.port());
  client.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  operated.server.signal(SIGTERM);
  operated.server.wait_for_line(said::kDraining);
  EXPECT_EQ(operated.probe("/readyz").body, "stopping\n");
  visit.release();
  EXPECT_EQ(client.read_response().body, "served");
  EXPECT_EQ(operated.server.wait_exit(), 0);
}

TEST(DrainDelay, TwoIntsForce) {
  Gate gate;
  Operated operated({"-w", "1", "--drain-delay", "1h", test_app("slow")});
  operated.server.wait_until_listening();
  RawClient client(operated.server.port());
  client.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  const Visit visit = gate.next();
  operated.server.signal(SIGTERM);
  operated.server.wait_for_line("still accepting");
  operated.server.signal(SIGINT);
  operated.server.wait_for_line(said::kDraining);
  operated.server.signal(SIGINT);
  EXPECT_EQ(operated.server.wait_exit(), 2);
}

TEST(DrainDelay, CtlStopWaitsForItToo) {
  Operated operated({"-w", "1", "--drain-delay", "1h", test_app("nonce")});
  operated.server.wait_until_listening();
  EXPECT_EQ(operated.ctl({"stop"}).exit_code, 0);
  EXPECT_EQ(operated.probe("/readyz").body, "draining\n");
  EXPECT_EQ(operated.ctl({"stop", "--quick"}).exit_code, 0);
  EXPECT_EQ(operated.server.wait_exit(), 2);
}

}  // namespace
}  // namespace appserver::testing
