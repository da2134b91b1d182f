// `static`: folders of files and where they are served, as mounts of the plugin `files`
// that comes with the server. Knows neither YAML nor what the plugin's keys mean.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace appserver::config {

/// A mount of the plugin. `root` is kept as it is written, and is not looked at.
/// `config_json` has the plugin's other keys. Fails: Usage, when `prefix` is no mount
/// path, or `root` is empty, holds a control character or is not UTF-8.
Result<MountSettings> static_mount(const std::string& prefix, const std::string& root,
                                   std::string config_json = "{}");

/// `PREFIX=DIR`, as --static has it: up to the first "=". Fails: Usage.
Result<MountSettings> parse_static(const std::string& word);

/// What the plugin is given for a mount of `static`: its folder as `root` before the
/// other keys. One JSON object.
std::string static_config(const MountSettings& mount);

/// How a complaint about a mount of `static` begins, for its user has named no
/// application: `static: "/assets" (a.yaml:3): `. "" for every other mount.
std::string static_place(const MountSettings& mount);

}  // namespace appserver::config
