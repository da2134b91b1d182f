#include "serve/body_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "http/trailer_fields.hpp"

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
  run_ = behind_ = 0;
  if (!trailer_text_.empty()) trailer_text_.clear();
  wants_continue = request.expects_continue && !done_;
}

bool BodyReader::is_worth_draining() const {
  if (is_received()) return true;
  // The client waits for our word before it sends, or there is too much: not worth it.
  if (wants_continue || broken_ || is_too_big()) return false;
  return kind_ == http::BodyKind::Chunked || remaining_ <= kDrainMost;
}

/// Chunked: bytes of body at the front of the buffer, 0 at the end, or as take().
std::int64_t BodyReader::find_run(ReceiveBuffer& in) {
  const std::span<char> bytes = in.unread();
  const auto step = chunks_.step(bytes, bytes.size());
  if (step.trailers_size > 0) {
    trailer_text_.append(bytes.data() + step.used - step.trailers_size,
                         step.trailers_size);
  }
  in.drop(step.body_size > 0 ? step.body_begin : step.used);
  taken_ += step.body_size;
  if (is_too_big()) return GW_E_TOOBIG;
  broken_ = chunks_.state() == http::ChunkedDecoder::State::Bad;
  if (broken_) return GW_E_GONE;
  done_ = chunks_.state() == http::ChunkedDecoder::State::Done;
  run_ = step.body_size;
  behind_ = run_ > 0 ? step.used - step.body_begin - run_ : 0;
  if (run_ > 0) return static_cast<std::int64_t>(run_);
  return done_ ? 0 : GW_E_AGAIN;
}

void BodyReader::consume(ReceiveBuffer& in, std::size_t n) {
  if (stored_at_ < stored_.size()) {
    stored_at_ += n;
  } else {
    drop(in, n);
  }
}

void BodyReader::drop(ReceiveBuffer& in, std::size_t n) {
  in.drop(n);
  if (kind_ == http::BodyKind::Sized) {
    took_directly(n);
    return;
  }
  run_ -= n;
  if (run_ == 0) in.drop(std::exchange(behind_, 0));
}

std::int64_t BodyReader::decode(ReceiveBuffer& in, char* to, std::size_t cap) {
  std::uint64_t here = kind_ == http::BodyKind::Sized ? remaining_ : run_;
  if (kind_ == http::BodyKind::Chunked && run_ == 0) {
    const std::int64_t found = find_run(in);
    if (found <= 0) return found;
    here = run_;
  }
  const std::size_t n = std::min<std::uint64_t>({in.unread().size(), cap, here});
  if (n == 0) return GW_E_AGAIN;
  std::memcpy(to, in.unread().data(), n);
  drop(in, n);
  return static_cast<std::int64_t>(n);
}

std::int64_t BodyReader::peek(ReceiveBuffer& in, std::string_view& view) {
  if (stored_at_ < stored_.size()) {
    view = std::string_view(stored_).substr(stored_at_);
    return static_cast<std::int64_t>(view.size());
  }
  if (broken_) return GW_E_GONE;
  if (done_ && run_ == 0) return 0;
  if (is_too_big()) return GW_E_TOOBIG;
  if (kind_ == http::BodyKind::Chunked && run_ == 0) {
    const std::int64_t found = find_run(in);
    if (found <= 0) return found;
  }
  const std::uint64_t here = kind_ == http::BodyKind::Sized ? remaining_ : run_;
  const std::size_t n = std::min<std::uint64_t>(in.unread().size(), here);
  view = {in.unread().data(), n};
  return n > 0 ? static_cast<std::int64_t>(n) : GW_E_AGAIN;
}

std::int64_t BodyReader::take(ReceiveBuffer& in, char* to, std::size_t cap) {
  if (stored_at_ < stored_.size()) {
    const std::size_t n = std::min(cap, stored_.size() - stored_at_);
    std::memcpy(to, stored_.data() + stored_at_, n);
    stored_at_ += n;
    return static_cast<std::int64_t>(n);
  }
  if (broken_) return GW_E_GONE;
  if (is_received()) return 0;
  if (is_too_big()) return GW_E_TOOBIG;
  return decode(in, to, cap);
}

std::int64_t BodyReader::gather(ReceiveBuffer& in) {
  const bool fits = kind_ == http::BodyKind::Sized && stored_.empty() &&
                    remaining_ <= in.capacity_behind_held();
  if (is_received() || (fits && in.unread().size() >= remaining_)) return GW_OK;
  if (fits) return GW_E_AGAIN;
  std::array<char, 16384> piece;
  while (!is_received()) {
    const std::int64_t n = decode(in, piece.data(), piece.size());
    if (n < 0) return n;
    stored_.append(piece.data(), static_cast<std::size_t>(n));
  }
  return GW_OK;
}

std::int64_t BodyReader::discard(ReceiveBuffer& in) {
  std::array<char, 16384> nowhere;
  forget_stored();
  while (!is_received()) {
    const std::int64_t n = decode(in, nowhere.data(), nowhere.size());
    if (n < 0) return n;
    drained_ += static_cast<std::uint64_t>(n);
    if (drained_ > kDrainMost) return GW_E_TOOBIG;
  }
  return GW_OK;
}

std::span<const gw_field> BodyReader::trailers() {
  http::parse_trailers(trailer_text_, trailers_);
  return trailers_;
}

void BodyReader::free_stored() {
  std::string().swap(stored_);
}

}  // namespace appserver::serve
