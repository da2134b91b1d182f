// Server-sent events: every client that asks for /events hears each tick, and hears
// what it missed when it comes back with Last-Event-ID.
#include <string_view>

#include <gateway/sdk.hpp>
#include <gateway/sdk/async.hpp>

#include "hub.hpp"
#include "page.hpp"
#include "settings.hpp"

namespace {

using gateway::Environ;
using gateway::StartResponse;

class Ticker {
 public:
  explicit Ticker(const gateway::Host& host)
      : async_(host), hub_(read_settings(host.config()), host) {}

  void operator()(const Environ& env, StartResponse& start_response) {
    const std::string_view path = env.path_info();
    const bool is_page = path.empty() || path == "/";
    if (!is_page && path != "/events") {
      return refuse(start_response, 404, "There is nothing here\n");
    }
    const bool is_head = env.request_method() == "HEAD";
    if (!is_head && env.request_method() != "GET") {
      start_response(405, {{"allow", "GET, HEAD"}, kPlain}).finish("Only to be read\n");
      return;
    }
    if (is_page) return page(start_response);
    if (hub_.is_full()) {
      start_response(503, {{"retry-after", "10"}, kPlain}).finish("Too many listen\n");
      return;
    }
    gateway::Writer& out = start_response(200, {{"content-type", "text/event-stream"},
                                                {"cache-control", "no-store"},
                                                {"x-accel-buffering", "no"}});
    if (!is_head) hub_.subscribe(env, out, async_);
  }

 private:
  static constexpr gateway::Field kPlain{"content-type", "text/plain"};

  static void refuse(StartResponse& start_response, unsigned status,
                     std::string_view why) {
    start_response(status, {kPlain}).finish(why);
  }

  static void page(StartResponse& start_response) {
    start_response(200, {{"content-type", "text/html; charset=utf-8"},
                         {"content-security-policy",
                          "default-src 'none'; style-src 'unsafe-inline'; script-src "
                          "'unsafe-inline'; connect-src 'self'"},
                         {"cache-control", "no-cache"}})
        .finish(kPage);
  }

  const gateway::Async async_;
  Hub hub_;
};

}  // namespace

GATEWAY_APP_CLASS(app, Ticker, 0);
