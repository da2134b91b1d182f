#include "http/chunked_decoder.hpp"

#include <array>
#include <limits>
#include <ostream>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "http/characters.hpp"

namespace appserver::http {
namespace {

using State = ChunkedDecoder::State;
constexpr std::size_t kNoCap = std::numeric_limits<std::size_t>::max();

struct Decoded {
  State state = State::More;
  std::size_t used = 0;
  std::string body;
  bool operator==(const Decoded&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Decoded& d) {
  return out << "state " << static_cast<int>(d.state) << " used " << d.used
             << " body \"" << d.body << '"';
}

/// Feeds `in` to `decoder` until it takes no more.
void feed(ChunkedDecoder& decoder, std::string_view in, std::size_t cap, Decoded& out) {
  while (!in.empty() && decoder.state() == State::More) {
    const auto step = decoder.step(in, cap);
    ASSERT_LE(step.body_begin + step.body_size, step.used);
    ASSERT_LE(step.used, in.size());
    ASSERT_LE(step.body_size, cap);
    ASSERT_NE(step.used, 0u) << "no progress";
    out.body += in.substr(step.body_begin, step.body_size);
    out.used += step.used;
    in.remove_prefix(step.used);
  }
  out.state = decoder.state();
}

Decoded decode(std::string_view in, std::size_t cap = kNoCap) {
  ChunkedDecoder decoder;
  Decoded out;
  feed(decoder, in, cap, out);
  return out;
}

Decoded decode_cut(std::string_view in, std::size_t cut) {
  ChunkedDecoder decoder;
  Decoded out;
  feed(decoder, in.substr(0, cut), kNoCap, out);
  if (out.used == cut) feed(decoder, in.substr(cut), kNoCap, out);
  return out;
}

Decoded decode_bytewise(std::string_view in) {
  ChunkedDecoder decoder;
  Decoded out;
  for (std::size_t i = 0; i < in.size() && out.used == i; ++i) {
    feed(decoder, in.substr(i, 1), kNoCap, out);
  }
  return out;
}

void expect_body(const std::string& in, const std::string& body) {
  SCOPED_TRACE(in);
  EXPECT_EQ(decode(in), (Decoded{State::Done, in.size(), body}));
}

void expect_bad(const std::string& in) {
  SCOPED_TRACE(in);
  EXPECT_EQ(decode(in).state, State::Bad);
}

TEST(ChunkedDecoder, ChunksAreJoined) {
  expect_body("0\r\n\r\n", "");
  expect_body("5\r\nhello\r\n0\r\n\r\n", "hello");
  expect_body("3\r\nfoo\r\n3\r\nbar\r\n0\r\n\r\n", "foobar");
  expect_body("A\r\n0123456789\r\n00\r\n\r\n", "0123456789");
  expect_body("a\r\n\r\n\r\n\r\n\r\n\r\n\r\n000\r\n\r\n", "\r\n\r\n\r\n\r\n\r\n");
}

TEST(ChunkedDecoder, TakesNothingBehindTheEnd) {
  const std::string body = "1\r\nx\r\n0\r\n\r\n";
  EXPECT_EQ(decode(body + "GET / HTTP/1.1\r\n"),
            (Decoded{State::Done, body.size(), "x"}));
  ChunkedDecoder decoder;
  ASSERT_EQ(decoder.step(body, kNoCap).used, body.size());
  EXPECT_EQ(decoder.step(body, kNoCap).used, 0u);
}

TEST(ChunkedDecoder, SizeIsOneToFifteenHexDigits) {
  expect_body("000000000000005\r\nhello\r\n0\r\n\r\n", "hello");
  expect_bad("0000000000000005\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(decode("fffffffffffffff\r\nx").state, State::More);
  expect_bad("ffffffffffffffff\r\nx");
  for (const char* in : {"\r\n", ";\r\n", "g\r\n", "-1\r\n", "+1\r\n", "0x1\r\n",
                         " 1\r\n", "\n", "1g\r\n", "\t1\r\n", "1.\r\n"}) {
    expect_bad(in);
  }
}

TEST(ChunkedDecoder, WhiteSpaceAfterTheSizeIsRefused) {
  for (const char* in :
       {"5 \r\nhello", "5\t\r\nhello", "5 ;x\r\nhello", "5\t;x\r\nhello"}) {
    expect_bad(in);
  }
}

TEST(ChunkedDecoder, BareLineEndsAreRefused) {
  for (const char* in :
       {"5\nhello", "5\rhello", "5\r\rhello", "5;x\nhello", "5;x\rhello",
        "5;\"\n\"\r\nhello", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0",
        "5\r\nhelloworld", "0\r\n\n", "0\r\n\rx", "0\r\nx: y\n\r\n", "0\r\nx: y\r\r\n",
        "0\r\nx: a\rb\r\n\r\n"}) {
    expect_bad(in);
  }
}

TEST(ChunkedDecoder, ExtensionsAreSkipped) {
  expect_body("5;a\r\nhello\r\n0;b=\"c;d\"; e\t=f\r\n\r\n", "hello");
  expect_body("5;a;b=c;!#~=\"\" ;\t d = \"\\\"\\\\ \t\xff\"\r\nhello\r\n0\r\n\r\n",
              "hello");
}

TEST(ChunkedDecoder, MalformedExtensionIsRefused) {
  for (const char* extension :
       {";",          ";;",        ";;a",           ";a;",       ";=",     ";=b",
        ";a=",        ";a==b",     ";a=b=c",        ";a=;b",     ";a b",   ";a=b c",
        ";a,b",       ";a[",       ";\"a\"",        ";a=\"",     ";a=\"b", ";a=\"b\\",
        ";a=\"b\\\"", ";a=\"b\"c", ";a=\"b\"\"c\"", ";a=b\"c\"", ";a ",    ";a=b ",
        ";a=\"b\" ",  ";\xff",     ";a=\xff",       ";a: b"}) {
    expect_bad("5" + std::string(extension) + "\r\nhello\r\n0\r\n\r\n");
  }
}

TEST(ChunkedDecoder, ByteOfNoTokenInAnExtensionIsRefused) {
  for (int byte = 0; byte < 256; ++byte) {
    SCOPED_TRACE(byte);
    const char c = static_cast<char>(byte);
    const bool token = has(c, kTokenByte);
    const State expected = token ? State::More : State::Bad;
    EXPECT_EQ(decode(std::string("1;a") + c + "\r\nx\r\n").state, expected);
    EXPECT_EQ(decode(std::string("1;a=b") + c + "\r\nx\r\n").state, expected);
    const bool quoted = has(c, kFieldByte) && c != '"' && c != '\\';
    EXPECT_EQ(decode(std::string("1;a=\"") + c + "\"\r\nx\r\n").state,
              quoted ? State::More : State::Bad);
    EXPECT_EQ(decode(std::string("1;a=\"\\") + c + "\"\r\nx\r\n").state,
              has(c, kFieldByte) ? State::More : State::Bad);
  }
}

TEST(ChunkedDecoder, ExtensionsTogetherAreBoundedBeyondTheBytesOfBody) {
  const std::string most = ";" + std::string(4095, 'e');
  expect_body("1" + most + "\r\nx\r\n0\r\n\r\n", "x");
  expect_bad("1" + most + "e\r\nx\r\n0\r\n\r\n");
  const std::string body(4096, 'b');
  expect_body("1000" + most + "\r\n" + body + "\r\n0" + most + "\r\n\r\n", body);
  expect_bad("1000" + most + "\r\n" + body + "\r\n0" + most + "e\r\n\r\n");
  expect_bad("fff" + most + "\r\n" + body.substr(1) + "\r\n0" + most + "\r\n\r\n");
  std::string small;
  for (int i = 0; i < 2100; ++i) small += "1;e\r\nb\r\n";
  EXPECT_EQ(decode(small).state, State::More);
  for (int i = 0; i < 2100; ++i) small += "1;e\r\nb\r\n";
  expect_bad(small);
}

TEST(ChunkedDecoder, TrailersAreDropped) {
  expect_body("0\r\nX-Sum: 5\r\n\r\n", "");
  expect_body("1\r\nx\r\n0\r\na:\r\nb: c:\td \xff\r\n\r\n", "x");
}

TEST(ChunkedDecoder, MalformedTrailerIsRefused) {
  for (const char* in :
       {"0\r\n: x\r\n\r\n", "0\r\nno colon\r\n\r\n", "0\r\nname\r\n\r\n",
        "0\r\nx : y\r\n\r\n", "0\r\n x: y\r\n\r\n", "0\r\na: b\r\n c\r\n\r\n",
        "0\r\n\tx: y\r\n\r\n", "0\r\nx: \x01\r\n\r\n", "0\r\nx: \x7f\r\n\r\n",
        "0\r\nx(: y\r\n\r\n", "0\r\n\xe4: y\r\n\r\n"}) {
    expect_bad(in);
  }
  expect_bad(std::string("0\r\nx: \0\r\n\r\n", 11));
}

TEST(ChunkedDecoder, TrailersTogetherAreBounded) {
  std::string lines;
  while (lines.size() < 8192) lines += "x: " + std::string(27, 'y') + "\r\n";
  ASSERT_EQ(lines.size(), 8192u);
  expect_body("0\r\n" + lines + "\r\n", "");
  expect_body("0;extension\r\n" + lines + "\r\n", "");  // counted for itself
  expect_bad("0\r\n" + lines + "x:\r\n\r\n");
  expect_bad("0\r\nx:" + std::string(8191, 'y') + "\r\n\r\n");
}

TEST(ChunkedDecoder, StepTakesAtMostOneRunAndTheFramingAroundIt) {
  const std::string in = "3;x\r\nfoo\r\n2\r\nba\r\n0\r\n\r\n";
  ChunkedDecoder decoder;
  const auto first = decoder.step(in, kNoCap);
  EXPECT_EQ(first.body_begin, 5u);
  EXPECT_EQ(first.body_size, 3u);
  EXPECT_EQ(first.used, in.find("ba"));
  const auto second = decoder.step(std::string_view(in).substr(first.used), kNoCap);
  EXPECT_EQ(second.body_begin, 0u);
  EXPECT_EQ(second.body_size, 2u);
  EXPECT_EQ(first.used + second.used, in.size());
  EXPECT_EQ(decoder.state(), State::Done);
}

TEST(ChunkedDecoder, BodyCapIsRespected) {
  const std::string in = "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n";
  for (std::size_t cap = 1; cap < 8; ++cap) {
    SCOPED_TRACE(cap);
    EXPECT_EQ(decode(in, cap), (Decoded{State::Done, in.size(), "helloworld"}));
  }
  ChunkedDecoder decoder;
  EXPECT_EQ(decoder.step(in, 0).used, 3u) << "framing only, up to the body";
  EXPECT_EQ(decoder.step(std::string_view(in).substr(3), 0).used, 0u);
  EXPECT_EQ(decoder.state(), State::More);
}

TEST(ChunkedDecoder, CutsAtEveryByteChangeNothing) {
  for (const std::string in :
       {"5\r\nhello\r\n0\r\n\r\n",
        "1;a=\"b\"\r\nx\r\n2\r\n\r\n\r\n0;c\r\nd: e\r\nf:g\r\n\r\nrest", "5\r\nhelloX",
        "3\r\nfoo\r\n5 \r\n", "2\r\nab\r\n0\r\nx y: z\r\n\r\n", "2\r\nab\r\n0\r\n"}) {
    SCOPED_TRACE(in);
    const Decoded whole = decode(in);
    for (std::size_t cut = 0; cut <= in.size(); ++cut) {
      EXPECT_EQ(decode_cut(in, cut), whole) << "cut at " << cut;
    }
    EXPECT_EQ(decode_bytewise(in), whole);
  }
}

TEST(ChunkedDecoder, KeepsLittleState) {
  EXPECT_LE(sizeof(ChunkedDecoder), 16u);
}

// The cross-check: the grammar once more, as a table over nine bytes. Sizes above 2 are
// Many, which is right for inputs that hold fewer body bytes than the next size (16)
// and at most 15 digits in a row.
constexpr std::string_view kAlphabet = "012;\r\n:x ";

enum Node : unsigned char {
  St,
  S0,
  S1,
  S2,
  SM,
  E0,
  E1,
  E2,
  EM,
  N0,
  N1,
  N2,
  NM,
  W0,
  W1,
  W2,
  WM,
  L0,
  L1,
  L2,
  LM,
  B1,
  B2,
  BM,
  BC,
  BL,
  TS,
  TN,
  TV,
  TL,
  EL,
  OK,
  XX
};

constexpr Node kNext[][9] = {
    /*       0   1   2   ;   CR  LF  :   x   SP */
    /*St*/ {S0, S1, S2, XX, XX, XX, XX, XX, XX},
    /*S0*/ {S0, S1, S2, E0, L0, XX, XX, XX, XX},
    /*S1*/ {SM, SM, SM, E1, L1, XX, XX, XX, XX},
    /*S2*/ {SM, SM, SM, E2, L2, XX, XX, XX, XX},
    /*SM*/ {SM, SM, SM, EM, LM, XX, XX, XX, XX},
    /*E0*/ {N0, N0, N0, XX, XX, XX, XX, N0, E0},
    /*E1*/ {N1, N1, N1, XX, XX, XX, XX, N1, E1},
    /*E2*/ {N2, N2, N2, XX, XX, XX, XX, N2, E2},
    /*EM*/ {NM, NM, NM, XX, XX, XX, XX, NM, EM},
    /*N0*/ {N0, N0, N0, E0, L0, XX, XX, N0, W0},
    /*N1*/ {N1, N1, N1, E1, L1, XX, XX, N1, W1},
    /*N2*/ {N2, N2, N2, E2, L2, XX, XX, N2, W2},
    /*NM*/ {NM, NM, NM, EM, LM, XX, XX, NM, WM},
    /*W0*/ {XX, XX, XX, E0, XX, XX, XX, XX, W0},
    /*W1*/ {XX, XX, XX, E1, XX, XX, XX, XX, W1},
    /*W2*/ {XX, XX, XX, E2, XX, XX, XX, XX, W2},
    /*WM*/ {XX, XX, XX, EM, XX, XX, XX, XX, WM},
    /*L0*/ {XX, XX, XX, XX, XX, TS, XX, XX, XX},
    /*L1*/ {XX, XX, XX, XX, XX, B1, XX, XX, XX},
    /*L2*/ {XX, XX, XX, XX, XX, B2, XX, XX, XX},
    /*LM*/ {XX, XX, XX, XX, XX, BM, XX, XX, XX},
    /*B1*/ {BC, BC, BC, BC, BC, BC, BC, BC, BC},
    /*B2*/ {B1, B1, B1, B1, B1, B1, B1, B1, B1},
    /*BM*/ {BM, BM, BM, BM, BM, BM, BM, BM, BM},
    /*BC*/ {XX, XX, XX, XX, BL, XX, XX, XX, XX},
    /*BL*/ {XX, XX, XX, XX, XX, St, XX, XX, XX},
    /*TS*/ {TN, TN, TN, XX, EL, XX, XX, TN, XX},
    /*TN*/ {TN, TN, TN, XX, XX, XX, TV, TN, XX},
    /*TV*/ {TV, TV, TV, TV, TL, XX, TV, TV, TV},
    /*TL*/ {XX, XX, XX, XX, XX, TS, XX, XX, XX},
    /*EL*/ {XX, XX, XX, XX, XX, OK, XX, XX, XX},
};

struct Walk {
  Node at = St;
  Decoded decoded;

  void take(char c) {
    if (at == OK || at == XX) return;
    if (at == B1 || at == B2 || at == BM) decoded.body += c;
    at = kNext[at][kAlphabet.find(c)];
    ++decoded.used;
    decoded.state = at == OK ? State::Done : at == XX ? State::Bad : State::More;
  }
};

TEST(ChunkedDecoder, AgreesWithTheTableOnEveryShortInput) {
  constexpr std::size_t kLength = 6;
  std::string in(kLength, kAlphabet[0]);
  std::array<std::size_t, kLength> digits{};
  for (bool more = true; more;) {
    Walk walk;
    for (const char c : in) walk.take(c);
    ASSERT_EQ(decode(in), walk.decoded) << in;
    ASSERT_EQ(decode_bytewise(in), walk.decoded) << in;
    more = false;
    for (std::size_t i = 0; i < kLength && !more; ++i) {  // counts in base 9
      more = ++digits[i] < kAlphabet.size();
      if (!more) digits[i] = 0;
      in[i] = kAlphabet[digits[i]];
    }
  }
}

TEST(ChunkedDecoder, AgreesWithTheTableOnLongWalks) {
  std::mt19937 random(7);
  int completed = 0;
  for (int round = 0; round < 20'000; ++round) {
    Walk walk;
    std::string in;
    while (in.size() < 60 && walk.at != OK && walk.at != XX) {
      const std::size_t column = random() % kAlphabet.size();
      const Node next = kNext[walk.at][column];
      if (next == SM || (next == XX && random() % 64 != 0)) continue;
      in += kAlphabet[column];
      walk.take(in.back());
    }
    completed += walk.at == OK;
    ASSERT_EQ(decode(in), walk.decoded) << in;
    ASSERT_EQ(decode_cut(in, random() % (in.size() + 1)), walk.decoded) << in;
  }
  EXPECT_GT(completed, 1000);
}

}  // namespace
}  // namespace appserver::http
