#include "net/listener.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <memory>

namespace appserver::net {
namespace {

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Error failure(const std::string& address, const std::string& why) {
  return usage_error("cannot listen on " + address + ": " + why);
}

Error system_failure(const std::string& address) {
  std::array<char, 128> text{};
  std::string why = ::strerror_r(errno, text.data(), text.size());
  if (errno == EADDRINUSE) why += " (another program has it; choose one with -b)";
  if (errno == EACCES) why += " (ports below 1024 need root or CAP_NET_BIND_SERVICE)";
  return failure(address, why);
}

bool set_option(int fd, int level, int option, int value = 1) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

/// What accepted sockets inherit. Answers leave in one write, so Nagle only delays. And
/// a socket counts as writable again while little is unsent in the kernel: megabytes
/// there would hide for a minute that a slow client reads on.
bool set_inherited_options(int fd) {
  constexpr int kUnsentMost = 128 * 1024;
  return set_option(fd, IPPROTO_TCP, TCP_NODELAY) &&
         set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kUnsentMost);
}

std::string url_of(const std::string& host, const std::string& port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + host + "]" : host) + ":" + port;
}

/// Fills host, port and url from what the socket is bound to.
void describe(Listener& listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(listener.fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  const int flags = NI_NUMERICHOST | NI_NUMERICSERV;
  const bool known =
      address.ss_family != AF_UNIX &&
      ::getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host.data(),
                    host.size(), port.data(), port.size(), flags) == 0;
  listener.host = known ? host.data() : "";
  listener.port = known ? port.data() : "0";
  if (known) listener.url = url_of(listener.host, listener.port);
}

Result<AddressList> resolve(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int failed =
      ::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &list);
  if (failed != 0) return failure(url_of(host, port), ::gai_strerror(failed));
  return AddressList(list, ::freeaddrinfo);
}

/// Bound, with the options every one of our sockets has, and with SO_REUSEPORT if
/// `shared`.
UniqueFd bind_to(const addrinfo& address, bool shared) {
  UniqueFd fd(
      ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const bool is_v6 = address.ai_family == AF_INET6;
  const bool ok = fd && set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR) &&
                  (!shared || set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT)) &&
                  set_inherited_options(fd.get()) &&
                  (!is_v6 || set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY)) &&
                  ::bind(fd.get(), address.ai_addr, address.ai_addrlen) == 0;
  if (!ok) fd.reset();
  return fd;
}

}  // namespace

Result<Listener> listen_tcp(const std::string& host, const std::string& port,
                            int backlog) {
  const auto addresses = resolve(host, port);
  if (!addresses) return addresses.error();
  Listener listener;
  listener.fd = bind_to(**addresses, true);
  if (!listener.fd || ::listen(listener.fd.get(), backlog) != 0) {
    return system_failure(url_of(host, port));
  }
  describe(listener);
  return listener;
}

Result<void> check_address_is_free(const std::string& host, const std::string& port) {
  const auto addresses = resolve(host, port);
  if (!addresses) return addresses.error();
  if (!bind_to(**addresses, false)) return system_failure(url_of(host, port));
  return {};
}

Result<Listener> listen_unix(const std::string& path, int backlog) {
  const std::string name = "unix:" + path;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return failure(name, "the path must have 1 to 107 bytes");
  }
  ::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  Listener listener;
  listener.fd.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int fd = listener.fd.get();
  if (fd < 0) return system_failure(name);
  if (::bind(fd, where, sizeof address) != 0) {
    if (errno != EADDRINUSE) return system_failure(name);
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));

    struct stat status {};

    const bool is_stale =
        ::stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode) &&
        ::connect(probe.get(), where, sizeof address) != 0 && errno == ECONNREFUSED;
    if (!is_stale) return failure(name, "in use");
    if (::unlink(path.c_str()) != 0 || ::bind(fd, where, sizeof address) != 0) {
      return system_failure(name);
    }
  }
  if (::listen(fd, backlog) != 0) return system_failure(name);
  listener.url = name;
  listener.port = "0";
  listener.unix_path = path;
  return listener;
}

Result<Listener> adopt(int fd) {
  const std::string name = "fd://" + std::to_string(fd);
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0) {
    return system_failure(name);
  }
  int type = 0;
  ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
  if (listens == 0 || type != SOCK_STREAM) {
    return failure(name, "it is not a listening stream socket");
  }
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  set_inherited_options(fd);  // fails on a unix socket, where it means nothing
  Listener listener;
  listener.fd.reset(fd);
  describe(listener);
  if (listener.url.empty()) listener.url = name;
  return listener;
}

}  // namespace appserver::net
