// Prepared requests for measuring: a client that costs less than any server.
#include "load_traffic.hpp"

namespace load {
namespace {

constexpr std::size_t kPipelined = 16;

// What a browser sends with a page's first request: twelve fields.
constexpr std::string_view kBrowserFields =
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
    "Firefox/128.0\r\n"
    "Accept: "
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Cookie: session=6f1e2d3c4b5a69788796a5b4c3d2e1f0; theme=dark; consent=all\r\n"
    "Referer: http://shop.example/catalogue?page=2\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Connection: keep-alive\r\n";

class Steady final : public Traffic {
 public:
  Steady(const Options& options, std::string one, std::size_t together, bool closes)
      : expect_status_(options.expect_status),
        expect_header_(options.expect_header),
        expect_body_(options.expect_body),
        size_(one.size()),
        together_(together),
        closes_(closes) {
    for (std::size_t i = 0; i < together; ++i) bytes_ += one;
  }

  void next(Burst& burst, std::size_t most) override {
    burst.requests = std::min(together_, most);
    burst.bytes = std::string_view(bytes_).substr(0, burst.requests * size_);
  }

  bool is_right(const Answer& answer, const Burst&, std::size_t) override {
    return answer.status == expect_status_ &&
           (expect_body_.empty() || body_is_right(answer));
  }

  [[nodiscard]] bool needs_bodies() const override { return !expect_body_.empty(); }

  [[nodiscard]] bool closes() const override { return closes_; }

 private:
  /// The body is the template with the header's value in place of its %.
  [[nodiscard]] bool body_is_right(const Answer& answer) const {
    const std::string_view value = field(answer.head, expect_header_);
    const std::string_view body = answer.body;
    const std::size_t at = expect_body_.find('%');
    const std::string_view before = std::string_view(expect_body_).substr(0, at);
    const std::string_view after = std::string_view(expect_body_).substr(at + 1);
    return !value.empty() &&
           body.size() == before.size() + value.size() + after.size() &&
           body.starts_with(before) && body.ends_with(after) &&
           body.substr(before.size(), value.size()) == value;
  }

  int expect_status_;
  std::string expect_header_, expect_body_;
  std::size_t size_, together_;
  bool closes_;
  std::string bytes_;
};

std::string get_bytes(const Options& options, std::string_view fields) {
  return "GET " + options.get_path + " HTTP/1.1\r\nHost: " + options.host + "\r\n" +
         std::string(fields) + "\r\n";
}

std::string post_bytes(const Options& options, std::size_t size) {
  return "POST " + options.post_path + " HTTP/1.1\r\nHost: " + options.host +
         "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
         std::string(size, 'x');
}

}  // namespace

std::unique_ptr<Traffic> steady_traffic(const Options& options) {
  const auto make = [&](std::string one, std::size_t together = 1,
                        bool closes = false) {
    return std::make_unique<Steady>(options, std::move(one), together, closes);
  };
  if (options.mode == "plain") return make(get_bytes(options, ""));
  if (options.mode == "browser") return make(get_bytes(options, kBrowserFields));
  if (options.mode == "pipeline") return make(get_bytes(options, ""), kPipelined);
  if (options.mode == "connect") {
    return make(get_bytes(options, "Connection: close\r\n"), 1, true);
  }
  if (options.mode == "post1k") return make(post_bytes(options, 1024));
  if (options.mode == "post64k") return make(post_bytes(options, 65536));
  return nullptr;
}

}  // namespace load
