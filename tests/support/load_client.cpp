// load_client: an HTTP/1.1 client on one thread that checks every answer and counts
// what is wrong, lost or cut. Bounded in count and time. `--help` has the options.
//
// Last line:  mode=M requests=N wrong=W lost=L reconnects=R seconds=S rate=N/S cpu=T
// where T is the client's own CPU time in seconds.
// Exit code 0 only when nothing was wrong or lost.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <map>
#include <stdexcept>

#include "load_idle.hpp"
#include "load_traffic.hpp"

namespace load {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostConnectFailures = 1000;

volatile std::sig_atomic_t is_interrupted = 0;

struct Totals {
  std::uint64_t requests = 0, wrong = 0, lost = 0, reconnects = 0, connect_failures = 0;
};

struct Connection {
  int fd = -1;
  Burst burst;
  std::size_t sent = 0, answered = 0;
  bool waits_for_room = false;  // EPOLLOUT is on
  std::string received;         // of an answer that is not whole
  std::size_t unseen = 0;       // bytes to come of an answer that was counted already
};

class Client {
 public:
  Client(const Options& options, Traffic& traffic)
      : options_(options),
        traffic_(traffic),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        connections_(options.connections),
        buffer_(256 * 1024) {
    address_.sin_family = AF_INET;
    std::uint16_t port = 0;
    std::from_chars(options.port.data(), options.port.data() + options.port.size(),
                    port);
    address_.sin_port = htons(port);
    if (::inet_pton(AF_INET, options.host.c_str(), &address_.sin_addr) != 1) {
      throw std::invalid_argument("the host must be an IPv4 address: " + options.host);
    }
  }

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  ~Client() {
    for (const Connection& connection : connections_) {
      if (connection.fd >= 0) ::close(connection.fd);
    }
    ::close(epoll_);
  }

  Totals run() {
    const auto begin = Clock::now();
    const auto after = [&](double seconds) {
      return begin + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(seconds));
    };
    const auto deadline = after(options_.deadline);
    const auto stop = options_.requests > 0 ? deadline : after(options_.seconds);
    for (Connection& connection : connections_) begin_burst(connection);
    std::array<epoll_event, 256> events{};
    while (open_bursts_ > 0 && Clock::now() < deadline) {
      const int ready = ::epoll_wait(epoll_, events.data(), events.size(), 100);
      for (int i = 0; i < ready; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        on_ready(*static_cast<Connection*>(event.data.ptr), event.events);
      }
      is_stopping_ = is_stopping_ || is_interrupted || Clock::now() >= stop;
    }
    for (const Connection& connection : connections_) {  // the deadline has come
      totals_.lost += connection.burst.requests - connection.answered;
      totals_.lost += connection.unseen > 0 ? 1 : 0;
    }
    return totals_;
  }

 private:
  void connect(Connection& connection) {
    connection.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (traffic_.closes()) {  // else TIME_WAIT uses up the ports of this machine
      const linger at_once{1, 0};
      ::setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    } else {  // what is sent but once has nothing to wait for
      const int on = 1;
      ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    const int result = ::connect(
        connection.fd, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    connection.waits_for_room = result != 0 && errno == EINPROGRESS;
    epoll_event event{};
    event.events = EPOLLIN | (connection.waits_for_room ? EPOLLOUT : 0U);
    event.data.ptr = &connection;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
  }

  void disconnect(Connection& connection) {
    ::close(connection.fd);
    connection.fd = -1;
    connection.received.clear();
    connection.unseen = 0;
  }

  void begin_burst(Connection& connection) {
    connection.burst.requests = connection.answered = connection.sent = 0;
    const std::uint64_t left =
        options_.requests > 0 ? options_.requests - started_ : UINT64_MAX;
    if (is_stopping_ || left == 0) {
      if (connection.fd >= 0) disconnect(connection);
      return;
    }
    traffic_.next(connection.burst, left);
    started_ += connection.burst.requests;
    ++open_bursts_;
    if (connection.fd < 0) connect(connection);
    if (!connection.waits_for_room) send(connection);
  }

  void send(Connection& connection) {
    std::string_view rest = connection.burst.bytes.substr(connection.sent);
    const bool is_cut = rest.size() > connection.burst.piece;
    if (is_cut) rest = rest.substr(0, connection.burst.piece);
    if (!rest.empty()) {
      const ssize_t count =
          ::send(connection.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (count > 0) connection.sent += static_cast<std::size_t>(count);
      // An error shows when the connection is read.
    }
    const bool wants_room = connection.sent < connection.burst.bytes.size();
    if (wants_room == connection.waits_for_room) return;
    connection.waits_for_room = wants_room;
    epoll_event event{};
    event.events = EPOLLIN | (wants_room ? EPOLLOUT : 0U);
    event.data.ptr = &connection;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
  }

  void on_ready(Connection& connection, std::uint32_t events) {
    if (connection.fd < 0) return;  // closed earlier in this batch
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
      receive(connection);
    } else if ((events & EPOLLOUT) != 0) {
      send(connection);
    }
  }

  void receive(Connection& connection) {
    const ssize_t count = ::recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return on_closed(connection, count < 0 && errno == ECONNREFUSED);
    std::string_view in(buffer_.data(), static_cast<std::size_t>(count));
    const std::size_t seen = std::min(connection.unseen, in.size());
    connection.unseen -= seen;
    in.remove_prefix(seen);
    if (connection.unseen > 0) return;
    const bool is_kept = !connection.received.empty();
    if (is_kept) in = connection.received.append(in);
    while (!in.empty()) {
      Answer answer;
      const auto found = parser_.parse(in, answer);
      if (found == AnswerParser::Found::More) {
        if (is_bound_to_be_right(connection, answer))
          in = expect_rest(connection, answer, in);
        break;
      }
      if (found == AnswerParser::Found::Bad || (answer.is_old && !traffic_.closes()) ||
          connection.answered == connection.burst.requests) {
        report("not an answer, or one too many", in);
        ++totals_.wrong;
        return give_up(connection);
      }
      in.remove_prefix(answer.size);
      count_answer(connection, answer);
      if (answer.closes || traffic_.closes()) return on_last_answer(connection);
    }
    if (is_kept) {
      connection.received.erase(0, connection.received.size() - in.size());
    } else {
      connection.received = in;
    }
    if (connection.answered == connection.burst.requests && connection.unseen == 0) {
      end_burst(connection);
    }
  }

  /// Is this beginning of an answer enough to judge it, so that the rest needs counting
  /// only?
  bool is_bound_to_be_right(const Connection& connection, const Answer& answer) const {
    return answer.size > 0 && !answer.closes && !traffic_.needs_bodies() &&
           !traffic_.closes() && connection.answered < connection.burst.requests;
  }

  std::string_view expect_rest(Connection& connection, const Answer& answer,
                               std::string_view in) {
    count_answer(connection, answer);
    connection.unseen = answer.size - in.size();
    return {};
  }

  void count_answer(Connection& connection, const Answer& answer) {
    ++totals_.requests;
    const std::size_t index = connection.answered++;
    if (traffic_.is_right(answer, connection.burst, index)) return;
    ++totals_.wrong;
    report("wrong answer", answer.head);
  }

  void end_burst(Connection& connection) {
    --open_bursts_;
    begin_burst(connection);
  }

  /// The server said that it closes. What came after in the pipeline was not served and
  /// is asked again (RFC 9112 9.6).
  void on_last_answer(Connection& connection) {
    started_ -= connection.burst.requests - connection.answered;
    if (!traffic_.closes()) ++totals_.reconnects;
    disconnect(connection);
    end_burst(connection);
  }

  void on_closed(Connection& connection, bool is_refused) {
    if (is_refused && ++totals_.connect_failures > kMostConnectFailures)
      is_stopping_ = true;
    if (connection.unseen > 0) {  // it was counted too early
      --connection.answered;
      --totals_.requests;
    }
    if (connection.answered < connection.burst.requests) {
      report(is_refused ? "connection refused" : "closed without an answer",
             connection.received);
      return give_up(connection);
    }
    disconnect(connection);
    ++totals_.reconnects;
  }

  void give_up(Connection& connection) {
    totals_.lost += connection.burst.requests - connection.answered;
    ++totals_.reconnects;
    disconnect(connection);
    end_burst(connection);
  }

  void report(std::string_view what, std::string_view bytes) {
    if (++reports_ > 5) return;
    std::cerr << "load_client: " << what << ": " << bytes.substr(0, 300) << "\n";
  }

  const Options& options_;
  Traffic& traffic_;
  int epoll_;
  std::vector<Connection> connections_;
  std::vector<char> buffer_;
  sockaddr_in address_{};
  AnswerParser parser_;
  Totals totals_;
  std::uint64_t started_ = 0;
  std::size_t open_bursts_ = 0;
  int reports_ = 0;
  bool is_stopping_ = false;
};

constexpr const char* kHelp =
    "load_client http://ADDRESS:PORT [options]\n"
    "  --mode M           mixed (every answer checked against its nonce; the "
    "default),\n"
    "                     plain, browser, pipeline, connect, post1k, post64k,\n"
    "                     idle (one request on each connection, then they are held\n"
    "                     until SIGTERM or the deadline)\n"
    "  --requests N       so many, or\n"
    "  --seconds S        as many as fit\n"
    "  --connections C    at the same time (16)\n"
    "  --seed X           of the random choices (1)\n"
    "  --deadline S       for everything (300 s)\n"
    "  --expect-status N  of every answer (200)\n"
    "  --expect-header F  its value must be the first word of the body (mixed)\n"
    "  --expect-body T    prepared requests: the body, with that value for its %\n"
    "  --get-path P       answers with its query (mixed) or anything (/)\n"
    "  --post-path P      answers with the body it was sent (/)\n";

Options parse_words(int count, char** words) {
  Options options;
  const std::map<std::string_view, std::string*> texts = {
      {"--mode", &options.mode},
      {"--expect-header", &options.expect_header},
      {"--expect-body", &options.expect_body},
      {"--get-path", &options.get_path},
      {"--post-path", &options.post_path}};
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word.starts_with("http://")) {
      const std::string authority = word.substr(7, word.find('/', 7) - 7);
      options.host = authority.substr(0, authority.find(':'));
      options.port = authority.substr(authority.find(':') + 1);
      continue;
    }
    if (i + 1 == count) throw std::invalid_argument("no value for " + word);
    const std::string value = words[++i];
    if (const auto text = texts.find(word); text != texts.end()) {
      *text->second = value;
    } else if (word == "--requests") {
      options.requests = std::stoull(value);
    } else if (word == "--seconds") {
      options.seconds = std::stod(value);
    } else if (word == "--deadline") {
      options.deadline = std::stod(value);
    } else if (word == "--connections") {
      options.connections = std::stoul(value);
    } else if (word == "--seed") {
      options.seed = std::stoull(value);
    } else if (word == "--expect-status") {
      options.expect_status = std::stoi(value);
    } else {
      throw std::invalid_argument("unknown word " + word);
    }
  }
  if (options.host.empty()) throw std::invalid_argument("no URL");
  if (options.mode != "idle" && options.requests == 0 && options.seconds <= 0) {
    throw std::invalid_argument("--requests or --seconds is missing");
  }
  if (options.seconds + 30 > options.deadline) options.deadline = options.seconds + 30;
  return options;
}

double cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

int run(const Options& options) {
  if (options.mode == "idle") return hold_idle(options);
  const auto traffic =
      options.mode == "mixed" ? checked_traffic(options) : steady_traffic(options);
  if (!traffic) throw std::invalid_argument("unknown mode " + options.mode);
  std::signal(SIGINT,
              [](int) { is_interrupted = 1; });  // enough: says what it has seen
  const auto begin = Clock::now();
  const Totals totals = Client(options, *traffic).run();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto n = [](std::uint64_t value) {
    return static_cast<unsigned long long>(value);
  };
  std::printf(
      "mode=%s requests=%llu wrong=%llu lost=%llu reconnects=%llu seconds=%.3f "
      "rate=%.0f cpu=%.3f\n",
      options.mode.c_str(), n(totals.requests), n(totals.wrong), n(totals.lost),
      n(totals.reconnects), seconds, static_cast<double>(totals.requests) / seconds,
      cpu_seconds());
  const bool is_short = options.requests > 0 && totals.requests < options.requests;
  return totals.wrong > 0 || totals.lost > 0 || is_short ? 1 : 0;
}

}  // namespace
}  // namespace load

int main(int count, char** words) {
  if (count < 2 || std::string_view(words[1]) == "--help") {
    std::cout << load::kHelp;
    return count < 2 ? 2 : 0;
  }
  try {
    return load::run(load::parse_words(count, words));
  } catch (const std::exception& failure) {
    std::cerr << "load_client: " << failure.what() << "\n";
    return 2;
  }
}
