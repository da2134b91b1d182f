#include "control/upgrade.hpp"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/log.hpp"
#include "control/spawn.hpp"

namespace appserver::control {
namespace {

constexpr const char* kVariable = "APPSERVER";
constexpr int kCannotExec = 127;

bool read_number(std::string_view text, int& number) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && number >= 0;
}

void set_inherited(int fd, bool inherited) {
  ::fcntl(fd, F_SETFD, inherited ? 0 : FD_CLOEXEC);
}

/// The words that this process was started with.
std::vector<std::string> own_words() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size(); at = text.find('\0', at) + 1)
    words.emplace_back(text.c_str() + at);
  return words;
}

/// In the new process, before it is the new program. Gives an exit code if that fails.
int exec_anew(const Channel& channel, const Inheritance& sockets) {
  std::vector<std::string> words = own_words();
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  set_inherited(channel.fd(), true);
  for (const auto& [address, fds] : sockets) {
    for (const int fd : fds) set_inherited(fd, true);
  }
  const std::string inheritance = write_inheritance(channel.fd(), sockets);
  ::setenv(kVariable, inheritance.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): alone
  ::execvp(arguments.front(), arguments.data());  // a bare name is looked up in PATH
  return kCannotExec;
}

}  // namespace

std::string write_inheritance(int channel, const Inheritance& sockets) {
  std::string text = std::to_string(channel);
  for (const auto& [address, fds] : sockets) {
    text += "\n" + address + "=";
    for (const int fd : fds) text += std::to_string(fd) + ",";
    text.pop_back();  // the last comma, or the sign where there are none
  }
  return text;
}

bool read_inheritance(const std::string& text, int& channel, Inheritance& sockets) {
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || !read_number(line, channel)) return false;
  while (std::getline(lines, line)) {
    const std::size_t sign = line.rfind('=');
    if (sign == std::string::npos || sign == 0) return false;
    std::vector<int>& fds = sockets[line.substr(0, sign)];
    std::istringstream numbers(line.substr(sign + 1));
    for (std::string number; std::getline(numbers, number, ',');) {
      fds.push_back(-1);
      if (!read_number(number, fds.back())) return false;
    }
    if (fds.empty()) return false;
  }
  return true;
}

Predecessor::Predecessor() {
  const char* const text = std::getenv(kVariable);  // NOLINT(concurrency-mt-unsafe)
  if (text == nullptr) return;
  int channel = -1;
  if (read_inheritance(text, channel, sockets_)) {
    set_inherited(channel, false);
    channel_ = Channel(UniqueFd(channel));
  } else {
    log::warning("the environment variable APPSERVER is not one of ours: ignored");
    sockets_.clear();
  }
  ::unsetenv(kVariable);  // NOLINT(concurrency-mt-unsafe): there is one thread yet
}

void Predecessor::tell_serving() {
  if (channel_.is_open()) channel_.send("serving");
  channel_.close();
}

Upgrade::Upgrade(net::EventLoop& loop, std::string pidfile,
                 std::function<void(const Error*)> done)
    : loop_(loop), pidfile_(std::move(pidfile)), done_(std::move(done)) {}

Upgrade::~Upgrade() {
  std::error_code ignored;  // nothing to be done about it
  if (has_taken_over_ && !pidfile_.empty())
    std::filesystem::remove(pidfile_ + ".oldbin", ignored);
}

Result<void> Upgrade::start(const Inheritance& sockets,
                            const std::function<void()>& let_go) {
  // Its own goes to the file's place.
  std::error_code ignored;  // the new one refuses to start where it finds ours
  if (!pidfile_.empty())
    std::filesystem::rename(pidfile_, pidfile_ + ".oldbin", ignored);
  Child child = spawn(
      let_go, [&](const Channel& channel) { return exec_anew(channel, sockets); });
  if (child.pid < 0) {
    restore_pidfile();
    return boot_error("cannot start another server: " +
                      std::string(::strerrordesc_np(errno)));
  }
  pid_ = child.pid;
  channel_ = std::move(child.channel);
  loop_.add(channel_.fd(), EPOLLIN, *this);
  log::info("USR2: a new server is started (pid " + std::to_string(pid_) + ")");
  return {};
}

void Upgrade::on_ready(std::uint32_t) {
  if (!channel_.is_open()) return;
  bool ended = false;
  for (const Channel::Message& message : channel_.receive(ended))
    has_taken_over_ |= message.text == "serving";
  if (!ended && !has_taken_over_) return;
  loop_.remove(channel_.fd());
  channel_.close();
  if (has_taken_over_) done_(nullptr);  // else its end is reported by SIGCHLD
}

bool Upgrade::reap(pid_t pid, const std::string& how) {
  if (pid != pid_) return false;
  on_ready(EPOLLIN);  // what it said before it ended
  pid_ = -1;
  if (has_taken_over_) return true;  // too late for us: we stop
  if (channel_.is_open()) loop_.remove(channel_.fd());
  channel_.close();
  restore_pidfile();
  const Error error =
      boot_error("the new server did not come up (" + how + "); what it said is above");
  done_(&error);
  return true;
}

void Upgrade::restore_pidfile() {
  std::error_code ignored;  // nothing to be done about it
  if (!pidfile_.empty())
    std::filesystem::rename(pidfile_ + ".oldbin", pidfile_, ignored);
}

}  // namespace appserver::control
