#include "support/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <stdexcept>

extern char**
    environ;  // NOLINT(readability-redundant-declaration): POSIX wants it declared

namespace appserver::testing {
namespace {

/// argv or envp: pointers into strings that outlive it.
std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_of(const Launch& launch) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const bool is_ours =
        text.starts_with("APPSERVER_") || text.starts_with("PORT=") ||
        text.starts_with("WEB_CONCURRENCY=") || text.starts_with("TMPDIR=") ||
        text.starts_with("JOURNAL_STREAM=") || text.starts_with("LISTEN_");
    if (!is_ours) out.emplace_back(text);
  }
  for (const auto& [name, value] : launch.environment)
    out.push_back(name + "=" + value);
  return out;
}

Launch on_any_port(std::vector<std::string> arguments) {
  Launch launch;
  launch.arguments = {"-b", "127.0.0.1:0"};
  launch.arguments.insert(launch.arguments.end(), arguments.begin(), arguments.end());
  return launch;
}

/// 0 for a process that has ended, also if nobody waited for it yet.
pid_t parent_of(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t after = stat.rfind(") ");  // "pid (name) S ppid ..."
  if (after == std::string::npos || after + 4 >= stat.size() ||
      stat[after + 2] == 'Z') {
    return 0;
  }
  pid_t parent = 0;
  std::from_chars(stat.data() + after + 4, stat.data() + stat.size(), parent);
  return parent;
}

struct Pipe {
  int read = -1, write = -1;

  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    read = ends[0];
    write = ends[1];
  }
};

/// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(const Launch& launch, char* const* words,
                         char* const* variables, int out, int err, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // a killed test leaves no server
  if (::getppid() != parent) ::_exit(126);
  ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  if (launch.fd_three >= 0) {
    // By way of a copy: dup2 of a descriptor to itself would keep FD_CLOEXEC.
    ::dup2(::fcntl(launch.fd_three, F_DUPFD_CLOEXEC, 10), 3);
  }
  if (!launch.folder.empty() && ::chdir(launch.folder.c_str()) != 0) ::_exit(126);
  ::execve(words[0], words, variables);
  ::_exit(127);
}

}  // namespace

ServerProcess::ServerProcess(Launch launch) {
  start(launch);
}

// It delegates, so that the destructor runs when the server does not come up.
ServerProcess::ServerProcess(std::vector<std::string> arguments)
    : ServerProcess(on_any_port(std::move(arguments))) {
  wait_until_listening();
}

void ServerProcess::start(Launch launch) {
  launch.environment.emplace_back("TMPDIR", temp_.path());  // a test may give another
  Pipe out;
  Pipe err;
  out_.fd = out.read;
  err_.fd = err.read;
  stop_fd_ = ::eventfd(0, EFD_CLOEXEC);
  std::vector<std::string> words = {launch.program};
  words.insert(words.end(), launch.arguments.begin(), launch.arguments.end());
  std::vector<std::string> variables = environment_of(launch);
  const std::vector<char*> argv = pointers(words);
  const std::vector<char*> envp = pointers(variables);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(launch, argv.data(), envp.data(), out.write, err.write, parent);
  ::close(out.write);
  ::close(err.write);
  if (pid_ < 0) throw std::runtime_error("fork failed");
  ::setpgid(pid_, pid_);  // whoever comes first; a failure means that the child did it
  pidfd_ =
      static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));  // no C++ header has it
  reader_ = std::thread(&ServerProcess::read_output, this);
}

void ServerProcess::wait_until_listening() {
  const std::string line = wait_for_line(said::kListening);
  const std::size_t at = line.find(said::kListening) + said::kListening.size();
  std::from_chars(line.data() + at, line.data() + line.size(), port_);
}

void ServerProcess::read_output() {
  std::array<char, 16384> buffer{};
  std::array<pollfd, 3> entries{pollfd{out_.fd, POLLIN, 0}, pollfd{err_.fd, POLLIN, 0},
                                pollfd{stop_fd_, POLLIN, 0}};
  const std::array<Output*, 2> outputs{&out_, &err_};
  while ((entries[0].fd >= 0 || entries[1].fd >= 0) && entries[2].revents == 0) {
    if (::poll(entries.data(), entries.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (entries[i].fd < 0 || entries[i].revents == 0) continue;
      const ssize_t count = ::read(entries[i].fd, buffer.data(), buffer.size());
      const std::lock_guard lock(mutex_);
      Output& output = *outputs[i];
      if (count <= 0) {
        entries[i].fd = -1;
        if (!output.partial.empty()) output.lines.push_back(std::move(output.partial));
        continue;
      }
      output.partial.append(buffer.data(), static_cast<std::size_t>(count));
      std::size_t end = 0;
      while ((end = output.partial.find('\n')) != std::string::npos) {
        output.lines.push_back(output.partial.substr(0, end));
        output.partial.erase(0, end + 1);
      }
      changed_.notify_all();
    }
  }
  const std::lock_guard lock(mutex_);
  output_over_ = true;
  changed_.notify_all();
}

std::string ServerProcess::wait_for_line(std::string_view words, std::size_t count,
                                         Stream stream, const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  std::size_t seen = 0;
  std::size_t next = 0;
  for (;;) {
    const std::vector<std::string>& lines = output(stream).lines;
    for (; next < lines.size(); ++next) {
      if (lines[next].find(words) != std::string::npos && ++seen == count) {
        return lines[next];
      }
    }
    if (output_over_ || deadline.is_over()) break;
    changed_.wait_until(lock, deadline.at());
  }
  lock.unlock();
  throw std::runtime_error("the server did not say \"" + std::string(words) + "\" (" +
                           std::to_string(count) + " times); stderr:\n" +
                           text(Stream::Err) + "stdout:\n" + text(Stream::Out));
}

std::size_t ServerProcess::count_lines(std::string_view words, Stream stream) const {
  const std::lock_guard lock(mutex_);
  std::size_t found = 0;
  for (const std::string& line : output(stream).lines) {
    if (line.find(words) != std::string::npos) ++found;
  }
  return found;
}

std::string ServerProcess::text(Stream stream) const {
  const std::lock_guard lock(mutex_);
  std::string all;
  for (const std::string& line : output(stream).lines) all += line + "\n";
  return all;
}

void ServerProcess::signal(int number) const {
  if (!ended_) ::kill(pid_, number);
}

void ServerProcess::signal(pid_t worker, int number) const {
  for (const pid_t known : workers()) {
    if (known == worker) ::kill(worker, number);
  }
}

// "worker 1 (pid 4711) is ready"; a pid counts while it is this server's child.
std::vector<pid_t> ServerProcess::workers() const {
  constexpr std::string_view kPid = "(pid ";
  const std::lock_guard lock(mutex_);
  std::vector<pid_t> found;
  for (const std::string& line : err_.lines) {
    const std::size_t at = line.find(kPid);
    if (line.find(said::kWorkerReady) == std::string::npos || at == std::string::npos) {
      continue;
    }
    pid_t worker = 0;
    std::from_chars(line.data() + at + kPid.size(), line.data() + line.size(), worker);
    if (parent_of(worker) == pid_) found.push_back(worker);
  }
  return found;
}

bool ServerProcess::wait_until_dead(const Deadline& deadline) {
  if (ended_) return true;
  if (!wait_for(pidfd_, POLLIN, deadline)) return false;
  int status = 0;
  if (::waitpid(pid_, &status, 0) == pid_) {
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  ended_ = true;
  return true;
}

int ServerProcess::wait_exit(const Deadline& deadline) {
  if (!wait_until_dead(deadline)) {
    throw std::runtime_error("the server does not end; stderr:\n" + text(Stream::Err));
  }
  std::unique_lock lock(mutex_);
  while (!output_over_ && !deadline.is_over()) changed_.wait_until(lock, deadline.at());
  return exit_code_;
}

ServerProcess::~ServerProcess() {
  signal(SIGTERM);
  if (!wait_until_dead(Deadline{std::chrono::seconds(10)})) {
    signal(SIGKILL);
    wait_until_dead(Deadline{std::chrono::seconds(10)});
  }
  ::kill(-pid_, SIGKILL);  // its group: workers that lost their supervisor
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t ignored = ::write(stop_fd_, &one, sizeof one);
  reader_.join();
  for (const int fd : {out_.fd, err_.fd, stop_fd_, pidfd_}) ::close(fd);
}

Outcome ServerProcess::run(Launch launch) {
  ServerProcess process(std::move(launch));
  Outcome outcome;
  outcome.exit_code = process.wait_exit();
  outcome.out = process.text(Stream::Out);
  outcome.err = process.text(Stream::Err);
  return outcome;
}

Outcome ServerProcess::run(std::vector<std::string> arguments) {
  Launch launch;
  launch.arguments = std::move(arguments);
  return run(std::move(launch));
}

long resident_kib(pid_t pid) {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
  const std::size_t at = status.find("VmRSS:");
  return at == std::string::npos ? 0
                                 : std::strtol(status.c_str() + at + 6, nullptr, 10);
}

std::string server_binary() {
  const char* const other = std::getenv("APPSERVER_UNDER_TEST");
  return other == nullptr || *other == '\0' ? APPSERVER_BINARY : other;
}

std::string test_app_file(std::string_view name) {
  return std::string(APPSERVER_TEST_APP_FOLDER "/") + std::string(name) + ".so";
}

std::string test_app(std::string_view name, std::string_view callable) {
  return test_app_file(name) + (callable.empty() ? "" : ":" + std::string(callable));
}

}  // namespace appserver::testing
