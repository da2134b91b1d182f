// The life of an exchange: what the app's return code means, and pulling a source. The
// head is in exchange_head.cpp, the body in exchange_body.cpp.
#include "bridge/exchange.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "bridge/app_call.hpp"
#include "http/message.hpp"

namespace appserver::bridge {
namespace {

constexpr std::size_t kFirstPull = 8 * 1024;  // see pull()
constexpr std::size_t kMinPull = 1024;        // less room than this is not worth a call
constexpr std::size_t kMaxPull = 0xffff;      // what four hex digits can say

}  // namespace

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
  if (state_ == State::Upgraded) return Progress::Upgraded;
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

bool Exchange::make_room(std::size_t wanted, Progress& why_not) {
  while (out_->room() < wanted) {
    const std::int32_t sent = send(committed_size());
    if (sent == GW_OK) continue;
    why_not = sent == GW_E_AGAIN ? Progress::WaitsForRoom : fail(sent);
    return false;
  }
  return true;
}

// Before the head has left, the app may still call start_response from inside next()
// (PEP 3333: as late as the first iteration, and GW_REPLACE). So the first pull goes to
// the far end of the output queue, which a stored head never reaches, and is moved up
// behind the head afterwards.
Exchange::Progress Exchange::pull() {
  Chain* const around = chain();
  if (source_ == nullptr && around != nullptr && around->has_data()) {
    return settle_chain(detached() != nullptr ? Progress::Detached : Progress::Aborted);
  }
  while (source_ != nullptr) {
    if (state_ == State::Aborted) return close_source(GW_E_GONE), Progress::Aborted;
    const bool is_watched = around != nullptr && around->has_data();
    if (is_watched) {
      const Progress settled = settle_chain(Progress::Ended);
      if (settled != Progress::Ended || source_ == nullptr) return settled;
    }
    const bool first = head_ != Head::Committed;
    Progress why_not{};
    const std::size_t framing = http::kChunkFrame + end_room();
    if (!make_room((first ? kFirstPull : kMinPull) + framing, why_not)) return why_not;
    const std::size_t room = out_->room() - framing;
    const std::size_t most = is_watched ? GW_TAKEN_WHOLE : kMaxPull;
    const std::size_t cap = first ? kFirstPull : std::min(room, most);
    const std::size_t line = framing_ == http::Framing::Chunked ? 6 : 0;
    char* at = first ? out_->back() + out_->room() - kFirstPull : out_->back() + line;
    const char* what = nullptr;
    in_app_pull_ = true;
    const std::int64_t n = call_next(*source_, at, cap, &what);
    in_app_pull_ = false;
    if (what != nullptr)
      log(GW_LOG_ERROR, std::string("an exception left next(): ") + what);
    const Progress progress = take_pulled(n, cap, at);
    if (source_ == nullptr || progress != Progress::Ended) return progress;
  }
  return state_ == State::Ended ? Progress::Ended : Progress::Aborted;
}

/// Ended here means: go on pulling, if there still is a source.
Exchange::Progress Exchange::take_pulled(std::int64_t n, std::size_t cap, char* at) {
  Chain* const around = chain();
  if (n == GW_E_AGAIN) {
    if (around != nullptr && around->has_data() && around->pass_flush() != GW_OK)
      return settle_chain(Progress::Aborted);
    if (carrier_->may_read_more()) return Progress::WaitsForBody;
    source_sleeps_ = may_be_woken();
    if (source_sleeps_) return Progress::Detached;
    log(GW_LOG_ERROR, "next() said GW_E_AGAIN, and there is no body to wait for");
    return fail(GW_E_APP);
  }
  if (n < 0) return fail(n);
  if (n > static_cast<std::int64_t>(cap)) {
    log(GW_LOG_ERROR, "next() put more bytes than it had room for");
    return fail(GW_E_APP);
  }
  if (n == 0) {
    if (head_ == Head::Stored && !commit_head(0)) return fail(GW_E_APP);
    if (around != nullptr && around->has_data()) {
      const std::int32_t passed = around->pass_last();
      close_source(passed == GW_E_AGAIN ? GW_OK : passed);
      return settle_chain(Progress::Aborted);
    }
    if (!end_body()) return fail(GW_E_APP);
    close_source(GW_OK);
    return Progress::Ended;
  }
  if (head_ == Head::Stored && !commit_head(-1)) return fail(GW_E_APP);
  if (is_head_) {  // GW-O9: pulled once for the sake of the head; all bytes would be
                   // dropped
    state_ = State::Ended;
    close_source(GW_OK);
    return Progress::Ended;
  }
  const bool is_watched = around != nullptr && around->has_data();
  const auto size = static_cast<std::size_t>(n);
  const std::int64_t put =
      is_watched ? around->pass_pulled(at, size) : frame_pulled(at, size);
  if (put < 0 && is_watched) return settle_chain(Progress::Aborted);
  if (put < 0) {
    close_source(static_cast<std::int32_t>(put));
    return end_body() ? Progress::Ended : fail(GW_E_APP);
  }
  // Of a 204 or 304 nothing is queued, and a send of nothing would wait for ever.
  if (!carrier_->blocks() || out_->empty()) return Progress::Ended;
  // A blocking source may sleep in its next call: what it gave is not held back
  // (GW-O2).
  const std::int32_t sent = has_parts() ? flush() : send(out_->size());
  return sent == GW_OK ? Progress::Ended : fail(sent);
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
