// `module:callable`, as users write it, and the file it means. Opens nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace appserver::app {

/// A parsed `module[:callable]`.
struct AppSpec {
  std::string text;      ///< as written
  std::string module;    ///< a path (holds '/' or ends in .so) or a bare name
  std::string callable;  ///< empty: `app`, then `application`
};

/// Fails: Usage, when it is not module or module:callable, or the callable is no C
/// identifier.
Result<AppSpec> parse_app_spec(std::string_view text);

/// The folders a bare name is looked up in, best first: the named one alone if there is
/// one
/// (--plugins, then $APPSERVER_PLUGINS), else <prefix>/lib/appserver/plugins, as seen
/// from where this binary lies, and in a build tree <build>/plugins.
std::vector<std::string> plugin_folders(const std::string& named);

/// The folders that plugins of the server itself are looked up in, best first: those it
/// came with, then those of plugin_folders(named).
std::vector<std::string> own_plugin_folders(const std::string& named);

/// The file that `spec` means. A path is taken as it is (relative to the working
/// directory); a bare name `hello` is looked for as hello.so in each folder. Fails:
/// AppLoad; says every place that was looked at.
Result<std::string> find_module(const AppSpec& spec,
                                const std::vector<std::string>& folders);

}  // namespace appserver::app
