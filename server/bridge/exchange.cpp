// The life of an exchange: what the app's return code means. The head is in
// exchange_head.cpp, the body in exchange_body.cpp, a source in exchange_pull.cpp.
#include "bridge/exchange.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "bridge/app_call.hpp"
#include "http/message.hpp"
#include "http/short_answer.hpp"

namespace appserver::bridge {

Exchange::Exchange() {
  input_.owner = this;
  input_.size = sizeof(gw_input);
  input_.read = [](gw_input* input, void* to, std::size_t cap) {
    return static_cast<Input*>(input)->owner->read(to, cap);
  };
  writer_.owner = this;
  writer_.size = sizeof(gw_writer);
  writer_.write = [](gw_writer* writer, const void* bytes, std::size_t n,
                     std::uint32_t flags) {
    return static_cast<Writer*>(writer)->owner->write(bytes, n, flags);
  };
  writer_.body = [](gw_writer* writer, gw_source* source) {
    return static_cast<Writer*>(writer)->owner->give_source(source);
  };
  environ_.size = sizeof(gw_environ);
  environ_.input = &input_;
  environ_.host = &place_;
  environ_.log = [](const gw_environ* environ, std::uint32_t level, gw_str text) {
    of(*environ).log(level, http::view(text));
  };
}

void Exchange::begin(Carrier& carrier, ByteQueue& out, const Terms& terms) {
  carrier_ = &carrier;
  out_ = &out;
  app_ = terms.app;
  before_ = out.size();
  declared_ = -1;
  version_ = terms.version;
  is_head_ = terms.is_head;
  terms_keep_alive_ = terms.keep_alive;
  keep_failure_text_ = terms.keep_failure_text;
  state_ = State::Open;
  source_ = nullptr;
  body_bytes_ = left_ = 0;
  stored_ = 0;
  status_ = 0;
  read_error_ = failure_ = 0;
  peeked_ = 0;
  head_ = Head::None;
  framing_ = http::Framing::None;
  started_ = short_write_ = over_limit_ = false;
  in_app_pull_ = peer_is_gone_ = has_left_ = false;
  call_is_over_ = body_was_read_ = source_sleeps_ = false;
  accepts_trailers_ = terms.accepts_trailers;
  prepared_ = *terms.prepared;
  if (!failure_text_.empty()) failure_text_.clear();
}

Exchange::Progress Exchange::finish_call(std::int64_t result) {
  call_is_over_ = true;
  const Detached* const later = detached();
  if (later != nullptr && !later->completed) return go_on_detached(result);
  if (state_ == State::Aborted) return close_source(GW_E_GONE), Progress::Aborted;
  Chain* const around = chain();
  if (around != nullptr && around->is_refused()) return fail(GW_E_APP);
  const bool is_over = around != nullptr && around->is_over();
  if (result < 0 && state_ != State::Ended && !is_over) return fail(result);
  if (result < 0 && started_)
    log(GW_LOG_WARNING, "the app failed after its answer was complete");
  if (source_ != nullptr) return pull();
  if (state_ == State::Ended) return Progress::Ended;
  if (state_ == State::Upgraded)
    return around == nullptr ? Progress::Upgraded : around->pass_handshake();
  if (!started_ || head_ == Head::None) {
    log(GW_LOG_ERROR, "the app returned without start_response (GW-C3)");
    return fail(GW_E_APP);
  }
  if (short_write_) {
    log(GW_LOG_ERROR,
        "the app returned although its last write was taken only in part");
    return fail(GW_E_APP);
  }
  if (head_ == Head::Stored && !commit_head(0)) return fail(GW_E_APP);
  if (around != nullptr && around->has_data()) {
    around->pass_last();
    return settle_chain(Progress::Aborted);
  }
  return end_body() ? Progress::Ended : fail(GW_E_APP);
}

void Exchange::note_sent(std::size_t n) {
  if (n > before_) {
    has_left_ = true;
    left_ += n - before_;
  }
  before_ -= std::min(n, before_);
}

std::int32_t Exchange::send(std::size_t n) {
  std::size_t none = 0;
  const std::int32_t sent = carrier_->send(n, {}, none);
  if (sent == GW_E_GONE || sent == GW_E_TIMEOUT) peer_is_gone_ = true;
  return sent;
}

/// Before any byte has left the host can still answer; after that, only cutting the
/// connection keeps the answer from looking complete (GW-C4).
Exchange::Progress Exchange::fail(std::int64_t result) {
  failure_ = static_cast<std::int32_t>(std::clamp<std::int64_t>(result, -127, -1));
  close_source(failure_);
  if (result == GW_E_GONE && carrier_->is_gone()) peer_is_gone_ = true;
  const bool cut = has_left_ || (chain() != nullptr && chain()->has_passed()) ||
                   peer_is_gone_ || read_error_ == GW_E_GONE;
  if (cut) {
    if (!peer_is_gone_ && read_error_ != GW_E_GONE) {
      log(GW_LOG_ERROR,
          "failed midway (" + std::to_string(result) + "): the connection is cut");
    }
    state_ = State::Aborted;
    return Progress::Aborted;
  }
  if (over_limit_ || read_error_ == GW_E_TIMEOUT) {
    status_ = over_limit_ ? 413 : 408;
    return Progress::Failed;
  }
  status_ = result == GW_E_UNSUPPORTED ? 501 : 500;
  log(GW_LOG_ERROR, "the app failed (" + std::to_string(result) + "): the answer is " +
                        std::to_string(status_));
  return Progress::Failed;
}

void Exchange::refuse_more(std::int32_t reason) {
  if (state_ == State::Open) state_ = State::Aborted;
  if (failure_ == GW_OK) failure_ = reason;
}

void Exchange::abandon(std::int32_t reason) {
  refuse_more(reason);
  close_source(reason);
}

void Exchange::conclude() {
  if (!has_conclusion()) return;
  close_source(failure_);
  drop_parts();
  if (!std::exchange(extras_used_, false)) return;
  extras_->end(failure_);
}

void Exchange::answer(unsigned status, std::string_view body,
                      std::string_view more_fields) {
  if (has_left_ || (chain() != nullptr && chain()->has_passed())) {
    state_ = State::Aborted;
    return;
  }
  drop_parts();
  out_->truncate(before_);
  head_ = Head::None;
  framing_ = http::Framing::None;
  stored_ = 0;
  body_bytes_ = 0;
  state_ = State::Open;
  started_ = short_write_ = false;
  const gw_field type{http::str("content-type"),
                      http::str("text/plain; charset=utf-8")};
  if (start(status, &type, 1, 0)->error != GW_OK) {
    state_ = State::Aborted;
    return;
  }
  if (chain() != nullptr) chain()->keep_own_head({&type, 1});
  out_->append(more_fields);
  stored_ += more_fields.size();
  write(body.data(), body.size(), GW_LAST);
  // A layer may refuse this one, too: the next passes only those around that layer.
  if (chain() != nullptr && chain()->is_refused()) answer(500, http::short_body(500));
}

void Exchange::close_source(std::int32_t reason) {
  if (source_ == nullptr) return;
  gw_source* source = source_;
  source_ = nullptr;  // exactly once, whatever close() does (GW-O11)
  call_close(*source, reason);
}

std::int64_t Exchange::read(void* to, std::size_t cap) {
  if (state_ == State::Aborted) return GW_E_GONE;
  if (cap == 0) return GW_E_INVALID;
  peeked_ = 0;
  return note_read(carrier_->read_body(to, cap));
}

std::int64_t Exchange::note_read(std::int64_t n) {
  if (n > 0) return n;
  if (n == 0) body_was_read_ = true;
  if (n == GW_E_TOOBIG) over_limit_ = true;
  if (n < 0 && n != GW_E_AGAIN) read_error_ = static_cast<std::int32_t>(n);
  return n;
}

void Exchange::log(std::uint32_t level, std::string_view text) {
  static constexpr log::Level kLevels[] = {log::Level::Debug, log::Level::Debug,
                                           log::Level::Info, log::Level::Warning,
                                           log::Level::Error};
  const log::Level as = kLevels[std::min<std::uint32_t>(level, 4)];
  if (keep_failure_text_ && as == log::Level::Error) {
    failure_text_.append(text).append("\n");
  }
  if (!log::is_enabled(as)) return;
  std::string line;
  line.append(app_).append(" ").append(http::view(environ_.request_method)).append(" ");
  line.append(http::view(environ_.request_uri)).append(" [");
  line.append(http::view(environ_.request_id)).append("] ").append(text);
  log::write(as, line);
}

}  // namespace appserver::bridge
