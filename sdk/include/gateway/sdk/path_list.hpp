// Paths that a middleware lets pass, as its configuration lists them: "/health" is that
// path, "/assets/" with a slash at its end is all below it.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gateway/sdk/environ.hpp>

namespace gateway {

class PathList {
 public:
  PathList() = default;

  /// Fails: std::invalid_argument where a path does not begin with a slash.
  explicit PathList(std::vector<std::string> paths) : paths_(std::move(paths)) {
    for (const std::string& path : paths_) {
      if (!path.starts_with('/')) {
        throw std::invalid_argument("the path \"" + path +
                                    "\" must begin with a slash");
      }
    }
  }

  /// Compares the whole path, with the mount. A path with dot segments is below
  /// nothing: what it will mean to the app is not known here.
  bool holds(const Environ& env) const {
    if (paths_.empty()) return false;
    std::string whole(env.script_name());
    whole += env.path_info();
    const bool has_dots = (whole + "/").find("/../") != std::string::npos ||
                          (whole + "/").find("/./") != std::string::npos;
    return std::any_of(paths_.begin(), paths_.end(), [&](const std::string& path) {
      if (!path.ends_with('/')) return whole == path;
      return whole == path || (!has_dots && whole.starts_with(path));
    });
  }

 private:
  std::vector<std::string> paths_;
};

}  // namespace gateway
