// The page of a folder: what is in it, as HTML that holds nothing but text and links.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "safe_open.hpp"

namespace files {

struct ListedFile {
  std::string name;
  bool is_folder;
  std::int64_t size, modified_s;
};

/// Entries that are shown; the page says so if there are more.
inline constexpr std::size_t kMostListed = 10'000;

/// What the folder `fd` holds, in no order: files and folders that can be asked for.
/// Fails: an empty list, where the folder cannot be read.
std::vector<ListedFile> read_folder(int fd, Symlinks symlinks, bool dot_files);

/// Folders first, each kind by name. `path` is the folder's, ending in a slash.
std::string listing_page(std::string_view path, std::vector<ListedFile> entries);

}  // namespace files
