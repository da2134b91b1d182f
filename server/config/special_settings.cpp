#include "config/special_settings.hpp"

#include <algorithm>
#include <array>

#include "config/access_format.hpp"
#include "config/setting_readers.hpp"
#include "config/static_mount.hpp"

namespace appserver::config {
namespace {

using S = Settings;

constexpr int kMaxWorkers = 1024;

/// In the order of ProxyProtocol.
constexpr std::array<std::string_view, 4> kProxyProtocols{"off", "v1", "v2", "auto"};

}  // namespace

Result<void> read_bind(S& settings, const std::string& word) {
  auto address = parse_address(word);
  if (!address) return address.error();
  const auto& known = settings.bind;
  if (std::find(known.begin(), known.end(), *address) != known.end()) {
    return usage_error(in_quotes(word) + " is named twice");
  }
  settings.bind.push_back(std::move(*address));
  return {};
}

std::string write_bind(const S& settings) {
  std::string text;
  for (const BindAddress& address : settings.bind) {
    text += (text.empty() ? "" : ", ") + yaml_string(address.text());
  }
  return "[" + text + "]";
}

void clear_bind(S& settings) {
  settings.bind.clear();
}

Result<void> read_workers(S& settings, const std::string& word) {
  if (lower_case(word) == "auto") {
    settings.workers = 0;
    return {};
  }
  const auto value = parse_integer(word, 1, kMaxWorkers);
  if (!value) {
    return usage_error(
        in_quotes(word) +
        " is not a number of workers; write 1 to 1024, or auto (one per CPU)");
  }
  settings.workers = static_cast<int>(*value);
  return {};
}

std::string write_workers(const S& settings) {
  return settings.workers == 0 ? "auto" : std::to_string(settings.workers);
}

Result<void> read_static_word(S& settings, const std::string& word) {
  auto mount = parse_static(word);
  if (!mount) return mount.error();
  settings.mounts.push_back(std::move(*mount));
  return {};
}

void clear_static(S& settings) {
  std::erase_if(settings.mounts,
                [](const MountSettings& mount) { return !mount.static_root.empty(); });
}

/// Naming a folder asks for everything in it; APPSERVER_PLUGINS does not come this way.
Result<void> read_plugins(S& settings, const std::string& word) {
  auto read = read_text<&S::plugins>(settings, word);
  if (read) settings.serve_plugins_folder = !word.empty();
  return read;
}

Result<void> read_body_size(S& settings, const std::string& word) {
  const auto size = parse_body_size(word);
  if (!size) return size.error();
  settings.limits.body = *size;
  return {};
}

std::string write_body_size(const S& settings) {
  return body_size_text(settings.limits.body);
}

Result<void> read_proxy_protocol(S& settings, const std::string& word) {
  const auto& words = kProxyProtocols;
  const auto found = std::find(words.begin(), words.end(), lower_case(word));
  if (found == words.end()) {
    return usage_error(in_quotes(word) +
                       " is no PROXY protocol; write off, v1, v2 or auto");
  }
  settings.proxies.protocol = static_cast<ProxyProtocol>(found - words.begin());
  return {};
}

std::string write_proxy_protocol(const S& settings) {
  return std::string(kProxyProtocols[static_cast<unsigned>(settings.proxies.protocol)]);
}

Result<void> read_log_level(S& settings, const std::string& word) {
  const std::vector<std::string> levels = {"debug", "info", "warning", "error",
                                           "critical"};
  const std::string level = lower_case(word);
  if (std::find(levels.begin(), levels.end(), level) == levels.end()) {
    return usage_error(in_quotes(word) + " is not a log level; write debug, info, " +
                       "warning, error or critical");
  }
  settings.log_level = level;
  return {};
}

Result<void> read_access_log(S& settings, const std::string& word) {
  return read_text<&S::access_log>(settings, lower_case(word) == "off" ? "off" : word);
}

Result<void> read_access_format(S& settings, const std::string& word) {
  const auto format = parse_access_format(word);
  if (!format) return format.error();
  settings.access_log_format = word;
  return {};
}

Result<void> read_control_socket(S& settings, const std::string& word) {
  return read_text<&S::control_socket>(settings,
                                       lower_case(word) == "off" ? "off" : word);
}

Result<void> read_admin_bind(S& settings, const std::string& word) {
  settings.admin_bind.reset();
  if (word.empty()) return {};
  auto address = parse_address(word);
  if (!address) return address.error();
  settings.admin_bind = std::move(*address);
  return {};
}

std::string write_admin_bind(const S& settings) {
  return yaml_string(settings.admin_bind ? settings.admin_bind->text() : "");
}

Result<void> read_error_log(S& settings, const std::string& word) {
  if (word.empty() || word == "off") {
    return usage_error(
        "errors are always logged; write - for standard error, or a file");
  }
  return read_text<&S::error_log>(settings, word);
}

Result<void> read_error_log_format(S& settings, const std::string& word) {
  const std::string format = lower_case(word);
  if (format != "text" && format != "json") {
    return usage_error(in_quotes(word) +
                       " is no format of the error log; write text or json");
  }
  settings.error_log_format = format;
  return {};
}

Result<void> read_umask(S& settings, const std::string& word) {
  const bool is_octal =
      word.size() <= 4 && word.find_first_not_of("01234567") == std::string::npos;
  if (!is_octal || (word.size() == 4 && word[0] != '0')) {
    return usage_error(in_quotes(word) +
                       " is not a umask; write octal digits, 000 to 777, as 027");
  }
  settings.umask = word;
  return {};
}

Result<void> read_server_name(S& settings, const std::string& word) {
  auto host = word.empty() ? Result<std::string>(word) : parse_host(word);
  if (!host) return host.error();
  settings.server_name = std::move(*host);
  return {};
}

}  // namespace appserver::config
