// Apps as classes: made once, called often, destroyed once; or refused with a reason.
#include <stdexcept>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk.hpp>
#include <gateway/sdk/test_client.hpp>

namespace {

using gateway::Host;
using gateway::Request;
using gateway::Response;
using gateway::TestClient;
using ::testing::HasSubstr;

int living = 0;

class Counter {
 public:
  explicit Counter(const Host& host) : host_(host) {
    if (host.config() == "bad") throw std::invalid_argument("the config is bad");
    host.log(GW_LOG_INFO, "up");
    ++living;
  }

  ~Counter() { --living; }

  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  Response operator()(const Request&) {
    return Response::text(std::string(host_.config()) + std::to_string(++calls_));
  }

 private:
  const Host& host_;
  int calls_ = 0;
};

class Wsgi {
 public:
  explicit Wsgi(const Host& host) : name_(host.callable()) {}

  std::string_view operator()(const gateway::Environ&,
                              gateway::StartResponse& start_response) const {
    start_response(200);
    return name_;
  }

 private:
  std::string name_;
};

}  // namespace

GATEWAY_APP_CLASS(counter, Counter, GW_SERIAL);
GATEWAY_APP_CLASS(wsgi_class, Wsgi, 0);

TEST(LifeCycle, AnInstanceLivesAsLongAsItsClient) {
  {
    TestClient client(gw1_counter, "{}");
    EXPECT_EQ(living, 1);
    EXPECT_EQ(client.host_log().at(0).text, "up");
    EXPECT_EQ(client.get("/").body, "{}1");
    EXPECT_EQ(client.get("/").body, "{}2");
    TestClient other(gw1_counter);
    EXPECT_EQ(other.get("/").body, "1");
  }
  EXPECT_EQ(living, 0);
}

TEST(LifeCycle, AConstructorThatThrowsRefusesToStart) {
  try {
    TestClient client(gw1_counter, "bad");
    FAIL() << "it started";
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("the config is bad"));
  }
  EXPECT_EQ(living, 0);
}

TEST(LifeCycle, AClassMayBeWrittenInEitherWay) {
  EXPECT_EQ(TestClient(gw1_wsgi_class).get("/").body, "wsgi_class");
  EXPECT_EQ(gw1_wsgi_class.flags, 0u);
  EXPECT_EQ(gw1_counter.flags, std::uint64_t{GW_SERIAL | GW_BUFFERED});
}
