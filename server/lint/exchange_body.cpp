// The bodies: read, write, and the source.
#include <algorithm>
#include <cstring>

#include "lint/chain.hpp"
#include "lint/detached.hpp"
#include "lint/exchange.hpp"

namespace appserver::lint {
namespace {

/// What an event app's write fills at most, behind the bytes that are always taken.
constexpr std::size_t kBuffer = 24576;
/// So many bytes of a source that has no end are enough: then the client leaves.
constexpr std::size_t kPulledMost = std::size_t{4} << 20U;
constexpr std::size_t kPullsMost = 2000;
constexpr std::size_t kSpinning = 1000;
constexpr std::size_t kPartsMost = 16;  // GW_PARTS_MOST

}  // namespace

// -- in

bool Exchange::is_input_over() const {
  return taken_ == script.body.size() && arrived_ == taken_;
}

bool Exchange::has_input() const {
  return arrived_ > taken_ || is_input_over() || taken_ == script.cut_at ||
         taken_ >= script.too_big_at || is_gone_;
}

void Exchange::let_arrive() {
  const std::size_t end = std::min(script.body.size(), script.cut_at);
  if (arrived_ >= end) return;
  const std::size_t most = std::max<std::size_t>(script.body.size() / 8, 1);
  arrived_ = std::min(end, arrived_ + random.between(1, most));
}

/// > 0: bytes that can be taken now; else what `read` gives.
std::int64_t Exchange::input_state() {
  if (is_gone_) return GW_E_GONE;
  if (taken_ >= script.too_big_at) return GW_E_TOOBIG;
  if (arrived_ == taken_ && taken_ == script.cut_at) return GW_E_GONE;
  if (is_input_over()) return 0;
  if (arrived_ == taken_ && (!instance.is_event() || instance.is_buffered())) {
    let_arrive();  // there `read` waits
  }
  if (arrived_ == taken_) return GW_E_AGAIN;
  return static_cast<std::int64_t>(arrived_ - taken_);
}

std::int64_t Exchange::read(void* to, std::size_t most) {
  if (!may_call("read")) return GW_E_STATE;
  if (to == nullptr || most == 0) {
    report("D2", "read: no place to put a byte");
    return GW_E_INVALID;
  }
  if (peeked_ != nullptr) lent.take_back(peeked_);
  peeked_ = nullptr;
  const std::int64_t here = input_state();
  has_seen_again_ = here == GW_E_AGAIN;
  if (here <= 0) {
    agains_ = here == GW_E_AGAIN ? agains_ + 1 : 0;
    if (agains_ != kSpinning) return here;
    report("D4", "it reads again and again after GW_E_AGAIN");
    set_gone();
    return GW_E_GONE;
  }
  agains_ = 0;
  const std::size_t n =
      random.between(1, std::min(most, static_cast<std::size_t>(here)));
  std::memcpy(to, script.body.data() + taken_, n);
  taken_ += n;
  return static_cast<std::int64_t>(n);
}

std::int64_t Exchange::peek(gw_str* shown, std::uint32_t) {
  if (!may_call("peek")) return GW_E_STATE;
  if (shown == nullptr) {
    report("D2", "peek: the view is NULL");
    return GW_E_INVALID;
  }
  if (peeked_ != nullptr) lent.take_back(peeked_);
  peeked_ = nullptr;
  shown_ = 0;
  const std::int64_t here = input_state();
  has_seen_again_ = here == GW_E_AGAIN;
  if (here <= 0) return here;
  shown_ = random.between(1, static_cast<std::size_t>(here));
  *shown = lent.lend_text(std::string_view(script.body).substr(taken_, shown_),
                          "the view of peek");
  peeked_ = shown->p;
  return static_cast<std::int64_t>(shown_);
}

std::int32_t Exchange::consume(std::size_t n) {
  if (!may_call("consume")) return GW_E_STATE;
  if (peeked_ != nullptr) lent.take_back(peeked_);
  peeked_ = nullptr;
  if (n > shown_) {
    report("D2", "consume: more than the last peek showed");
    return GW_E_INVALID;
  }
  taken_ += n;
  shown_ = 0;
  return GW_OK;
}

// -- out

bool Exchange::has_body() const {
  return script.method != "HEAD" && head_.status != 204 && head_.status != 304;
}

std::int64_t Exchange::room_now() const {
  if (is_gone_) return GW_E_GONE;
  if (state_ == State::Refused) return refusal_;
  if (state_ == State::Ended) return GW_E_STATE;
  if (!has_body()) return GW_TAKEN_WHOLE;
  if (written_ < GW_TAKEN_WHOLE) {
    return static_cast<std::int64_t>(GW_TAKEN_WHOLE - written_);
  }
  return static_cast<std::int64_t>(kBuffer - std::min(buffered_, kBuffer));
}

bool Exchange::leave() {
  if (state_ == State::Leaving) return true;
  state_ = State::Leaving;
  return true;
}

std::int32_t Exchange::take_body(const void* bytes, std::size_t n) {
  written_ += n;
  if (!has_body()) return GW_OK;
  answer_.add_body(bytes, n);
  if (n > 0 && !head_.has_type) {
    report("S12", "the answer has a body and no content-type");
    head_.has_type = true;  // said once
  }
  const auto sent = static_cast<std::int64_t>(written_);
  if (head_.content_length >= 0 && sent > head_.content_length) {
    report("O5", "more bytes than content-length says");
    return GW_E_TOOBIG;
  }
  return GW_OK;
}

std::int64_t Exchange::write(const void* bytes, std::size_t n, std::uint32_t flags) {
  if (is_gone_) return GW_E_GONE;
  if ((bytes == nullptr && n > 0) || (flags & ~(GW_LAST | GW_FLUSH)) != 0) {
    report("D2", "write: bytes at NULL, or flags that no header knows");
    return GW_E_INVALID;
  }
  if (state_ == State::Refused) return refusal_;
  if (state_ == State::Ended) {
    report("C8", "write after the end of the body");
    return GW_E_STATE;
  }
  if (source_ != nullptr) {
    report("D1", "write though a source speaks");
    return GW_E_STATE;
  }
  if (n == 0 && flags == 0) return 0;
  leave();
  std::size_t taken = n;
  const bool may_be_short = instance.is_event() && has_body();
  const std::size_t whole = written_ < GW_TAKEN_WHOLE ? GW_TAKEN_WHOLE - written_ : 0;
  if (may_be_short && n > whole) {
    const std::size_t room = buffered_ < kBuffer ? kBuffer - buffered_ : 0;
    const std::size_t most = std::min(n, std::max(whole, room));
    taken = random.between(std::min(whole, most), most);
    if (taken < n) buffered_ = kBuffer;
  }
  buffered_ += taken;
  const std::int32_t code = take_body(bytes, taken);
  if (code < 0) return code;
  is_short_ = taken < n;
  stuck_writes_ = taken == 0 && n > 0 ? stuck_writes_ + 1 : 0;
  if (stuck_writes_ == kSpinning) {
    report("D4", "it writes again and again though nothing is taken");
    set_gone();
    return GW_E_GONE;
  }
  if ((flags & GW_LAST) != 0 && !is_short_) end_body();
  return static_cast<std::int64_t>(taken);
}

std::int32_t Exchange::send_part(std::size_t n, std::uint32_t flags) {
  if (is_gone_) return GW_E_GONE;
  if (state_ == State::Refused) return refusal_;
  if (state_ == State::Ended || source_ != nullptr) {
    report(state_ == State::Ended ? "C8" : "D1", "a file behind the end or a source");
    return GW_E_STATE;
  }
  if (instance.is_event() && parts_ >= kPartsMost) return GW_E_AGAIN;
  ++parts_;
  leave();
  const std::int32_t code = take_body(nullptr, n);
  if (code < 0) return code;
  is_short_ = false;
  if ((flags & GW_LAST) != 0) end_body();
  return GW_OK;
}

std::int32_t Exchange::body(gw_source* source) {
  const auto refuse = [&](std::int32_t code) {
    if (source != nullptr && source->close != nullptr) source->close(source, code);
    return code;
  };
  if (is_gone_) return refuse(GW_E_GONE);
  constexpr std::size_t kLeast = offsetof(gw_source, close) + sizeof(source->close);
  if (source == nullptr || source->size < kLeast || source->next == nullptr ||
      source->close == nullptr) {
    report("D2", "body: no source, or one without size, next or close");
    return refuse(GW_E_INVALID);
  }
  if (state_ == State::Refused) return refuse(refusal_);
  if (state_ == State::Ended) {
    report("C8", "body after the end of the body");
    return refuse(GW_E_STATE);
  }
  if (source_ != nullptr) {
    report("D1", "body a second time");
    return refuse(GW_E_STATE);
  }
  source_ = source;
  is_short_ = false;
  return GW_OK;
}

void Exchange::end_body() {
  if (is_short_) {
    report("O16", "a short write was not followed up: the answer is cut");
    is_failed_ = true;
  }
  if (is_failed_ || state_ == State::Nothing || state_ == State::Refused) return;
  if (state_ == State::Ended) return;
  state_ = State::Ended;
  const auto sent = static_cast<std::int64_t>(written_);
  if (head_.content_length < 0) return;
  if (has_body() && sent < head_.content_length) {
    report("O6", "fewer bytes than content-length says");
  }
  const bool is_head = script.method == "HEAD" && head_.status != 304;
  if (is_head && sent > 0 && sent != head_.content_length) {
    report("O10", "HEAD: the body that was written is not as long as content-length");
  }
}

// -- the source

bool Exchange::pull() {
  if (source_ == nullptr) return false;
  if (!has_body() && random.chance(50)) {
    state_ = State::Ended;
    close_source(GW_OK);  // it need not be pulled
    return true;
  }
  if (++pulls_ > kPullsMost || written_ > kPulledMost) {
    set_gone();
    return false;
  }
  constexpr std::size_t kLargest = 20000;
  const std::size_t most =
      random.chance(20) ? random.between(1, 7) : random.between(16, kLargest);
  Lent place(label_);
  auto* const room = static_cast<char*>(place.lend_room(most, "the room of next"));
  const std::size_t rounded = (most + 15) / 16 * 16;
  std::int64_t result = GW_E_APP;
  const bool is_walled = enter(
      "next", [&] { result = source_->next(source_, room + (rounded - most), most); });
  take_pulled(is_walled ? result : std::int64_t{GW_E_APP}, room + (rounded - most),
              most);
  return result != GW_E_AGAIN;
}

void Exchange::take_pulled(std::int64_t result, const char* bytes, std::size_t most) {
  if (result == GW_E_AGAIN && !is_gone_) {
    const bool may_wait = !is_input_over() || (pending && pending->is_held());
    if (may_wait) return;
    report("D8", "next gave GW_E_AGAIN though no more input will come");
  }
  if (is_gone_) return close_source(GW_E_GONE);
  if (result > static_cast<std::int64_t>(most)) {
    report("D8", "next gave more than there was room for");
    result = GW_E_APP;
  }
  if (result < GW_E_BUSY) report("D8", "next gave a code that no header knows");
  if (state_ == State::Refused) result = refusal_;
  if (result < 0) {
    is_failed_ = true;
    outcome_ = static_cast<std::int32_t>(result);
    return close_source(outcome_);
  }
  if (is_too_late_) report("S18", "GW_REPLACE came too late, and yet next goes on");
  leave();
  if (result > 0) {
    if (take_body(bytes, static_cast<std::size_t>(result)) >= 0) return;
    is_failed_ = true;
    outcome_ = GW_E_TOOBIG;
    return close_source(outcome_);
  }
  end_body();
  close_source(is_failed_ ? outcome_ : GW_OK);
}

void Exchange::close_source(std::int32_t reason) {
  if (source_ == nullptr) return;
  gw_source* const closed = std::exchange(source_, nullptr);
  enter("close of a source", [&] { closed->close(closed, reason); });
}

}  // namespace appserver::lint
