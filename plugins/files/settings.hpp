// The plugin's `config`. Knows JSON; nothing of requests.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accept_encoding.hpp"
#include "safe_open.hpp"

namespace files {

/// One member of try_files.
struct Try {
  enum class Kind : std::uint8_t {
    Uri,        // "$uri" with `text` behind it
    Directory,  // "$uri/"
    Path,       // `text`, a path below the root
    Status,     // "=404"
    App,        // "@app": the next app of the chain
  };

  Kind kind;
  std::string text;
  unsigned status = 0;
};

using Words = std::map<std::string, std::string, std::less<>>;
using Seconds = std::int64_t;

struct Settings {
  std::string root;
  std::vector<std::string> index{"index.html"};
  bool autoindex = false;
  std::vector<Try> try_files;  // never empty
  std::optional<Seconds> expires;
  std::map<std::string, Seconds, std::less<>> expires_by_extension;
  std::vector<Coding> precompressed;
  bool dot_files = false;
  Symlinks symlinks = Symlinks::Inside;
  Words types;
  std::string charset = "utf-8";
  std::size_t cache_size = 32u << 20;
  std::size_t cache_file_max = 64u << 10;
  std::chrono::milliseconds cache_valid{1000};
  std::size_t open_files = 256;
};

/// `as_middleware`: what is not found goes on to the next app, unless try_files says
/// else. Fails: std::runtime_error, which names the key and what may stand there.
Settings read_settings(std::string_view config, bool as_middleware);

}  // namespace files
