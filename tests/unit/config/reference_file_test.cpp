// conf/appserver.yaml against the table and the defaults, so that neither can go its
// own way.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "config/load_settings.hpp"
#include "config/setting_key.hpp"

namespace appserver::config {
namespace {

std::string reference() {
  std::ifstream file(CONFIG_REFERENCE_FILE);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Settings loaded(const std::string& text) {
  CommandLine line;
  line.app = "hello:app";
  line.config_file = "appserver.yaml";
  const auto settings = load_settings(line, text, {});
  EXPECT_TRUE(settings) << settings.error().text;
  return settings ? *settings : Settings{};
}

/// The commented line that shows `key`, without its '#'; "" when there is none.
std::string shown(const std::string& text, const std::string& key) {
  const std::size_t at = text.find("\n#" + key + ":");
  if (at == std::string::npos) return "";
  return text.substr(at + 2, text.find('\n', at + 1) - at - 2);
}

TEST(ReferenceFile, AsItStandsIsTheDefaults) {
  ASSERT_FALSE(reference().empty());
  Settings settings = loaded(reference());
  ASSERT_EQ(settings.mounts.size(), 1U);
  settings.mounts.clear();
  EXPECT_EQ(settings, Settings{});
}

TEST(ReferenceFile, ShowsEveryKeyWithItsDefault) {
  const std::string text = reference();
  for (const SettingKey& key : setting_keys()) {
    const std::string name(key.name);
    SCOPED_TRACE(name);
    const std::string line = shown(text, name);
    ASSERT_FALSE(line.empty());
    if (key.word == SettingKey::Word::Structure) continue;
    Settings settings = loaded(line + "\n");
    settings.mounts.clear();
    if (name == "bind") {
      ASSERT_EQ(settings.bind.size(), 1U);
      EXPECT_EQ(settings.bind[0].text(), key.fallback);
    } else {
      EXPECT_EQ(settings, Settings{}) << line;
    }
  }
}

TEST(ReferenceFile, SaysWhatNeedsARestart) {
  const std::string text = reference();
  for (const SettingKey& key : setting_keys()) {
    SCOPED_TRACE(key.name);
    const std::size_t at = text.find("\n#" + std::string(key.name) + ":");
    ASSERT_NE(at, std::string::npos);
    const std::size_t reloadable = text.rfind("[HUP]", at);
    const std::size_t restart = text.rfind("[restart]", at);
    EXPECT_EQ(reloadable > restart, key.is_reloadable);
  }
}

TEST(ReferenceFile, DefaultsOfTheTableAreThoseOfSettings) {
  const Settings defaults;
  for (const SettingKey& key : setting_keys()) {
    if (key.write == nullptr || key.fallback.empty() || key.name == "bind") continue;
    SCOPED_TRACE(key.name);
    Settings settings;
    ASSERT_TRUE(key.read(settings, std::string(key.fallback)));
    EXPECT_EQ(settings, defaults);
  }
}

}  // namespace
}  // namespace appserver::config
