// Readers and writers of the settings that no other has the like of.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace appserver::config {

Result<void> read_bind(Settings& settings, const std::string& word);
std::string write_bind(const Settings& settings);
void clear_bind(Settings& settings);
Result<void> read_workers(Settings& settings, const std::string& word);
std::string write_workers(const Settings& settings);
Result<void> read_static_word(Settings& settings, const std::string& word);
void clear_static(Settings& settings);
Result<void> read_plugins(Settings& settings, const std::string& word);
Result<void> read_body_size(Settings& settings, const std::string& word);
std::string write_body_size(const Settings& settings);
Result<void> read_proxy_protocol(Settings& settings, const std::string& word);
std::string write_proxy_protocol(const Settings& settings);
Result<void> read_log_level(Settings& settings, const std::string& word);
Result<void> read_access_log(Settings& settings, const std::string& word);
Result<void> read_access_format(Settings& settings, const std::string& word);
Result<void> read_error_log(Settings& settings, const std::string& word);
Result<void> read_error_log_format(Settings& settings, const std::string& word);
Result<void> read_umask(Settings& settings, const std::string& word);
Result<void> read_server_name(Settings& settings, const std::string& word);
Result<void> read_control_socket(Settings& settings, const std::string& word);
Result<void> read_admin_bind(Settings& settings, const std::string& word);
std::string write_admin_bind(const Settings& settings);

}  // namespace appserver::config
