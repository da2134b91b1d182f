// The key `static` of a settings file.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace YAML {  // NOLINT(readability-identifier-naming): the library's name
class Node;
}

namespace appserver::config {

/// A mapping of prefixes to folders, or to mappings of the plugin's keys with `root`.
/// Folders are relative to the folder of the file. Fails: Usage, with file and line.
Result<std::vector<MountSettings>> read_static(const std::string& file,
                                               const YAML::Node& node);

}  // namespace appserver::config
