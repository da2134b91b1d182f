#include "serve/websocket_accept.hpp"

#include "serve/block.hpp"
#include "serve/websocket_link.hpp"

namespace appserver::serve {

net::WebSocketOptions websocket_options(const config::WebSockets& settings) {
  net::WebSocketOptions options;
  options.message_limit = settings.message_limit;
  options.send_limit = settings.send_buffer;
  options.ping_interval = settings.ping_interval;
  options.pong_timeout = settings.pong_timeout;
  options.deflate.enabled = settings.compression;
  return options;
}

http::Checked<http::WebSocketHandshake> judge_handshake(const Block& block) {
  const http::RequestHead& head = block.head;
  return http::judge_websocket(head.method, head.version, block.request,
                               head.fields.first(block.request.field_count));
}

std::int32_t accept_websocket(Block& block, const bridge::WebSocketTerms& terms,
                              net::EventLoop& loop,
                              const net::WebSocketOptions& options,
                              WebSocketLink*& link) {
  if (!block.request.upgrades_to_websocket) return GW_E_UNSUPPORTED;
  const auto judged = judge_handshake(block);
  if (!judged) {
    const http::Rejection why = judged.error();
    block.exchange.log(GW_LOG_INFO, why.why);
    block.exchange.refuse_handshake(
        why.status, why.status == 426 ? "Sec-WebSocket-Version: 13\r\n" : "");
    return GW_E_UNSUPPORTED;
  }
  const bool names_one = terms.protocol.data() != nullptr;
  if (names_one && !http::is_offered(*judged, terms.protocol)) return GW_E_INVALID;
  const bool is_blocking = block.generation->has_flag(GW_BLOCKING);
  app::ThreadPool* const threads =
      is_blocking ? block.generation->threads.get() : nullptr;
  link = new WebSocketLink(loop, threads, options, terms);
  link->set_app(*block.generation);
  return GW_OK;
}

}  // namespace appserver::serve
