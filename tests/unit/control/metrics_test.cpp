#include "control/metrics.hpp"

#include <gtest/gtest.h>

#include "base/version.hpp"
#include "support/prometheus.hpp"

namespace appserver::control {
namespace {

using testing::complaint_about_metrics;

ServerState a_server() {
  ServerState server;
  server.started_s = 1'700'000'000;
  AppState app;
  app.app = "a\"b\\c\nd:app";
  app.version = "0123456789ab";
  app.counts.ended(200, 4'000);
  app.counts.ended(200, 5'001);
  app.counts.ended(503, 20'000'000);
  app.counts.ended(0, 1);
  app.counts.in_flight.set(2);
  app.counts.received_bytes.set(100);
  app.counts.sent_bytes.set(200);
  app.counts.timeouts.set(3);
  app.crashes = 12;
  app.is_out_of_service = true;
  server.apps.push_back(app);
  server.total.connections.set(7);
  server.total.accepted.set(8);
  server.total.exchanges.set(2);
  server.total.queued.set(4);
  server.total.busy_threads.set(5);
  server.total.log_drops.set(6);
  for (const std::string_view state : {"ready", "ready", "leaving"}) {
    WorkerState worker;
    worker.state = state;
    server.workers.push_back(worker);
  }
  server.workers[0].counts.busy_since_ns.set(1);
  server.counts.spawned = 9;
  server.counts.crashes = 1;
  server.counts.respawns = {1, 2, 3, 4, 5, 6};
  server.counts.reloads = 10;
  server.counts.refused_reloads = 11;
  return server;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos;
       at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

TEST(Metrics, AreThisText) {
  const std::string expected = R"(# HELP appserver_build_info Which server this is.
# TYPE appserver_build_info gauge
appserver_build_info{version="VERSION"} 1
# HELP appserver_start_time_seconds When it started, since 1970.
# TYPE appserver_start_time_seconds gauge
appserver_start_time_seconds 1700000000
# HELP http_server_request_duration_seconds Time from the first byte of a request to the end of its answer.
# TYPE http_server_request_duration_seconds histogram
http_server_request_duration_seconds_bucket{LABELS,le="0.005"} 2
http_server_request_duration_seconds_bucket{LABELS,le="0.01"} 3
http_server_request_duration_seconds_bucket{LABELS,le="0.025"} 3
http_server_request_duration_seconds_bucket{LABELS,le="0.05"} 3
http_server_request_duration_seconds_bucket{LABELS,le="0.075"} 3
http_server_request_duration_seconds_bucket{LABELS,le="0.1"} 3
http_server_request_duration_seconds_bucket{LABELS,le="0.25"} 3
http_server_request_duration_seconds_bucket{LABELS,le="0.5"} 3
http_server_request_duration_seconds_bucket{LABELS,le="0.75"} 3
http_server_request_duration_seconds_bucket{LABELS,le="1"} 3
http_server_request_duration_seconds_bucket{LABELS,le="2.5"} 3
http_server_request_duration_seconds_bucket{LABELS,le="5"} 3
http_server_request_duration_seconds_bucket{LABELS,le="7.5"} 3
http_server_request_duration_seconds_bucket{LABELS,le="10"} 3
http_server_request_duration_seconds_bucket{LABELS,le="+Inf"} 4
http_server_request_duration_seconds_sum{LABELS} 20.009002
http_server_request_duration_seconds_count{LABELS} 4
# HELP appserver_requests_total Requests that are over; status 000: their worker died.
# TYPE appserver_requests_total counter
appserver_requests_total{LABELS,status="000"} 1
appserver_requests_total{LABELS,status="200"} 2
appserver_requests_total{LABELS,status="503"} 1
# HELP http_server_active_requests Requests that an app works on.
# TYPE http_server_active_requests gauge
http_server_active_requests{LABELS} 2
# HELP appserver_received_bytes_total Heads and bodies of requests.
# TYPE appserver_received_bytes_total counter
appserver_received_bytes_total{LABELS} 100
# HELP appserver_sent_bytes_total Bodies of answers.
# TYPE appserver_sent_bytes_total counter
appserver_sent_bytes_total{LABELS} 200
# HELP appserver_request_timeouts_total Requests that were given up.
# TYPE appserver_request_timeouts_total counter
appserver_request_timeouts_total{LABELS} 3
# HELP appserver_app_crashes_total Workers that an app ended.
# TYPE appserver_app_crashes_total counter
appserver_app_crashes_total{LABELS} 12
# HELP appserver_app_out_of_service 1 for an app that crashed too often and is answered 503.
# TYPE appserver_app_out_of_service gauge
appserver_app_out_of_service{LABELS} 1
# HELP appserver_connections_active Connections that are open.
# TYPE appserver_connections_active gauge
appserver_connections_active 7
# HELP appserver_connections_accepted_total Connections ever accepted.
# TYPE appserver_connections_accepted_total counter
appserver_connections_accepted_total 8
# HELP appserver_requests_in_flight Requests that apps work on.
# TYPE appserver_requests_in_flight gauge
appserver_requests_in_flight 2
# HELP appserver_queue_depth Calls that wait for a thread.
# TYPE appserver_queue_depth gauge
appserver_queue_depth 4
# HELP appserver_threads_busy Threads of blocking apps in a call.
# TYPE appserver_threads_busy gauge
appserver_threads_busy 5
# HELP appserver_log_dropped_lines_total Lines the access log dropped.
# TYPE appserver_log_dropped_lines_total counter
appserver_log_dropped_lines_total 6
# HELP appserver_workers Worker processes by state.
# TYPE appserver_workers gauge
appserver_workers{state="booting"} 0
appserver_workers{state="ready"} 2
appserver_workers{state="leaving"} 1
# HELP appserver_workers_busy Workers whose I/O thread is at work.
# TYPE appserver_workers_busy gauge
appserver_workers_busy 1
# HELP appserver_workers_spawned_total Workers that came up.
# TYPE appserver_workers_spawned_total counter
appserver_workers_spawned_total 9
# HELP appserver_workers_respawned_total Workers whose place another takes, by reason.
# TYPE appserver_workers_respawned_total counter
appserver_workers_respawned_total{reason="error"} 1
appserver_workers_respawned_total{reason="timeout"} 2
appserver_workers_respawned_total{reason="lifetime"} 3
appserver_workers_respawned_total{reason="rss"} 4
appserver_workers_respawned_total{reason="requests"} 5
appserver_workers_respawned_total{reason="other"} 6
# HELP appserver_worker_crashes_total Workers that ended unasked.
# TYPE appserver_worker_crashes_total counter
appserver_worker_crashes_total 1
# HELP appserver_worker_timeouts_total Workers replaced because they were stuck.
# TYPE appserver_worker_timeouts_total counter
appserver_worker_timeouts_total 2
# HELP appserver_app_reloads_total Reloads by result.
# TYPE appserver_app_reloads_total counter
appserver_app_reloads_total{result="reloaded"} 10
appserver_app_reloads_total{result="refused"} 11
)";
  const std::string labels = R"(app="a\"b\\c\nd:app",version="0123456789ab")";
  const std::string text = metrics_text(a_server());
  EXPECT_EQ(text, replaced(replaced(expected, "LABELS", labels), "VERSION", kVersion));
  EXPECT_EQ(complaint_about_metrics(text), "");
}

TEST(Metrics, OfNoWorkerAndNoAppAreATextToo) {
  EXPECT_EQ(complaint_about_metrics(metrics_text({})), "");
}

TEST(Metrics, LabelsAreUtf8AndEscaped) {
  EXPECT_EQ(label_value("plain:app"), "plain:app");
  EXPECT_EQ(label_value("\"\\\n"), "\\\"\\\\\\n");
  EXPECT_EQ(label_value("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(label_value("a\xc3"), "a?");  // cut in the middle of a character
  EXPECT_EQ(label_value("\xff\xc3\xbc"), "?\xc3\xbc");
}

// The checker of this test is none if it takes everything.
TEST(MetricsChecker, RefusesWhatPrometheusWould) {
  const std::string head = "# HELP a_total x\n# TYPE a_total counter\n";
  const std::string histogram = "# HELP h x\n# TYPE h histogram\n";
  EXPECT_EQ(complaint_about_metrics(head + "a_total 1\n"), "");
  EXPECT_EQ(complaint_about_metrics(histogram +
                                    "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n"
                                    "h_sum 3\nh_count 2\n"),
            "");
  for (const std::string& wrong :
       {std::string("a_total 1\n"),
        head + "a_total 1",
        head + "\na_total 1\n",
        head + "a_total 1\na_total 2\n",
        head + "b_total 1\n",
        head + "a_total x\n",
        head + "a_total -1\n",
        head + "a_total{b=\"c\"d\"} 1\n",
        head + "a_total{b=\"\\c\"} 1\n",
        head + "a_total{b=\"c\",b=\"d\"} 1\n",
        head + "a_total{1b=\"c\"} 1\n",
        head + "a_total{b=\"c\"}1\n",
        head + head,
        std::string("# HELP a x\n# TYPE a counter\na 1\n"),
        std::string("# TYPE a gauge\n# HELP a x\na 1\n"),
        std::string("# HELP a x\n# TYPE a number\na 1\n"),
        histogram + "h_bucket{le=\"1\"} 1\nh_sum 3\nh_count 1\n",
        histogram +
            "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 3\nh_count 1\n",
        histogram + "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\n",
        histogram + "h_bucket{le=\"+Inf\"} 1\nh_sum 3\nh_count 2\n",
        histogram + "h_bucket{le=\"+Inf\"} 1\nh_count 1\n"}) {
    EXPECT_NE(complaint_about_metrics(wrong), "") << wrong;
  }
}

}  // namespace
}  // namespace appserver::control
