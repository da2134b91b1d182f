// The tests of WebSockets run for an app on the I/O thread and for one on its pool.
#pragma once

#include <string>

#include <gtest/gtest.h>

namespace appserver::testing {

/// The callable of the test app.
class WebSocket : public ::testing::TestWithParam<std::string> {};

}  // namespace appserver::testing
