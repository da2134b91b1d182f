// The samples under conf/ against the binary's own flags and settings: what is renamed
// here must not live on there.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "loading.hpp"

namespace appserver::config {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

std::string text_of(const std::string& name) {
  const std::ifstream file(SAMPLES_FOLDER "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream all(text);
  for (std::string line; std::getline(all, line);) lines.push_back(line);
  return lines;
}

Words words_of(const std::string& text) {
  Words words;
  std::istringstream all(text);
  for (std::string word; all >> word;) words.push_back(word);
  return words;
}

/// What stands behind `start` in the only line that begins with it.
std::string after(const std::string& text, const std::string& start) {
  std::string found;
  for (const std::string& line : lines_of(text)) {
    if (!line.starts_with(start)) continue;
    EXPECT_EQ(found, "") << "twice: " << start;
    found = line.substr(start.size());
  }
  EXPECT_NE(found, "") << start;
  return found;
}

/// A list of strings, as Dockerfiles have it.
Words json_words(const std::string& text) {
  Words words;
  const boost::json::value list = boost::json::parse(text);
  for (const auto& word : list.as_array()) words.emplace_back(word.as_string());
  return words;
}

Words yaml_words(const YAML::Node& list) {
  Words words;
  for (const auto& word : list) words.push_back(word.as<std::string>());
  return words;
}

void expect_known(const Words& words) {
  const auto line = parse_command_line(words);
  EXPECT_TRUE(line) << line.error().text;
}

YAML::Node of_kind(const std::vector<YAML::Node>& all, const std::string& kind) {
  for (const YAML::Node& node : all) {
    if (node["kind"].as<std::string>() == kind) return node;
  }
  ADD_FAILURE() << kind;
  return {};
}

TEST(SampleFiles, EveryCommandThatOneShowsIsUnderstood) {
  std::size_t commands = 0;
  for (const auto& entry : fs::recursive_directory_iterator(SAMPLES_FOLDER)) {
    const std::string name = fs::relative(entry.path(), SAMPLES_FOLDER).string();
    // One has a test of its own, the other is a command's argument, not a command.
    const bool is_other = name == "appserver.yaml" || name == "docker/Dockerfile";
    if (!entry.is_regular_file() || is_other) continue;
    for (const std::string& line : lines_of(text_of(name))) {
      const std::size_t at = line.find("appserver -");
      if (at == std::string::npos) continue;
      SCOPED_TRACE(name + ": " + line);
      Words words = words_of(line.substr(at));
      words.erase(words.begin());
      expect_known(words);
      ++commands;
    }
  }
  EXPECT_GE(commands, 4U);
}

TEST(SampleFiles, TheUnitStartsAServerThatKnowsItsFlags) {
  const std::string unit = text_of("systemd/appserver.service");
  Words words = words_of(after(unit, "ExecStart="));
  EXPECT_EQ(words.at(0), "/usr/bin/appserver");
  words.erase(words.begin());
  expect_known(words);
  EXPECT_EQ(after(unit, "ExecReload="), "/bin/kill -HUP $MAINPID");
  const Timeouts defaults;
  EXPECT_GT(milliseconds(1000 * std::stol(after(unit, "TimeoutStopSec="))),
            defaults.graceful + milliseconds(5'000));
  EXPECT_EQ(words_of(after(unit, "RestartPreventExitStatus=")), (Words{"1", "3", "4"}));
}

TEST(SampleFiles, TheImageStartsAServerThatKnowsItsFlagsAndSettings) {
  const std::string file = text_of("docker/Dockerfile");
  Words words = json_words(after(file, "ENTRYPOINT "));
  EXPECT_EQ(words.at(0), "appserver");
  const Words more = json_words(after(file, "CMD "));
  words.insert(words.end(), more.begin(), more.end());
  words.erase(words.begin());
  expect_known(words);
  const auto settings = load({"--plugins", "/apps"}, text_of("docker/app.yaml"), {});
  ASSERT_TRUE(settings) << settings.error().text;
  const Words ports = words_of(after(file, "EXPOSE "));
  EXPECT_EQ(settings->bind.at(0).text(), "0.0.0.0:" + ports.at(0));
  ASSERT_TRUE(settings->admin_bind);
  EXPECT_EQ(settings->admin_bind->text(), "0.0.0.0:" + ports.at(1));
  EXPECT_TRUE(fs::exists(SAMPLES_FOLDER "/docker/app.yaml"));
}

TEST(SampleFiles, ThePodsHaveTheSettingsTheyAreProbedFor) {
  const auto all = YAML::LoadAll(text_of("kubernetes/appserver.yaml"));
  const YAML::Node map = of_kind(all, "ConfigMap");
  const auto settings = load({}, map["data"]["app.yaml"].as<std::string>(), {});
  ASSERT_TRUE(settings) << settings.error().text;
  const YAML::Node pod = of_kind(all, "Deployment")["spec"]["template"]["spec"];
  const YAML::Node container = pod["containers"][0];
  EXPECT_EQ(yaml_words(container["command"]), Words{"appserver"});
  expect_known(yaml_words(container["args"]));
  EXPECT_EQ(settings->bind.at(0).text(),
            "0.0.0.0:" + container["ports"][0]["containerPort"].as<std::string>());
  ASSERT_TRUE(settings->admin_bind);
  EXPECT_EQ(settings->admin_bind->text(),
            "0.0.0.0:" + container["ports"][1]["containerPort"].as<std::string>());
  for (const char* probe : {"startupProbe", "readinessProbe", "livenessProbe"}) {
    const YAML::Node get = container[probe]["httpGet"];
    EXPECT_EQ(get["port"].as<std::string>(), "admin");
    EXPECT_EQ(get["path"].as<std::string>(), probe[0] == 'l' ? "/healthz" : "/readyz");
  }
  const Timeouts& timeouts = settings->timeouts;
  EXPECT_GT(milliseconds(1000 * pod["terminationGracePeriodSeconds"].as<long>()),
            timeouts.drain_delay + timeouts.graceful + milliseconds(5'000));
  EXPECT_EQ(of_kind(all, "Service")["spec"]["ports"][0]["targetPort"].as<std::string>(),
            container["ports"][0]["name"].as<std::string>());
}

}  // namespace
}  // namespace appserver::config
