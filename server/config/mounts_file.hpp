// The mounts of a settings file: which application is served where.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace YAML {  // NOLINT(readability-identifier-naming): the library's name
class Node;
}

namespace appserver::config {

/// `app: hello:app`, the short form of one mount at "/". Fails: Usage, with file and
/// line.
Result<MountSettings> read_app(const std::string& file, const YAML::Node& node);

/// `mounts:`, a list of {path, host, app, config, middleware, threads,
/// client_max_body_size}. A slash at the end of a path is dropped. Fails: Usage, with
/// file and line.
Result<std::vector<MountSettings>> read_mounts(const std::string& file,
                                               const YAML::Node& list);

/// Fails: Usage, when two mounts have the same host and path; names both places.
Result<void> check_distinct(const std::vector<MountSettings>& mounts);

}  // namespace appserver::config
