// attack_client: thousands of hostile connections on one thread, and what became of
// them. Bounded in count and time; loopback only. `--help` has the options.
//
// Last line:  attack=A opened=N ended=E answered=R left=L longest=S seconds=S
//             attack=honest requests=N failed=F p50_ms=M p99_ms=M most_ms=M
// Exit code 0 only when the server did what is expected of it: ended every connection
// within --within seconds of its first byte, or, for `idle`, held all of them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace attack {
namespace {

using Clock = std::chrono::steady_clock;

/// More at once would lose SYNs in the backlog, which is not what is tested.
constexpr std::size_t kConnectingMost = 256;

volatile std::sig_atomic_t is_interrupted = 0;

enum class Kind { Head, Body, Mute, Garbage, Reset, Idle, Honest };

struct Options {
  std::string name, host, port, path = "/";
  Kind kind = Kind::Head;
  std::size_t connections = 1000;  ///< at the same time
  std::size_t total = 0;           ///< in all; 0: as many as `connections`
  double every = 1;                ///< seconds between two drops
  double within = 0;               ///< seconds from the first byte to the end; 0: any
  double seconds = 60;             ///< for everything
};

struct Connection {
  int fd = -1;
  bool connecting = false, answered = false;
  std::size_t taken = 0;
  Clock::time_point begin;
};

struct Drop {
  Clock::time_point at;
  Connection* connection;
  Clock::time_point begin;  ///< of the connection: another may have its place by then
};

struct Totals {
  std::size_t opened = 0, ended = 0, answered = 0, left = 0;
  double longest = 0;
  std::vector<float> latencies_ms;  ///< of honest requests
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

class Attacker {
 public:
  explicit Attacker(const Options& options)
      : options_(options),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        connections_(options.connections),
        interval_(std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(options.every))),
        begin_(Clock::now()) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(static_cast<std::uint16_t>(std::stoul(options.port)));
    if (::inet_pton(AF_INET, options.host.c_str(), &address_.sin_addr) != 1 ||
        ntohl(address_.sin_addr.s_addr) >> 24U != 127) {
      throw std::invalid_argument("only this machine is attacked: " + options.host);
    }
    for (Connection& connection : connections_) free_.push_back(&connection);
  }

  Attacker(const Attacker&) = delete;
  Attacker& operator=(const Attacker&) = delete;

  ~Attacker() {
    for (const Connection& connection : connections_) {
      if (connection.fd >= 0) ::close(connection.fd);
    }
    ::close(epoll_);
  }

  Totals run() {
    std::array<epoll_event, 512> events{};
    while (!is_over() && !is_interrupted && seconds_since(begin_) < options_.seconds) {
      open_some();
      const int ready = ::epoll_wait(epoll_, events.data(), events.size(), 10);
      for (int i = 0; i < ready; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        on_ready(*static_cast<Connection*>(event.data.ptr), event.events);
      }
      drip();
    }
    return totals_;
  }

 private:
  [[nodiscard]] std::size_t total() const {
    return options_.total == 0 ? options_.connections : options_.total;
  }

  [[nodiscard]] bool is_over() {
    if (options_.kind == Kind::Idle && !said_ && totals_.answered == total()) {
      std::cout << "held " << totals_.answered << std::endl;  // whoever waits reads it
      said_ = true;
    }
    return totals_.ended == total();
  }

  void open_some() {
    while (connecting_ < kConnectingMost && !free_.empty() &&
           totals_.opened < total()) {
      Connection& connection = *free_.front();
      free_.pop_front();
      connection = Connection();
      connection.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (connection.fd < 0) throw std::runtime_error("no descriptors for the attack");
      const int on = 1;
      ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      // Without TIME_WAIT, which uses up the ports of this machine.
      const linger at_once{1, 0};
      ::setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      ++totals_.opened;
      ++connecting_;
      connection.connecting = true;
      connection.begin = Clock::now();
      if (::connect(connection.fd, reinterpret_cast<const sockaddr*>(&address_),
                    sizeof address_) != 0 &&
          errno != EINPROGRESS) {
        throw std::runtime_error("cannot connect");
      }
      watch(EPOLL_CTL_ADD, connection, EPOLLOUT | EPOLLIN);
    }
  }

  void watch(int how, Connection& connection, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &connection;
    ::epoll_ctl(epoll_, how, connection.fd, &event);
  }

  void on_ready(Connection& connection, std::uint32_t events) {
    if (connection.fd < 0) return;
    if (connection.connecting) {
      connection.connecting = false;
      --connecting_;
      connection.begin = Clock::now();
      watch(EPOLL_CTL_MOD, connection, EPOLLIN);
      if (!say_first(connection)) return;
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(connection);
  }

  /// False when the connection is over already.
  bool say_first(Connection& connection) {
    const std::string host = "Host: localhost\r\n";
    switch (options_.kind) {
      case Kind::Head:
        say(connection, "GET " + options_.path + " HTTP/1.1\r\n" + host);
        break;
      case Kind::Body:
        say(connection, "POST " + options_.path + " HTTP/1.1\r\n" + host +
                            "Content-Length: 1000000\r\n\r\n");
        break;
      case Kind::Mute:
        return true;
      case Kind::Garbage: {
        std::array<char, 2048> bytes{};
        for (char& c : bytes) c = static_cast<char>(random_());
        say(connection, {bytes.data(), bytes.size()});
        return true;
      }
      case Kind::Reset:
      case Kind::Idle:
      case Kind::Honest:
        say(connection, "GET " + options_.path + " HTTP/1.1\r\n" + host + "\r\n");
        return true;
    }
    drops_.push_back({Clock::now() + interval_, &connection, connection.begin});
    return true;
  }

  void say(const Connection& connection, std::string_view bytes) const {
    // An error shows when the connection is read.
    static_cast<void>(::send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  void drip() {
    const auto now = Clock::now();
    while (!drops_.empty() && drops_.front().at <= now) {
      const Drop drop = drops_.front();
      drops_.pop_front();
      if (drop.connection->fd < 0 || drop.connection->begin != drop.begin) continue;
      say(*drop.connection, options_.kind == Kind::Head ? "X-a: b\r\n" : "x");
      drops_.push_back({now + interval_, drop.connection, drop.begin});
    }
  }

  void receive(Connection& connection) {
    std::array<char, 65536> buffer;
    const ssize_t count = ::recv(connection.fd, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return end(connection);
    if (!std::exchange(connection.answered, true)) ++totals_.answered;
    if (options_.kind == Kind::Reset) end(connection);  // the download is aborted
    if (options_.kind == Kind::Honest)
      ask_again(connection, static_cast<std::size_t>(count));
  }

  /// All answers are of the size of the first one, which comes in one piece.
  void ask_again(Connection& connection, std::size_t count) {
    if (answer_size_ == 0) answer_size_ = count;
    connection.taken += count;
    if (connection.taken < answer_size_) return;
    connection.taken = 0;
    totals_.latencies_ms.push_back(
        static_cast<float>(seconds_since(connection.begin) * 1000));
    connection.begin = Clock::now();
    say_first(connection);
  }

  void end(Connection& connection) {
    totals_.longest = std::max(totals_.longest, seconds_since(connection.begin));
    ++totals_.ended;
    ::close(connection.fd);
    connection.fd = -1;
    free_.push_back(&connection);
  }

  const Options& options_;
  int epoll_;
  std::vector<Connection> connections_;
  std::deque<Connection*> free_;
  std::deque<Drop> drops_;
  Clock::duration interval_;
  Clock::time_point begin_;
  sockaddr_in address_{};
  std::size_t connecting_ = 0, answer_size_ = 0;
  Totals totals_;
  bool said_ = false;
  std::minstd_rand random_{1};
};

constexpr const char* kHelp =
    "attack_client ATTACK http://127.0.0.1:PORT [options]\n"
    "  head         a request head that drips (slowloris)\n"
    "  body         a request body that drips\n"
    "  mute         connections that say nothing\n"
    "  garbage      bytes that are no request\n"
    "  reset        downloads that are aborted after the first bytes\n"
    "  idle         one request each, then held; says \"held N\"; goes on till "
    "--seconds\n"
    "  honest       no attack: requests one after the other, and how long they take\n"
    "  --connections N  at the same time (1000)\n"
    "  --total N        in all (as many)\n"
    "  --every S        between two drops (1)\n"
    "  --within S       the server must have ended each so long after its first byte\n"
    "  --seconds S      for everything (60)\n"
    "  --path P         what is asked for (/)\n";

Kind kind_of(const std::string& name) {
  const std::array<std::string_view, 7> names = {"head",  "body", "mute",  "garbage",
                                                 "reset", "idle", "honest"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw std::invalid_argument("unknown attack " + name);
  return static_cast<Kind>(found - names.begin());
}

Options parse_words(int count, char** words) {
  Options options;
  options.name = words[1];
  options.kind = kind_of(options.name);
  for (int i = 2; i < count; ++i) {
    const std::string word = words[i];
    if (word.starts_with("http://")) {
      const std::string authority = word.substr(7, word.find('/', 7) - 7);
      options.host = authority.substr(0, authority.find(':'));
      options.port = authority.substr(authority.find(':') + 1);
      continue;
    }
    if (i + 1 == count) throw std::invalid_argument("no value for " + word);
    const std::string value = words[++i];
    if (word == "--connections") {
      options.connections = std::stoul(value);
    } else if (word == "--total") {
      options.total = std::stoul(value);
    } else if (word == "--every") {
      options.every = std::stod(value);
    } else if (word == "--within") {
      options.within = std::stod(value);
    } else if (word == "--seconds") {
      options.seconds = std::stod(value);
    } else if (word == "--path") {
      options.path = value;
    } else {
      throw std::invalid_argument("unknown word " + word);
    }
  }
  if (options.host.empty()) throw std::invalid_argument("no URL");
  return options;
}

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Nothing that was asked in good faith may fail.
int report_honest(Totals& totals) {
  std::vector<float>& all = totals.latencies_ms;
  if (all.empty()) all.push_back(0);
  std::sort(all.begin(), all.end());
  const auto at = [&](double part) {
    return static_cast<double>(
        all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))]);
  };
  std::printf(
      "attack=honest requests=%zu failed=%zu p50_ms=%.2f p99_ms=%.2f most_ms=%.2f\n",
      all.size(), totals.ended, at(0.5), at(0.99), at(1));
  return totals.ended == 0 && totals.answered == totals.opened ? 0 : 1;
}

int run(const Options& options) {
  raise_descriptor_limit();
  std::signal(SIGTERM,
              [](int) { is_interrupted = 1; });  // enough: says what it has seen
  const auto begin = Clock::now();
  Totals totals = Attacker(options).run();
  if (options.kind == Kind::Honest) return report_honest(totals);
  totals.left = totals.opened - totals.ended;
  std::printf(
      "attack=%s opened=%zu ended=%zu answered=%zu left=%zu longest=%.3f "
      "seconds=%.3f\n",
      options.name.c_str(), totals.opened, totals.ended, totals.answered, totals.left,
      totals.longest, seconds_since(begin));
  if (options.kind == Kind::Idle) {
    return totals.ended == 0 && totals.answered == options.connections ? 0 : 1;
  }
  const bool in_time = options.within <= 0 || totals.longest <= options.within;
  return totals.left == 0 && in_time ? 0 : 1;
}

}  // namespace
}  // namespace attack

int main(int count, char** words) {
  if (count < 3) {
    std::cout << attack::kHelp;
    return 2;
  }
  try {
    return attack::run(attack::parse_words(count, words));
  } catch (const std::exception& failure) {
    std::cerr << "attack_client: " << failure.what() << "\n";
    return 2;
  }
}
