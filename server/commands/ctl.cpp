#include "commands/ctl.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <boost/json.hpp>

#include "app/runtime_dir.hpp"
#include "base/nearest.hpp"
#include "commands/ctl_socket.hpp"
#include "commands/ctl_tables.hpp"
#include "control/candidate.hpp"
#include "control/operations.hpp"

namespace appserver::commands {
namespace {

namespace json = boost::json;
using Environment = std::map<std::string, std::string>;

constexpr const char* kHelp =
    "Usage: appserver ctl [FLAGS] COMMAND\n"
    "\n"
    "  status             what the server is doing\n"
    "  workers            its worker processes\n"
    "  apps               its applications, by version\n"
    "  config             the settings in force\n"
    "  reload             as HUP; waits for its end and says how it went\n"
    "  reopen             opens the log files again, as USR1\n"
    "  log-level LEVEL    debug, info, warning, error or critical, until a reload\n"
    "  restore APP        an app that crashed too often is called again\n"
    "  stop [--quick]     as TERM, or QUIT; does not wait for its end\n"
    "\n"
    "      --socket PATH  the server's control socket; else $APPSERVER_CONTROL, else "
    "that\n"
    "                     of the settings, else the one of this user's only server\n"
    "  -c, --config FILE  the settings of that server\n"
    "      --json         what the server says, as it says it\n"
    "\n"
    "Exit codes: 0 done, 1 refused by the server, 2 wrong words, 3 no server "
    "answers.\n";

struct Words {
  std::vector<std::string> names;
  std::string socket, config;
  bool is_json = false, is_quick = false, asks_help = false;
};

Error wrong(const std::string& why) {
  return {ExitCode::CtlUsage, "ctl: " + why + "; see appserver ctl --help"};
}

Result<void> take_flag(Words& words, const std::string& flag,
                       const std::string* value) {
  static const std::vector<std::string> kFlags = {"--config", "--help", "--json",
                                                  "--quick", "--socket"};
  if (flag == "--json" || flag == "--quick") {
    (flag == "--json" ? words.is_json : words.is_quick) = true;
    return {};
  }
  if (flag != "--socket" && flag != "--config" && flag != "-c") {
    constexpr std::size_t kFurthest = 3;
    const auto near = nearest(flag, kFlags, kFurthest);
    return wrong("unknown flag \"" + flag + "\"" +
                 (near ? "; did you mean " + *near + "?" : ""));
  }
  if (value == nullptr || value->empty()) return wrong(flag + " takes a file");
  (flag == "--socket" ? words.socket : words.config) = *value;
  return {};
}

Result<Words> read_words(const std::vector<std::string>& all) {
  Words words;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& word = all[i];
    if (word == "--help" || word == "-h") {
      words.asks_help = true;
      return words;
    }
    if (word.empty() || word.front() != '-') {
      words.names.push_back(word);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string flag = word.substr(0, equals);
    std::optional<std::string> value;
    if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (flag != "--json" && flag != "--quick" && i + 1 < all.size()) {
      value = all[++i];
    }
    const auto taken = take_flag(words, flag, value ? &*value : nullptr);
    if (!taken) return taken.error();
  }
  if (words.names.empty()) return wrong("what shall it do?");
  return words;
}

/// What a command asks the server.
Result<CtlRequest> request_of(const Words& words) {
  static const std::vector<std::string> kNames = {"status",    "workers", "apps",
                                                  "config",    "reload",  "reopen",
                                                  "log-level", "restore", "stop"};
  const std::string& name = words.names.front();
  if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
    constexpr std::size_t kFurthest = 3;
    const auto near = nearest(name, kNames, kFurthest);
    return wrong("unknown command \"" + name + "\"" +
                 (near ? "; did you mean " + *near + "?" : ""));
  }
  const bool takes_level = name == "log-level";
  const bool takes_word = takes_level || name == "restore";
  if (words.names.size() != (takes_word ? 2U : 1U)) {
    return wrong(takes_word ? name + (takes_level ? " takes a level" : " takes an app")
                            : name + " takes nothing behind it");
  }
  if (words.is_quick && name != "stop") return wrong("--quick belongs to stop");
  const auto at = std::find(kNames.begin(), kNames.end(), name) - kNames.begin();
  constexpr std::ptrdiff_t kReports = 4;
  CtlRequest request{at < kReports ? "GET" : "POST", "/" + name, "", name == "reload"};
  if (takes_word)
    request.body =
        json::serialize(json::object{{takes_level ? "level" : "app", words.names[1]}});
  if (words.is_quick) request.body = json::serialize(json::object{{"mode", "quick"}});
  return request;
}

std::string variable(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

/// Where a server with these settings may have its socket.
Result<std::string> find_by_settings(const Words& words,
                                     const Environment& environment) {
  control::ConfigSource source;
  source.environment = environment;
  source.line.config_file = words.config;
  source.line.app = "any:app";  // which one is served does not matter here
  const auto settings = control::read_settings(source);
  if (!settings && !words.config.empty())
    return Error{ExitCode::CtlUsage, "ctl: " + settings.error().text};
  const config::Settings known = settings ? *settings : config::Settings{};
  if (known.control_socket == "off")
    return Error{ExitCode::CtlNoServer, "ctl: its settings say control_socket: off"};
  if (!known.control_socket.empty()) return known.control_socket;
  const std::string name = std::string("/") + control::kControlSocketName;
  std::vector<std::string> paths{"/run/appserver" + name};
  const std::string of_systemd = variable(environment, "RUNTIME_DIRECTORY");
  if (!of_systemd.empty())
    paths.push_back(of_systemd.substr(0, of_systemd.find(':')) + name);
  for (const std::string& folder : app::runtime_dirs(known.runtime_dir))
    paths.push_back(folder + name);
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return find_control_socket(paths);
}

Result<std::string> find_socket(const Words& words, const Environment& environment) {
  if (!words.socket.empty()) return words.socket;
  const std::string named = variable(environment, "APPSERVER_CONTROL");
  if (!named.empty() && words.config.empty()) return named;
  return find_by_settings(words, environment);
}

/// The member of an answer as text for a person.
std::string text_of(const std::string& command, const json::object& answer) {
  if (command == "status") return ctl_lines(answer);
  if (const json::value* list = answer.if_contains(command)) {
    if (list->is_array()) return ctl_table(list->as_array());
    if (list->is_object()) return ctl_settings(list->as_object());
  }
  const json::value* const result = answer.if_contains("result");
  if (result == nullptr || !result->is_string()) return json::serialize(answer) + "\n";
  return (command == "log-level" ? "log level " : "") +
         std::string(result->as_string().c_str()) + "\n";
}

Error refused(const std::string& body, int status) {
  json::error_code ec;
  const json::value value = json::parse(body, ec);
  const json::value* why = nullptr;
  if (!ec && value.is_object()) why = value.as_object().if_contains("error");
  const bool is_told = why != nullptr && why->is_string();
  return {ExitCode::CtlRefused,
          "ctl: " + (is_told ? std::string(why->as_string().c_str())
                             : "the server answers " + std::to_string(status))};
}

}  // namespace

Result<std::string> ctl(const std::vector<std::string>& all,
                        const Environment& environment) {
  const auto words = read_words(all);
  if (!words) return words.error();
  if (words->asks_help) return std::string(kHelp);
  const auto request = request_of(*words);
  if (!request) return request.error();
  const auto socket = find_socket(*words, environment);
  if (!socket) return socket.error();
  const auto answer = ask_server(*socket, *request);
  if (!answer) return answer.error();
  if (answer->status != 200) return refused(answer->body, answer->status);
  json::error_code ec;
  const json::value value = json::parse(answer->body, ec);
  if (ec || !value.is_object()) {
    return Error{ExitCode::CtlNoServer,
                 "ctl: " + *socket + ": who listens there is no appserver"};
  }
  if (words->is_json) return answer->body;
  return text_of(words->names.front(), value.as_object());
}

}  // namespace appserver::commands
