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
#include "lint/lent.hpp"

namespace appserver::lint {
namespace {

/// A call into the app that takes longer will not return.
constexpr std::uint64_t kHangNs = 10'000'000'000;
constexpr int kDone = 42;  // exit code of a child that has done its work
constexpr int kPollMs = 200;

Now* now_of_child = nullptr;  // for the signal handler

void tell_fault(int number, siginfo_t* info, void* /*context*/) {
  const FaultPlace place = fault_at(info->si_addr);
  const bool has_address = number == SIGSEGV || number == SIGBUS;
  now_of_child->signal = number;
  now_of_child->fault = static_cast<int>(has_address ? place.fault : Fault::Unknown);
  put_text(now_of_child->piece, place.piece);
  put_text(now_of_child->owner, place.owner);
  static_cast<void>(::signal(number, SIG_DFL));
  static_cast<void>(::raise(number));
}

void watch_faults(Now& now) {
  now_of_child = &now;

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

/// Until the pipe has ended. True when the child had to be killed.
bool listen_to(int fd, pid_t child, const Now& now,
               const std::function<void(std::string_view line)>& take) {
  std::string text;
  std::array<char, 4096> part{};
  bool is_hung = false;
  while (true) {
    pollfd ready{fd, POLLIN, 0};
    const int count = ::poll(&ready, 1, kPollMs);
    const std::uint64_t began = now.began_ns;
    if (!is_hung && began != 0 && monotonic_now_ns() > began + kHangNs) {
      is_hung = true;
      ::kill(child, SIGKILL);
    }
    if (count <= 0) continue;
    const auto n = ::read(fd, part.data(), part.size());
    if (n <= 0) return is_hung;
    text.append(part.data(), static_cast<std::size_t>(n));
    take_lines(text, take);
  }
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

ChildEnd run_child(Now& now, const std::function<void(int fd)>& work,
                   const std::function<void(std::string_view line)>& take) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return {};
  if (child == 0) {
    reading.reset();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    watch_faults(now);
    work(writing.get());
    ::_exit(kDone);  // no static destructors: images stay mapped
  }
  writing.reset();
  ChildEnd end;
  end.is_hung = listen_to(reading.get(), child, now, take);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && !end.is_hung) end.signal = WTERMSIG(status);
  end.is_done = WIFEXITED(status) && WEXITSTATUS(status) == kDone;
  return end;
}

}  // namespace appserver::lint
