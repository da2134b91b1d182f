// The promise of the hot path: a small answer costs no allocation, whichever way it is
// written.
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <gateway/sdk.hpp>

#include "quiet_host.hpp"

namespace {

using gateway::Environ;
using gateway::Request;
using gateway::Response;
using gateway::StartResponse;

std::string_view view_app(const Environ&, StartResponse& start_response) {
  start_response(200, {{"content-type", "text/plain"},
                       {"x-1", "1"},
                       {"x-2", "2"},
                       {"x-3", "3"},
                       {"x-4", "4"},
                       {"x-5", "5"},
                       {"x-6", "6"},
                       {"x-7", "7"}});
  return "a view of any length: it is the app's own memory and is never copied";
}

const char* pointer_app(const Environ&, StartResponse& start_response) {
  start_response(200);
  return "Hello, world!\n";
}

std::string short_string_app(const Environ&, StartResponse& start_response) {
  start_response(200);
  return "Hello, world!\n";
}

void writing_app(const Environ&, StartResponse& start_response) {
  start_response(200).finish("Hello, world!\n");
}

Response plain_app(const Request& request) {
  return Response::text("Hello, world!\n")
      .with_header("x-method", request.method())
      .with_header("cache-control", "no-store, max-age=0, must-revalidate");
}

std::string long_string_app(const Environ&, StartResponse& start_response) {
  start_response(200);
  return std::string(100, 'x');
}

}  // namespace

GATEWAY_APP(view_app);
GATEWAY_APP(pointer_app);
GATEWAY_APP(short_string_app);
GATEWAY_APP(writing_app);
GATEWAY_APP(plain_app);
GATEWAY_APP(long_string_app);

TEST(Allocation, SmallAnswersAllocateNothing) {
  const auto host = std::make_unique<QuietHost>();
  for (const gw_app* app : {&gw1_view_app, &gw1_pointer_app, &gw1_short_string_app,
                            &gw1_writing_app, &gw1_plain_app}) {
    SCOPED_TRACE(gateway::as_view(app->name));
    EXPECT_EQ(host->allocations_of(*app), 0);
    EXPECT_EQ(host->status(), 200u);
    EXPECT_FALSE(host->answer().empty());
  }
}

TEST(Allocation, TheCountSeesWhatAnAppAllocates) {
  const auto host = std::make_unique<QuietHost>();
  EXPECT_EQ(host->allocations_of(gw1_long_string_app), 1);
}
