// Listening sockets, made once by the supervisor and kept by it.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace appserver::net {

/// A socket that is bound and listens, non-blocking, close-on-exec.
struct Listener {
  UniqueFd fd;
  std::string url;        ///< "http://127.0.0.1:8000", "unix:/run/a.sock", "fd://3"
  std::string host;       ///< numeric; "" on a unix socket
  std::string port;       ///< digits; "0" on a unix socket
  std::string unix_path;  ///< to unlink at the end; "" otherwise
};

/// One socket of an SO_REUSEPORT group. A `host` that resolves to several addresses
/// uses the first. `port` "0": chosen by the system, see Listener::port. Fails: Usage:
/// cannot resolve, in use, not permitted; says which address.
Result<Listener> listen_tcp(const std::string& host, const std::string& port,
                            int backlog);

/// Fails as listen_tcp does when anybody, of this user too, listens on the address.
Result<void> check_address_is_free(const std::string& host, const std::string& port);

/// Removes a socket file that nobody listens on any more; refuses one that is in use.
Result<Listener> listen_unix(const std::string& path, int backlog);

/// Takes a listening socket over from whoever started us.
Result<Listener> adopt(int fd);

}  // namespace appserver::net
