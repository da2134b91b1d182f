// Names are bytes: in links they are percent-encoded, in text what is not UTF-8 is
// replaced.
#include "listing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "http_date.hpp"
#include "request_path.hpp"

namespace files {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

unsigned byte_at(std::string_view text, std::size_t at) noexcept {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
}

/// Bytes of the character that the text begins with; 0: not well-formed UTF-8 (no
/// overlong forms, no surrogates, nothing past U+10FFFF).
std::size_t utf8_length(std::string_view text) noexcept {
  const unsigned lead = byte_at(text, 0), second = byte_at(text, 1);
  const auto continues = [&](std::size_t at) {
    return (byte_at(text, at) & 0xC0) == 0x80;
  };
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !continues(1)) return 0;
  if (lead < 0xE0) return 2;
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
  if (!continues(2)) return 0;
  if (lead < 0xF0) return 3;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return continues(3) ? 4 : 0;
}

void append_character(std::string& to, std::string_view character) {
  const char c = character[0];
  if (character.size() > 1) {
    to += character;
  } else if (c == '&') {
    to += "&amp;";
  } else if (c == '<') {
    to += "&lt;";
  } else if (c == '>') {
    to += "&gt;";
  } else if (c == '"') {
    to += "&quot;";
  } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
    to += kReplacement;
  } else {
    to += c;
  }
}

void append_escaped(std::string& to, std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      to += kReplacement;
    } else {
      append_character(to, text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

void append_row(std::string& to, const ListedFile& entry) {
  const std::string_view slash = entry.is_folder ? "/" : "";
  // "./" keeps a name like "a:b" from being read as a scheme.
  to.append("<tr><td><a href=\"./").append(percent_encoded(entry.name)).append(slash);
  to += "\">";
  append_escaped(to, entry.name);
  const auto date = imf_date(entry.modified_s);
  to.append(slash).append("</a><td>").append(date.data(), date.size()).append("<td>");
  to.append(entry.is_folder ? "-" : std::to_string(entry.size)).append("\n");
}

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { closedir(folder); }
};

/// Facts of one entry; false: it cannot be asked for.
bool look_at(int folder, const dirent& entry, Symlinks symlinks, ListedFile& to) {
  const int follow = symlinks == Symlinks::Follow ? 0 : AT_SYMLINK_NOFOLLOW;
  struct stat facts;
  if (fstatat(folder, entry.d_name, &facts, follow) != 0) return false;
  if (S_ISLNK(facts.st_mode) && symlinks == Symlinks::Inside) {
    // Only what stays beneath this folder can be judged from here.
    const Opened target = open_beneath(folder, entry.d_name, symlinks);
    if (!target.file || fstat(target.file.get(), &facts) != 0) return false;
  }
  if (!S_ISDIR(facts.st_mode) && !S_ISREG(facts.st_mode)) return false;
  to = {entry.d_name, S_ISDIR(facts.st_mode), facts.st_size, facts.st_mtim.tv_sec};
  return true;
}

}  // namespace

std::vector<ListedFile> read_folder(int fd, Symlinks symlinks, bool dot_files) {
  std::vector<ListedFile> entries;
  const int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) return entries;
  const std::unique_ptr<DIR, CloseFolder> folder(fdopendir(own));
  if (!folder) {
    close(own);
    return entries;
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this call's own
  while (const dirent* entry = readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == ".." || (name[0] == '.' && !dot_files)) continue;
    ListedFile file;
    if (look_at(fd, *entry, symlinks, file)) entries.push_back(std::move(file));
    if (entries.size() > kMostListed) break;
  }
  return entries;
}

std::string listing_page(std::string_view path, std::vector<ListedFile> entries) {
  const bool has_more = entries.size() > kMostListed;
  if (has_more) entries.resize(kMostListed);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::tie(b.is_folder, a.name) < std::tie(a.is_folder, b.name);
  });
  std::string page =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta "
      "name=\"viewport\" "
      "content=\"width=device-width\"><title>Index of ";
  append_escaped(page, path);
  page +=
      "</title><style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;"
      "max-width:60rem;padding:0 1rem}td{padding-right:2rem}td:last-child{text-align:"
      "right}</style><h1>Index of ";
  append_escaped(page, path);
  page += "</h1><table>\n";
  if (path.size() > 1) page += "<tr><td><a href=\"../\">../</a><td><td>\n";
  for (const ListedFile& entry : entries) append_row(page, entry);
  page += "</table>";
  if (has_more) page += "<p>There are more, which are not shown.</p>";
  return page += "</html>\n";
}

}  // namespace files
