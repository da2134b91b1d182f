#include "serve/body_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <gateway/gateway.h>

namespace appserver::serve {

void BodyReader::begin(const http::Request& request, std::uint64_t limit) {
  kind_ = request.body;
  remaining_ = request.content_length > 0
                   ? static_cast<std::uint64_t>(request.content_length)
                   : 0;
  taken_ = drained_ = 0;
  limit_ = limit;
  chunks_ = {};
  done_ = kind_ == http::BodyKind::None ||
          (kind_ == http::BodyKind::Sized && remaining_ == 0);
  broken_ = false;
  wants_continue = request.expects_continue && !done_;
}

bool BodyReader::is_worth_draining() const {
  if (done_) return true;
  // The client waits for our word before it sends, or there is too much: not worth it.
  if (wants_continue || broken_ || is_too_big()) return false;
  return kind_ == http::BodyKind::Chunked || remaining_ <= kDrainMost;
}

std::int64_t BodyReader::decode(ReceiveBuffer& in, char* to, std::size_t cap) {
  if (kind_ == http::BodyKind::Sized) {
    const std::size_t n =
        std::min<std::uint64_t>({in.unread().size(), cap, remaining_});
    if (n == 0) return GW_E_AGAIN;
    std::memcpy(to, in.unread().data(), n);
    in.drop(n);
    remaining_ -= n;
    done_ = remaining_ == 0;
    return static_cast<std::int64_t>(n);
  }
  const std::span<char> bytes = in.unread();
  const auto step = chunks_.step(bytes, cap);
  if (step.body_size > 0)
    std::memcpy(to, bytes.data() + step.body_begin, step.body_size);
  in.drop(step.used);
  taken_ += step.body_size;
  if (is_too_big()) return GW_E_TOOBIG;
  broken_ = chunks_.state() == http::ChunkedDecoder::State::Bad;
  if (broken_) return GW_E_GONE;
  done_ = chunks_.state() == http::ChunkedDecoder::State::Done;
  if (step.body_size > 0) return static_cast<std::int64_t>(step.body_size);
  return done_ ? 0 : GW_E_AGAIN;
}

std::int64_t BodyReader::take(ReceiveBuffer& in, char* to, std::size_t cap) {
  if (stored_at_ < stored_.size()) {
    const std::size_t n = std::min(cap, stored_.size() - stored_at_);
    std::memcpy(to, stored_.data() + stored_at_, n);
    stored_at_ += n;
    return static_cast<std::int64_t>(n);
  }
  if (broken_) return GW_E_GONE;
  if (done_) return 0;
  if (is_too_big()) return GW_E_TOOBIG;
  return decode(in, to, cap);
}

std::int64_t BodyReader::gather(ReceiveBuffer& in) {
  const bool fits = kind_ == http::BodyKind::Sized && stored_.empty() &&
                    remaining_ <= in.capacity_behind_held();
  if (done_ || (fits && in.unread().size() >= remaining_)) return GW_OK;
  if (fits) return GW_E_AGAIN;
  std::array<char, 16384> piece;
  while (!done_) {
    const std::int64_t n = decode(in, piece.data(), piece.size());
    if (n < 0) return n;
    stored_.append(piece.data(), static_cast<std::size_t>(n));
  }
  return GW_OK;
}

std::int64_t BodyReader::discard(ReceiveBuffer& in) {
  std::array<char, 16384> nowhere;
  forget_stored();
  while (!done_) {
    const std::int64_t n = decode(in, nowhere.data(), nowhere.size());
    if (n < 0) return n;
    drained_ += static_cast<std::uint64_t>(n);
    if (drained_ > kDrainMost) return GW_E_TOOBIG;
  }
  return GW_OK;
}

void BodyReader::free_stored() {
  std::string().swap(stored_);
}

}  // namespace appserver::serve
