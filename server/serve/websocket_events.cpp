// The events of a WebSocket on their way to its app: at once to an event app; to a
// blocking one as mail, which one of its threads takes when there is some. The thread
// leaves after each round, so that a busy WebSocket keeps none from the others.
#include "bridge/app_call.hpp"
#include "serve/websocket_link.hpp"

namespace appserver::serve {

net::WebSocketEvents::Next WebSocketLink::on_message(net::WebSocketKind kind,
                                                     std::string_view bytes) {
  const std::uint32_t as = kind == net::WebSocketKind::Text ? GW_WS_TEXT : GW_WS_BINARY;
  if (threads_ != nullptr) {
    std::string copy(bytes);
    busy_ = true;
    const std::lock_guard lock(mail_mutex_);
    mail_.message = {as, std::move(copy), 0};
    return Next::Pause;  // until the app has returned from it
  }
  const std::int32_t taken = bridge::call_ws_message(events_, this, to_, as, bytes);
  if (taken == GW_E_AGAIN) return Next::Pause;
  if (taken < 0) fail();
  return Next::Go;
}

/// A thread is asked for when there is mail and none has it. Threads: the I/O thread.
void WebSocketLink::give_mail() {
  {
    const std::lock_guard lock(mail_mutex_);
    if (code_ != 0 && !std::exchange(end_given_, true)) mail_.has_ended = true;
    mail_.has_posts = !end_given_ && has_posts();
    if (active_ || !mail_.has_any()) return;
    active_ = true;
  }
  retain();                                  // the thread's
  if (!threads_->submit_next(*this)) run();  // the pool is ending
}

/// What the app has done on its threads since. What it ordered meanwhile is looked at
/// later, so an order is never behind the return that it came before.
void WebSocketLink::take_back() {
  if (threads_ == nullptr) return;
  const std::lock_guard lock(mail_mutex_);
  over_ = ended_;
  if (!std::exchange(taken_, false)) return;
  busy_ = false;
  resumes_ = !pauses_;
}

// ---- on a thread of the pool ----

void WebSocketLink::run() {
  const WorkScope work(this, &WebSocketLink::describe);
  while (true) {
    tell(next_mail());
    const bool more = has_more();
    note_news();
    if (!more) return release();
    if (threads_->submit_next(*this)) return;  // the others first
  }
}

void WebSocketLink::end_here() {
  if (threads_ == nullptr) return take({.lost = true});
  take_back();
  lose();
  {
    const std::lock_guard lock(mail_mutex_);
    if (!std::exchange(end_given_, true)) mail_.has_ended = true;
    if (active_ || ended_) return;  // or that thread tells it
    active_ = true;
  }
  do {
    tell(next_mail());
  } while (has_more());
  over_ = true;
}

WebSocketLink::Mail WebSocketLink::next_mail() {
  const std::lock_guard lock(mail_mutex_);
  return std::exchange(mail_, {});
}

/// One round: what has come, and the end last.
void WebSocketLink::tell(const Mail& mail) {
  bool pauses = false;
  if (mail.message && !orders_.has_closed()) {
    orders_.forget_resume();
    const std::int32_t taken = bridge::call_ws_message(
        events_, this, to_, mail.message->kind, mail.message->bytes);
    pauses = taken == GW_E_AGAIN;
    if (taken < 0 && !pauses) fail();
  }
  if (mail.has_posts) run_posts();
  if (mail.is_writable) tell_writable();
  if (mail.has_ended) tell_closed();
  const std::lock_guard lock(mail_mutex_);
  if (mail.message) {
    taken_ = true;
    pauses_ = pauses;
  }
  ended_ = ended_ || mail.has_ended;
}

/// Has mail come meanwhile? If not, the thread leaves.
bool WebSocketLink::has_more() {
  const std::lock_guard lock(mail_mutex_);
  active_ = mail_.has_any();
  return active_;
}

}  // namespace appserver::serve
