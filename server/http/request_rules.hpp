// What a request head means, or why it is refused: Host, framing, connection. Anything
// that two servers in a chain could read differently is refused (request smuggling).
// Spec: RFC 9112 3.2, 6.1, 6.3, 9.3; RFC 9110 7.2, 7.6.1, 10.1.1.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.hpp"
#include "http/target.hpp"

namespace appserver::http {

enum class BodyKind : unsigned char { None, Sized, Chunked };

/// A request that may be served. Lives: views into the head.
struct Request {
  Target target;
  std::string_view host;  ///< authority of the target, else the Host field; may be ""
  std::string_view host_name;       ///< the same without port and brackets
  std::string_view content_type;    ///< data() null: absent
  std::int64_t content_length = 0;  ///< -1: chunked
  BodyKind body = BodyKind::None;
  bool keep_alive = true;              ///< the client wants the connection kept
  bool expects_continue = false;       ///< Expect: 100-continue, HTTP/1.1 only
  bool accepts_trailers = false;       ///< TE: trailers
  bool tells_origin = false;           ///< has fields that http/forwarded.hpp reads
  bool names_upgrade = false;          ///< Connection lists upgrade
  bool upgrades_to_websocket = false;  ///< Upgrade lists websocket
  std::size_t field_count = 0;  ///< of head.fields: the first so many are for the app
};

/// Judges `head` and drops hop-by-hop fields (connection, keep-alive, proxy-connection,
/// te, trailer, transfer-encoding, upgrade, all that Connection names, `proxy`
/// (httpoxy)) by moving the others up; Connection may not name end-to-end fields that
/// frame the message or tell who asked (a client could have a proxy's word dropped).
/// Rules, each 400 unless said: HTTP/1.1 has exactly one Host, HTTP/1.0 at most one,
/// valid or empty (an empty one only without authority; beside one its value becomes
/// that); Content-Length: one field, or several and lists only if all are equal digits;
/// Transfer-Encoding only in HTTP/1.1, not beside Content-Length, exactly `chunked`
/// once (behind another coding: 501); an unknown Expect: 417.
Checked<Request> judge_request(RequestHead& head);

/// The same for the way of a request, into `request`; false: see `refusal`.
bool judge_request(RequestHead& head, Request& request, Rejection& refusal);

}  // namespace appserver::http
