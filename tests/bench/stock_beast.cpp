// The floor of scripts/bench: Boost.Beast as its own advanced_server example uses it.
// tcp_stream on a strand, basic_fields, string_body, one deadline per operation, a
// queue of pipelined answers; like the example it does not set TCP_NODELAY and writes
// no access log. Answers a body with the same body (as our `echo`), else with BODY (as
// our `hello`).
//
//   stock_beast BODY     listens on a free port of 127.0.0.1 and says which on stderr
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = net::ip::tcp;

constexpr std::size_t kQueuedAnswers = 8;  // as the example
constexpr std::chrono::seconds kDeadline{30};
constexpr std::uint64_t kBodyLimit = 1048576;

using Request = http::request<http::string_body>;

http::message_generator answer_to(Request&& request, const std::string& body) {
  http::response<http::string_body> response{http::status::ok, request.version()};
  response.set(http::field::server, BOOST_BEAST_VERSION_STRING);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.keep_alive(request.keep_alive());
  response.body() = body;
  if (!request.body().empty()) response.body() = std::move(request.body());
  response.prepare_payload();
  return response;
}

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket&& socket, const std::string& body)
      : stream_(std::move(socket)), body_(body) {
    answers_.reserve(kQueuedAnswers);
  }

  void run() {
    net::dispatch(stream_.get_executor(),
                  beast::bind_front_handler(&Session::read, shared_from_this()));
  }

 private:
  void read() {
    parser_.emplace();
    parser_->body_limit(kBodyLimit);
    stream_.expires_after(kDeadline);
    http::async_read(stream_, buffer_, *parser_,
                     beast::bind_front_handler(&Session::on_read, shared_from_this()));
  }

  void on_read(beast::error_code ec, std::size_t /*bytes*/) {
    if (ec == http::error::end_of_stream) return close();
    if (ec) return;
    answers_.push_back(answer_to(parser_->release(), body_));
    if (answers_.size() == 1) write();
    if (answers_.size() < kQueuedAnswers) read();
  }

  void write() {
    const bool keep_alive = answers_.front().keep_alive();
    beast::async_write(
        stream_, std::move(answers_.front()),
        beast::bind_front_handler(&Session::on_write, shared_from_this(), keep_alive));
  }

  void on_write(bool keep_alive, beast::error_code ec, std::size_t /*bytes*/) {
    if (ec) return;
    if (!keep_alive) return close();
    if (answers_.size() == kQueuedAnswers) read();
    answers_.erase(answers_.begin());
    if (!answers_.empty()) write();
  }

  void close() {
    beast::error_code ignored;  // the peer may have closed first
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  const std::string& body_;
  beast::flat_buffer buffer_;
  std::vector<http::message_generator> answers_;
  std::optional<http::request_parser<http::string_body>> parser_;
};

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(net::io_context& io, std::string body)
      : io_(io),
        acceptor_(net::make_strand(io), {net::ip::address_v4::loopback(), 0}),
        body_(std::move(body)) {}

  void accept() {
    acceptor_.async_accept(
        net::make_strand(io_),
        beast::bind_front_handler(&Listener::on_accept, shared_from_this()));
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void on_accept(beast::error_code ec, tcp::socket socket) {
    if (!ec) std::make_shared<Session>(std::move(socket), body_)->run();
    accept();
  }

  net::io_context& io_;
  tcp::acceptor acceptor_;
  std::string body_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: stock_beast BODY\n");
    return 2;
  }
  try {
    net::io_context io{1};
    const auto listener = std::make_shared<Listener>(io, argv[1]);
    listener->accept();
    std::fprintf(stderr, "listening on http://127.0.0.1:%u\n",
                 unsigned{listener->port()});
    io.run();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "stock_beast: %s\n", failure.what());
    return 1;
  }
}
