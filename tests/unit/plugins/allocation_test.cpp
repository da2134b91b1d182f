// The shipped apps of the hot path, from their .so, allocate nothing for a small
// request.
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loaded_app.hpp"
#include "quiet_host.hpp"

using ::testing::HasSubstr;
using ::testing::StartsWith;

class PluginAllocation : public ::testing::Test {
 protected:
  void SetUp() override {}

  std::unique_ptr<QuietHost> host = std::make_unique<QuietHost>();
};

TEST_F(PluginAllocation, HelloAllocatesNothingInAnyLanguage) {
  for (const char* name : {"hello", "plain_c", "rust_hello"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(host->allocations_of(loaded_app(name)), 0);
    EXPECT_EQ(host->answer(), "Hello, world!\n");
  }
}

TEST_F(PluginAllocation, EnvironAllocatesNothingInAnyForm) {
  for (const char* accept : {"*/*", "application/json", "text/html"}) {
    SCOPED_TRACE(accept);
    host->accept = accept;
    EXPECT_EQ(host->allocations_of(loaded_app("environ")), 0);
    EXPECT_THAT(std::string(host->answer()), HasSubstr("x-three"));
  }
}

TEST_F(PluginAllocation, EchoOfASmallBodyAllocatesNothing) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{1024}, std::size_t{16'384}}) {
    SCOPED_TRACE(size);
    const std::string body(size, 'e');
    host->method = "POST";
    host->body = body;
    EXPECT_EQ(host->allocations_of(loaded_app("echo")), 0);
    EXPECT_EQ(host->answer(), body);
  }
}

TEST_F(PluginAllocation, EchoOfALongBodyNeedsASource) {
  const std::string body(16'385, 'e');
  host->method = "POST";
  host->body = body;
  EXPECT_EQ(host->allocations_of(loaded_app("echo")), -1);  // this host takes no source
}
