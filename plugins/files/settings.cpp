// Each key has a reader in one table; a key that is not in it is an error.
#include "settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include <boost/json.hpp>

#include "settings_value.hpp"
#include "text.hpp"

namespace files {
namespace {

std::string without_dot(std::string_view extension) {
  if (extension.starts_with('.')) extension.remove_prefix(1);
  return lowered(extension);
}

void read_root(Settings& to, std::string_view key, const json::value& value) {
  to.root = text_of(key, value);
  if (to.root.empty() || to.root.find('\0') != std::string::npos)
    wrong(key, "a folder");
}

void read_index(Settings& to, std::string_view key, const json::value& value) {
  to.index = texts_of(key, value);
  for (const std::string& name : to.index) {
    if (name.empty() || name.find('/') != std::string::npos || name == "..") {
      wrong(key, "a list of file names");
    }
  }
}

Try try_of(std::string_view text) {
  if (text == "$uri/") return {Try::Kind::Directory, {}};
  if (text == "@app") return {Try::Kind::App, {}};
  if (text.starts_with("$uri") && text.find('/') == std::string_view::npos) {
    return {Try::Kind::Uri, std::string(text.substr(4))};
  }
  if (text.starts_with('/')) return {Try::Kind::Path, std::string(text)};
  unsigned status = 0;
  if (text.size() == 4 && text[0] == '=') {
    std::from_chars(text.data() + 1, text.data() + 4, status);
  }
  if (status < 400 || status > 599) {
    wrong("try_files",
          "a list of \"$uri\", \"$uri.html\", \"$uri/\", \"/a/path\", \"=404\", "
          "\"@app\"");
  }
  return {Try::Kind::Status, {}, status};
}

void read_try_files(Settings& to, std::string_view key, const json::value& value) {
  for (const std::string& text : texts_of(key, value))
    to.try_files.push_back(try_of(text));
  if (to.try_files.empty()) wrong(key, "a list that is not empty");
}

void read_expires(Settings& to, std::string_view key, const json::value& value) {
  const json::object* by_extension = value.if_object();
  if (by_extension == nullptr) {
    const json::string* text = value.if_string();
    const bool is_off = (value.is_bool() && !value.get_bool()) || value.is_null() ||
                        (text != nullptr && *text == "off");
    if (!is_off) to.expires = milliseconds_of(key, value) / 1000;
    return;
  }
  for (const auto& [extension, age] : *by_extension) {
    const Seconds seconds = milliseconds_of(key, age) / 1000;
    if (extension == "*") {
      to.expires = seconds;
    } else {
      to.expires_by_extension[without_dot({extension.data(), extension.size()})] =
          seconds;
    }
  }
}

void read_precompressed(Settings& to, std::string_view key, const json::value& value) {
  for (const std::string& name : texts_of(key, value)) {
    if (name == "off") continue;
    if (name != "gzip" && name != "br") wrong(key, "a list of gzip and br");
    const Coding coding = name == "gzip" ? Coding::Gzip : Coding::Brotli;
    const auto& known = to.precompressed;
    if (std::find(known.begin(), known.end(), coding) == known.end()) {
      to.precompressed.push_back(coding);
    }
  }
}

void read_symlinks(Settings& to, std::string_view key, const json::value& value) {
  const std::string text = text_of(key, value);
  if (text == "inside") {
    to.symlinks = Symlinks::Inside;
  } else if (text == "deny") {
    to.symlinks = Symlinks::Deny;
  } else if (text == "follow") {
    to.symlinks = Symlinks::Follow;
  } else {
    wrong(key, "inside, deny or follow");
  }
}

void read_dot_files(Settings& to, std::string_view key, const json::value& value) {
  const std::string text = text_of(key, value);
  if (text != "allow" && text != "deny") wrong(key, "deny or allow");
  to.dot_files = text == "allow";
}

/// A field's value on which the head of every answer depends: no controls, not endless.
std::string type_text(std::string_view key, const json::value& value) {
  constexpr std::size_t kLongest = 128;
  std::string text = text_of(key, value);
  const bool is_plain = std::all_of(text.begin(), text.end(),
                                    [](char c) { return c >= ' ' && c < 0x7F; });
  if (!is_plain || text.size() > kLongest)
    wrong(key, "of at most 128 plain characters");
  return text;
}

void read_types(Settings& to, std::string_view key, const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) wrong(key, "a mapping of extensions to media types");
  for (const auto& [extension, type] : *object) {
    std::string text = type_text(key, type);
    if (text.find('/') == std::string::npos) {
      wrong(key, "a mapping of extensions to media types");
    }
    to.types[without_dot({extension.data(), extension.size()})] = std::move(text);
  }
}

struct Key {
  std::string_view name;
  void (*read)(Settings&, std::string_view, const json::value&);
};

using Name = std::string_view;
using Value = json::value;

constexpr auto kKeys = std::to_array<Key>({
    {"root", &read_root},
    {"index", &read_index},
    {"autoindex",
     [](Settings& to, Name key, const Value& v) { to.autoindex = switch_of(key, v); }},
    {"try_files", &read_try_files},
    {"expires", &read_expires},
    {"precompressed", &read_precompressed},
    {"dot_files", &read_dot_files},
    {"symlinks", &read_symlinks},
    {"types", &read_types},
    {"charset",
     [](Settings& to, Name key, const Value& v) { to.charset = type_text(key, v); }},
    {"cache_size",
     [](Settings& to, Name key, const Value& v) { to.cache_size = size_of(key, v); }},
    {"cache_file_max", [](Settings& to, Name key,
                          const Value& v) { to.cache_file_max = size_of(key, v); }},
    {"cache_valid",
     [](Settings& to, Name key, const Value& v) {
       to.cache_valid = std::chrono::milliseconds(milliseconds_of(key, v));
     }},
    {"open_files",
     [](Settings& to, Name key, const Value& v) { to.open_files = size_of(key, v); }},
});

std::string known_keys() {
  std::string text;
  for (const Key& key : kKeys) {
    if (!text.empty()) text += ", ";
    text += key.name;
  }
  return text;
}

void read_member(Settings& to, std::string_view name, const json::value& value) {
  const auto key = std::find_if(kKeys.begin(), kKeys.end(), [name](const Key& known) {
    return known.name == name;
  });
  if (key == kKeys.end()) {
    throw std::runtime_error("unknown key \"" + std::string(name) +
                             "\"; known are: " + known_keys());
  }
  key->read(to, name, value);
}

void finish_try_files(Settings& to, bool as_middleware) {
  if (to.try_files.empty()) {
    to.try_files = {{Try::Kind::Uri, {}}, {Try::Kind::Directory, {}}};
  }
  const bool names_app =
      std::any_of(to.try_files.begin(), to.try_files.end(),
                  [](const Try& member) { return member.kind == Try::Kind::App; });
  if (names_app && !as_middleware) {
    throw std::runtime_error(
        "try_files: @app needs an app behind this one: use it as files.so:middleware");
  }
}

}  // namespace

Settings read_settings(std::string_view config, bool as_middleware) {
  Settings settings;
  json::error_code error;
  const json::value value = json::parse({config.data(), config.size()}, error);
  const json::object* object = value.if_object();
  if (!config.empty() && (error || object == nullptr)) {
    throw std::runtime_error("the config must be a mapping");
  }
  if (object != nullptr) {
    for (const auto& [name, member] : *object) {
      read_member(settings, {name.data(), name.size()}, member);
    }
  }
  if (settings.root.empty())
    throw std::runtime_error("root is missing: the folder to serve");
  finish_try_files(settings, as_middleware);
  return settings;
}

}  // namespace files
