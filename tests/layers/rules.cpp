#include "rules.hpp"

#include <algorithm>
#include <functional>
#include <regex>
#include <sstream>

namespace appserver::layers_test {
namespace {

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

bool ends_with(const std::string& text, const std::string& suffix) {
  return text.size() >= suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

std::string at(const SourceFile& file, std::size_t line, const std::string& text) {
  return file.path + ":" + std::to_string(line) + ": " + text;
}

// "server/http/fields.cpp" -> http; "server/main.cpp" -> main; "sdk/..." -> "".
std::string room_of(const std::string& path) {
  if (!starts_with(path, "server/")) return "";
  const std::size_t end = path.find('/', 7);
  return end == std::string::npos ? "main" : path.substr(7, end - 7);
}

// "\"http/fields.hpp\"" -> http; "<vector>" and "\"near.hpp\"" -> "".
std::string room_of_include(const std::string& target) {
  const std::size_t end = target.find('/');
  return target.front() != '"' || end == std::string::npos ? ""
                                                           : target.substr(1, end - 1);
}

struct Danger {
  const char* what;
  const char* pattern;
  bool is_include;  // else code
  const char* places;
};

// The danger map. `places` are the only files, as regular expressions on the whole
// path.
constexpr Danger kDangers[] = {
    {"dlopen and its family", R"(\bdl(m?open|v?sym|close)\b)", false,
     R"(server/app/image\.cpp)"},
    {"Boost.DLL", R"(<boost/dll)", true, R"(server/app/image\.cpp)"},
    {"Boost.Beast", R"(<boost/beast)", true, R"(server/net/.*)"},
    {"yaml-cpp", R"(<yaml-cpp/)", true, R"(server/config/[^/]*_file\.cpp)"},
    {"fork", R"(\bv?fork\s*\()", false,
     R"(server/control/spawn\.cpp|server/lint/child\.cpp)"},
    {"exit", R"(\b(_?exit|_Exit|quick_exit)\s*\()", false,
     R"(server/main\.cpp|server/control/spawn\.cpp|server/lint/child\.cpp)"},
};

}  // namespace

Complaints check_layers(const Layers& layers, const std::set<std::string>& rooms) {
  Complaints out;
  for (const std::string& room : rooms) {
    if (layers.count(room) == 0)
      out.push_back("layers.txt: no line for server/" + room);
  }
  for (const auto& [room, allowed] : layers) {
    if (room != "main" && rooms.count(room) == 0) {
      out.push_back("layers.txt: no folder server/" + room);
    }
    for (const std::string& other : allowed) {
      if (layers.count(other) == 0) {
        out.push_back("layers.txt: " + room + " names the unknown room " + other);
      }
    }
  }
  for (const auto& [room, ignored] : layers) {
    std::set<std::string> seen;
    std::function<void(const std::string&)> visit = [&](const std::string& from) {
      const auto found = layers.find(from);
      if (found == layers.end()) return;
      for (const std::string& next : found->second) {
        if (seen.insert(next).second) visit(next);
      }
    };
    visit(room);
    if (seen.count(room) != 0) out.push_back("layers.txt: a cycle through " + room);
  }
  return out;
}

Complaints check_rooms(const Layers& layers, const SourceFile& file) {
  Complaints out;
  const std::string own = room_of(file.path);
  if (own.empty()) return out;
  const auto found = layers.find(own);
  for (const Include& include : includes_of(file.text)) {
    if (include.target.front() != '"') continue;
    const std::string room = room_of_include(include.target);
    if (room == own) continue;
    if (room.empty() || layers.count(room) == 0) {
      out.push_back(
          at(file, include.line, "write it as \"room/file.hpp\": " + include.target));
    } else if (found == layers.end() || found->second.count(room) == 0) {
      out.push_back(at(file, include.line, own + " may not include " + include.target));
    }
  }
  return out;
}

Complaints check_seam(const Layers& layers, const SourceFile& file) {
  Complaints out;
  const bool is_server = starts_with(file.path, "server/");
  for (const Include& include : includes_of(file.text)) {
    const std::string& target = include.target;
    if (is_server) {
      if (target.find("gateway/sdk") != std::string::npos) {
        out.push_back(at(file, include.line, "the server sees the SDK: " + target));
      }
      continue;
    }
    std::string room = target.substr(1, target.find('/') - 1);
    // Quoted only: <http/...> could be anybody's. "../../server/..." is meant as well.
    const bool is_room = target.front() == '"' && layers.count(room) != 0;
    if (is_room || target.find("server/") != std::string::npos) {
      out.push_back(at(file, include.line, "sees the server: " + target));
    }
  }
  return out;
}

Complaints check_dangers(const SourceFile& file) {
  Complaints out;
  if (!starts_with(file.path, "server/")) return out;
  for (const Danger& danger : kDangers) {
    if (std::regex_match(file.path, std::regex(danger.places))) continue;
    const std::regex pattern(danger.pattern);
    std::istringstream lines(danger.is_include ? file.text : code_of(file.text));
    std::string line;
    for (std::size_t n = 1; std::getline(lines, line); ++n) {
      if (danger.is_include && line.find("#include") == std::string::npos) continue;
      if (!std::regex_search(line, pattern)) continue;
      out.push_back(
          at(file, n, std::string(danger.what) + " only in " + danger.places));
    }
  }
  return out;
}

Complaints check_length(const SourceFile& file) {
  if (!starts_with(file.path, "server/") && !starts_with(file.path, "sdk/")) return {};
  const auto lines = std::count(file.text.begin(), file.text.end(), '\n');
  // The SDK is header-only: its headers hold code.
  const bool is_interface =
      ends_with(file.path, ".hpp") && !file.path.starts_with("sdk/");
  const long limit = is_interface ? 200 : 400;
  if (lines <= limit) return {};
  return {at(file, static_cast<std::size_t>(lines),
             "longer than " + std::to_string(limit) + " lines")};
}

}  // namespace appserver::layers_test
