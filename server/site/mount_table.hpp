// Which application answers a request: by host, then by the longest path prefix.
// Divides the path at the mount point as PEP 3333 says. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace appserver::site {

/// Where a request belongs. Lives: views into the path that was given.
struct Match {
  std::size_t mount = 0;         ///< the number the mount was added with
  std::string_view script_name;  ///< the prefix, without a slash at its end; "" for "/"
  std::string_view path_info;    ///< the rest: "" or begins with '/'
};

/// Immutable once built.
class MountTable {
 public:
  /// `host` lower-case or "" for any; `path` begins with '/', without a slash at its
  /// end unless it is "/".
  void add(std::string_view host, std::string_view path, std::size_t mount);

  /// `host` in any case, without port; `path` decoded, begins with '/' or is "*". A
  /// mount at /api takes /api and /api/x and not /apix. Mounts of that very host come
  /// before those of every host. `*` (OPTIONS) belongs to the mount at "/".
  [[nodiscard]] std::optional<Match> match(std::string_view host,
                                           std::string_view path) const;

 private:
  struct Entry {
    std::string prefix;  ///< "" for "/"
    std::size_t mount;
  };

  struct Host {
    std::string name;
    std::vector<Entry> entries;  ///< longest prefix first
  };

  std::vector<Host> named_;
  Host any_;
};

}  // namespace appserver::site
