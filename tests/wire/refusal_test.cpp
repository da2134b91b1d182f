// Requests that must be refused, and their accepted twins. Wherever two servers in a
// chain could read a message differently: a refusal and close. RFC 9112 2.2, 3, 5, 6.
#include "support/expect.hpp"

namespace appserver::testing {
namespace {

using std::string_literals::operator""s;

struct Case {
  const char* what;
  std::string bytes;
  std::vector<int> statuses;
};

const std::string kHost = "Host: a\r\n";

void expect_refused(const std::vector<Case>& cases) {
  const auto server = serve("nonce");
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    RawClient client(server.port());
    client.send(c.bytes);
    const Response response = client.read_response();
    EXPECT_TRUE(std::find(c.statuses.begin(), c.statuses.end(), response.status) !=
                c.statuses.end())
        << response.status << "\n"
        << response.head;
    EXPECT_TRUE(response.complete);
    EXPECT_EQ(response.field("connection"), "close");
    EXPECT_EQ(response.field("content-type"), "text/plain; charset=utf-8");
    EXPECT_FALSE(response.body.empty());
    EXPECT_TRUE(client.expect_closed()) << client.leftover();
  }
  EXPECT_EQ(get(server.port(), "/?alive").body, "alive");
}

void expect_taken(const std::vector<Case>& cases) {
  const auto server = serve("nonce");
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    RawClient client(server.port());
    client.send(c.bytes);
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 200) << response.head;
    // Nothing of it was left over for the next request.
    client.send(request("GET /?next HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "next");
  }
}

TEST(Refusal, BothLengthAndChunkedIsRefused) {
  expect_refused(
      {{"length first",
        "POST / HTTP/1.1\r\n" + kHost +
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        {400}},
       {"chunked first",
        "POST / HTTP/1.1\r\n" + kHost +
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        {400}}});
}

TEST(Refusal, OtherTransferCodingsAreRefused) {
  const auto with = [](const std::string& coding, const std::string& version = "1.1") {
    return "POST / HTTP/" + version + "\r\n" + kHost + "Transfer-Encoding: " + coding +
           "\r\n\r\n0\r\n\r\n";
  };
  expect_refused(
      {{"unknown", with("gzip"), {400, 501}},
       {"identity", with("identity"), {400, 501}},
       {"chunked not last", with("chunked, gzip"), {400, 501}},
       {"chunked after another", with("gzip, chunked"), {400, 501}},
       {"twice in a list", with("chunked, chunked"), {400, 501}},
       {"twice as fields", with("chunked\r\nTransfer-Encoding: chunked"), {400, 501}},
       {"with a vertical tab", with("\vchunked"), {400, 501}},
       {"quoted", with("\"chunked\""), {400, 501}},
       {"empty", with(""), {400, 501}},
       {"in HTTP/1.0", with("chunked", "1.0"), {400}}});
}

TEST(Refusal, WrongContentLengthIsRefused) {
  const auto with = [](const std::string& length) {
    return "POST / HTTP/1.1\r\n" + kHost + "Content-Length: " + length +
           "\r\n\r\nhello";
  };
  expect_refused({{"plus", with("+5"), {400}},
                  {"minus", with("-5"), {400}},
                  {"hex", with("0x5"), {400}},
                  {"empty", with(""), {400}},
                  {"a word", with("five"), {400}},
                  {"a fraction", with("5.0"), {400}},
                  {"two numbers", with("5 5"), {400}},
                  {"two lengths in a list", with("5, 6"), {400}},
                  {"two different fields", with("5\r\nContent-Length: 6"), {400}},
                  {"beyond 64 bits", with("99999999999999999999"), {400, 413}}});
}

TEST(Refusal, MissingHostIsRefused) {
  expect_refused({{"no host", "GET / HTTP/1.1\r\n\r\n", {400}},
                  {"no host, but fields", "GET / HTTP/1.1\r\nX-A: b\r\n\r\n", {400}}});
}

TEST(Refusal, TwoHostsAreRefused) {
  expect_refused(
      {{"equal", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", {400}},
       {"different", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: b\r\n\r\n", {400}},
       {"in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", {400}}});
}

TEST(Refusal, MalformedHostIsRefused) {
  const auto with = [](const std::string& host) {
    return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  };
  expect_refused({{"space", with("a b"), {400}},
                  {"slash", with("a/b"), {400}},
                  {"user", with("user@a"), {400}},
                  {"list", with("a, b"), {400}},
                  {"port of letters", with("a:http"), {400}},
                  {"open bracket", with("[::1"), {400}},
                  {"a byte above 0x7f", with("a\xff"), {400}}});
}

TEST(Refusal, BareLfIsRefused) {
  expect_refused(
      {{"everywhere", "GET / HTTP/1.1\nHost: a\n\n", {400}},
       {"after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", {400}},
       {"after a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", {400}},
       {"at the end", "GET / HTTP/1.1\r\nHost: a\r\n\nGET / HTTP/1.1\r\n\r\n", {400}}});
}

TEST(Refusal, BareCrIsRefused) {
  expect_refused(
      {{"in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: y\rZ: w\r\n\r\n", {400}},
       {"in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", {400}}});
}

TEST(Refusal, ObsFoldIsRefused) {
  expect_refused({{"space", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", {400}},
                  {"tab", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\tz\r\n\r\n", {400}},
                  {"first", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", {400}}});
}

TEST(Refusal, WhiteSpaceBeforeColonIsRefused) {
  expect_refused({{"space", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", {400}},
                  {"tab", "GET / HTTP/1.1\r\nHost: a\r\nX\t: y\r\n\r\n", {400}},
                  {"before a length",
                   "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello",
                   {400}}});
}

TEST(Refusal, BadFieldsAreRefused) {
  const auto with = [](const std::string& line) {
    return "GET / HTTP/1.1\r\n" + kHost + line + "\r\n\r\n";
  };
  expect_refused({{"no colon", with("X-A b"), {400}},
                  {"no name", with(": b"), {400}},
                  {"a space in the name", with("X A: b"), {400}},
                  {"a byte above 0x7f in the name", with("X\xe4: b"), {400}},
                  {"a parenthesis in the name", with("X(A): b"), {400}},
                  {"NUL in the name", with("X\0A: b"s), {400}},
                  {"NUL in the value", with("X: a\0b"s), {400}},
                  {"BEL in the value", with("X: a\ab"), {400}},
                  {"DEL in the value", with("X: a\x7f"), {400}}});
}

TEST(Refusal, BadRequestLinesAreRefused) {
  const auto with = [](const std::string& line) {
    return line + "\r\n" + kHost + "\r\n";
  };
  expect_refused({{"no version", with("GET /"), {400, 505}},
                  {"no target", with("GET HTTP/1.1"), {400, 505}},
                  {"two spaces", with("GET  / HTTP/1.1"), {400}},
                  {"a tab", with("GET\t/ HTTP/1.1"), {400}},
                  {"a space at the end", with("GET / HTTP/1.1 "), {400, 505}},
                  {"a space in front", with(" GET / HTTP/1.1"), {400}},
                  {"lower-case http", with("GET / http/1.1"), {400, 505}},
                  {"HTTP/1.2", with("GET / HTTP/1.2"), {400, 505}},
                  {"HTTP/2.0", with("GET / HTTP/2.0"), {400, 505}},
                  {"HTTP/0.9", with("GET / HTTP/0.9"), {400, 505}},
                  {"HTTP/01.1", with("GET / HTTP/01.1"), {400, 505}},
                  {"no token as a method", with("G(T / HTTP/1.1"), {400}},
                  {"CONNECT", with("CONNECT a:443 HTTP/1.1"), {400, 405, 501}}});
}

TEST(Refusal, BadTargetsAreRefused) {
  const auto with = [](const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\n" + kHost + "\r\n";
  };
  expect_refused({{"no slash", with("a"), {400}},
                  {"a fragment", with("/a#b"), {400}},
                  {"half an escape", with("/%a"), {400}},
                  {"no hex", with("/%zz"), {400}},
                  {"NUL escaped", with("/a%00b"), {400}},
                  {"NUL", with("/a\0b"s), {400}},
                  {"a byte above 0x7f", with("/\xc3\xa4"), {400}},
                  {"asterisk for GET", with("*"), {400}},
                  {"a foreign scheme", with("ftp://a/"), {400}},
                  {"no authority", with("http:///a"), {400}},
                  {"user in the authority", with("http://u@a/"), {400}}});
}

TEST(Refusal, UnknownExpectationIsRefused) {
  expect_refused(
      {{"unknown", "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", {417}}});
}

TEST(Refusal, Http2PrefaceIsRefused) {
  expect_refused({{"preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}}});
}

TEST(Refusal, GarbageGets400AndClose) {
  expect_refused(
      {{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s, {400}},
       {"zeros", std::string(64, '\0'), {400}},
       {"words", "hello\r\n\r\n", {400}},
       {"an answer", "HTTP/1.1 200 OK\r\n\r\n", {400}}});
}

TEST(Refusal, TruncatedRequestJustCloses) {
  const auto server = serve("nonce");
  const std::string whole = request("GET / HTTP/1.1", "X-A: b\r\n");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{9}, whole.size() - 1}) {
    SCOPED_TRACE(size);
    RawClient client(server.port());
    client.send(std::string_view(whole).substr(0, size));
    client.half_close();
    EXPECT_TRUE(client.expect_closed()) << client.leftover();
  }
}

TEST(Refusal, UnusualButRightRequestsAreTaken) {
  const auto get_with = [](const std::string& fields) {
    return "GET /?x HTTP/1.1\r\n" + kHost + fields + "\r\n";
  };
  expect_taken(
      {{"an empty line in front", "\r\n" + get_with(""), {}},
       {"an empty value", get_with("X:\r\n"), {}},
       {"white space around a value", get_with("X: \t b \t \r\n"), {}},
       {"bytes above 0x7f in a value", get_with("X: \xc3\xa4\xff\r\n"), {}},
       {"a name of symbols", get_with("!#$%&'*+-.^_`|~: b\r\n"), {}},
       {"the absolute form", "GET http://b.example/?x HTTP/1.1\r\nHost: a\r\n\r\n", {}},
       {"options for all", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {}},
       {"an unknown method", "BREW /?x HTTP/1.1\r\nHost: a\r\n\r\n", {}},
       {"a host of an address", "GET /?x HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", {}},
       {"the same length twice",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\nhi",
        {}},
       {"chunked in capitals",
        "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: "
        "CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        {}}});
}

}  // namespace
}  // namespace appserver::testing
