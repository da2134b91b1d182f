#include "control/metrics.hpp"

#include <array>

#include "base/version.hpp"
#include "config/value.hpp"

namespace appserver::control {
namespace {

using board::AppCounts;
using board::Count;
using board::WorkerCounts;

/// The ends of board::kDurationEnds, in seconds.
constexpr std::array<std::string_view, board::kDurationEnds.size()> kEnds{
    "0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25",
    "0.5",   "0.75", "1",     "2.5",  "5",     "7.5", "10"};

/// Microseconds as seconds.
std::string seconds(std::uint64_t us) {
  std::string digits = std::to_string(us % 1'000'000);
  digits.insert(0, 6 - digits.size(), '0');
  return std::to_string(us / 1'000'000) + "." + digits;
}

class Text {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  }

  /// `labels`: "a=\"b\"", or nothing.
  void sample(std::string_view suffix, std::string_view labels,
              std::string_view value) {
    text_.append(name_).append(suffix);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_.append(" ").append(value).append("\n");
  }

  void sample(std::string_view labels, std::uint64_t value) {
    sample("", labels, std::to_string(value));
  }

  /// A family of one.
  void single(std::string_view name, std::string_view type, std::string_view help,
              std::uint64_t value) {
    family(name, type, help);
    sample("", value);
  }

  std::string take() { return std::move(text_); }

 private:
  std::string_view name_;
  std::string text_;
};

std::string labels_of(const AppState& app) {
  std::string labels = "app=\"";
  labels.append(label_value(app.app)).append("\",version=\"");
  return labels.append(label_value(app.version)).append("\"");
}

void write_durations(Text& text, const ServerState& server) {
  text.family("http_server_request_duration_seconds", "histogram",
              "Time from the first byte of a request to the end of its answer.");
  for (const AppState& app : server.apps) {
    const std::string labels = labels_of(app);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= kEnds.size(); ++i) {
      sum += app.counts.durations[i].get();
      const std::string end(i == kEnds.size() ? "+Inf" : kEnds[i]);
      std::string with_end = labels;
      with_end.append(",le=\"").append(end).append("\"");
      text.sample("_bucket", with_end, std::to_string(sum));
    }
    text.sample("_sum", labels, seconds(app.counts.duration_us.get()));
    text.sample("_count", labels, std::to_string(sum));
  }
}

void write_statuses(Text& text, const ServerState& server) {
  text.family("appserver_requests_total", "counter",
              "Requests that are over; status 000: their worker died.");
  for (const AppState& app : server.apps) {
    for (std::size_t place = 0; place < board::kStatusPlaces; ++place) {
      const std::uint64_t count = app.counts.answered[place].get();
      if (count == 0) continue;
      text.sample(
          labels_of(app) + ",status=\"" + board::status_text(place).data() + "\"",
          count);
    }
  }
}

struct OfApp {
  std::string_view name, type, help;
  Count AppCounts::*count;
};

const std::array<OfApp, 4> kOfApps{{
    {"http_server_active_requests", "gauge", "Requests that an app works on.",
     &AppCounts::in_flight},
    {"appserver_received_bytes_total", "counter", "Heads and bodies of requests.",
     &AppCounts::received_bytes},
    {"appserver_sent_bytes_total", "counter", "Bodies of answers.",
     &AppCounts::sent_bytes},
    {"appserver_request_timeouts_total", "counter", "Requests that were given up.",
     &AppCounts::timeouts},
}};

void write_health(Text& text, const ServerState& server) {
  text.family("appserver_app_crashes_total", "counter", "Workers that an app ended.");
  for (const AppState& app : server.apps) text.sample(labels_of(app), app.crashes);
  text.family("appserver_app_out_of_service", "gauge",
              "1 for an app that crashed too often and is answered 503.");
  for (const AppState& app : server.apps)
    text.sample(labels_of(app), app.is_out_of_service ? 1 : 0);
}

struct OfAll {
  std::string_view name, type, help;
  Count WorkerCounts::*count;
};

const std::array<OfAll, 6> kOfWorkers{{
    {"appserver_connections_active", "gauge", "Connections that are open.",
     &WorkerCounts::connections},
    {"appserver_connections_accepted_total", "counter", "Connections ever accepted.",
     &WorkerCounts::accepted},
    {"appserver_requests_in_flight", "gauge", "Requests that apps work on.",
     &WorkerCounts::exchanges},
    {"appserver_queue_depth", "gauge", "Calls that wait for a thread.",
     &WorkerCounts::queued},
    {"appserver_threads_busy", "gauge", "Threads of blocking apps in a call.",
     &WorkerCounts::busy_threads},
    {"appserver_log_dropped_lines_total", "counter", "Lines the access log dropped.",
     &WorkerCounts::log_drops},
}};

void write_workers(Text& text, const ServerState& server) {
  text.family("appserver_workers", "gauge", "Worker processes by state.");
  for (const std::string_view state : {"booting", "ready", "leaving"}) {
    std::uint64_t count = 0;
    for (const WorkerState& worker : server.workers) count += worker.state == state;
    text.sample("state=\"" + std::string(state) + "\"", count);
  }
  std::uint64_t busy = 0;
  for (const WorkerState& worker : server.workers)
    busy += worker.counts.busy_since_ns.get() != 0;
  text.single("appserver_workers_busy", "gauge", "Workers whose I/O thread is at work.",
              busy);
  const SupervisorCounts& counts = server.counts;
  text.single("appserver_workers_spawned_total", "counter", "Workers that came up.",
              counts.spawned);
  text.family("appserver_workers_respawned_total", "counter",
              "Workers whose place another takes, by reason.");
  for (std::size_t i = 0; i < kRespawnReasons.size(); ++i) {
    text.sample("reason=\"" + std::string(kRespawnReasons[i]) + "\"",
                counts.respawns[i]);
  }
  text.single("appserver_worker_crashes_total", "counter",
              "Workers that ended unasked.", counts.crashes);
  text.single("appserver_worker_timeouts_total", "counter",
              "Workers replaced because they were stuck.",
              counts.respawns[static_cast<std::size_t>(Respawn::Timeout)]);
  text.family("appserver_app_reloads_total", "counter", "Reloads by result.");
  text.sample("result=\"reloaded\"", counts.reloads);
  text.sample("result=\"refused\"", counts.refused_reloads);
}

/// The start of the sequence of UTF-8 at `at`, whole; 0: there is none.
std::size_t sequence_at(std::string_view text, std::size_t at) {
  for (std::size_t size = 1; size <= 4 && at + size <= text.size(); ++size) {
    if (config::is_utf8(text.substr(at, size))) return size;
  }
  return 0;
}

}  // namespace

std::string label_value(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = sequence_at(text, at);
    const std::string_view one = text.substr(at, size);
    if (one == "\\" || one == "\"") out += '\\';
    if (one == "\n") {
      out += "\\n";
    } else if (size == 0) {
      out += '?';
    } else {
      out += one;
    }
    at += size == 0 ? 1 : size;
  }
  return out;
}

std::string metrics_text(const ServerState& server) {
  Text text;
  text.family("appserver_build_info", "gauge", "Which server this is.");
  text.sample("version=\"" + std::string(kVersion) + "\"", 1);
  text.single("appserver_start_time_seconds", "gauge", "When it started, since 1970.",
              static_cast<std::uint64_t>(server.started_s));
  write_durations(text, server);
  write_statuses(text, server);
  for (const OfApp& row : kOfApps) {
    text.family(row.name, row.type, row.help);
    for (const AppState& app : server.apps)
      text.sample(labels_of(app), (app.counts.*row.count).get());
  }
  write_health(text, server);
  for (const OfAll& row : kOfWorkers)
    text.single(row.name, row.type, row.help, (server.total.*row.count).get());
  write_workers(text, server);
  return text.take();
}

}  // namespace appserver::control
