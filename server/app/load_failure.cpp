#include "app/load_failure.hpp"

#include <optional>

namespace appserver::app {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What follows `mark`, up to a comma or space.
std::optional<std::string> word_after(std::string_view text, std::string_view mark) {
  const std::size_t found = text.find(mark);
  if (found == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(found + mark.size());
  return std::string(rest.substr(0, rest.find_first_of(", ")));
}

std::string without_path(std::string_view text, std::string_view path) {
  const bool is_about_it =
      text.substr(0, path.size()) == path && text.substr(path.size(), 2) == ": ";
  return std::string(is_about_it ? text.substr(path.size() + 2) : text);
}

std::string folder_of(std::string_view path) {
  return std::string(path.substr(0, path.rfind('/')));
}

}  // namespace

std::string explain_load_failure(std::string_view loader_text, std::string_view path) {
  const std::string text = without_path(loader_text, path);
  if (const auto symbol = word_after(text, "undefined symbol: ")) {
    return "undefined symbol " + *symbol +
           ": link the library that defines it; with -Wl,-z,defs the linker finds such "
           "gaps when the plugin is built";
  }
  if (contains(text, "cannot open shared object file")) {
    return "it needs the library " + text.substr(0, text.find(':')) +
           ", which is not there: install it, link it statically, or link the plugin "
           "with "
           "-Wl,-rpath,'<its folder>' (the plugin is mapped from a copy elsewhere, so "
           "$ORIGIN does not help)";
  }
  if (contains(text, "failed to map segment")) {
    return "the folder of the private copies, " + folder_of(path) +
           ", does not allow code to be mapped (mounted noexec?): set runtime_dir to "
           "another one";
  }
  if (contains(text, "static TLS")) {
    return "it uses static thread-local storage and none is left; compile it without "
           "-ftls-model=initial-exec, or restart the server";
  }
  if (contains(text, "' not found (required by")) {
    return "it was built against newer system libraries than this machine has (" +
           text + "): build it on this system or an older one";
  }
  return text.empty() ? "the dynamic loader gave no reason" : text;
}

}  // namespace appserver::app
