// An exchange that is answered later: gw.async/1, gw.stream/1, gw.timer/1.
#include "base/clock.hpp"
#include "bridge/app_call.hpp"
#include "bridge/exchange.hpp"

namespace appserver::bridge {

/// Null where it is too late, or was done before.
gw_pending* Exchange::detach(const gw_environ& environ) {
  if (call_is_over_ || state_ != State::Open || detached() != nullptr) return nullptr;
  Pending* const pending = carrier_->make_pending();
  if (pending == nullptr) return nullptr;
  extras().detached.emplace(*pending, environ);
  return pending;
}

/// In the order things came: posts, then what the connection has to tell, then timers;
/// what ends the exchange is looked at last.
Exchange::Progress Exchange::take_turn(const Ready& ready) {
  Detached& later = *detached();
  const Pending::News news = later.pending().take_news();
  for (const Pending::Post& post : news.posts) {
    call_post(post.run, &later.environ(), post.arg);
  }
  if (ready.readable != Ready::kNotYet) later.tell_readable(ready.readable);
  if (ready.writable != Ready::kNotYet) later.tell_writable(ready.writable);
  later.run_timers(monotonic_now_ns());
  if (news.woken) source_sleeps_ = false;
  if (!news.result) return go_on_detached(GW_OK);
  later.completed = true;
  return finish_call(*news.result);
}

/// `call`, or a turn, has come to its end, and nobody has completed the exchange.
Exchange::Progress Exchange::go_on_detached(std::int64_t result) {
  if (state_ == State::Aborted) return close_source(GW_E_GONE), Progress::Aborted;
  if (state_ == State::Ended) return Progress::Ended;
  Chain* const around = chain();
  if (around != nullptr && around->is_refused()) return fail(GW_E_APP);
  if (result < 0) return fail(result);
  if (state_ == State::Upgraded)
    return around == nullptr ? Progress::Upgraded : around->pass_handshake();
  if (source_ != nullptr && !source_sleeps_) return pull();
  const bool is_watched = around != nullptr && around->has_data();
  return is_watched ? settle_chain(Progress::Detached) : Progress::Detached;
}

Exchange::Progress Exchange::give_up() {
  failure_ = GW_E_TIMEOUT;
  close_source(failure_);
  if (head_ == Head::Committed) {
    state_ = State::Aborted;
    return Progress::Aborted;
  }
  log(GW_LOG_ERROR, "the app did not answer in its time: the answer is 504");
  status_ = 504;
  return Progress::Failed;
}

/// May its source say GW_E_AGAIN: is there anybody who could wake it?
bool Exchange::may_be_woken() {
  Detached* const later = detached();
  return later != nullptr && later->pending().is_held();
}

}  // namespace appserver::bridge
