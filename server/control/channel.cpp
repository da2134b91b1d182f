#include "control/channel.hpp"

#include <errno.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace appserver::control {
namespace {

/// Room for the descriptors of one message, aligned as their header is.
struct Ancillary {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(Channel::kFdsMost * sizeof(int))> bytes;
};

std::vector<UniqueFd> descriptors_in(msghdr& header) {
  std::vector<UniqueFd> fds;
  for (cmsghdr* at = CMSG_FIRSTHDR(&header); at != nullptr;
       at = CMSG_NXTHDR(&header, at)) {
    if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(at) + i * sizeof fd, sizeof fd);
      fds.emplace_back(fd);
    }
  }
  return fds;
}

}  // namespace

std::pair<Channel, Channel> Channel::make_pair() {
  int fds[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) !=
      0) {
    return {};
  }
  return {Channel(UniqueFd(fds[0])), Channel(UniqueFd(fds[1]))};
}

bool Channel::send(const std::string& message, const std::vector<int>& fds) {
  std::string text = message.substr(0, kMessageMost);
  iovec bytes{text.data(), text.size()};
  Ancillary ancillary{};
  msghdr header{};
  header.msg_iov = &bytes;
  header.msg_iovlen = 1;
  const std::size_t count = std::min(fds.size(), kFdsMost);
  if (count > 0) {
    header.msg_control = ancillary.bytes.data();
    header.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* const first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(first), fds.data(), count * sizeof(int));
  }
  return ::sendmsg(fd_.get(), &header, MSG_NOSIGNAL) ==
         static_cast<ssize_t>(text.size());
}

std::vector<Channel::Message> Channel::receive(bool& ended) {
  std::vector<Message> messages;
  std::string buffer(kMessageMost, '\0');
  while (true) {
    iovec bytes{buffer.data(), buffer.size()};
    Ancillary ancillary{};
    msghdr header{};
    header.msg_iov = &bytes;
    header.msg_iovlen = 1;
    header.msg_control = ancillary.bytes.data();
    header.msg_controllen = ancillary.bytes.size();
    const ssize_t n = ::recvmsg(fd_.get(), &header, MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EINTR) continue;
    ended = n == 0 || (n < 0 && errno != EAGAIN);
    if (n <= 0) return messages;
    messages.push_back(
        {buffer.substr(0, static_cast<std::size_t>(n)), descriptors_in(header)});
  }
}

std::pair<std::string, std::string> split_message(const std::string& message) {
  const auto space = message.find(' ');
  if (space == std::string::npos) return {message, ""};
  return {message.substr(0, space), message.substr(space + 1)};
}

}  // namespace appserver::control
