// One pass per source, the weakest first, so that the last word stands:
//   1. defaults: those of Settings
//   2. the file
//   3. APPSERVER_<KEY> in the environment; empty ones count as not set
//   4. flags, and the application the command line names
// $PORT, $WEB_CONCURRENCY and $FORWARDED_ALLOW_IPS, which platforms set, are asked only
// where none of these spoke.
#include "config/load_settings.hpp"

#include <algorithm>
#include <set>

#include "config/mounts_file.hpp"
#include "config/setting_key.hpp"
#include "config/settings_file.hpp"
#include "config/value.hpp"
#include "config/words.hpp"

namespace appserver::config {
namespace {

constexpr std::string_view kPrefix = "APPSERVER_";

class Loading {
 public:
  /// Takes a value of one source; `where` begins the message of an error for each word.
  Result<void> take(const SettingKey& key, const std::vector<std::string>& words,
                    const std::vector<std::string>& where) {
    if (key.clear != nullptr) key.clear(settings);
    // An empty list is an answer, too; but somewhere the server must listen.
    if (words.empty() && key.name != "bind") given_.insert(key.name);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto read = key.read(settings, words[i]);
      if (!read) return usage_error(where[i] + ": " + read.error().text);
      given_.insert(key.name);
    }
    return {};
  }

  [[nodiscard]] bool is_given(std::string_view name) const {
    return given_.count(name) != 0;
  }

  /// The application at "/", instead of the one a weaker source has there.
  void mount_root(const std::string& app, const std::string& origin) {
    MountSettings mount;
    mount.app = app;
    mount.origin = origin;
    auto& mounts = settings.mounts;
    const auto root = std::find_if(mounts.begin(), mounts.end(), [](const auto& known) {
      return known.host.empty() && known.path == "/" && known.static_root.empty();
    });
    if (root == mounts.end()) {
      mounts.push_back(std::move(mount));
    } else {
      *root = std::move(mount);
    }
  }

  /// Of the folders that `origin` has given: a word does not know where it stood.
  void name_origins(const std::string& origin) {
    for (MountSettings& mount : settings.mounts) {
      if (mount.origin.empty()) mount.origin = origin;
    }
  }

  /// As print_settings has them: one order, whichever source spoke first.
  void put_folders_last() {
    std::stable_partition(
        settings.mounts.begin(), settings.mounts.end(),
        [](const MountSettings& mount) { return mount.static_root.empty(); });
  }

  Settings settings;

 private:
  std::set<std::string_view> given_;
};

/// What `word` of a file means from the working directory.
std::string from_folder(const SettingKey& key, const std::string& folder,
                        const std::string& word) {
  constexpr std::string_view kUnix = "unix:";
  if (key.word == SettingKey::Word::Path) {
    const bool is_no_path = word == "-" || lower_case(word) == "off";
    return is_no_path ? word : joined_path(folder, word);
  }
  const bool is_socket =
      key.word == SettingKey::Word::Address && word.rfind(kUnix, 0) == 0;
  if (!is_socket || word.size() == kUnix.size() || word[kUnix.size()] == '@')
    return word;
  return std::string(kUnix) + joined_path(folder, word.substr(kUnix.size()));
}

Result<void> take_file(Loading& loading, const std::string& name,
                       const std::string& text) {
  auto file = read_settings_file(name, text);
  if (!file) return file.error();
  const std::string folder = folder_of(name);
  for (const FileValue& value : file->values) {
    std::vector<std::string> words;
    std::vector<std::string> where;
    for (const FileWord& word : value.words) {
      words.push_back(from_folder(*value.key, folder, word.text));
      where.push_back(name + ":" + std::to_string(word.line) + ": " +
                      std::string(value.key->name));
    }
    const auto taken = loading.take(*value.key, words, where);
    if (!taken) return taken.error();
  }
  loading.settings.mounts = std::move(file->mounts);
  return {};
}

/// Container platforms put the addresses of a service called "appserver" into the
/// environment of its neighbours; they are not meant for us.
bool is_service_link(const std::string& name) {
  return name == "APPSERVER_PORT" || name.rfind("APPSERVER_PORT_", 0) == 0 ||
         name.rfind("APPSERVER_SERVICE_", 0) == 0;
}

/// APPSERVER_PLUGINS says where bare names are searched and serves nothing; see
/// plugin_folders.
bool is_for_us(const std::string& name) {
  return name.rfind(kPrefix, 0) == 0 && name != "APPSERVER_PLUGINS" &&
         !is_service_link(name);
}

const SettingKey* key_of_variable(const std::string& name) {
  const auto& keys = setting_keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const SettingKey& key) {
    return key.name != "mounts" && environment_name(key) == name;
  });
  return found == keys.end() ? nullptr : &*found;
}

Error unknown_variable(const std::string& name) {
  if (name == "APPSERVER_MOUNTS") {
    return usage_error(name + ": mounts are listed in a configuration file (-c FILE)");
  }
  std::vector<std::string> names;
  for (const SettingKey& key : setting_keys()) names.push_back(environment_name(key));
  return usage_error("unknown environment variable " + in_quotes(name) +
                     suggestion(name, names));
}

Result<void> take_environment(Loading& loading, const Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (!is_for_us(name)) continue;
    const SettingKey* key = key_of_variable(name);
    if (key == nullptr) return unknown_variable(name);
    if (value.empty()) continue;
    if (key->read == nullptr) {
      loading.mount_root(value, "environment");
      continue;
    }
    const bool is_list = key->clear != nullptr;
    const auto words = is_list ? split(value, ',') : std::vector<std::string>{value};
    const auto taken = loading.take(*key, words, {words.size(), name});
    if (!taken) return taken.error();
  }
  return {};
}

/// A flag given twice means the last one, except for lists.
Result<void> take_flags(Loading& loading, const CommandLine& line) {
  for (const auto& [name, words] : line.values) {
    const SettingKey* key = find_key(name);
    if (key == nullptr || key->read == nullptr || words.empty()) continue;
    const bool is_list = key->clear != nullptr;
    const auto last = is_list ? words : std::vector<std::string>{words.back()};
    const auto taken = loading.take(*key, last, {last.size(), main_flag(*key)});
    if (!taken) return taken.error();
  }
  if (!line.app.empty()) loading.mount_root(line.app, "command line");
  return {};
}

Result<void> take_platform(Loading& loading, const Environment& environment) {
  const auto value_of = [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  const std::string port = value_of("PORT");
  if (!port.empty() && !loading.is_given("bind")) {
    const bool is_port = parse_integer(port, 0, UINT16_MAX).has_value();
    if (!is_port) return usage_error("PORT: " + in_quotes(port) + " is not a port");
    const auto taken = loading.take(*find_key("bind"), {"0.0.0.0:" + port}, {"PORT"});
    if (!taken) return taken.error();
  }
  const std::string workers = value_of("WEB_CONCURRENCY");
  if (!workers.empty() && !loading.is_given("workers")) {
    const auto taken =
        loading.take(*find_key("workers"), {workers}, {"WEB_CONCURRENCY"});
    if (!taken) return taken.error();
  }
  const std::string proxies = value_of("FORWARDED_ALLOW_IPS");
  if (proxies.empty() || loading.is_given("forwarded_allow_ips")) return {};
  return loading.take(*find_key("forwarded_allow_ips"), {proxies},
                      {"FORWARDED_ALLOW_IPS"});
}

/// What no value of one key can be wrong about alone.
Result<void> check_together(const Limits& limits) {
  if (limits.request_line <= limits.request_head) return {};
  return usage_error("limit_request_line (" + std::to_string(limits.request_line) +
                     " bytes) is larger than limit_request_head (" +
                     std::to_string(limits.request_head) +
                     " bytes), which it is part of: lower the one or raise the other");
}

}  // namespace

Result<Settings> load_settings(const CommandLine& line, const std::string& file_text,
                               const Environment& environment) {
  Loading loading;
  auto taken = take_file(loading, line.config_file, file_text);
  if (taken) taken = take_environment(loading, environment);
  loading.name_origins("environment");
  if (taken) taken = take_flags(loading, line);
  loading.name_origins("command line");
  if (taken) taken = take_platform(loading, environment);
  if (taken) taken = check_together(loading.settings.limits);
  if (taken) taken = check_distinct(loading.settings.mounts);
  loading.put_folders_last();
  if (!taken) return taken.error();
  if (loading.settings.mounts.empty() && !loading.settings.serve_plugins_folder) {
    return usage_error(
        "nothing to serve: name an application (appserver hello:app), a folder of "
        "them (--plugins DIR) or one of files (--static /=DIR), or list mounts in a "
        "configuration file (-c FILE)");
  }
  return std::move(loading.settings);
}

}  // namespace appserver::config
