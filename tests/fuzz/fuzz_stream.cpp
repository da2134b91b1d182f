// Structure-aware: the input chooses requests, with bodies, pipelined, and noise
// between them; the stream they make is served whole, byte by byte, cut where the input
// says and cut in two at every place. The outcomes must be the same: which requests
// were served, with which bodies, and what the stream was refused for.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/chunked_decoder.hpp"
#include "http/head_scanner.hpp"
#include "http/request_rules.hpp"
#include "require.hpp"

namespace {

using appserver::fuzz::require;
namespace http = appserver::http;
using http::view;

/// Choices made of the input; zeros when it is used up.
class Choices {
 public:
  explicit Choices(std::string_view in) : in_(in) {}

  std::size_t below(std::size_t n) {
    if (in_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(in_[0]);
    in_.remove_prefix(1);
    return byte % n;
  }

  template <std::size_t N>
  std::string_view of(const std::array<std::string_view, N>& set) {
    return set[below(N)];
  }

  std::string_view bytes(std::size_t most) {
    const std::string_view taken = in_.substr(0, below(most + 1));
    in_.remove_prefix(std::min(taken.size(), in_.size()));
    return taken;
  }

  [[nodiscard]] bool empty() const { return in_.empty(); }

 private:
  std::string_view in_;
};

constexpr std::array<std::string_view, 8> kStarts = {
    "GET / HTTP/1.1\r\n",
    "POST /a/b?c=d HTTP/1.1\r\n",
    "OPTIONS * HTTP/1.1\r\n",
    "GET http://a.example/x HTTP/1.1\r\n",
    "PUT /%41 HTTP/1.0\r\n",
    "\r\nGET / HTTP/1.1\r\n",
    "HEAD /a-target/that-is/longer-than/one-block HTTP/1.1\r\n",
    "BREW /pot HTTP/1.1\r\n"};

constexpr std::array<std::string_view, 32> kFields = {
    "Host: a\r\n",
    "Host: a.example:8080\r\n",
    "User-Agent: some agent/1.0 (x; y)\r\n",
    "Accept-Language: en-US,en;q=0.5\r\n",
    "Upgrade-Insecure-Requests: 1\r\n",
    "Connection: keep-alive\r\n",
    "Connection: close, X-A\r\n",
    "X-A:\r\n",
    "X_a: \t b \r\n",
    "Cookie: a=b; c=d; e=0123456789abcdef0123456789abcdef\r\n",
    "TE: trailers\r\n",
    "Expect: 100-continue\r\n",
    "Content-Type: text/plain\r\n",
    "a:b\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 5, 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Content-Length: 05\r\n",
    "X: y\r\n z\r\n",
    "X : y\r\n",
    "X: y\n",
    "X: a\rb\r\n",
    "no colon\r\n",
    ": nothing\r\n",
    "Content-Length:\t5\r\n",
    "Transfer-Encoding: chunked \r\n",
    "Host:\r\n",
    "X: \xc3\xa4\xff\r\n",
    "Proxy: a\r\n",
    "Keep-Alive: timeout=5\r\n",
    "X: \x01\r\n"};

constexpr std::array<std::string_view, 12> kChunks = {
    "5\r\nhello\r\n",        "1;a=b\r\nx\r\n",
    "A\r\n0123456789\r\n",   "0\r\n\r\n",
    "0\r\nX-Sum: 5\r\n\r\n", "00\r\n\r\n",
    "5 \r\nhello\r\n",       "5\nhello\r\n",
    "3\r\nabcd\r\n",         "ffffffffffffffff\r\n",
    "1;\"\r\n\"\r\nx\r\n",   "\r\n"};

void add_request(Choices& choose, std::string& stream) {
  stream += choose.of(kStarts);
  stream += "Host: a.example\r\n";
  for (std::size_t i = choose.below(6); i > 0; --i) stream += choose.of(kFields);
  const std::size_t kind = choose.below(4);
  if (kind == 1) {
    const std::string_view body = choose.bytes(40);
    stream.append("Content-Length: ").append(std::to_string(body.size()));
    stream.append("\r\n\r\n").append(body);
  } else if (kind == 2) {
    stream += "Transfer-Encoding: chunked\r\n\r\n";
    for (std::size_t i = choose.below(5); i > 0; --i) stream += choose.of(kChunks);
    stream += "0\r\n\r\n";
  } else {
    stream += "\r\n";
  }
}

std::string make_stream(Choices& choose) {
  std::string stream;
  for (int i = 0; i < 6 && !choose.empty(); ++i) {
    add_request(choose, stream);
    if (choose.below(8) == 7) stream += choose.bytes(24);  // noise
    if (choose.below(8) == 7 && !stream.empty()) {
      char& byte = stream[choose.below(stream.size())];
      byte =
          static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << choose.below(8)));
    }
  }
  return stream;
}

/// What a connection does with received bytes, as text.
class Server {
 public:
  explicit Server(std::size_t most) { bytes_.reserve(most); }

  void receive(std::string_view piece, bool moves) {
    bytes_.insert(bytes_.end(), piece.begin(), piece.end());
    if (moves) {  // other memory, which ends where the bytes end
      bytes_ = std::vector<char>(bytes_.begin() + static_cast<std::ptrdiff_t>(used_),
                                 bytes_.end());
      used_ = 0;
    }
    while (!refused_ && used_ < bytes_.size()) {
      if (!(in_body_ ? take_body() : take_head())) break;
    }
  }

  std::string story;

 private:
  std::span<char> unread() { return std::span<char>(bytes_).subspan(used_); }

  bool take_head() {
    http::Rejection rejection;
    const auto progress = scanner_.scan(unread(), table_, limits_, head_, rejection);
    if (progress == http::HeadProgress::NeedMore) return false;
    if (progress == http::HeadProgress::Refused) return refuse(rejection);
    used_ += head_.size;
    const auto judged = http::judge_request(head_);
    if (!judged) return refuse(judged.error());
    tell(*judged);
    left_ = judged->content_length;
    chunks_ = {};
    in_body_ = judged->body != http::BodyKind::None;
    return true;
  }

  void tell(const http::Request& request) {
    story.append("\n").append(head_.method).append(" ").append(head_.target);
    story.append(" ").append(std::to_string(head_.version));
    story.append(request.keep_alive ? " keeps" : " closes");
    story.append(request.expects_continue ? " expects" : "").append(" for ");
    story.append(request.host)
        .append(" ")
        .append(std::to_string(request.content_length));
    for (const auto& field : head_.fields.first(request.field_count)) {
      story.append("\n  ")
          .append(view(field.name))
          .append("=")
          .append(view(field.value));
    }
    story += "\n";
  }

  bool take_body() {
    if (left_ >= 0) {
      const auto n =
          std::min<std::size_t>(unread().size(), static_cast<std::size_t>(left_));
      story.append(unread().data(), n);
      used_ += n;
      left_ -= static_cast<std::int64_t>(n);
      in_body_ = left_ != 0;
      return true;
    }
    const auto step = chunks_.step(unread(), 7);
    story.append(unread().data() + step.body_begin, step.body_size);
    used_ += step.used;
    if (chunks_.state() == http::ChunkedDecoder::State::Bad) {
      return refuse({400, "malformed chunks"});
    }
    in_body_ = chunks_.state() != http::ChunkedDecoder::State::Done;
    return step.used != 0 || !in_body_;
  }

  bool refuse(const http::Rejection& rejection) {
    story.append("\nrefused ").append(std::to_string(rejection.status));
    story.append(" ").append(rejection.why);
    refused_ = true;
    return false;
  }

  http::HeadLimits limits_{60, 70, 7, 300};
  http::HeadScanner scanner_;
  http::RequestHead head_;
  http::ChunkedDecoder chunks_;
  std::vector<http::Field> table_ = std::vector<http::Field>(8);
  std::vector<char> bytes_;
  std::size_t used_ = 0;
  std::int64_t left_ = 0;
  bool in_body_ = false, refused_ = false;
};

std::string serve_in_two(std::string_view stream, std::size_t cut, bool moves) {
  Server server(stream.size());
  server.receive(stream.substr(0, cut), false);
  server.receive(stream.substr(cut), moves);
  return server.story;
}

std::string serve_in_pieces(std::string_view stream, Choices choose, bool moves) {
  Server server(stream.size());
  while (!stream.empty()) {
    const std::string_view piece = stream.substr(0, 1 + choose.below(64));
    server.receive(piece, moves && choose.below(4) == 3);
    stream.remove_prefix(piece.size());
  }
  return server.story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(bytes), size);
  const Choices cuts(in.substr(0, 16));
  Choices choose(in.substr(std::min<std::size_t>(size, 16)));
  const std::string stream = make_stream(choose);
  const std::string whole = serve_in_two(stream, 0, false);
  require(serve_in_pieces(stream, Choices({}), false) == whole);  // byte by byte
  require(serve_in_pieces(stream, cuts, false) == whole);
  require(serve_in_pieces(stream, cuts, true) == whole);
  const std::size_t stride = 1 + stream.size() / 400;
  for (std::size_t cut = 1; cut < stream.size(); cut += stride) {
    require(serve_in_two(stream, cut, cut % 2 == 0) == whole);
  }
  return 0;
}
