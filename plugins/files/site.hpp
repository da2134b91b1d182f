// From a path to a file: try_files, index files, precompressed twins, through the
// cache. Knows the disk; nothing of HTTP's fields or of the ABI's calls.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "file_cache.hpp"
#include "media_type.hpp"
#include "request_path.hpp"
#include "safe_open.hpp"
#include "settings.hpp"

namespace files {

/// What a path leads to.
struct Found {
  enum class Kind : std::uint8_t {
    File,      // `resource`
    Redirect,  // a folder that was asked for without its slash
    Listing,   // of the folder `folder`
    Status,    // 403, 404, 503 ...
    NextApp,   // "@app"
    Nothing,   // try_files came to its end
  };

  Kind kind = Kind::Nothing;
  unsigned status = 404;
  SharedResource resource;
  Descriptor folder;
};

/// Threads: any.
class Site {
 public:
  /// Fails: std::runtime_error, where the root is no folder that can be opened.
  explicit Site(const Settings& settings);

  /// `path` is used as scratch and is the same afterwards. A file that is in the cache
  /// and fresh costs no allocation and, if it is in memory, no system call.
  Found find(RequestPath& path, std::int64_t now_ms);

  const Settings& settings() const noexcept { return settings_; }

 private:
  struct Lookup {
    SharedResource resource;
    int error = 0;  // errno
  };

  bool try_one(const Try& member, RequestPath& path, std::int64_t now_ms, Found& found);
  bool try_folder(RequestPath& path, std::int64_t now_ms, Found& found);
  bool try_listing(const RequestPath& path, std::int64_t now_ms, Found& found);
  bool try_file(const RequestPath& path, std::int64_t now_ms, Found& found);
  bool settle(Lookup lookup, Found& found) const;

  Lookup look_up(const RequestPath& path, std::int64_t now_ms);
  Lookup look_on_disk(const RequestPath& path, const SharedResource& known,
                      std::int64_t now_ms);
  Opened open(const RequestPath& path, std::int64_t now_ms);
  std::vector<Opened> open_twins(const RequestPath& path, std::int64_t now_ms);
  bool is_same(const Resource& known, const Opened& file,
               const std::vector<Opened>& twins) const;
  SharedResource load(std::string_view name, Opened file,
                      std::vector<Opened> twins) const;
  std::string cache_control_of(std::string_view name) const;
  std::shared_ptr<const Descriptor> root(std::int64_t now_ms);

  const Settings settings_;
  const MediaTypes media_types_;
  FileCache cache_;
  std::mutex root_mutex_;
  std::shared_ptr<const Descriptor> root_;
  std::int64_t root_opened_ms_ = 0;
};

}  // namespace files
