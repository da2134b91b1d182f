// Layers around an app: which events pass which hooks, in which order, and what comes
// of a layer that fails.
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk.hpp>
#include <gateway/sdk/middleware.hpp>
#include <gateway/sdk/test_chain.hpp>
#include <gateway/sdk/test_client.hpp>

using gateway::Environ;
using gateway::StartResponse;
using gateway::TestChain;
using gateway::TestChainResult;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

std::vector<std::string> story;  // of the running test

/// Tells what passes; its config is its name, and a second word what goes wrong.
class Teller {
 public:
  struct Layer {
    Layer(std::string_view layer_name, std::string_view layer_fault)
        : name(layer_name), fault(layer_fault) {}

    Layer(const Layer&) = delete;
    Layer& operator=(const Layer&) = delete;

    ~Layer() { tell("gone"); }

    void tell(const std::string& what) const {
      story.push_back(std::string(name) + " " + what);
    }

    void head(gateway::Head& head) {
      tell("head " + std::to_string(head.status()) + " length " +
           std::to_string(head.content_length()));
      if (fault == "head") throw std::runtime_error("no head");
      head.add("x-teller", name);
    }

    void data(std::string_view bytes, std::uint32_t flags, gateway::Down& down) {
      tell("data " + std::to_string(bytes.size()) + " flags " + std::to_string(flags));
      if (fault == "data") throw std::runtime_error("no data");
      down.write(bytes, flags);
    }

    std::int64_t input(gateway::Upstream& up, std::span<char> to) {
      const std::int64_t count = up.read(to);
      tell("input " + std::to_string(count));
      return count;
    }

    void close(std::int32_t reason) const { tell("close " + std::to_string(reason)); }

    std::string_view name, fault;
  };

  explicit Teller(const gateway::Host& host) {
    const std::string_view config = host.config();
    name_ = config.substr(0, config.find(' '));
    fault_ = config.find(' ') == config.npos ? "" : config.substr(name_.size() + 1);
  }

  std::int64_t operator()(const Environ&, gateway::Next& next) const {
    if (fault_ == "call") throw std::runtime_error("no call");
    if (fault_ == "answer") {
      return next.answer(gateway::Response::text("mine", 403));
    }
    return next.through<Layer>(name_, fault_);
  }

 private:
  std::string name_, fault_;
};

struct Plain {
  explicit Plain(const gateway::Host&) {}

  std::int64_t operator()(const Environ& env, gateway::Next& next) const {
    gw_environ changed = *env.raw();
    changed.path_info = gateway::as_str(next.keep("/changed"));
    return next.showing(changed)();
  }
};

constexpr gw_app kTeller = gateway::table_of_middleware<Teller>(GW_STR("teller"), 0);
constexpr gw_app kPlain = gateway::table_of_middleware<Plain>(GW_STR("plain"), 0);

std::string hello(const Environ&, StartResponse& start_response) {
  start_response(200, {{"content-type", "text/plain"}});
  return "hello";
}

std::string path(const Environ& env, StartResponse& start_response) {
  start_response(200, {{"content-type", "text/plain"}});
  return std::string(env.path_info());
}

void two_writes(const Environ&, StartResponse& start_response) {
  gateway::Writer& writer = start_response(200, {{"content-type", "text/plain"}});
  writer.write("one");
  writer.flush();
  writer.finish(std::string(20'000, 'x'));
}

gateway::Generator copied(Environ env, StartResponse& start_response) {
  char buffer[4];
  start_response(200, {{"content-type", "text/plain"}});
  for (;;) {
    const std::string_view bytes = co_await env.input().read(buffer);
    if (bytes.empty()) co_return;
    co_yield bytes;
  }
}

void failing(const Environ&, StartResponse&) {
  throw std::runtime_error("broken");
}

template <auto Function>
constexpr gw_app app_of() {
  return gateway::table_of_function<Function>(GW_STR("app"), 0);
}

constexpr gw_app kHello = app_of<&hello>();
constexpr gw_app kPath = app_of<&path>();
constexpr gw_app kTwoWrites = app_of<&two_writes>();
constexpr gw_app kCopied = app_of<&copied>();
constexpr gw_app kFailing = app_of<&failing>();

class Layers : public ::testing::Test {
 protected:
  void SetUp() override { story.clear(); }
};

}  // namespace

TEST_F(Layers, SeeAWholeBodyWithItsLengthInnerOnesFirst) {
  TestChain chain({{kTeller, "a"}, {kTeller, "b"}}, kHello);
  const TestChainResult result = chain.get("/");
  EXPECT_EQ(result.status, 200u);
  EXPECT_EQ(result.body, "hello");
  EXPECT_EQ(result.header("content-length"), "5");
  EXPECT_THAT(result.violations, IsEmpty());
  EXPECT_THAT(story, ElementsAre("b head 200 length 5", "a head 200 length 5",
                                 "b data 5 flags 1", "a data 5 flags 1", "b close 0",
                                 "b gone", "a close 0", "a gone"));
}

TEST_F(Layers, SeePiecesOfAtMost16KiBAndEveryFlush) {
  TestChain chain({{kTeller, "a"}}, kTwoWrites);
  const TestChainResult result = chain.get("/");
  EXPECT_EQ(result.body.size(), 20'003u);
  EXPECT_THAT(story, ElementsAre("a head 200 length -1", "a data 3 flags 0",
                                 "a data 0 flags 2", "a data 16384 flags 0",
                                 "a data 3616 flags 1", "a close 0", "a gone"));
}

TEST_F(Layers, SeeTheSourceOfAnEventAppAndWhatItReads) {
  TestChain chain({{kTeller, "a"}}, kCopied);
  chain.conditions.arrives = {2};
  const TestChainResult result = chain.request("POST", "/", "abc");
  EXPECT_EQ(result.body, "abc");
  EXPECT_EQ(result.bodies_closed, 1);
  EXPECT_THAT(result.violations, IsEmpty());
  EXPECT_THAT(story, ElementsAre("a input 2", "a head 200 length -1",
                                 "a data 2 flags 0", "a input -6", "a data 0 flags 2",
                                 "a input 1", "a data 1 flags 0", "a input 0",
                                 "a data 0 flags 1", "a close 0", "a gone"));
}

TEST_F(Layers, SeeTheHostsOwnAnswerToAFailure) {
  TestChain chain({{kTeller, "a"}}, kFailing);
  const TestChainResult result = chain.get("/");
  EXPECT_EQ(result.status, 500u);
  EXPECT_EQ(result.code, GW_E_APP);
  EXPECT_EQ(result.header("x-teller"), "a");
  EXPECT_THAT(story, ElementsAre("a head 500 length 22", "a data 22 flags 1",
                                 "a close -1", "a gone"));
}

TEST_F(Layers, OutsideOfAMiddlewareThatAnswersAreAllThatSee) {
  TestChain chain({{kTeller, "a"}, {kTeller, "b answer"}, {kTeller, "c"}}, kHello);
  const TestChainResult result = chain.get("/");
  EXPECT_EQ(result.status, 403u);
  EXPECT_EQ(result.body, "mine");
  EXPECT_THAT(story, ElementsAre("a head 403 length 4", "a data 4 flags 1", "a close 0",
                                 "a gone"));
}

TEST_F(Layers, ThatThrowInTheHeadGiveWayTo500) {
  TestChain chain({{kTeller, "a"}, {kTeller, "b head"}}, kHello);
  const TestChainResult result = chain.get("/");
  EXPECT_EQ(result.status, 500u);
  EXPECT_EQ(result.code, GW_E_APP);
  ASSERT_FALSE(result.log.empty());
  EXPECT_EQ(result.log[0].text, "no head");
  EXPECT_THAT(story, ElementsAre("b head 200 length 5", "a head 500 length 22",
                                 "a data 22 flags 1", "b close -1", "b gone",
                                 "a close -1", "a gone"));
}

TEST_F(Layers, ThatThrowInTheDataCutTheAnswer) {
  TestChain chain({{kTeller, "a data"}}, kHello);
  const TestChainResult result = chain.get("/");
  EXPECT_TRUE(result.failed);
  EXPECT_EQ(result.code, GW_E_APP);
  EXPECT_EQ(result.body, "");
  EXPECT_EQ(story.back(), "a gone");
}

TEST_F(Layers, ThatThrowInTheCallAnswer500) {
  TestChain chain({{kTeller, "a"}, {kTeller, "b call"}}, kHello);
  EXPECT_EQ(chain.get("/").status, 500u);
  EXPECT_THAT(story.front(), "a head 500 length 22");
}

TEST_F(Layers, HaveNoBytesToSeeWhereThereIsNoBody) {
  TestChain chain({{kTeller, "a"}}, kHello);
  const TestChainResult result = chain.request("HEAD", "/");
  EXPECT_EQ(result.body, "");
  EXPECT_EQ(result.header("content-length"), "5");
  EXPECT_THAT(story, ElementsAre("a head 200 length 5", "a close 0", "a gone"));
}

TEST_F(Layers, AreClosedWhenTheClientLeaves) {
  TestChain chain({{kTeller, "a"}}, kTwoWrites);
  chain.conditions.leaves_after = 2;
  const TestChainResult result = chain.get("/");
  EXPECT_EQ(result.code, GW_E_GONE);
  EXPECT_THAT(story, ElementsAre("a head 200 length -1", "a data 3 flags 0",
                                 "a close -5", "a gone"));
}

TEST_F(Layers, MayChangeWhatTheNextAppSees) {
  TestChain chain({{kPlain}}, kPath);
  const TestChainResult result = chain.get("/here");
  EXPECT_EQ(result.body, "/changed");
  EXPECT_EQ(result.room_bytes, 8u);
}

TEST_F(Layers, NeedAHostThatHasThem) {
  try {
    gateway::TestClient client(kTeller, "a");
    FAIL() << "started";
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("gw.middleware/1"));
  }
}
