#include "control/state_json.hpp"

#include <boost/json.hpp>

#include "base/version.hpp"
#include "config/setting_key.hpp"

namespace appserver::control {
namespace {

namespace json = boost::json;

json::string_view text_of(std::string_view text) {
  return {text.data(), text.size()};
}

std::string line_of(const json::value& value) {
  return json::serialize(value) + "\n";
}

template <class Texts>
json::array list_of(const Texts& texts) {
  json::array list;
  for (const auto& text : texts) list.emplace_back(text_of(text));
  return list;
}

json::object workers_of(const ServerState& server) {
  json::object respawned;
  for (std::size_t i = 0; i < kRespawnReasons.size(); ++i)
    respawned[text_of(kRespawnReasons[i])] = server.counts.respawns[i];
  return {{"wanted", server.workers_wanted},
          {"ready", ready_workers(server)},
          {"spawned", server.counts.spawned},
          {"crashes", server.counts.crashes},
          {"respawned", std::move(respawned)}};
}

/// Statuses of 500 and above.
std::uint64_t failures_of(const board::AppCounts& counts) {
  std::uint64_t sum = 0;
  for (std::size_t place = 0; place < board::kStatusPlaces; ++place) {
    if (board::status_text(place)[0] == '5') sum += counts.answered[place].get();
  }
  return sum;
}

std::uint64_t requests_of(const board::AppCounts& counts) {
  std::uint64_t sum = 0;
  for (const board::Count& count : counts.answered) sum += count.get();
  return sum;
}

json::string_view state_of(const AppState& app) {
  if (app.is_out_of_service) return "out of service";
  if (app.version.empty()) return "";  // of no app
  return app.mounts.empty() ? "retired" : "serving";
}

json::object app_of(const AppState& app) {
  const board::AppCounts& counts = app.counts;
  const std::uint64_t requests = requests_of(counts);
  const double total_ms = static_cast<double>(counts.duration_us.get()) / 1000;
  return {{"app", text_of(app.app)},
          {"version", text_of(app.version)},
          {"state", state_of(app)},
          {"mounts", list_of(app.mounts)},
          {"requests", requests},
          {"failures", failures_of(counts)},
          {"timeouts", counts.timeouts.get()},
          {"crashes", app.crashes},
          {"in_flight", counts.in_flight.get()},
          {"mean_ms", requests == 0 ? 0.0 : total_ms / static_cast<double>(requests)},
          {"received_bytes", counts.received_bytes.get()},
          {"sent_bytes", counts.sent_bytes.get()}};
}

json::object worker_of(const WorkerState& worker, const ServerState& server) {
  const board::WorkerCounts& counts = worker.counts;
  const std::uint64_t since = counts.busy_since_ns.get();
  const bool is_busy = since != 0 && server.now_ns > since;
  return {{"worker", worker.number},
          {"pid", worker.pid},
          {"state", is_stuck(worker, server) ? "stuck" : text_of(worker.state)},
          {"age_s", worker.age_ms / 1000},
          {"rss_bytes", worker.resident_bytes},
          {"connections", counts.connections.get()},
          {"accepted", counts.accepted.get()},
          {"requests", counts.requests.get()},
          {"in_flight", counts.exchanges.get()},
          {"queued", counts.queued.get()},
          {"threads_busy", counts.busy_threads.get()},
          {"busy_ms", is_busy ? (server.now_ns - since) / 1'000'000 : 0}};
}

json::object mount_of(const config::MountSettings& mount) {
  json::object object{{"host", mount.host}, {"path", mount.path}, {"app", mount.app}};
  json::error_code ec;
  object["config"] = json::parse(mount.config_json, ec);
  if (!mount.static_root.empty()) object["static"] = mount.static_root;
  json::array layers;
  for (const auto& layer : mount.middleware) layers.emplace_back(layer.app);
  if (!layers.empty()) object["middleware"] = std::move(layers);
  return object;
}

}  // namespace

std::string status_json(const ServerState& server) {
  const Health health = readiness(server);
  const board::WorkerCounts& total = server.total;
  return line_of(json::object{{"server", text_of(kServerName)},
                              {"pid", server.pid},
                              {"phase", text_of(phase_text(server.phase))},
                              {"ready", health.is_good},
                              {"readiness", health.text},
                              {"started_at", server.started_s},
                              {"uptime_s", server.uptime_ms / 1000},
                              {"listening", list_of(server.urls)},
                              {"candidate", server.candidate},
                              {"reloads", server.counts.reloads},
                              {"refused_reloads", server.counts.refused_reloads},
                              {"last_refusal", server.last_reload},
                              {"log_level", server.log_level},
                              {"workers", workers_of(server)},
                              {"connections", total.connections.get()},
                              {"accepted", total.accepted.get()},
                              {"requests", total.requests.get()},
                              {"in_flight", total.exchanges.get()},
                              {"queued", total.queued.get()},
                              {"threads_busy", total.busy_threads.get()},
                              {"log_dropped_lines", total.log_drops.get()}});
}

std::string workers_json(const ServerState& server) {
  json::array list;
  for (const WorkerState& worker : server.workers)
    list.emplace_back(worker_of(worker, server));
  return line_of(json::object{{"workers", std::move(list)}});
}

std::string apps_json(const ServerState& server) {
  json::array list;
  for (const AppState& app : server.apps) list.emplace_back(app_of(app));
  return line_of(json::object{{"apps", std::move(list)}});
}

std::string config_json(const config::Settings& settings) {
  json::object values;
  for (const config::SettingKey& key : config::setting_keys()) {
    if (key.write == nullptr) continue;
    const std::string written = key.write(settings);
    json::error_code ec;
    json::value value = json::parse(written, ec);  // else it is a plain word of YAML
    if (ec) value = json::value(written);
    values[text_of(key.name)] = std::move(value);
  }
  json::array mounts;
  for (const auto& mount : settings.mounts) mounts.emplace_back(mount_of(mount));
  values["mounts"] = std::move(mounts);
  return line_of(json::object{{"config", std::move(values)}});
}

}  // namespace appserver::control
