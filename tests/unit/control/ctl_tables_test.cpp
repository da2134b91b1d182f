#include "commands/ctl_tables.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace appserver::commands {
namespace {

namespace json = boost::json;

TEST(CtlTables, AlignNumbersRightAndTextLeft) {
  const json::array rows{
      {{"worker", 1}, {"state", "ready"}, {"age_s", 5}, {"rss_bytes", 512}},
      {{"worker", 12}, {"state", ""}, {"age_s", 93784}, {"rss_bytes", 9 << 20U}}};
  EXPECT_EQ(ctl_table(rows),
            "WORKER  STATE    AGE      RSS\n"
            "     1  ready     5s    512 B\n"
            "    12  -      1d 2h  9.0 MiB\n");
}

TEST(CtlTables, NoRowsAreNoText) {
  EXPECT_EQ(ctl_table({}), "");
}

TEST(CtlTables, ObjectsInObjectsAreLaidFlat) {
  EXPECT_EQ(ctl_lines({{"ready", true},
                       {"started_at", 0},
                       {"listening", json::array{"a", "b"}},
                       {"workers", {{"wanted", 2}, {"mean_ms", 1.25}}}}),
            "ready           yes\n"
            "started         1970-01-01 00:00:00 UTC\n"
            "listening       a, b\n"
            "workers wanted  2\n"
            "workers mean    1.2 ms\n");
}

TEST(CtlTables, SettingsAreWrittenAsAFileHasThem) {
  EXPECT_EQ(ctl_settings({{"workers", "auto"},
                          {"threads", 4},
                          {"bind", json::array{"a:1"}},
                          {"mounts", json::array{{{"path", "/"}}}}}),
            "workers: \"auto\"\n"
            "threads: 4\n"
            "bind: [\"a:1\"]\n"
            "mounts:\n"
            "  - {\"path\":\"/\"}\n");
}

}  // namespace
}  // namespace appserver::commands
