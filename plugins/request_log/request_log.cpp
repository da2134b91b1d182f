// One line per exchange in the host's log, when the exchange is over.
#include <chrono>
#include <string>
#include <string_view>

#include <gateway/sdk/config.hpp>
#include <gateway/sdk/middleware.hpp>

#include "log_line.hpp"

namespace {

using Clock = std::chrono::steady_clock;

/// Takes the declared length for the bytes; without a body hook files leave unread.
struct Layer {
  Layer(const gateway::Host& lender, gateway::Environ env, bool json)
      : host(lender), environ(env), is_json(json) {}

  void head(gateway::Head& head) {
    status = head.status();
    if (head.is_websocket()) {  // outlives its environ
      method = environ.request_method();
      uri = environ.request_uri();
    }
    bytes = head.has_body() ? head.content_length() : 0;
  }

  void close(std::int32_t reason) const {
    const bool is_websocket = !method.empty();
    Exchanged exchanged{is_websocket ? method : environ.request_method(),
                        is_websocket ? uri : environ.request_uri(),
                        status,
                        bytes,
                        Clock::now() - begin,
                        {}};
    if (reason < 0) exchanged.failure = gateway::name_of_code(reason);
    const std::string line = is_json ? json_line(exchanged) : text_line(exchanged);
    if (is_websocket) {
      host.log(GW_LOG_INFO, line);
    } else {
      environ.log(GW_LOG_INFO, line);
    }
  }

  gateway::Host host;
  gateway::Environ environ;
  bool is_json;
  std::string method, uri;  ///< of a WebSocket
  std::uint32_t status = 0;
  std::int64_t bytes = -1;
  Clock::time_point begin = Clock::now();
};

struct CountingLayer : Layer {
  using Layer::Layer;

  void head(gateway::Head& head) {
    Layer::head(head);
    bytes = 0;
  }

  void data(std::string_view piece, std::uint32_t flags, gateway::Down& down) {
    down.write(piece, flags);
    bytes += static_cast<std::int64_t>(piece.size());
  }
};

class RequestLog {
 public:
  explicit RequestLog(const gateway::Host& host) : host_(host) {
    gateway::Config config("request_log", host.config());
    const std::string format = config.text("format", "text");
    counts_ = config.flag("count_bytes", true);
    config.done();
    if (format != "text" && format != "json") {
      config.fail("\"format\" must be \"text\" or \"json\"");
    }
    is_json_ = format == "json";
  }

  std::int64_t operator()(const gateway::Environ& env, gateway::Next& next) const {
    return counts_ ? next.through<CountingLayer>(host_, env, is_json_)
                   : next.through<Layer>(host_, env, is_json_);
  }

 private:
  gateway::Host host_;
  bool is_json_ = false;
  bool counts_ = true;
};

}  // namespace

GATEWAY_MIDDLEWARE(middleware, RequestLog, 0);
