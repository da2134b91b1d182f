#include "control/operations.hpp"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "base/log.hpp"
#include "config/special_settings.hpp"
#include "control/metrics.hpp"
#include "control/state_json.hpp"
#include "net/listener.hpp"

namespace appserver::control {
namespace {

namespace json = boost::json;

constexpr int kBacklog = 64;
constexpr const char* kNewEnding = ".new";

std::string object_text(json::string_view key, const std::string& text) {
  return json::serialize(json::object{{key, text}}) + "\n";
}

EndpointAnswer refusal(unsigned status, const std::string& why) {
  return {status, "application/json", object_text("error", why)};
}

EndpointAnswer result(const std::string& text) {
  return {200, "application/json", object_text("result", text)};
}

EndpointAnswer plain(unsigned status, const std::string& text) {
  return {status, "text/plain; charset=utf-8", text + "\n"};
}

EndpointAnswer wrong_method(const char* allow) {
  return {405, "text/plain; charset=utf-8", std::string("use ") + allow + "\n", allow};
}

EndpointAnswer answer_of(const Health& health) {
  return plain(health.is_good ? 200 : 503, health.text);
}

std::uint64_t inode_of(const std::string& path) {
  struct stat status {};

  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

/// The file of the socket is its owner's alone from the first moment on.
Result<net::Listener> listen_privately(const std::string& path) {
  const mode_t before = ::umask(S_IXUSR | S_IRWXG | S_IRWXO);
  auto listener = net::listen_unix(path, kBacklog);
  ::umask(before);
  return listener;
}

/// The word behind `name` in an object; "" for any other body.
std::string word_in(std::string_view body, json::string_view name) {
  json::error_code ec;
  const json::value value = json::parse({body.data(), body.size()}, ec);
  if (ec || !value.is_object()) return {};
  const json::value* const word = value.as_object().if_contains(name);
  if (word == nullptr || !word->is_string()) return {};
  return std::string(word->as_string().data(), word->as_string().size());
}

}  // namespace

Operations::Operations(net::EventLoop& loop, Commands commands)
    : loop_(loop), commands_(std::move(commands)) {}

Operations::~Operations() {
  if (!control_path_.empty() && inode_of(control_path_) == control_inode_)
    ::unlink(control_path_.c_str());
  if (!admin_path_.empty()) ::unlink(admin_path_.c_str());
}

Result<void> Operations::open(const config::Settings& settings,
                              const std::string& runtime_dir, bool takes_over) {
  if (settings.admin_bind) {
    const auto opened = open_admin(*settings.admin_bind, takes_over);
    if (!opened) return opened.error();
  }
  if (settings.control_socket == "off") return {};
  if (!settings.control_socket.empty())
    return open_control(settings.control_socket, takes_over);
  // Nobody asked for it: it is no reason not to start.
  const auto opened = open_control(runtime_dir + "/" + kControlSocketName, takes_over);
  if (!opened) log::warning("no control socket: " + opened.error().text);
  return {};
}

Result<void> Operations::open_control(const std::string& path, bool takes_over) {
  const std::string first = takes_over ? path + kNewEnding : path;
  ::unlink(takes_over ? first.c_str() : "");  // left by one that failed to
  auto listener = listen_privately(first);
  if (!listener) return listener.error();
  if (takes_over && ::rename(first.c_str(), path.c_str()) != 0) {
    ::unlink(first.c_str());
    return usage_error("cannot take over the control socket " + path);
  }
  control_path_ = path;
  control_inode_ = inode_of(path);
  control_ = std::make_unique<HttpEndpoint>(
      loop_, std::move(listener->fd),
      [this](const auto& request, Ticket ticket) { on_control(request, ticket); });
  log::info("control socket " + path);
  return {};
}

Result<void> Operations::open_admin(const config::BindAddress& address,
                                    bool takes_over) {
  using Kind = config::BindAddress::Kind;
  const std::string port = std::to_string(address.port);
  if (address.kind == Kind::Tcp && address.port != 0 && !takes_over) {
    const auto is_free = net::check_address_is_free(address.host, port);
    if (!is_free) return is_free.error();
  }
  auto listener =
      address.kind == Kind::Tcp    ? net::listen_tcp(address.host, port, kBacklog)
      : address.kind == Kind::Unix ? net::listen_unix(address.path, kBacklog)
                                   : net::adopt(address.fd);
  if (!listener) return listener.error();
  admin_path_ = listener->unix_path;
  admin_ = std::make_unique<HttpEndpoint>(
      loop_, std::move(listener->fd),
      [this](const auto& request, Ticket ticket) { on_admin(request, ticket); });
  log::info("probes and metrics on " + listener->url);
  return {};
}

void Operations::on_admin(const EndpointRequest& request, Ticket ticket) {
  const std::string_view path = request.path;
  if (path != "/healthz" && path != "/readyz" && path != "/metrics")
    return admin_->answer(ticket,
                          plain(404, "there is /healthz, /readyz and /metrics"));
  if (request.method != "GET" && request.method != "HEAD")
    return admin_->answer(ticket, wrong_method("GET, HEAD"));
  const ServerState state = commands_.state();
  if (path == "/healthz") return admin_->answer(ticket, answer_of(liveness(state)));
  if (path == "/readyz") return admin_->answer(ticket, answer_of(readiness(state)));
  admin_->answer(ticket, {200, kMetricsType, metrics_text(state)});
}

void Operations::on_control(const EndpointRequest& request, Ticket ticket) {
  using Write = std::string (*)(const ServerState&);
  constexpr std::array<std::pair<std::string_view, Write>, 3> kReports{
      {{"/status", status_json}, {"/workers", workers_json}, {"/apps", apps_json}}};
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  for (const auto& [path, write] : kReports) {
    if (path != request.path) continue;
    if (!is_read) return control_->answer(ticket, wrong_method("GET, HEAD"));
    return control_->answer(ticket,
                            {200, "application/json", write(commands_.state())});
  }
  if (request.path != "/config") return on_command(request, ticket);
  if (!is_read) return control_->answer(ticket, wrong_method("GET, HEAD"));
  control_->answer(ticket,
                   {200, "application/json", config_json(commands_.settings())});
}

void Operations::on_command(const EndpointRequest& request, Ticket ticket) {
  const std::string_view path = request.path;
  constexpr std::array<std::string_view, 5> kPaths{"/reload", "/stop", "/reopen",
                                                   "/log-level", "/restore"};
  if (std::find(kPaths.begin(), kPaths.end(), path) == kPaths.end())
    return control_->answer(ticket, refusal(404, "there is nothing of that name"));
  if (request.method != "POST") return control_->answer(ticket, wrong_method("POST"));
  if (path == "/reload") return reload(ticket);
  if (path == "/log-level") return set_log_level(request.body, ticket);
  if (path == "/restore") return restore(request.body, ticket);
  if (path == "/reopen") {
    commands_.reopen();
    return control_->answer(ticket, result("reopened"));
  }
  const std::string mode = word_in(request.body, "mode");
  if (!request.body.empty() && mode != "graceful" && mode != "quick") {
    return control_->answer(
        ticket,
        refusal(400, "the body is none, or {\"mode\": \"graceful\" or \"quick\"}"));
  }
  control_->answer(ticket, result("stopping"));
  commands_.stop(mode == "quick");
}

void Operations::reload(Ticket ticket) {
  const Phase phase = commands_.state().phase;
  if (phase == Phase::Draining || phase == Phase::Stopping)
    return control_->answer(ticket, refusal(409, "the server stops"));
  (commands_.is_reloading() ? reloading_next_ : reloading_).push_back(ticket);
  commands_.reload();
}

void Operations::reload_ended(const std::string& why) {
  const std::vector<Ticket> waiting =
      std::exchange(reloading_, std::exchange(reloading_next_, {}));
  for (const Ticket ticket : waiting)
    control_->answer(ticket, why.empty() ? result("reloaded") : refusal(409, why));
}

void Operations::begin_stop(bool is_succeeded) {
  reload_ended("the server stops");
  reload_ended("the server stops");  // those whose turn it would be now
  if (!is_succeeded) return;
  if (control_) control_->leave();
  if (admin_) admin_->leave();
  admin_path_.clear();
}

void Operations::set_log_level(std::string_view body, Ticket ticket) {
  config::Settings read;
  const auto level = config::read_log_level(read, word_in(body, "level"));
  if (!level) return control_->answer(ticket, refusal(400, level.error().text));
  commands_.set_log_level(read.log_level);
  control_->answer(ticket, result(read.log_level));
}

void Operations::restore(std::string_view body, Ticket ticket) {
  const std::string app = word_in(body, "app");
  if (app.empty())
    return control_->answer(ticket, refusal(400, "the body is {\"app\": \"...\"}"));
  if (commands_.restore(app)) return control_->answer(ticket, result("restored"));
  control_->answer(ticket, refusal(409, "\"" + app + "\" is not out of service"));
}

void Operations::tick(std::int64_t now_ms) {
  if (control_) control_->tick(now_ms);
  if (admin_) admin_->tick(now_ms);
}

void Operations::forget_ended() {
  if (control_) control_->forget_ended();
  if (admin_) admin_->forget_ended();
}

void Operations::close_in_child() {
  if (control_) control_->close_in_child();
  if (admin_) admin_->close_in_child();
}

}  // namespace appserver::control
