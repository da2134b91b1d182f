// An exchange that becomes a WebSocket: gw.websocket/1.
#include <utility>

#include "bridge/exchange.hpp"
#include "bridge/websocket.hpp"
#include "http/short_answer.hpp"

namespace appserver::bridge {

bool Exchange::asks_for_websocket() {
  return carrier_->asks_for_websocket();
}

std::int32_t Exchange::accept_websocket(const gw_environ& environ,
                                        const WebSocketTerms& terms, gw_ws*& ws) {
  if (state_ == State::Aborted) return GW_E_GONE;
  if (state_ != State::Open || started_) return GW_E_STATE;
  if (chain() != nullptr) chain()->keep_head(environ, terms.fields);
  const std::int32_t accepted = carrier_->accept_websocket(terms, ws);
  if (accepted != GW_OK) return accepted;
  state_ = State::Upgraded;
  if (chain() != nullptr) chain()->keep_handshake(*static_cast<WebSocket*>(ws));
  return GW_OK;
}

void Exchange::refuse_handshake(unsigned status, std::string_view more_fields) {
  answer(status, http::short_body(status), more_fields);
  started_ = false;  // not by the app: it may fail now, and nothing is wrong with it
}

std::unique_ptr<Extras> Exchange::hand_over_extras() {
  if (!std::exchange(extras_used_, false)) return nullptr;
  if (extras_->detached) extras_->detached->end(GW_E_GONE);
  extras_->detached.reset();
  extras_->trailers.clear();
  return std::move(extras_);
}

}  // namespace appserver::bridge
