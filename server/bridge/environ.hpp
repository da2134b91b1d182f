// Fills the environ of one request: views only, nothing is copied. PEP 3333, RFC 3875;
// rules GW-E1 to GW-E26.
#pragma once

#include <cstdint>
#include <string_view>

#include <gateway/gateway.h>

#include "http/message.hpp"
#include "http/request_rules.hpp"
#include "site/mount_table.hpp"

namespace appserver::bridge {

/// What the connection knows of both its ends. Lives as long as the connection.
struct Endpoints {
  std::string_view server_name;  ///< where neither the request nor `host` names one
  std::string_view server_port;  ///< digits; "0" on a unix socket
  std::string_view remote_addr;  ///< data() null: absent (a unix socket, or hidden)
  std::string_view remote_port;
  std::string_view url_scheme = "http";
  std::string_view host;  ///< host[:port] instead of the request's; "": none
};

/// `environ` keeps its size, input, log and host. All views must outlive the exchange.
void fill_environ(gw_environ& environ, const http::RequestHead& head,
                  const http::Request& request, const site::Match& match,
                  const Endpoints& ends);

}  // namespace appserver::bridge
