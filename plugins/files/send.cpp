// Bytes in memory by write, a file's by gw.file/1; what the host does not take, or
// cannot send, is handed over as a source that begins where the sending stopped.
#include "send.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <span>
#include <utility>

#include <gateway/sdk/fields.hpp>
#include <gateway/sdk/source.hpp>

namespace files {
namespace {

using gateway::as_str;

gw_writer* start(const Call& call, unsigned status, std::span<const gw_field> head) {
  return call.start(call.environ, status, head.data(), head.size(), 0);
}

std::int64_t hand_over(const Call& call, gw_writer* writer, Pieces pieces) {
  using Source = gateway::PulledSource<Pieces>;
  Source::hand_over(std::make_unique<Source>(call.environ, std::move(pieces)), writer);
  return GW_OK;
}

/// Sends the present piece, or some of it. GW_E_AGAIN: no more now.
std::int64_t push_one(const Call& call, gw_writer* writer, Pieces& pieces) {
  const Piece piece = pieces.current();
  const std::uint32_t flags = pieces.is_last() ? GW_LAST : 0;
  if (piece.text == nullptr) {
    if (call.file == nullptr) return GW_E_AGAIN;
    const std::int32_t code =
        call.file->send(writer, pieces.descriptor(), piece.offset, piece.length, flags);
    if (code < 0) return code;
    pieces.advance(piece.length);
    return GW_OK;
  }
  const auto size = static_cast<std::size_t>(piece.length);
  const std::int64_t taken = writer->write(writer, piece.text, size, flags);
  if (taken > 0) pieces.advance(taken);
  return taken < 0 || taken == piece.length ? taken : GW_E_AGAIN;
}

std::int64_t push(const Call& call, gw_writer* writer, Pieces pieces) {
  while (!pieces.is_over()) {
    const std::int64_t code = push_one(call, writer, pieces);
    if (code == GW_E_AGAIN) return hand_over(call, writer, std::move(pieces));
    if (code < 0) return code;
  }
  return GW_OK;
}

std::string_view reason_of(unsigned status) noexcept {
  switch (status) {
    case 403:
      return "403 Forbidden\n";
    case 404:
      return "404 Not Found\n";
    case 405:
      return "405 Method Not Allowed\n";
    case 503:
      return "503 Service Unavailable\n";
    default:
      return status < 500 ? "The request cannot be answered\n" : "500 Server Error\n";
  }
}

/// A short text with its length, which HEAD wants to see as well.
std::int64_t send_text(const Call& call, unsigned status, gw_field first,
                       std::string_view text) {
  std::array<char, 20> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), text.size());
  const std::array<gw_field, 3> head{
      {first,
       {GW_STR("content-type"), GW_STR("text/plain; charset=utf-8")},
       {GW_STR("content-length"),
        as_str({digits.data(), static_cast<std::size_t>(end.ptr - digits.data())})}}};
  gw_writer* writer = start(call, status, head);
  if (call.is_head) return writer->error;
  return writer->write(writer, text.data(), text.size(), GW_LAST);
}

}  // namespace

std::int64_t send_file(const Call& call, const SharedResource& resource,
                       const Representation& of, const Plan& plan,
                       const Boundary& boundary) {
  gw_writer* writer = start(call, plan.status(), plan.head());
  if (plan.body() == Plan::Body::None) return writer->error;
  if (plan.body() != Plan::Body::Whole || !of.in_memory()) {
    return push(call, writer, Pieces(resource, of, plan, boundary));
  }
  const std::string_view content = of.content();
  const std::int64_t taken =
      writer->write(writer, content.data(), content.size(), GW_LAST);
  if (taken < 0 || taken == of.size()) return taken;
  Pieces rest(resource, of, plan, boundary);
  if (taken > 0) rest.advance(taken);
  return hand_over(call, writer, std::move(rest));
}

std::int64_t send_status(const Call& call, unsigned status) {
  gw_field note{GW_STR("cache-control"), GW_STR("no-cache")};
  if (status == 503) note = {GW_STR("retry-after"), GW_STR("1")};
  return send_text(call, status, note, reason_of(status));
}

std::int64_t send_methods(const Call& call, unsigned status) {
  const gw_field allow{GW_STR("allow"), GW_STR("GET, HEAD, OPTIONS")};
  if (status != 204) return send_text(call, status, allow, reason_of(status));
  return start(call, 204, {&allow, 1})->error;
}

std::int64_t send_redirect(const Call& call, std::string_view location) {
  return send_text(call, 301, {GW_STR("location"), as_str(location)},
                   "301 Moved Permanently\n");
}

std::int64_t send_page(const Call& call, std::string page) {
  const std::string length = std::to_string(page.size());
  const std::array<gw_field, 5> head{
      {{GW_STR("content-type"), GW_STR("text/html; charset=utf-8")},
       {GW_STR("content-length"), as_str(length)},
       {GW_STR("cache-control"), GW_STR("no-cache")},
       {GW_STR("x-content-type-options"), GW_STR("nosniff")},
       {GW_STR("content-security-policy"),
        GW_STR("default-src 'none'; style-src 'unsafe-inline'")}}};
  gw_writer* writer = start(call, 200, head);
  if (call.is_head) return writer->error;
  const std::int64_t taken = writer->write(writer, page.data(), page.size(), GW_LAST);
  if (taken < 0 || static_cast<std::size_t>(taken) == page.size()) return taken;
  using Source = gateway::PulledSource<gateway::RestOfBody>;
  Source::hand_over(std::make_unique<Source>(call.environ, std::move(page),
                                             static_cast<std::size_t>(taken)),
                    writer);
  return GW_OK;
}

}  // namespace files
