#include "app/app_spec.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "base/nearest.hpp"

namespace appserver::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".so";

// Not isalpha(): what a C identifier is must not depend on the locale.
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_identifier(std::string_view text) {
  const auto is_inner = [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), is_inner);
}

bool ends_with_suffix(std::string_view text) {
  return text.size() > kSuffix.size() &&
         text.substr(text.size() - kSuffix.size()) == kSuffix;
}

bool is_path(std::string_view module) {
  return module.find('/') != std::string_view::npos || ends_with_suffix(module);
}

std::string in_quotes(std::string_view text) {
  return '"' + std::string(text) + '"';
}

Error refused_spec(std::string_view text, const std::string& why) {
  return usage_error(
      "cannot use " + in_quotes(text) + " as an application: " + why +
      ". Write module:callable, for example hello:app or ./hello.so:app");
}

std::vector<std::string> modules_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code ec;  // a folder that cannot be read has no modules to suggest
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    if (it->path().extension() == kSuffix) names.push_back(it->path().stem().string());
  }
  std::sort(names.begin(), names.end());  // directories have no order; advice should
  return names;
}

std::optional<std::string> similar_module(std::string_view stem,
                                          const std::vector<std::string>& folders) {
  std::vector<std::string> names;
  for (const std::string& folder : folders) {
    const auto found = modules_in(folder);
    names.insert(names.end(), found.begin(), found.end());
  }
  // One edit in three letters is a typing error, more is another word.
  return nearest(stem, names, std::max<std::size_t>(1, stem.size() / 3));
}

std::string with_callable(const std::string& module, const AppSpec& spec) {
  return in_quotes(spec.callable.empty() ? module : module + ":" + spec.callable);
}

bool exists(const std::string& path) {
  std::error_code ignored;  // cannot be looked at: cannot be loaded either
  return fs::exists(path, ignored);
}

Error no_such_path(const AppSpec& spec) {
  const fs::path path(spec.module);
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  std::string text = "cannot load " + in_quotes(spec.text) + ": there is no file " +
                     fs::absolute(path).lexically_normal().string();
  if (const auto near = similar_module(path.stem().string(), {folder})) {
    const std::string file =
        (path.parent_path() / *near).string() + std::string(kSuffix);
    text += ". Did you mean " + with_callable(file, spec) + "?";
  } else {
    text += ". Paths are taken from the working directory";
  }
  return app_error(text);
}

Error no_such_name(const AppSpec& spec, const std::vector<std::string>& folders) {
  const std::string file = spec.module + std::string(kSuffix);
  std::string text = "cannot load " + in_quotes(spec.text) + ": no " + file + " in ";
  for (std::size_t i = 0; i < folders.size(); ++i) {
    text += (i == 0 ? "" : ", ") + folders[i];
  }
  if (folders.empty()) text += "any folder (there is none to look in)";
  if (exists(file)) {
    return app_error(text + ". The working directory has one: write " +
                     with_callable("./" + file, spec));
  }
  if (const auto near = similar_module(spec.module, folders)) {
    return app_error(text + ". Did you mean " + with_callable(*near, spec) + "?");
  }
  return app_error(text + ". Give a path (./" + file +
                   ") or name the folder with --plugins");
}

std::vector<std::string> folders_it_came_with() {
  std::error_code ec;
  const fs::path binary = fs::read_symlink("/proc/self/exe", ec);
  if (ec) return {};
  const fs::path prefix = binary.parent_path().parent_path();
  std::vector<std::string> folders;
  if (exists(prefix / "CMakeCache.txt")) folders.push_back(prefix / "plugins");
  folders.push_back(prefix / "lib/appserver/plugins");
  return folders;
}

}  // namespace

Result<AppSpec> parse_app_spec(std::string_view text) {
  AppSpec spec{std::string(text), std::string(text), ""};
  const std::size_t colon = text.rfind(':');
  // A colon followed by a slash belongs to a folder's name.
  const bool has_callable = colon != std::string_view::npos &&
                            text.find('/', colon) == std::string_view::npos;
  if (has_callable) {
    spec.module = text.substr(0, colon);
    spec.callable = text.substr(colon + 1);
    if (!is_identifier(spec.callable)) {
      return refused_spec(text, "the callable " + in_quotes(spec.callable) +
                                    " is no C identifier (letters, digits and _, no "
                                    "digit first)");
    }
  }
  if (spec.module.empty()) return refused_spec(text, "it names no module");
  if (spec.module.find('\0') != std::string::npos) {
    return refused_spec(text, "a NUL byte cannot be in a file's name");
  }
  return spec;
}

std::vector<std::string> plugin_folders(const std::string& named) {
  if (!named.empty()) return {named};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing of ours changes the environment
  const char* variable = std::getenv("APPSERVER_PLUGINS");
  if (variable != nullptr && *variable != '\0') return {variable};
  return folders_it_came_with();
}

std::vector<std::string> own_plugin_folders(const std::string& named) {
  auto folders = folders_it_came_with();
  for (std::string& folder : plugin_folders(named)) {
    const bool is_known =
        std::find(folders.begin(), folders.end(), folder) != folders.end();
    if (!is_known) folders.push_back(std::move(folder));
  }
  return folders;
}

Result<std::string> find_module(const AppSpec& spec,
                                const std::vector<std::string>& folders) {
  if (is_path(spec.module)) {
    if (exists(spec.module)) return spec.module;
    return no_such_path(spec);
  }
  for (const std::string& folder : folders) {
    const std::string path =
        (fs::path(folder) / spec.module).string() + std::string(kSuffix);
    if (exists(path)) return path;
  }
  return no_such_name(spec, folders);
}

}  // namespace appserver::app
