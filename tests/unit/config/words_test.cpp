#include "config/words.hpp"

#include <gtest/gtest.h>

namespace appserver::config {
namespace {

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string> known = {"workers", "worker_connections", "timeout",
                                          "graceful_timeout"};
  EXPECT_EQ(nearest("worker", known), "workers");
  EXPECT_EQ(nearest("wrokers", known), "workers");
  EXPECT_EQ(nearest("Worker-Connections", known), "worker_connections");
  EXPECT_EQ(nearest("timeuot", known), "timeout");
}

TEST(Nearest, IsSilentWhereNothingIsNear) {
  EXPECT_EQ(nearest("location", {"workers", "timeout"}), "");
  EXPECT_EQ(nearest("", {"bind"}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'w'), {"workers"}), "");
  EXPECT_EQ(suggestion("location", {"workers"}), "");
}

TEST(JoinedPath, IsRelativeToTheFolder) {
  EXPECT_EQ(joined_path("conf", "a.log"), "conf/a.log");
  EXPECT_EQ(joined_path("conf", "../a.log"), "a.log");
  EXPECT_EQ(joined_path("/etc/appserver", "./a.so"), "/etc/appserver/a.so");
  EXPECT_EQ(joined_path("", "./a.log"), "./a.log");
  EXPECT_EQ(joined_path("conf", "/a.log"), "/a.log");
  EXPECT_EQ(joined_path("conf", ""), "");
}

TEST(Split, KeepsEmptyPieces) {
  EXPECT_EQ(split(" a , b,,c ", ','), (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_EQ(split("", ','), std::vector<std::string>{""});
}

}  // namespace
}  // namespace appserver::config
