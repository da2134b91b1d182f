#include "control/http_endpoint.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "http/head_scanner.hpp"
#include "http/request_rules.hpp"
#include "http/short_answer.hpp"
#include "http/status.hpp"
#include "net/stream.hpp"

namespace appserver::control {
namespace {

constexpr std::size_t kClientsMost = 32;  // more wait in the backlog
constexpr std::size_t kHeadMost = 8 * 1024;
constexpr std::size_t kFieldsMost = 64;
constexpr std::size_t kBodyMost = 4 * 1024;  // longer: 413
constexpr std::int64_t kRequestMs = 10'000;  // for a whole request
constexpr std::int64_t kAnswerMs = 10'000;   // to take the answer
constexpr std::int64_t kLingerMs = 2'000;    // to read it and to close
constexpr http::HeadLimits kLimits{
    .line = kHeadMost, .field = kHeadMost, .fields = kFieldsMost, .head = kHeadMost};

}  // namespace

class HttpEndpoint::Client final : public net::Watch {
 public:
  Client(HttpEndpoint& owner, UniqueFd fd, Ticket ticket)
      : ticket_(ticket), owner_(owner), stream_(std::move(fd)) {
    in_.reserve(kHeadMost + kBodyMost);  // views into it do not move
    give_until(kRequestMs);
  }

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() = default;

  [[nodiscard]] Ticket ticket() const { return ticket_; }

  [[nodiscard]] int fd() const { return stream_.fd(); }

  [[nodiscard]] bool is_late(std::int64_t now_ms) const {
    return deadline_ms_ != 0 && now_ms >= deadline_ms_;
  }

  void on_ready(std::uint32_t events) override {
    if (!stream_.is_open()) return;
    switch (step_) {
      case Step::Reading:
        return read();
      case Step::Waiting:  // nothing is asked for: it is gone
        return close();
      case Step::Sending:
        return (events & EPOLLERR) != 0 ? close() : send();
      case Step::Lingering:
        return linger();
    }
  }

  void answer(const EndpointAnswer& answer) {
    out_.append(http::status_line(answer.status))
        .append("Date: ")
        .append(owner_.date_.imf(owner_.loop_.unix_s()))
        .append("\r\nContent-Type: ")
        .append(answer.type)
        .append("\r\nContent-Length: ")
        .append(std::to_string(answer.body.size()))
        .append("\r\nCache-Control: no-store\r\nConnection: close\r\n");
    if (!answer.allow.empty())
      out_.append("Allow: ").append(answer.allow).append("\r\n");
    out_.append("\r\n");
    if (head_.method != "HEAD") out_.append(answer.body);
    step_ = Step::Sending;
    give_until(kAnswerMs);
    owner_.loop_.modify(fd(), EPOLLOUT, *this);
    send();
  }

  void close() {
    if (!stream_.is_open()) return;
    owner_.loop_.remove(fd());
    stream_.close();
    owner_.ended(*this);
  }

 private:
  enum class Step : unsigned char { Reading, Waiting, Sending, Lingering };

  void give_until(std::int64_t ms) { deadline_ms_ = owner_.loop_.now_ms() + ms; }

  void refuse(const http::Rejection& rejection) {
    answer({rejection.status, "text/plain", std::string(rejection.why) + "\n"});
  }

  void read() {
    std::array<char, kHeadMost + kBodyMost> bytes{};
    const std::size_t room = in_.capacity() - in_.size();
    const net::IoResult got =
        stream_.receive(bytes.data(), std::min(room, bytes.size()));
    if (got.io == net::Io::Again) return;
    if (got.io != net::Io::Done) return close();
    in_.append(bytes.data(), got.size);
    if (!is_judged_ && !judge()) return;
    const auto body = static_cast<std::size_t>(request_.content_length);
    if (in_.size() < head_.size + body) {
      // A few bytes into an empty buffer of the socket: they fit.
      if (std::exchange(request_.expects_continue, false))
        stream_.send("HTTP/1.1 100 Continue\r\n\r\n");
      return;
    }
    step_ = Step::Waiting;
    deadline_ms_ = 0;  // whoever answers has a deadline of its own
    owner_.loop_.modify(fd(), 0, *this);
    const auto rest = std::string_view(in_).substr(head_.size, body);
    owner_.handler_({head_.method, request_.target.path, rest}, ticket_);
  }

  /// False: there is no head yet, or it has been refused.
  bool judge() {
    http::Rejection rejection;
    const auto progress = scanner_.scan(in_, table_, kLimits, head_, rejection);
    if (progress == http::HeadProgress::NeedMore) return false;
    if (progress == http::HeadProgress::Refused) return refuse(rejection), false;
    if (!http::judge_request(head_, request_, rejection))
      return refuse(rejection), false;
    if (request_.body == http::BodyKind::Chunked)
      return refuse({411, "a body needs a Content-Length here"}), false;
    if (request_.content_length > static_cast<std::int64_t>(kBodyMost))
      return refuse({413, "the body is too long"}), false;
    return is_judged_ = true;
  }

  void send() {
    while (sent_ < out_.size()) {
      const net::IoResult result = stream_.send(std::string_view(out_).substr(sent_));
      if (result.io == net::Io::Again) return;
      if (result.io != net::Io::Done) return close();
      sent_ += result.size;
    }
    // A close with bytes unread would be a reset, and the answer lost.
    stream_.shutdown_send();
    step_ = Step::Lingering;
    give_until(kLingerMs);
    owner_.loop_.modify(fd(), EPOLLIN, *this);
  }

  void linger() {
    std::array<char, 4096> ignored{};
    const net::IoResult got = stream_.receive(ignored.data(), ignored.size());
    if (got.io == net::Io::End || got.io == net::Io::Failed) close();
  }

  const Ticket ticket_;
  HttpEndpoint& owner_;
  net::Stream stream_;
  Step step_ = Step::Reading;
  std::int64_t deadline_ms_ = 0;  ///< 0: none
  std::string in_, out_;
  std::size_t sent_ = 0;
  bool is_judged_ = false;
  http::HeadScanner scanner_;
  std::array<http::Field, kFieldsMost> table_{};
  http::RequestHead head_;
  http::Request request_;
};

HttpEndpoint::HttpEndpoint(net::EventLoop& loop, UniqueFd listener, Handler handler)
    : loop_(loop), listener_(std::move(listener)), handler_(std::move(handler)) {
  loop_.add(listener_.get(), EPOLLIN, *this);
}

HttpEndpoint::~HttpEndpoint() {
  leave();
  for (const auto& client : clients_) loop_.remove(client->fd());
}

void HttpEndpoint::answer(Ticket ticket, EndpointAnswer answer) {
  const auto is_it = [ticket](const auto& client) {
    return client->ticket() == ticket;
  };
  const auto found = std::find_if(clients_.begin(), clients_.end(), is_it);
  if (found == clients_.end()) return;
  if (answer.type.empty()) answer.type = "application/json";
  (*found)->answer(answer);
}

void HttpEndpoint::on_ready(std::uint32_t) {
  UniqueFd fd(
      ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return accept_again(false);  // out of descriptors, perhaps: at the next tick
  const int number = fd.get();
  auto client = std::make_unique<Client>(*this, std::move(fd), ++last_ticket_);
  if (!loop_.add(number, EPOLLIN, *client)) return;
  clients_.push_back(std::move(client));
  if (clients_.size() == kClientsMost) accept_again(false);
}

void HttpEndpoint::leave() {
  if (!listener_) return;
  loop_.remove(listener_.get());
  listener_.reset();
}

void HttpEndpoint::accept_again(bool again) {
  if (!listener_) return;
  is_paused_ = !again;
  loop_.modify(listener_.get(), again ? EPOLLIN : 0U, *this);
}

void HttpEndpoint::ended(Client& client) {
  const auto is_it = [&client](const auto& other) { return other.get() == &client; };
  const auto found = std::find_if(clients_.begin(), clients_.end(), is_it);
  ended_.push_back(std::move(*found));
  clients_.erase(found);
}

void HttpEndpoint::tick(std::int64_t now_ms) {
  for (std::size_t i = clients_.size(); i-- > 0;) {  // close() takes it away
    if (clients_[i]->is_late(now_ms)) clients_[i]->close();
  }
  if (is_paused_ && clients_.size() < kClientsMost) accept_again(true);
}

void HttpEndpoint::forget_ended() {
  ended_.clear();
}

void HttpEndpoint::close_in_child() {
  if (listener_) ::close(listener_.get());
  for (const auto& client : clients_) ::close(client->fd());
}

}  // namespace appserver::control
