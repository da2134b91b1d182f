// Words to a CommandLine. Boost.Program_options divides them into flags and values;
// which flags there are is said by the table of settings. Its exceptions end here.
#include "config/command_line.hpp"

#include <algorithm>
#include <array>

#include <boost/program_options.hpp>

#include "config/setting_key.hpp"
#include "config/value.hpp"
#include "config/words.hpp"

namespace appserver::config {
namespace {

namespace po = boost::program_options;
using Action = CommandLine::Action;

/// Flags that people know from other servers; a name that ends in '-' or '*' stands for
/// all that begin so.
struct Refusal {
  std::string_view name;
  const char* instead;
};

constexpr std::array<Refusal, 19> kRefusals{{
    {"factory", "an application is an object here; write module:callable without it"},
    {"k", "each application says itself how it is run; see --threads and --queue"},
    {"worker-class",
     "each application says itself how it is run; see --threads and --queue"},
    {"D", "leave it to systemd or a container to run it in the background"},
    {"daemon", "leave it to systemd or a container to run it in the background"},
    {"preload", "applications are loaded in each worker, so that they can be replaced"},
    {"log-config", "use --log-level, --error-logfile and --access-logfile"},
    {"statsd-*", "use --admin-bind and /metrics, which Prometheus reads"},
    {"log-syslog*",
     "log to standard error (--error-logfile -) and let systemd take it"},
    {"reload", "send HUP to load changed applications"},
    {"reload-*", "send HUP to load changed applications"},
    {"certfile", "put a proxy that speaks TLS in front, for example nginx"},
    {"keyfile", "put a proxy that speaks TLS in front, for example nginx"},
    {"ssl-*", "put a proxy that speaks TLS in front, for example nginx"},
    {"static-path-*", "use --static PREFIX=DIR"},
    {"host", "use --bind HOST:PORT"},
    {"port", "use --bind HOST:PORT"},
    {"uds", "use --bind unix:PATH"},
    {"fd", "use --bind fd://N"},
}};

/// A flag that is no setting by itself.
struct PlainFlag {
  const char* spelling;  ///< as program_options wants it: long,short
  bool takes_word;
};

constexpr std::array<PlainFlag, 7> kPlainFlags{{{"config,c", true},
                                                {"check-config,t", false},
                                                {"print-config,T", false},
                                                {"version", false},
                                                {"help,h", false},
                                                {"json", false},
                                                {"no-access-log", false}}};

/// Which key each long flag sets, without dashes.
const std::map<std::string, const SettingKey*>& keys_of_flags() {
  static const auto kFlags = [] {
    std::map<std::string, const SettingKey*> flags;
    for (const SettingKey& key : setting_keys()) {
      for (const std::string& flag : split(key.flags, ' ')) {
        if (flag.size() > 2) flags[flag.substr(2)] = &key;
      }
    }
    return flags;
  }();
  return kFlags;
}

/// "w" of "-w --workers", for the main long flag only.
std::string short_flag(const SettingKey& key) {
  const std::string first = split(key.flags, ' ').front();
  return first.size() == 2 ? "," + first.substr(1) : "";
}

po::options_description known_flags() {
  po::options_description flags;
  const auto add = [&](const std::string& spelling, bool takes_word) {
    auto* value = takes_word ? po::value<std::string>() : nullptr;
    if (value != nullptr) {
      flags.add_options()(spelling.c_str(), value);
    } else {
      flags.add_options()(spelling.c_str(), "");
    }
  };
  for (const auto& [name, key] : keys_of_flags()) {
    const bool is_main = "--" + name == main_flag(*key);
    add(name + (is_main ? short_flag(*key) : ""), !key->argument.empty());
  }
  for (const PlainFlag& flag : kPlainFlags) add(flag.spelling, flag.takes_word);
  flags.add_options()("words", po::value<std::vector<std::string>>());
  return flags;
}

/// --limit_request_line is --limit-request-line; values keep their underscores.
std::vector<std::string> with_dashes(std::vector<std::string> words) {
  for (std::string& word : words) {
    if (word == "--") break;
    if (word.rfind("--", 0) != 0) continue;
    const std::size_t end = std::min(word.find('='), word.size());
    std::replace(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(end), '_',
                 '-');
  }
  return words;
}

bool is_refused(const Refusal& refusal, const std::string& flag) {
  if (refusal.name.back() != '*') return refusal.name == flag;
  const auto begin = refusal.name.substr(0, refusal.name.size() - 1);
  return flag.compare(0, begin.size(), begin) == 0;
}

/// The flag that `words` spell as `reported`: program_options says of -kgevent
/// "kgevent".
std::string spelled_flag(const std::string& reported,
                         const std::vector<std::string>& words) {
  const std::string text = reported.substr(0, reported.find('='));
  const std::size_t begin = text.find_first_not_of('-');
  const std::string name = begin == std::string::npos ? "" : text.substr(begin);
  const bool is_short = name.size() == 1 || std::find(words.begin(), words.end(),
                                                      "-" + name) != words.end();
  return is_short ? "-" + name.substr(0, 1) : "--" + name;
}

Error unknown_flag(const std::string& reported, const std::vector<std::string>& words) {
  const std::string shown = spelled_flag(reported, words);
  const std::string name = shown.substr(shown.find_first_not_of('-'));
  for (const Refusal& refusal : kRefusals) {
    if (is_refused(refusal, name)) {
      return usage_error(shown + " is not supported: " + refusal.instead);
    }
  }
  std::vector<std::string> known = {"--config",  "--check-config", "--print-config",
                                    "--version", "--help",         "--no-access-log"};
  for (const auto& [flag, key] : keys_of_flags()) known.push_back("--" + flag);
  const std::string near = name.size() == 1 ? "" : suggestion(shown, known);
  return usage_error("unknown flag " + in_quotes(shown) +
                     (near.empty() ? "; see --help" : near));
}

/// Nothing is asked of the word here but that it is one.
void take_flag(CommandLine& line, const po::option& option) {
  const std::string& name = option.string_key;
  const std::string word = option.value.empty() ? "true" : option.value.front();
  const auto raise = [&](Action action) {  // --help wins over --version, and so on
    constexpr std::array<Action, 5> kOrder{Action::Serve, Action::CheckConfig,
                                           Action::PrintConfig, Action::Version,
                                           Action::Help};
    const auto rank = [&](Action a) {
      return std::find(kOrder.begin(), kOrder.end(), a);
    };
    if (rank(action) > rank(line.action)) line.action = action;
  };
  if (name == "config") line.config_file = word;
  if (name == "check-config") raise(Action::CheckConfig);
  if (name == "print-config") raise(Action::PrintConfig);
  if (name == "version") raise(Action::Version);
  if (name == "help") raise(Action::Help);
  if (name == "json") line.inspect_json = true;
  if (name == "no-access-log") line.values["accesslog"].push_back("off");
  const auto setting = keys_of_flags().find(name);
  if (setting == keys_of_flags().end()) return;
  line.values[std::string(setting->second->name)].push_back(word);
}

Result<CommandLine> with_inspect(CommandLine line,
                                 const std::vector<std::string>& names) {
  if (names.size() != 2)
    return usage_error("inspect takes one file: appserver inspect FILE");
  if (!line.values.empty() || !line.config_file.empty()) {
    return usage_error("inspect takes no settings: appserver inspect FILE [--json]");
  }
  if (line.action == Action::Serve) line.action = Action::Inspect;
  line.inspect_file = names[1];
  return line;
}

Result<CommandLine> with_names(CommandLine line,
                               const std::vector<std::string>& names) {
  const bool asks_only = line.action == Action::Help || line.action == Action::Version;
  if (asks_only) return line;
  if (!names.empty() && names.front() == "inspect")
    return with_inspect(std::move(line), names);
  if (line.inspect_json) return usage_error("--json belongs to appserver inspect FILE");
  if (names.size() > 1) {
    return usage_error("two applications are named, " + in_quotes(names[0]) + " and " +
                       in_quotes(names[1]) +
                       "; list several as mounts in a file (-c FILE)");
  }
  if (!names.empty() && names.front().empty()) {
    return usage_error("the application's name is empty; write module:callable");
  }
  if (!names.empty()) line.app = names.front();
  return line;
}

Result<CommandLine> divide(const std::vector<std::string>& words) {
  namespace style = po::command_line_style;
  const po::options_description flags = known_flags();
  const auto parsed =
      po::command_line_parser(with_dashes(words))
          .options(flags)
          .positional(po::positional_options_description().add("words", -1))
          .style(style::unix_style & ~style::allow_guessing)
          .run();
  CommandLine line;
  std::vector<std::string> names;
  for (const po::option& option : parsed.options) {
    const bool is_name = option.position_key >= 0;
    if (!is_name && option.string_key == "words") return unknown_flag("--words", words);
    if (is_name) {
      names.insert(names.end(), option.value.begin(), option.value.end());
    } else {
      take_flag(line, option);
    }
  }
  return with_names(std::move(line), names);
}

}  // namespace

Result<CommandLine> parse_command_line(const std::vector<std::string>& words) {
  try {
    return divide(words);
  } catch (const po::unknown_option& wrong) {
    return unknown_flag(wrong.get_option_name(), words);
  } catch (const std::exception& wrong) {
    return usage_error(std::string(wrong.what()) + "; see --help");
  }
}

}  // namespace appserver::config
