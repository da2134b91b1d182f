// Pulling the source that an app gave as its body (GATEWAY_RULES O): where the bytes
// go, and what its return code means. The life of the exchange is in exchange.cpp.
#include <algorithm>

#include "bridge/app_call.hpp"
#include "bridge/exchange.hpp"

namespace appserver::bridge {
namespace {

constexpr std::size_t kFirstPull = 8 * 1024;  // see pull()
constexpr std::size_t kMinPull = 1024;        // less room than this is not worth a call
constexpr std::size_t kMaxPull = 0xffff;      // what four hex digits can say

bool is_watched(const Chain* around) {
  return around != nullptr && around->has_data();
}

}  // namespace

// Before the head has left, the app may still call start_response from inside next()
// (PEP 3333: as late as the first iteration, and GW_REPLACE). So the first pull goes to
// the far end of the output queue, which a stored head never reaches, and is moved up
// behind the head afterwards.
Exchange::Progress Exchange::pull() {
  Chain* const around = chain();
  if (source_ == nullptr && is_watched(around)) {
    return settle_chain(detached() != nullptr ? Progress::Detached : Progress::Aborted);
  }
  while (source_ != nullptr) {
    if (state_ == State::Aborted) return close_source(GW_E_GONE), Progress::Aborted;
    if (is_watched(around)) {
      const Progress settled = settle_chain(Progress::Ended);
      if (settled != Progress::Ended || source_ == nullptr) return settled;
    }
    std::span<char> to;
    Progress why_not{};
    if (!room_to_pull(to, why_not)) return why_not;
    const char* what = nullptr;
    in_app_pull_ = true;
    const std::int64_t n = call_next(*source_, to.data(), to.size(), &what);
    in_app_pull_ = false;
    if (what != nullptr)
      log(GW_LOG_ERROR, std::string("an exception left next(): ") + what);
    const Progress progress = take_pulled(n, to);
    if (source_ == nullptr || progress != Progress::Ended) return progress;
  }
  return state_ == State::Ended ? Progress::Ended : Progress::Aborted;
}

bool Exchange::room_to_pull(std::span<char>& to, Progress& why_not) {
  const bool first = head_ != Head::Committed;
  const std::size_t framing = http::kChunkFrame + end_room();
  const std::size_t wanted = (first ? kFirstPull : kMinPull) + framing;
  while (out_->room() < wanted) {
    const std::int32_t sent = send(committed_size());
    if (sent == GW_OK) continue;
    why_not = sent == GW_E_AGAIN ? Progress::WaitsForRoom : fail(sent);
    return false;
  }
  if (first) {
    to = {out_->back() + out_->room() - kFirstPull, kFirstPull};
    return true;
  }
  const std::size_t most = is_watched(chain()) ? GW_TAKEN_WHOLE : kMaxPull;
  const std::size_t line = framing_ == http::Framing::Chunked ? 6 : 0;
  to = {out_->back() + line, std::min(out_->room() - framing, most)};
  return true;
}

/// Ended here means: go on pulling, if there still is a source.
Exchange::Progress Exchange::take_pulled(std::int64_t n, std::span<char> from) {
  if (n == GW_E_AGAIN) return source_waits();
  if (n < 0) return fail(n);
  const auto size = static_cast<std::size_t>(n);
  if (size > from.size()) {
    log(GW_LOG_ERROR, "next() put more bytes than it had room for");
    return fail(GW_E_APP);
  }
  if (head_ == Head::Stored && !commit_head(n == 0 ? 0 : -1)) return fail(GW_E_APP);
  if (n == 0) return source_ended();
  if (is_head_) {  // GW-O9: pulled once for the sake of the head; all bytes would be
                   // dropped
    state_ = State::Ended;
    close_source(GW_OK);
    return Progress::Ended;
  }
  Chain* const around = is_watched(chain()) ? chain() : nullptr;
  const std::int64_t put = around != nullptr ? around->pass_pulled(from.data(), size)
                                             : frame_pulled(from.data(), size);
  if (put < 0 && around != nullptr) return settle_chain(Progress::Aborted);
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

/// It said GW_E_AGAIN.
Exchange::Progress Exchange::source_waits() {
  if (is_watched(chain()) && chain()->pass_flush() != GW_OK)
    return settle_chain(Progress::Aborted);
  if (carrier_->may_read_more()) return Progress::WaitsForBody;
  source_sleeps_ = may_be_woken();
  if (source_sleeps_) return Progress::Detached;
  log(GW_LOG_ERROR, "next() said GW_E_AGAIN, and there is no body to wait for");
  return fail(GW_E_APP);
}

/// It said 0, and the head is committed.
Exchange::Progress Exchange::source_ended() {
  if (is_watched(chain())) {
    const std::int32_t passed = chain()->pass_last();
    close_source(passed == GW_E_AGAIN ? GW_OK : passed);
    return settle_chain(Progress::Aborted);
  }
  if (!end_body()) return fail(GW_E_APP);
  close_source(GW_OK);
  return Progress::Ended;
}

}  // namespace appserver::bridge
