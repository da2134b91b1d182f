// start_response: which heads are taken, and how they are written down. PEP 3333, RFC
// 9110 5, RFC 9112 4 and 6; rules GW-S1 to GW-S20.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <span>

#include "base/copy.hpp"
#include "bridge/app_call.hpp"
#include "bridge/exchange.hpp"
#include "http/fields.hpp"
#include "http/message.hpp"
#include "http/status.hpp"

namespace appserver::bridge {
namespace {

// What must stay free behind a stored head: its end, and the first bytes of a body,
// which are always taken whole.
constexpr std::size_t kFramingRoom = 128 + Trailers::kAnnouncedMost;
constexpr std::size_t kBehindHead =
    GW_TAKEN_WHOLE + kFramingRoom + 32 + http::PreparedFields::kSize;
constexpr std::size_t kStatusLineMost = 64;
constexpr std::int32_t kWrittenLater = 1;  // beside GW_OK and GW_E_*

/// What the fields of a head have said so far.
struct Said {
  std::int64_t length = -1;  ///< their Content-Length
  bool date = false, server = false;

  /// A field that is not an ordinary one: GW_OK, kWrittenLater or GW_E_HEADER.
  std::int32_t take(http::ResponseField kind, std::string_view value);
};

std::int32_t Said::take(http::ResponseField kind, std::string_view value) {
  date = date || kind == http::ResponseField::Date;
  server = server || kind == http::ResponseField::Server;
  if (kind == http::ResponseField::Forbidden) return GW_E_HEADER;
  if (kind != http::ResponseField::ContentLength) return GW_OK;
  std::int64_t said = 0;
  if (!http::parse_content_length(value, said)) return GW_E_HEADER;
  if (length >= 0 && length != said) return GW_E_HEADER;
  length = said;
  return kWrittenLater;  // once, by commit_head
}

http::ResponseField judge_field(std::string_view name, std::string_view value) {
  const bool may_be_sent = http::is_token(name) && http::is_field_value(value);
  return may_be_sent ? http::classify_response_field(name)
                     : http::ResponseField::Forbidden;
}

std::int64_t refused_write(gw_writer* writer, const void*, std::size_t, std::uint32_t) {
  return writer->error;
}

std::int32_t refused_body(gw_writer* writer, gw_source* source) {
  if (source != nullptr) call_close(*source, writer->error);
  return writer->error;
}

}  // namespace

gw_start_response* Exchange::start_response() {
  return [](const gw_environ* environ, std::uint32_t status, const gw_field* fields,
            std::size_t count, std::uint32_t flags) {
    Exchange& exchange = of(*environ);
    gw_writer* const writer = exchange.start(status, fields, count, flags);
    if (exchange.chain() != nullptr && writer->error == GW_OK) {
      exchange.chain()->keep_head(*environ, {fields, count});
    }
    return writer;
  };
}

/// Never null (the header's promise): one constant writer per error, shared by all
/// threads.
gw_writer* Exchange::refuse(std::int32_t error) {
  static const std::array<gw_writer, 13> kRefused = [] {
    std::array<gw_writer, 13> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = {sizeof(gw_writer), -static_cast<std::int32_t>(i), refused_write,
                refused_body};
    }
    return all;
  }();
  const auto& found = kRefused[static_cast<std::size_t>(-error) % kRefused.size()];
  return const_cast<gw_writer*>(&found);  // the app has no business writing into it
}

std::int32_t Exchange::check_start(std::uint32_t status, std::uint32_t flags) {
  const bool replace = (flags & GW_REPLACE) != 0;
  if (state_ == State::Aborted) return GW_E_GONE;
  if (head_ == Head::Committed || state_ != State::Open) {
    return replace ? GW_E_SENT : GW_E_STATE;  // GW-S18, GW-C8
  }
  if (started_ && !replace) {
    log(GW_LOG_ERROR, "a second start_response without GW_REPLACE (GW-S16)");
    return GW_E_STATE;
  }
  if (status < 200 || status > 599) {
    log(GW_LOG_ERROR, "start_response: a status outside 200..599 (GW-S2)");
    return GW_E_INVALID;
  }
  return GW_OK;
}

gw_writer* Exchange::start(std::uint32_t status, const gw_field* fields,
                           std::size_t count, std::uint32_t flags) {
  const std::int32_t error = check_start(status, flags);
  started_ = true;  // also by a refused call (GW-S16)
  if (error != GW_OK) return refuse(error);
  if (head_ == Head::Stored) out_->truncate(out_->size() - stored_);
  head_ = Head::None;
  stored_ = 0;
  const std::size_t before = out_->size();
  std::int32_t stored = store_head(status, fields, count);
  if (stored == GW_E_TOOBIG && before > 0) {  // earlier answers may be in the way
    out_->truncate(before);
    if (send(before) == GW_OK) stored = store_head(status, fields, count);
  }
  if (stored != GW_OK) {
    out_->truncate(std::min(before, out_->size()));
    return refuse(stored);
  }
  head_ = Head::Stored;
  status_ = status;
  writer_.error = GW_OK;
  return &writer_;
}

std::int32_t Exchange::store_head(std::uint32_t status, const gw_field* fields,
                                  std::size_t count) {
  if (out_->room() < kBehindHead + kStatusLineMost) return GW_E_TOOBIG;
  char* at = put(out_->back(), http::status_line(status));
  std::size_t room = out_->room() - kBehindHead - kStatusLineMost;  // for the fields
  Said said;
  for (const gw_field& field : std::span(fields, count)) {
    const std::string_view name = http::view(field.name);
    const std::string_view value = http::view(field.value);
    const http::ResponseField kind = judge_field(name, value);
    if (kind != http::ResponseField::Ordinary) {
      const std::int32_t verdict = said.take(kind, value);
      if (verdict == GW_E_HEADER) return refuse_field(&field - fields);
      if (verdict == kWrittenLater) continue;
    }
    const std::size_t size = name.size() + value.size() + 4;
    if (size > room) return GW_E_TOOBIG;
    room -= size;
    at = put(put(at, name), ": ");
    at = put(put(at, value), "\r\n");
  }
  if (status == 204 && said.length >= 0) {
    log(GW_LOG_ERROR, "start_response: content-length in a 204 (GW-S13)");
    return GW_E_HEADER;
  }
  if (!said.server && !said.date) {  // of one size: copied without a call
    std::memcpy(at, prepared_.both().data(), http::PreparedFields::kSize);
    at += http::PreparedFields::kSize;
  } else {
    if (!said.server) at = put(at, prepared_.server());
    if (!said.date) at = put(at, prepared_.date());
  }
  declared_ = said.length;
  stored_ = static_cast<std::size_t>(at - out_->back());
  out_->grew(stored_);
  return GW_OK;
}

std::int32_t Exchange::refuse_field(std::ptrdiff_t i) {
  log(GW_LOG_ERROR, "start_response: field " + std::to_string(i) +
                        " may not be sent (GW-S4, GW-S6, GW-S9)");
  return GW_E_HEADER;
}

/// Decides the framing and ends the head. `known_length`: the whole body, or -1.
/// False: a middleware refused it.
bool Exchange::commit_head(std::int64_t known_length) {
  Chain* const around = chain();
  if (around != nullptr && !around->pass_head(known_length)) return false;
  const bool has_trailers = extras_used_ && !extras_->trailers.empty();
  const std::int64_t known = has_trailers ? -1 : known_length;
  const http::FramingAnswer answer =
      http::decide_framing({version_, is_head_, status_, declared_, known});
  framing_ = answer.framing;
  if (framing_ == http::Framing::Length) declared_ = answer.length;
  char* const begin = out_->back();  // kBehindHead bytes are free there
  char* at = begin;
  if (answer.length >= 0) {
    at = put(at, "Content-Length: ");
    at = std::to_chars(at, at + 20, answer.length).ptr;
    at = put(at, "\r\n");
  } else if (framing_ == http::Framing::Chunked) {
    at = put(at, "Transfer-Encoding: chunked\r\n");
    if (has_trailers) at = put(at, extras_->trailers.announcement());
  }
  if (framing_ == http::Framing::Close ||
      !carrier_->may_keep_alive(known_length >= 0)) {
    terms_keep_alive_ = false;
  }
  if (!terms_keep_alive_) {
    at = put(at, "Connection: close\r\n");
  } else if (version_ == 10) {
    at = put(at, "Connection: keep-alive\r\n");
  }
  at = put(at, "\r\n");
  out_->grew(static_cast<std::size_t>(at - begin));
  head_ = Head::Committed;
  stored_ = 0;
  if (around != nullptr) around->note_framing(framing_);
  return true;
}

bool Exchange::insert_interim(std::string_view bytes) {
  const bool has_room = out_->room() >= bytes.size() + kFramingRoom;
  if (head_ == Head::Committed || !has_room) return false;
  char* head = out_->back() - stored_;
  std::memmove(head + bytes.size(), head, stored_);
  std::memcpy(head, bytes.data(), bytes.size());
  out_->grew(bytes.size());
  before_ += bytes.size();
  return true;
}

}  // namespace appserver::bridge
