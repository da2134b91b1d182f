#include "http/proxy_protocol.hpp"

#include <string>

#include <gtest/gtest.h>

namespace appserver::http {
namespace {

using namespace std::string_literals;
using Source = ProxyHeader::Source;

constexpr ProxyVersions kBoth{true, true};

struct Answer {
  ProxyProgress progress = ProxyProgress::NeedMore;
  ProxyHeader header;
  Rejection rejection;
};

Answer read(const std::string& bytes, ProxyVersions versions = kBoth) {
  Answer answer;
  answer.progress = read_proxy_header(bytes, versions, answer.header, answer.rejection);
  return answer;
}

/// "203.0.113.7 4711", "local", "unknown", or "400 why".
std::string meaning(const Answer& answer) {
  if (answer.progress == ProxyProgress::NeedMore) return "more";
  if (answer.progress == ProxyProgress::Refused) {
    return std::to_string(answer.rejection.status) + " " + answer.rejection.why;
  }
  if (answer.header.source == Source::Local) return "local";
  if (answer.header.source == Source::Unknown) return "unknown";
  return std::string(IpText(answer.header.address).view()) + " " +
         std::to_string(answer.header.port);
}

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string kV4 = "\xcb\x00\x71\x07\x7f\x00\x00\x01\x12\x67\x00\x50"s;

std::string v2(int command, int family, const std::string& behind, int more = 0) {
  const std::size_t size = behind.size() + static_cast<std::size_t>(more);
  return kSignature + static_cast<char>(command) + static_cast<char>(family) +
         static_cast<char>(size >> 8) + static_cast<char>(size & 0xff) + behind;
}

std::string v6_addresses() {
  std::string bytes(32, '\0');
  bytes[0] = '\x20', bytes[1] = '\x01', bytes[2] = '\x0d', bytes[3] = '\xb8';
  bytes[15] = '\x09';
  return bytes + "\xff\xff\x01\xbb";
}

TEST(ProxyProtocol, ReadsLinesOfVersionOne) {
  struct Case {
    const char *line, *meaning;
  };

  for (const Case& c : {
           Case{"PROXY TCP4 203.0.113.7 127.0.0.1 4711 80", "203.0.113.7 4711"},
           Case{"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535",
                "255.255.255.255 65535"},
           Case{"PROXY TCP4 1.2.3.4 5.6.7.8 0 0", "1.2.3.4 0"},
           Case{"PROXY TCP6 2001:db8::9 ::1 65535 443", "2001:db8::9 65535"},
           Case{"PROXY TCP6 ::ffff:1.2.3.4 ::1 5 443", "1.2.3.4 5"},
           Case{"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535"},
           Case{"PROXY UNKNOWN", "unknown"},
           Case{"PROXY UNKNOWN ", "unknown"},
           Case{"PROXY UNKNOWN what ever\tit is", "unknown"},
       }) {
    SCOPED_TRACE(c.line);
    const std::string bytes = std::string(c.line) + "\r\nGET / HTTP/1.1\r\n";
    const Answer answer = read(bytes);
    EXPECT_EQ(meaning(answer), c.meaning);
    EXPECT_EQ(answer.header.size, std::string(c.line).size() + 2);
  }
}

TEST(ProxyProtocol, RefusesLinesThatAreNotExact) {
  for (const char* line : {"PROXY TCP4 203.0.113.7 127.0.0.1 4711",
                           "PROXY TCP4  1.2.3.4 5.6.7.8 1 2",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 ",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3",
                           "PROXY  TCP4 1.2.3.4 5.6.7.8 1 2",
                           "PROXY TCP4\t1.2.3.4 5.6.7.8 1 2",
                           "PROXY tcp4 1.2.3.4 5.6.7.8 1 2",
                           "PROXY TCP5 1.2.3.4 5.6.7.8 1 2",
                           "PROXY UDP4 1.2.3.4 5.6.7.8 1 2",
                           "PROXY UNKNOWN5",
                           "PROXY unknown",
                           "PROXY TCP4 01.2.3.4 5.6.7.8 1 2",
                           "PROXY TCP4 1.2.3 5.6.7.8 1 2",
                           "PROXY TCP4 1.2.3.4 5.6.7.256 1 2",
                           "PROXY TCP4 ::1 ::1 1 2",
                           "PROXY TCP6 1.2.3.4 5.6.7.8 1 2",
                           "PROXY TCP6 [::1] ::1 1 2",
                           "PROXY TCP6 ::1%lo ::1 1 2",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 01 2",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 +1 2",
                           "PROXY TCP4 1.2.3.4 5.6.7.8 1 x",
                           "PROXY TCP4 1.2.3.4 5.6.7.8  2",
                           "PROXY ",
                           "PROXY TCP4"}) {
    SCOPED_TRACE(line);
    EXPECT_EQ(meaning(read(std::string(line) + "\r\n")), "400 a malformed PROXY line");
  }
}

TEST(ProxyProtocol, LinesEndInCrlfWithin107Bytes) {
  const std::string begin = "PROXY UNKNOWN ";
  const auto line = [&](std::size_t size) {
    return begin + std::string(size - begin.size() - 2, 'x') + "\r\n";
  };
  EXPECT_EQ(meaning(read(line(107))), "unknown");
  EXPECT_EQ(meaning(read(line(108))), "400 a PROXY line over 107 bytes");
  EXPECT_EQ(meaning(read(begin + std::string(500, 'x'))),
            "400 a PROXY line over 107 bytes");
  EXPECT_EQ(meaning(read("PROXY UNKNOWN\n")), "400 a PROXY line without CRLF");
  EXPECT_EQ(meaning(read("PROXY UNKNOWN\rx\r\n")), "400 a PROXY line without CRLF");
}

TEST(ProxyProtocol, ReadsBlocksOfVersionTwo) {
  struct Case {
    std::string bytes, meaning;
  };

  const std::string tlv = "\x04\x00\x02hi"s;
  for (const Case& c : {
           Case{v2(0x21, 0x11, kV4), "203.0.113.7 4711"},
           Case{v2(0x21, 0x11, kV4 + tlv), "203.0.113.7 4711"},
           Case{v2(0x21, 0x21, v6_addresses()), "2001:db8::9 65535"},
           Case{v2(0x21, 0x21, v6_addresses() + tlv), "2001:db8::9 65535"},
           Case{v2(0x20, 0x00, ""), "local"},
           Case{v2(0x20, 0x11, kV4), "local"},
           Case{v2(0x20, 0x11, "x"), "local"},
           Case{v2(0x20, 0x00, tlv), "local"},
           Case{v2(0x21, 0x00, ""), "unknown"},
           Case{v2(0x21, 0x00, tlv), "unknown"},
           Case{v2(0x21, 0x12, kV4), "unknown"},
           Case{v2(0x21, 0x10, kV4), "unknown"},
           Case{v2(0x21, 0x31, std::string(216, 'u')), "unknown"},
           Case{v2(0x21, 0x11, kV4 + std::string(4096 - 28, 't')), "203.0.113.7 4711"},
       }) {
    SCOPED_TRACE(c.meaning);
    const Answer answer = read(c.bytes + "GET / HTTP/1.1\r\n");
    EXPECT_EQ(meaning(answer), c.meaning);
    EXPECT_EQ(answer.header.size, c.bytes.size());
  }
}

TEST(ProxyProtocol, RefusesBlocksThatSayWhatNobodyDefined) {
  struct Case {
    std::string bytes, why;
  };

  const std::string command = "a PROXY header of unknown version or command";
  const std::string family = "a PROXY header of unknown family";
  const std::string shorter = "a PROXY header shorter than its addresses";
  for (const Case& c : {
           Case{v2(0x11, 0x11, kV4), command},
           Case{v2(0x31, 0x11, kV4), command},
           Case{v2(0x22, 0x11, kV4), command},
           Case{v2(0x2f, 0x11, kV4), command},
           Case{v2(0x21, 0x41, kV4), family},
           Case{v2(0x21, 0xf1, kV4), family},
           Case{v2(0x21, 0x13, kV4), family},
           Case{v2(0x21, 0x1f, kV4), family},
           Case{v2(0x21, 0x11, kV4.substr(1)), shorter},
           Case{v2(0x21, 0x11, ""), shorter},
           Case{v2(0x21, 0x21, kV4), shorter},
           Case{v2(0x21, 0x31, std::string(215, 'u')), shorter},
           Case{v2(0x21, 0x11, kV4, 4096 - 28 + 1), "a PROXY header over 4096 bytes"},
           Case{v2(0x20, 0x00, "", 65535), "a PROXY header over 4096 bytes"},
       }) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(meaning(read(c.bytes)), "400 " + c.why);
  }
}

TEST(ProxyProtocol, TakesOnlyTheVersionsThatWereAskedFor) {
  const std::string line = "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n";
  const std::string block = v2(0x21, 0x11, kV4);
  const std::string none = "400 no PROXY header where one must be";
  EXPECT_EQ(meaning(read(line, {true, false})), "1.2.3.4 1");
  EXPECT_EQ(meaning(read(line, {false, true})), none);
  EXPECT_EQ(meaning(read(block, {false, true})), "203.0.113.7 4711");
  EXPECT_EQ(meaning(read(block, {true, false})), none);
  for (const char* bytes : {"G", "GET / HTTP/1.1\r\n\r\n", "PROXX", "proxy TCP4",
                            " PROXY ", "\r\n\r\nGET", "\r\n\r\n\r", "\x16\x03\x01"}) {
    SCOPED_TRACE(bytes);
    EXPECT_EQ(meaning(read(bytes)), none);
  }
}

TEST(ProxyProtocol, ACutHeaderAsksForMore) {
  for (const std::string& bytes :
       {"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"s, "PROXY UNKNOWN\r\n"s,
        v2(0x21, 0x11, kV4), v2(0x21, 0x21, v6_addresses() + "tlv"), v2(0x20, 0, "")}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(meaning(read(bytes.substr(0, size))), "more") << size;
    }
    EXPECT_EQ(read(bytes).progress, ProxyProgress::Complete);
  }
}

}  // namespace
}  // namespace appserver::http
