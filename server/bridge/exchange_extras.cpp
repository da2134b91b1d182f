// What apps ask an exchange for through extensions, and few do.
#include <cstring>
#include <string>

#include "bridge/exchange.hpp"
#include "http/fields.hpp"
#include "http/message.hpp"
#include "http/status.hpp"

namespace appserver::bridge {
namespace {

constexpr std::size_t kInterimMost = 8 * 1024;  // bytes of one interim answer

/// The bytes of an interim answer; empty where a field may not be sent.
std::string interim_text(std::uint32_t status, const gw_field* fields,
                         std::size_t count) {
  std::string text(http::status_line(status));
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = http::view(fields[i].name);
    const std::string_view value = http::view(fields[i].value);
    const bool is_ordinary =
        http::is_token(name) && http::is_field_value(value) &&
        http::classify_response_field(name) == http::ResponseField::Ordinary;
    if (!is_ordinary) return "";
    text.append(name).append(": ").append(value).append("\r\n");
  }
  return text + "\r\n";
}

}  // namespace

Extras& Exchange::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  extras_used_ = true;
  return *extras_;
}

std::int32_t Exchange::send_interim(std::uint32_t status, const gw_field* fields,
                                    std::size_t count) {
  if (state_ == State::Aborted) return GW_E_GONE;
  if (head_ == Head::Committed || state_ != State::Open) return GW_E_SENT;
  const bool is_bad = status < 102 || status > 199 || (fields == nullptr && count > 0);
  if (is_bad) return GW_E_INVALID;
  const std::string text = interim_text(status, fields, count);
  if (text.empty()) return GW_E_HEADER;
  if (text.size() > kInterimMost) return GW_E_TOOBIG;
  if (version_ == 10) return GW_OK;  // RFC 9110 15.2: not to an HTTP/1.0 client
  while (!insert_interim(text)) {
    const std::int32_t sent = send(committed_size());
    if (sent != GW_OK) return sent;
  }
  const std::int32_t sent = send(committed_size());
  return sent == GW_E_AGAIN ? GW_OK : sent;  // it leaves with the next bytes
}

std::int32_t Exchange::set_trailers(const gw_field* fields, std::size_t count) {
  if (state_ == State::Aborted) return GW_E_GONE;
  if (state_ == State::Ended) return GW_E_STATE;
  const bool has_place = head_ == Head::Committed
                             ? framing_ == http::Framing::Chunked
                             : version_ == 11 && declared_ < 0 && !is_head_;
  if (!accepts_trailers_ || !has_place) return GW_E_UNSUPPORTED;
  return extras().trailers.set(fields, count);
}

std::int32_t Exchange::received_trailers(const gw_field** fields, std::size_t* count) {
  if (fields == nullptr || count == nullptr) return GW_E_INVALID;
  if (!body_was_read_) return GW_E_STATE;
  const std::span<const gw_field> found = carrier_->body_trailers();
  *fields = found.data();
  *count = found.size();
  return GW_OK;
}

std::int64_t Exchange::peek(gw_str& view, std::uint32_t flags) {
  peeked_ = 0;
  view = {};
  if (state_ == State::Aborted) return GW_E_GONE;
  std::string_view found;
  const std::int64_t n =
      note_read(carrier_->peek_body(found, (flags & GW_NOWAIT) == 0));
  if (n <= 0) return n;
  view = http::str(found);
  peeked_ = found.size();
  return n;
}

std::int32_t Exchange::consume(std::size_t n) {
  if (n > peeked_) return GW_E_INVALID;
  peeked_ = 0;
  if (n > 0) carrier_->consume_body(n);
  return GW_OK;
}

/// What write would take now.
std::int64_t Exchange::room() const {
  if (state_ == State::Aborted) return GW_E_GONE;
  if (state_ == State::Ended || source_ != nullptr) return GW_E_STATE;
  const bool is_watched = extras_used_ && extras_->chain.has_data();
  if (is_watched) return extras_->chain.waits() ? 0 : GW_TAKEN_WHOLE;
  const std::size_t framing = http::kChunkFrame + end_room();
  const std::size_t room = out_->room();
  return room > framing ? static_cast<std::int64_t>(room - framing) : 0;
}

}  // namespace appserver::bridge
