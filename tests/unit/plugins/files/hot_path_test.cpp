// A small file that is asked for often costs no allocation, by its name and as an
// index.
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "loaded_app.hpp"
#include "quiet_host.hpp"
#include "temporary_folder.hpp"

namespace {

/// An instance of the plugin, without an extension of the host.
class Instance {
 public:
  explicit Instance(const std::string& config) : config_(config) {
    host_ = {sizeof(gw_host),
             GW_ABI_MAJOR,
             GW_ABI_MINOR,
             GW_STR("test"),
             GW_STR("app"),
             gateway::as_str(config_),
             [](const gw_host*, std::uint32_t, gw_str) {},
             [](const gw_host*, const char*) -> const void* { return nullptr; },
             nullptr};
    EXPECT_EQ(app_.create(&host_, &self_), GW_OK);
  }

  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  ~Instance() { app_.destroy(self_); }

  const gw_app& app() const { return app_; }

  void* self() const { return self_; }

 private:
  std::string config_;
  const gw_app& app_ = loaded_app("files");
  gw_host host_{};
  void* self_ = nullptr;
};

TEST(FilesHotPath, ACachedFileAllocatesNothing) {
  TemporaryFolder folder;
  folder.write("index.html", std::string(1024, 'x'));
  const Instance files(R"({"cache_valid": "1h", "precompressed": ["gzip"], "root": ")" +
                       folder.path().string() + "\"}");
  const auto host = std::make_unique<QuietHost>();
  EXPECT_GT(host->allocations_of(files.app(), files.self()), 0);  // the first reads it
  EXPECT_EQ(host->allocations_of(files.app(), files.self()), 0);
  EXPECT_EQ(host->status(), 200u);
  EXPECT_EQ(host->answer(), std::string(1024, 'x'));
}

}  // namespace
