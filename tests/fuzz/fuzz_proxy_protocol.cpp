// PROXY headers: a stream that is cut anywhere gives the answer of the whole, and what
// is accepted keeps the promises of http/proxy_protocol.hpp. The input is one byte (bit
// 0: version 1 is taken, bit 1: version 2), then the stream.
#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/proxy_protocol.hpp"
#include "require.hpp"

namespace {

using appserver::IpText;
using appserver::fuzz::require;
namespace http = appserver::http;
using http::ProxyProgress;
using Source = http::ProxyHeader::Source;

struct Answer {
  ProxyProgress progress = ProxyProgress::NeedMore;
  http::ProxyHeader header;
};

Answer read(std::string_view bytes, http::ProxyVersions versions) {
  // A block of exactly this size: a sanitizer sees each byte read beyond it.
  const std::vector<char> block(bytes.begin(), bytes.end());
  Answer answer;
  http::Rejection rejection{0, nullptr};
  answer.progress = http::read_proxy_header({block.data(), block.size()}, versions,
                                            answer.header, rejection);
  const bool refused = answer.progress == ProxyProgress::Refused;
  require(refused == (rejection.status == 400) &&
          refused == (rejection.why != nullptr));
  return answer;
}

void check(const http::ProxyHeader& header, std::string_view bytes) {
  const bool is_text = bytes.front() == 'P';
  require(header.size <= bytes.size());
  require(header.size <= (is_text ? http::kLongestProxyV1 : http::kLongestProxyV2));
  const std::string_view used = bytes.substr(0, header.size);
  require(!is_text || (used.find('\n') == used.size() - 1 && used.ends_with("\r\n")));
  require(!is_text || header.source != Source::Local);
  if (header.source != Source::Named) return;
  const std::string text(IpText(header.address).view());
  unsigned char raw[16];
  require(inet_pton(header.address.is_v4() ? AF_INET : AF_INET6, text.c_str(), raw) ==
          1);
}

bool same(const Answer& a, const Answer& b) {
  if (a.progress != b.progress) return false;
  if (a.progress != ProxyProgress::Complete) return true;
  return a.header.source == b.header.source && a.header.address == b.header.address &&
         a.header.port == b.header.port && a.header.size == b.header.size;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const http::ProxyVersions versions{(bytes[0] & 1U) != 0, (bytes[0] & 2U) != 0};
  const std::string_view in(reinterpret_cast<const char*>(bytes + 1), size - 1);
  const Answer whole = read(in, versions);
  if (whole.progress == ProxyProgress::Complete) check(whole.header, in);
  if (whole.progress == ProxyProgress::NeedMore) {
    require(in.size() < http::kLongestProxyV2);
  }
  constexpr std::size_t kEveryCut = 300;
  bool decided = false;
  for (std::size_t cut = 0; cut < in.size(); cut += cut < kEveryCut ? 1 : 997) {
    const Answer part = read(in.substr(0, cut), versions);
    const bool needs_more = part.progress == ProxyProgress::NeedMore;
    require(needs_more ? !decided : same(part, whole));
    decided = decided || !needs_more;
  }
  return 0;
}
