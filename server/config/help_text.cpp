// The text of --help: the flags of the table by group, 80 columns at most.
#include <array>

#include "config/command_line.hpp"
#include "config/setting_key.hpp"
#include "config/words.hpp"

namespace appserver::config {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kMeaningColumn = 32;

using Group = SettingKey::Group;

struct Heading {
  Group group;
  const char* text;
};

constexpr std::array<Heading, 7> kHeadings{
    {{Group::Serving, "What is served, and where"},
     {Group::Processes, "Processes and threads"},
     {Group::Timeouts, "Timeouts"},
     {Group::Limits, "Limits"},
     {Group::Proxies, "Proxies in front"},
     {Group::Logging, "Logging"},
     {Group::Process, "The process"}}};

constexpr std::string_view kUsage =
    "Usage: appserver [FLAGS] [module:callable]\n"
    "       appserver inspect FILE [--json]\n"
    "       appserver lint [FLAGS] module:callable\n"
    "       appserver ctl [FLAGS] COMMAND\n"
    "\n"
    "Serves web applications from shared libraries. `hello:app` is the callable\n"
    "`app` of hello.so; without a callable, `app` or else `application`.\n"
    "\n"
    "TIME is seconds, or a number with ms, s, m, h or d. SIZE is bytes, or a number\n"
    "with k, m or g. A setting's value is the default, or else the file's, the\n"
    "environment's (APPSERVER_WORKERS for --workers) or the flag's, the last wins.\n";

constexpr std::string_view kExamples =
    "\nExamples:\n"
    "  appserver hello:app --bind 0.0.0.0:8000 --workers 4\n"
    "  appserver -c /etc/appserver/appserver.yaml --check-config\n";

/// One flag: its spellings, then `meaning` from column 32 on, wrapped between words.
std::string entry(const std::string& spellings, const std::string& meaning) {
  std::string text;
  std::string line = "  " + spellings;
  if (line.size() + 2 > kMeaningColumn) {
    text = line + "\n";
    line.clear();
  }
  line.resize(kMeaningColumn - 1, ' ');
  for (const std::string& word : split(meaning, ' ')) {
    if (line.size() + 1 + word.size() > kColumns) {
      text += line + "\n";
      line.assign(kMeaningColumn - 1, ' ');
    }
    line += " " + word;
  }
  return text + line + "\n";
}

/// "-w, --workers N|auto"; long ones stand below each other.
std::string spellings_of(const SettingKey& key) {
  const auto flags = split(key.flags, ' ');
  std::string text = flags.front().size() == 2 ? "" : "    ";
  for (const std::string& flag : flags) {
    if (flag != flags.front()) text += ", ";
    text += flag;
  }
  return key.argument.empty() ? text : text + " " + std::string(key.argument);
}

std::string meaning_of(const SettingKey& key) {
  std::string text(key.meaning);
  if (key.argument.empty() || key.fallback.empty()) return text;
  text += " [" + std::string(key.fallback);
  const bool has_bare_number =
      key.fallback.find_first_not_of("0123456789") == std::string::npos;
  if (has_bare_number && key.fallback != "0" && !key.unit.empty())
    text += " " + std::string(key.unit);
  return text + "]";
}

}  // namespace

std::string help_text() {
  std::string text(kUsage);
  text += "\nCommands:\n";
  text += entry("-c, --config FILE", "settings as YAML");
  text +=
      entry("-t, --check-config", "say whether the settings and applications are good");
  text += entry("-T, --print-config", "the same, and print the settings in force");
  text += entry("    --version", "the version");
  text += entry("-h, --help", "this text");
  text +=
      entry("inspect FILE [--json]", "what a shared library holds, without running it");
  text += entry("lint module:callable",
                "which rules of the gateway an application breaks; see lint --help");
  text += entry("ctl COMMAND", "asks or tells a running server; see ctl --help");
  for (const Heading& heading : kHeadings) {
    text += "\n" + std::string(heading.text) + " [default]:\n";
    for (const SettingKey& key : setting_keys()) {
      if (key.group != heading.group || key.flags.empty()) continue;
      text += entry(spellings_of(key), meaning_of(key));
      if (key.name == "accesslog")
        text += entry("    --no-access-log", "log no requests");
    }
  }
  return text + std::string(kExamples);
}

}  // namespace appserver::config
