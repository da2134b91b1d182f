#include "net/stream.hpp"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <limits>

#include "net/system_call.hpp"

namespace appserver::net {
namespace {

IoResult result_of(ssize_t n) {
  if (n > 0) return {Io::Done, static_cast<std::size_t>(n)};
  if (n == 0) return {Io::End, 0};
  return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Io::Again
                                                                    : Io::Failed,
          0};
}

}  // namespace

IoResult Stream::receive(char* to, std::size_t room) {
  return result_of(recv_now(fd_.get(), to, room));
}

IoResult Stream::send(std::string_view bytes) {
  return result_of(send_now(fd_.get(), bytes.data(), bytes.size()));
}

IoResult Stream::send(std::string_view first, std::string_view second) {
  std::array<iovec, 2> parts{};
  std::size_t count = 0;
  for (const std::string_view part : {first, second}) {
    // sendmsg only reads what an iovec names
    if (!part.empty()) parts[count++] = {const_cast<char*>(part.data()), part.size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  return result_of(::sendmsg(fd_.get(), &message, MSG_NOSIGNAL));
}

IoResult Stream::send_before_more(std::string_view bytes) {
  return result_of(
      ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_MORE));
}

IoResult Stream::send_file(int file, std::int64_t offset, std::size_t n) {
  off_t from = offset;
  const IoResult sent = result_of(::sendfile(fd_.get(), file, &from, n));
  if (sent.io != Io::Failed) return sent;
  const bool is_ours = errno == EIO || errno == EINVAL || errno == EBADF ||
                       errno == EOVERFLOW || errno == ENOSYS;
  return {is_ours ? Io::End : Io::Failed, 0};
}

void Stream::shutdown_send() {
  ::shutdown(fd_.get(), SHUT_WR);
}

void Stream::set_patience(Milliseconds time) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  const auto ms = static_cast<int>(std::min<std::int64_t>(time.count(), kMost));
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
}

void Stream::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  fd_.reset();
}

}  // namespace appserver::net
