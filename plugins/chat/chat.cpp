// Rooms to talk in, over WebSocket: a page at the root, /ws for who talks. The protocol
// is message.hpp's.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <gateway/sdk.hpp>
#include <gateway/sdk/websocket.hpp>

#include "house.hpp"
#include "message.hpp"
#include "page.hpp"
#include "rate.hpp"
#include "settings.hpp"

namespace {

/// The page, with the limits that its fields shall have.
std::string page_for(const Settings& settings) {
  std::string page(kPage);
  const auto fill = [&page](std::string_view mark, std::size_t value) {
    for (auto at = page.find(mark); at != page.npos; at = page.find(mark)) {
      page.replace(at, mark.size(), std::to_string(value));
    }
  };
  fill("{name_length}", settings.name_length);
  fill("{message_size}", settings.message_size);
  return page;
}

using gateway::Environ;
using gateway::StartResponse;
using gateway::WebSocket;

constexpr int kStrikesMost = 20;         // refusals, until a client is sent away
constexpr std::size_t kEnvelope = 1024;  // bytes of a message beside its text

/// One client. What it may not do is told to it; what no honest client does ends it.
class Talker {
 public:
  Talker(House& house, const Settings& settings)
      : house_(house),
        settings_(settings),
        rate_(settings.rate, std::max(2 * settings.rate, 1.0)) {}

  void message(WebSocket& ws, gateway::WsMessage message) {
    if (message.kind != gateway::WsKind::Text) {
      ws.close(1003, "text only");
      return;
    }
    // JSON may write a character of a text with twelve bytes.
    if (message.bytes.size() > 12 * settings_.message_size + kEnvelope) {
      ws.close(1009, "too long");
      return;
    }
    try {
      Wish wish = read_wish(message.bytes);
      if (const auto* const join = std::get_if<Join>(&wish)) return enter(ws, *join);
      say(ws, std::get<Say>(wish));
    } catch (const BadWish& bad) {
      ws.close(bad.code(), bad.what());
    }
  }

  void closed(std::uint32_t, std::string_view) { house_.leave(member_); }

 private:
  void enter(WebSocket& ws, const Join& join) {
    std::string room = fit_name(join.room, settings_.name_length);
    std::string name = fit_name(join.name, settings_.name_length);
    if (!member_.room.empty()) return refuse(ws, "you have joined");
    if (room.empty() || name.empty()) return refuse(ws, "that is no name");
    member_.ws = ws.ref();
    std::string why_not;
    const auto welcome =
        house_.enter(member_, std::move(room), std::move(name), why_not);
    if (!welcome) return refuse(ws, why_not);
    if (ws.send(*welcome) != GW_OK) ws.close(1011, "no room for a welcome");
  }

  void say(WebSocket& ws, const Say& say) {
    if (member_.room.empty()) return refuse(ws, "join first");
    if (!rate_.take(std::chrono::steady_clock::now())) return refuse(ws, "not so fast");
    std::string text = fit_text(say.text, settings_.message_size);
    if (text.empty()) return refuse(ws, "empty, too long or not text");
    house_.say(member_, std::move(text));
  }

  /// What a member has said before comes to it by a post, and so behind that does this.
  void refuse(WebSocket& ws, std::string_view why) {
    const auto tell = [why = std::string(why),
                       is_last = ++strikes_ > kStrikesMost](WebSocket& here) {
      if (is_last) {
        here.close(1008, why);
      } else if (here.send(error_json(why)) == GW_E_AGAIN) {
        here.close(1008, "too slow");
      }
    };
    if (member_.room.empty()) return tell(ws);
    if (member_.ws.post(tell) == GW_E_AGAIN) ws.close(1008, "too slow");
  }

  House& house_;
  const Settings& settings_;
  Rate rate_;
  Member member_;
  int strikes_ = 0;
};

class Chat {
 public:
  explicit Chat(const gateway::Host& host)
      : settings_(read_settings(host.config())),
        page_(page_for(settings_)),
        websockets_(host),
        house_(settings_, host) {}

  void operator()(const Environ& env, StartResponse& start_response) {
    const std::string_view path = env.path_info();
    if (path == "/ws") return open(env, start_response);
    if (!path.empty() && path != "/") {
      return refuse(start_response, 404, "There is nothing here\n");
    }
    if (env.request_method() != "GET" && env.request_method() != "HEAD") {
      start_response(405, {{"allow", "GET, HEAD"}, kPlain}).finish("Only to be read\n");
      return;
    }
    start_response(200, {{"content-type", "text/html; charset=utf-8"},
                         {"content-security-policy",
                          "default-src 'none'; style-src 'unsafe-inline'; script-src "
                          "'unsafe-inline'; connect-src 'self'"},
                         {"cache-control", "no-cache"}})
        .finish(page_);
  }

 private:
  static constexpr gateway::Field kPlain{"content-type", "text/plain"};

  static void refuse(StartResponse& start_response, unsigned status,
                     std::string_view why) {
    start_response(status, {kPlain}).finish(why);
  }

  void open(const Environ& env, StartResponse& start_response) {
    if (!may_come(env)) {
      return refuse(start_response, 403, "Not from that page\n");
    }
    try {
      websockets_.accept<Talker>(env, {}, house_, settings_);
    } catch (const gateway::Error& error) {
      if (error.code() != GW_E_UNSUPPORTED) throw;
      not_asked(start_response);
    }
  }

  /// Who asked for a WebSocket, but wrongly, has had an answer of the host's by now,
  /// and ours is refused.
  static void not_asked(StartResponse& start_response) {
    try {
      refuse(start_response, 400, "Only for WebSockets\n");
    } catch (const gateway::Error& error) {
      if (error.code() != GW_E_STATE) throw;
    }
  }

  /// A page of another site could talk in its reader's name (RFC 6455 10.2). Programs
  /// send no Origin.
  bool may_come(const Environ& env) const {
    const auto origin = env.header("origin");
    if (!origin) return true;
    const std::size_t scheme = origin->find("://");
    const bool is_own = scheme != origin->npos &&
                        origin->substr(scheme + 3) == env.header("host").value_or("");
    const auto& known = settings_.origins;
    return is_own || std::find(known.begin(), known.end(), *origin) != known.end() ||
           std::find(known.begin(), known.end(), "*") != known.end();
  }

  const Settings settings_;
  const std::string page_;
  const gateway::WebSockets websockets_;
  House house_;
};

}  // namespace

GATEWAY_APP_CLASS(app, Chat, 0);
