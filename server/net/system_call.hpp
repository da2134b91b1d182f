// The three system calls that each request makes, without glibc's wrappers around them.
// Those make each a point where the thread may be cancelled, which costs as much again
// in a process with several threads; no thread is ever cancelled here.
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

// Sanitizers learn from glibc's names what a call writes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define APPSERVER_CALLS_GLIBC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define APPSERVER_CALLS_GLIBC 1
#endif
#endif

namespace appserver::net {

// Each as the function of its name: -1 and errno where it fails.

#ifdef APPSERVER_CALLS_GLIBC

inline ssize_t recv_now(int fd, void* to, std::size_t room) {
  return ::recv(fd, to, room, 0);
}

inline ssize_t send_now(int fd, const void* bytes, std::size_t n) {
  return ::send(fd, bytes, n, MSG_NOSIGNAL);
}

inline int wait_for_events(int epoll, epoll_event* events, int most, int wait_ms) {
  return ::epoll_wait(epoll, events, most, wait_ms);
}

#else

inline ssize_t recv_now(int fd, void* to, std::size_t room) {
  return ::syscall(SYS_recvfrom, fd, to, room, 0, nullptr, nullptr);
}

inline ssize_t send_now(int fd, const void* bytes, std::size_t n) {
  return ::syscall(SYS_sendto, fd, bytes, n, MSG_NOSIGNAL, nullptr, 0);
}

/// The mask of signals, which is left as it is, has a size all the same.
inline int wait_for_events(int epoll, epoll_event* events, int most, int wait_ms) {
  constexpr std::size_t kMaskSize = 8;
  return static_cast<int>(
      ::syscall(SYS_epoll_pwait, epoll, events, most, wait_ms, nullptr, kMaskSize));
}

#endif

}  // namespace appserver::net
