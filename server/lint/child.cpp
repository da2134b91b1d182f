// The only file of this room that forks, and that ends a process.
#include "lint/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <new>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "lint/interruption.hpp"
#include "lint/lent.hpp"

namespace appserver::lint {
namespace {

/// A call into the app that takes longer will not return.
constexpr std::uint64_t kHangNs = 10'000'000'000;
constexpr int kDone = 42;  // exit code of a child that has done its work
constexpr int kPollMs = 200;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;  // by gcc
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif
#else
constexpr bool kIsSanitized = false;
#endif

Now* now_of_child = nullptr;  // for the signal handler

void tell_fault(int number, siginfo_t* info, void* /*context*/) {
  const FaultPlace place = fault_at(info->si_addr);
  const bool has_address = number == SIGSEGV || number == SIGBUS;
  now_of_child->signal = number;
  now_of_child->last = Now::number_here();
  now_of_child->fault = static_cast<int>(has_address ? place.fault : Fault::Unknown);
  put_text(now_of_child->piece, place.piece);
  put_text(now_of_child->owner, place.owner);
  static_cast<void>(::signal(number, SIG_DFL));
  static_cast<void>(::raise(number));
}

void watch_faults(Now& now) {
  now_of_child = &now;
  if (kIsSanitized)
    return;  // the signals are the sanitizer's: it tells more of a crash

  struct sigaction action {};

  action.sa_sigaction = tell_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) {
    ::sigaction(number, &action, nullptr);
  }
  const rlimit none{0, 0};  // a crash is expected here, and its place is told
  ::setrlimit(RLIMIT_CORE, &none);
}

void take_lines(std::string& text,
                const std::function<void(std::string_view line)>& take) {
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos;
       end = text.find('\n', begin)) {
    take(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
  }
  text.erase(0, begin);
}

/// Until the pipe has ended, as it does when the child was killed.
void listen_to(int fd, int stop_fd, pid_t child, Now& now, ChildEnd& end,
               const std::function<void(std::string_view line)>& take) {
  std::string text;
  std::array<char, 4096> part{};
  while (true) {
    std::array<pollfd, 2> ready{pollfd{fd, POLLIN, 0}, pollfd{stop_fd, POLLIN, 0}};
    const int count = ::poll(ready.data(), ready.size(), kPollMs);
    const bool is_hung = now.is_hung(monotonic_now_ns(), kHangNs);
    const bool is_stopped = count > 0 && ready[1].revents != 0;
    if (is_hung || is_stopped) {
      end.is_hung = end.is_hung || is_hung;
      end.is_stopped = end.is_stopped || is_stopped;
      stop_fd = -1;  // it is told once
      ::kill(child, SIGKILL);
    }
    if (count <= 0 || ready[0].revents == 0) continue;
    const auto n = ::read(fd, part.data(), part.size());
    if (n <= 0) return;
    text.append(part.data(), static_cast<std::size_t>(n));
    take_lines(text, take);
  }
}

/// A signal to the whole group may have ended the child before it was seen here.
bool is_readable(int fd) {
  pollfd ready{fd, POLLIN, 0};
  return ::poll(&ready, 1, 0) > 0;
}

}  // namespace

Now& shared_now() {
  static Now& shared = [&]() -> Now& {
    void* const at = ::mmap(nullptr, sizeof(Now), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    return *new (at) Now;
  }();
  return shared;
}

ChildEnd run_child(Now& now, int stop_fd, const std::function<void(int fd)>& work,
                   const std::function<void(std::string_view line)>& take) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return {};
  if (child == 0) {
    reading.reset();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);  // it was gone before that
    stop_holding_signals();
    watch_faults(now);
    work(writing.get());
    ::_exit(kDone);  // no static destructors: images stay mapped
  }
  writing.reset();
  ChildEnd end;
  listen_to(reading.get(), stop_fd, child, now, end, take);
  int status = 0;
  ::waitpid(child, &status, 0);
  end.is_stopped = end.is_stopped || is_readable(stop_fd);
  if (WIFSIGNALED(status) && !end.is_hung) end.signal = WTERMSIG(status);
  end.is_done = WIFEXITED(status) && WEXITSTATUS(status) == kDone;
  return end;
}

}  // namespace appserver::lint
