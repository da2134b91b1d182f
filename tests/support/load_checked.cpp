// Mixed traffic whose answers can each be told from every other.
#include <charconv>
#include <random>

#include "load_traffic.hpp"

namespace load {
namespace {

constexpr std::size_t kPipelined = 16;
constexpr std::size_t kLargestBody = 6000;

class Checked final : public Traffic {
 public:
  explicit Checked(const Options& options) : options_(options), random_(options.seed) {}

  void next(Burst& burst, std::size_t most) override {
    burst.own.clear();
    burst.expected.clear();
    burst.piece = SIZE_MAX;
    switch (below(3)) {
      case 0:
        add_get(burst);
        break;
      case 1:
        for (std::size_t i = 0; i < kPipelined && i < most; ++i) add_get(burst);
        break;
      default:
        add_chunked_post(burst);
        break;
    }
    burst.bytes = burst.own;
    burst.requests = burst.expected.size();
  }

  bool is_right(const Answer& answer, const Burst& burst, std::size_t index) override {
    if (answer.status != options_.expect_status) return false;
    std::string_view body = answer.body;
    if (!options_.expect_header.empty()) {
      const std::string_view build = field(answer.head, options_.expect_header);
      if (build.empty() || !body.starts_with(build) || body.size() <= build.size()) {
        return false;
      }
      body.remove_prefix(build.size() + 1);
    }
    return body == burst.expected[index];
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string nonce() {
    return std::to_string(++serial_) + "-" + std::to_string(random_());
  }

  void add_get(Burst& burst) {
    std::string text = nonce();
    burst.own += "GET " + options_.get_path + "?" + text +
                 " HTTP/1.1\r\nHost: " + options_.host + "\r\n\r\n";
    burst.expected.push_back(std::move(text));
  }

  void add_chunked_post(Burst& burst) {
    std::string body = nonce();
    const std::size_t size = body.size() + below(kLargestBody);
    while (body.size() < size) body += static_cast<char>(below(256));
    burst.own += "POST " + options_.post_path + " HTTP/1.1\r\nHost: " + options_.host +
                 "\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size();) {
      const std::size_t chunk = std::min(body.size() - at, 1 + below(body.size()));
      char digits[16];
      const auto end = std::to_chars(digits, digits + sizeof digits, chunk, 16);
      burst.own.append(digits, end.ptr).append("\r\n");
      burst.own.append(body, at, chunk).append("\r\n");
      at += chunk;
    }
    burst.own += "0\r\n\r\n";
    burst.piece = 1 + below(burst.own.size());
    burst.expected.push_back(std::move(body));
  }

  Options options_;
  std::mt19937_64 random_;
  std::uint64_t serial_ = 0;
};

}  // namespace

std::unique_ptr<Traffic> checked_traffic(const Options& options) {
  return std::make_unique<Checked>(options);
}

}  // namespace load
