// vanishing_crowd: clients that leave at random points, and then a look at what their
// exchanges were promised: all of it must have ended, once. Loopback only.
//
//   vanishing_crowd http://HOST:PORT --calls N [--connections N] [--seed N]
//
// The server mounts the test app `counted` as counted.sh says. Exit code 0 only when
// every kind of promise was made and kept, and no descriptor is left.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/ws_frame.hpp"

namespace crowd {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStuck{60};    ///< no connection may last so long
constexpr std::chrono::seconds kSettled{60};  ///< in which all must have ended
constexpr std::size_t kLeast = 200;           ///< connections of one run

/// Where the app answers, and who says what it was promised there.
constexpr std::array<std::string_view, 4> kMounts = {"/event", "/blocking", "/layers",
                                                     "/blocking-layers"};
constexpr std::array<std::string_view, 7> kLedgers = {"/event/counts",
                                                      "/blocking/counts",
                                                      "/layers/counts",
                                                      "/layers/counts/outer",
                                                      "/layers/counts/inner",
                                                      "/blocking-layers/counts",
                                                      "/blocking-layers/counts/outer"};
constexpr std::array<std::string_view, 13> kWays = {
    "answer", "source", "read", "file",  "fails", "post",  "late",
    "room",   "body",   "wake", "timer", "hang",  "forget"};

struct Options {
  std::string host;
  std::uint16_t port = 0;
  std::uint64_t calls = 2000, seed = 0;
  std::size_t connections = 64;
};

/// How a client leaves, and what it does before.
enum class Leave : std::uint8_t { AtTheEnd, Close, Reset, HalfClose };

struct Plan {
  std::string bytes;           ///< requests
  std::string behind_upgrade;  ///< frames of a WebSocket
  Leave sending = Leave::AtTheEnd, reading = Leave::AtTheEnd;
  std::size_t send_most = 0;  ///< leaves when so many bytes are sent
  std::size_t read_most = 0;  ///< leaves when so many have come
  int receive_buffer = 0;
};

class Planner {
 public:
  explicit Planner(std::uint64_t seed) : random_(seed) {}

  Plan plan() {
    Plan plan;
    if (below(8) == 0) {
      upgrade(plan);
    } else {
      const std::size_t pipelined = below(4) == 0 ? 1 + below(4) : 0;
      for (std::size_t i = 0; i < pipelined; ++i) plan.bytes += request(false);
      plan.bytes += request(true);
    }
    leave(plan);
    // Who reads slowly leaves early: all of a long answer would take minutes.
    if (plan.reading != Leave::AtTheEnd && below(2) == 0) plan.receive_buffer = 4096;
    return plan;
  }

 private:
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }

  std::string_view mount() { return kMounts.at(below(kMounts.size())); }

  /// Small numbers mostly: they say how, and how much.
  std::size_t number() {
    const std::size_t most = below(8) == 0 ? 600'000 : below(2) == 0 ? 20'000 : 100;
    return below(most);
  }

  /// More than sockets hold: somebody must wait for room.
  std::size_t large_number() { return 3'000'000 + below(3'000'000); }

  std::string request(bool is_last) {
    const std::string_view way = kWays.at(below(kWays.size()));
    const bool has_body = way == "read" || way == "body" || below(8) == 0;
    std::string text = (has_body ? "POST " : below(16) == 0 ? "HEAD " : "GET ");
    const bool is_large = way == "room" && below(4) == 0;
    text += std::string(mount()) + "/" + std::string(way) + "/" +
            std::to_string(is_large ? large_number() : number());
    text += " HTTP/1.1\r\nHost: crowd\r\n";
    if (is_last) text += "Connection: close\r\n";
    return has_body ? text + body() : text + "\r\n";
  }

  std::string body() {
    std::string bytes(number() / 4, 'b');
    std::string fields = below(8) == 0 ? "Expect: 100-continue\r\n" : "";
    if (below(2) == 0) {
      return fields + "Content-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" +
             bytes;
    }
    std::ostringstream chunked;
    chunked << fields << "Transfer-Encoding: chunked\r\n\r\n";
    if (!bytes.empty())
      chunked << std::hex << bytes.size() << "\r\n" << bytes << "\r\n";
    chunked << "0\r\n\r\n";
    return chunked.str();
  }

  void upgrade(Plan& plan) {
    using appserver::testing::kEnd;
    using appserver::testing::kText;
    using appserver::testing::ws_frame;
    plan.bytes += "GET " + std::string(mount()) + "/ws/" + std::to_string(number()) +
                  " HTTP/1.1\r\nHost: crowd\r\nConnection: Upgrade\r\nUpgrade: "
                  "websocket\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const std::size_t messages = below(6);
    constexpr std::string_view kFirst = "epeppcef";
    for (std::size_t i = 0; i < messages; ++i) {
      const std::string text(1 + below(below(4) == 0 ? 5000 : 100),
                             kFirst[below(kFirst.size())]);
      plan.behind_upgrade += ws_frame(kText, text);
    }
    plan.behind_upgrade += ws_frame(kEnd, appserver::testing::ws_close(1000));
  }

  void leave(Plan& plan) {
    const std::size_t all = plan.bytes.size() + plan.behind_upgrade.size();
    plan.send_most = all;
    plan.read_most = below(2) == 0 ? below(400) : below(200'000);
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        return;
      case 3:
        plan.sending = Leave::Close;
        plan.send_most = below(all);
        return;
      case 4:
        plan.sending = Leave::Reset;
        plan.send_most = below(all);
        return;
      case 5:
        plan.sending = Leave::HalfClose;
        plan.send_most = below(all);
        return;
      case 6:
        plan.sending = Leave::HalfClose;
        return;
      case 7:
        plan.sending = below(2) == 0 ? Leave::Close : Leave::Reset;
        return;
      case 8:
        plan.reading = Leave::Close;
        return;
      default:
        plan.reading = Leave::Reset;
        return;
    }
  }

  std::mt19937_64 random_;
};

sockaddr_in address_of(const Options& options) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  if (::inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error("not an address: " + options.host);
  return address;
}

/// One client, from its connect to its end.
class Client {
 public:
  Client(const Options& options, Plan plan) : plan_(std::move(plan)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) throw std::runtime_error("no socket");
    if (plan_.receive_buffer > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &plan_.receive_buffer,
                   sizeof plan_.receive_buffer);
    }
    const sockaddr_in address = address_of(options);
    const int connected =
        ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (connected != 0 && errno != EINPROGRESS)
      throw std::runtime_error("the server does not let clients in");
  }

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  ~Client() { end(Leave::Close); }

  [[nodiscard]] int fd() const { return fd_; }

  [[nodiscard]] bool is_over() const { return fd_ < 0; }

  [[nodiscard]] bool is_stuck() const { return Clock::now() - begin_ > kStuck; }

  [[nodiscard]] std::string describe() const {
    return plan_.bytes.substr(0, 300) + "\n... sent " + std::to_string(sent_) + ", " +
           std::to_string(read_) + " came, begins with:\n" + head_;
  }

  [[nodiscard]] short events() const {
    return static_cast<short>(POLLIN | (wants_to_send() ? POLLOUT : 0));
  }

  void go_on(short events) {
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) receive();
    if (!is_over() && (events & POLLOUT) != 0) send();
  }

 private:
  [[nodiscard]] std::size_t to_send() const {
    return std::min(plan_.bytes.size(), plan_.send_most);
  }

  [[nodiscard]] bool wants_to_send() const {
    return !ended_side_ && (sent_ < to_send() || sent_ >= plan_.send_most);
  }

  void send() {
    while (sent_ < to_send()) {
      const ssize_t n =
          ::send(fd_, plan_.bytes.data() + sent_, to_send() - sent_, MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN) return;
      if (n < 0) {  // it was refused: an answer may be there to read
        ended_side_ = true;
        return;
      }
      sent_ += static_cast<std::size_t>(n);
    }
    if (sent_ < plan_.send_most) return;
    ended_side_ = true;
    if (plan_.sending == Leave::HalfClose) {
      ::shutdown(fd_, SHUT_WR);
    } else if (plan_.sending != Leave::AtTheEnd) {
      end(plan_.sending);
    }
  }

  void receive() {
    std::array<char, 16384> bytes{};
    const ssize_t n = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return end(Leave::Close);
    note(std::string_view(bytes.data(), static_cast<std::size_t>(n)));
    read_ += static_cast<std::size_t>(n);
    if (plan_.reading != Leave::AtTheEnd && read_ >= plan_.read_most)
      end(plan_.reading);
  }

  /// Frames follow when the WebSocket is accepted; else our side ends.
  void note(std::string_view bytes) {
    if (head_.size() < 200) head_ += bytes.substr(0, 200);
    constexpr std::string_view kAccepted = "HTTP/1.1 101 ";
    if (plan_.behind_upgrade.empty() || head_.size() < kAccepted.size()) return;
    if (head_.starts_with(kAccepted)) {
      plan_.bytes += std::exchange(plan_.behind_upgrade, {});
    } else if (!std::exchange(ended_side_, true)) {
      ::shutdown(fd_, SHUT_WR);
    }
  }

  void end(Leave how) {
    if (fd_ < 0) return;
    if (how == Leave::Reset) {
      const linger at_once{1, 0};
      ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    ::close(fd_);
    fd_ = -1;
  }

  Plan plan_;
  int fd_ = -1;
  std::size_t sent_ = 0, read_ = 0;
  bool ended_side_ = false;
  std::string head_;  ///< how the answers begin
  Clock::time_point begin_ = Clock::now();
};

// ---- what the app says ----

/// The whole of what comes; the body of an answer is behind the empty line.
std::string get(const Options& options, std::string_view target) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = address_of(options);
  std::string text = "GET " + std::string(target) +
                     " HTTP/1.1\r\nHost: crowd\r\nConnection: close\r\n\r\n";
  const timeval patience{60, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const bool asked =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size());
  text.clear();
  std::array<char, 4096> bytes{};
  ssize_t n = 0;
  while (asked && (n = ::recv(fd, bytes.data(), bytes.size(), 0)) > 0)
    text.append(bytes.data(), static_cast<std::size_t>(n));
  ::close(fd);
  const std::size_t body = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 200 ") || body == std::string::npos)
    throw std::runtime_error(std::string(target) + " is not answered: " + text);
  return text.substr(body + 4);
}

struct Promised {
  std::uint64_t granted = 0, refused = 0, ended = 0, wrong = 0;

  [[nodiscard]] bool is_settled() const { return granted == refused + ended; }
};

/// What one app or all of them were promised.
struct Counts {
  std::uint64_t calls = 0, descriptors = 0;
  std::map<std::string, Promised> kinds;
  std::map<std::string, std::uint64_t> reasons;

  void add(const std::string& text) {
    std::istringstream lines(text);
    std::string line, word, more;
    while (std::getline(lines, line)) {
      std::istringstream words(line);
      words >> word;
      std::uint64_t n = 0;
      if (word == "#") {
        words >> word >> more >> n;
        reasons[word + " " + more] += n;
      } else if (word == "calls") {
        words >> n;
        calls += n;
      } else if (word == "descriptors") {
        words >> descriptors;
      } else {
        Promised now;
        words >> now.granted >> now.refused >> now.ended >> now.wrong;
        Promised& sum = kinds[word];
        sum.granted += now.granted;
        sum.refused += now.refused;
        sum.ended += now.ended;
        sum.wrong += now.wrong;
      }
    }
  }
};

Counts counts_of(const Options& options) {
  Counts counts;
  for (const std::string_view ledger : kLedgers) counts.add(get(options, ledger));
  return counts;
}

std::uint64_t calls_of(const Options& options) {
  std::uint64_t calls = 0;
  for (const std::string_view mount : kMounts) {
    Counts counts;
    counts.add(get(options, std::string(mount) + "/counts"));
    calls += counts.calls;
  }
  return calls;
}

// ---- all of them ----

/// Connections until so many exchanges have begun; how many they were.
std::size_t run(const Options& options, Planner& planner, std::uint64_t calls) {
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<pollfd> polled;
  std::size_t opened = 0;
  bool is_enough = false;
  // Beside it: a blocking app that waits for one of our clients may have no thread
  // free.
  const auto ask = [&] { return calls_of(options); };
  std::future<std::uint64_t> asked = std::async(std::launch::async, ask);
  while (!is_enough || !clients.empty()) {
    while (!is_enough && clients.size() < options.connections) {
      clients.push_back(std::make_unique<Client>(options, planner.plan()));
      ++opened;
    }
    if (!is_enough &&
        asked.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
      is_enough = asked.get() >= calls && opened >= kLeast;
      if (!is_enough) asked = std::async(std::launch::async, ask);
    }
    polled.clear();
    for (const auto& client : clients)
      polled.push_back({client->fd(), client->events(), 0});
    if (::poll(polled.data(), polled.size(), 1000) < 0)
      throw std::runtime_error("poll failed");
    for (std::size_t i = 0; i < polled.size(); ++i) {
      clients[i]->go_on(polled[i].revents);
      if (clients[i]->is_stuck())
        throw std::runtime_error("no end of this one:\n" + clients[i]->describe());
    }
    std::erase_if(clients, [](const auto& client) { return client->is_over(); });
  }
  return opened;
}

bool is_settled(const Counts& counts) {
  return std::all_of(counts.kinds.begin(), counts.kinds.end(),
                     [](const auto& kind) { return kind.second.is_settled(); });
}

/// Is all over, and no descriptor left?
bool is_settled(const Counts& counts, std::uint64_t descriptors) {
  return counts.descriptors <= descriptors && is_settled(counts);
}

Counts settle(const Options& options, std::uint64_t descriptors) {
  const Clock::time_point until = Clock::now() + kSettled;
  Counts counts = counts_of(options);
  while (!is_settled(counts, descriptors) && Clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    counts = counts_of(options);
  }
  return counts;
}

/// Those that the server keeps when all is over: it lingers for some of its clients.
std::uint64_t descriptors_at_rest(const Options& options) {
  std::uint64_t least = settle(options, UINT64_MAX).descriptors;
  for (int i = 0; i < 30; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    least = std::min(least, counts_of(options).descriptors);
  }
  return least;
}

/// Says them, and whether all was as promised.
bool judge(const Counts& counts, std::uint64_t descriptors) {
  bool is_good = is_settled(counts, descriptors);
  std::cout << "kind granted refused ended wrong\n";
  for (const auto& [name, kind] : counts.kinds) {
    const bool as_promised = kind.granted > 0 && kind.is_settled() && kind.wrong == 0;
    is_good = is_good && as_promised;
    std::cout << name << " " << kind.granted << " " << kind.refused << " " << kind.ended
              << " " << kind.wrong << (as_promised ? "" : "   FAILED") << "\n";
  }
  for (const auto& [reason, times] : counts.reasons)
    std::cout << "# " << reason << " " << times << "\n";
  std::cout << "descriptors " << descriptors << " before, " << counts.descriptors
            << " after\n";
  return is_good;
}

Options parse(const std::vector<std::string>& words) {
  Options options;
  options.seed = std::random_device{}();
  const std::string& url = words.at(1);
  const std::size_t colon = url.rfind(':');
  options.host = url.substr(7, colon - 7);
  options.port = static_cast<std::uint16_t>(std::stoul(url.substr(colon + 1)));
  for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
    const std::uint64_t n = std::stoull(words[i + 1]);
    if (words[i] == "--calls") options.calls = n;
    if (words[i] == "--connections") options.connections = n;
    if (words[i] == "--seed") options.seed = n;
  }
  return options;
}

int main_of(const std::vector<std::string>& words) {
  if (words.size() < 2 || !words[1].starts_with("http://")) {
    std::cerr << "usage: vanishing_crowd http://HOST:PORT --calls N [--connections N]"
                 " [--seed N]\n";
    return 2;
  }
  const Options options = parse(words);
  std::cout << "seed " << options.seed << std::endl;
  Planner planner(options.seed);
  // What the server makes for the first WebSocket it keeps.
  run(options, planner, 1);
  const std::uint64_t descriptors = descriptors_at_rest(options);
  const Clock::time_point begin = Clock::now();
  const std::size_t opened = run(options, planner, options.calls);
  const std::chrono::duration<double> took = Clock::now() - begin;
  const Counts counts = settle(options, descriptors);
  const bool is_good = judge(counts, descriptors);
  std::cout << calls_of(options) << " exchanges on " << opened << " connections, "
            << took.count() << " s: " << (is_good ? "all ended once" : "FAILED")
            << "\n";
  return is_good ? 0 : 1;
}

}  // namespace
}  // namespace crowd

int main(int argc, char** argv) {
  try {
    return crowd::main_of(std::vector<std::string>(argv, argv + argc));
  } catch (const std::exception& error) {
    std::cerr << "vanishing_crowd: " << error.what() << "\n";
    return 1;
  }
}
