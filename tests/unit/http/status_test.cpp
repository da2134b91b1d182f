#include "http/status.hpp"

#include <string>

#include <boost/beast/http/status.hpp>
#include <gtest/gtest.h>

#include "http/short_answer.hpp"

namespace appserver::http {
namespace {

TEST(Status, LineIsVersionCodeAndPhrase) {
  EXPECT_EQ(status_line(200), "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(status_line(404), "HTTP/1.1 404 Not Found\r\n");
  EXPECT_EQ(status_line(100), "HTTP/1.1 100 Continue\r\n");
  EXPECT_EQ(status_line(511), "HTTP/1.1 511 Network Authentication Required\r\n");
}

TEST(Status, UnknownCodeHasAnEmptyPhraseAfterASpace) {
  EXPECT_EQ(status_line(299), "HTTP/1.1 299 \r\n");
  EXPECT_EQ(status_line(599), "HTTP/1.1 599 \r\n");
  EXPECT_EQ(reason_phrase(299), "");
}

TEST(Status, EveryLineIsMadeOfItsPhrase) {
  for (unsigned code = 100; code < 600; ++code) {
    SCOPED_TRACE(code);
    const std::string phrase(reason_phrase(code));
    EXPECT_EQ(status_line(code),
              "HTTP/1.1 " + std::to_string(code) + " " + phrase + "\r\n");
  }
}

TEST(Status, EveryCodeThatBeastKnowsHasAPhrase) {
  for (unsigned code = 100; code < 600; ++code) {
    using boost::beast::http::status;
    if (boost::beast::http::int_to_status(code) == status::unknown) continue;
    // Reserved by RFC 9110; nginx's own; a proxy's own.
    if (code == 306 || code == 444 || code == 499 || code == 599) continue;
    SCOPED_TRACE(code);
    EXPECT_NE(reason_phrase(code), "");
  }
}

TEST(Status, CodeOutOfRangeHasNoPhrase) {
  for (const unsigned code : {0u, 99u, 600u, 4'000'000'000u}) {
    SCOPED_TRACE(code);
    EXPECT_EQ(reason_phrase(code), "");
    EXPECT_EQ(status_line(code), status_line(500)) << "never out of the table";
  }
}

TEST(ShortAnswer, BodyIsCodeAndPhrase) {
  EXPECT_EQ(short_body(404), "404 Not Found\n");
  EXPECT_EQ(short_body(500), "500 Internal Server Error\n");
  EXPECT_EQ(short_body(499), "499\n");
}

TEST(ShortAnswer, StatusWithoutContentHasNoBody) {
  for (const unsigned status : {100u, 199u, 204u, 304u}) {
    SCOPED_TRACE(status);
    EXPECT_EQ(short_body(status), "");
  }
}

}  // namespace
}  // namespace appserver::http
