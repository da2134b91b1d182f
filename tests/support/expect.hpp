// What the tests of the running server say again and again. Header only, because it
// knows GoogleTest and the library does not.
#pragma once

#include <functional>
#include <initializer_list>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/deadline.hpp"
#include "support/raw_client.hpp"
#include "support/server_process.hpp"
#include "support/temp_folder.hpp"

namespace appserver::testing {

inline ::testing::AssertionResult holds(const std::string& text,
                                        std::string_view words) {
  if (text.find(words) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "\"" << words << "\" is not in:\n"
                                       << text.substr(0, 4000);
}

/// How often `word` is in `text`.
inline std::size_t times(const std::string& text, std::string_view word) {
  std::size_t n = 0;
  for (std::size_t at = text.find(word); at != std::string::npos;
       at = text.find(word, at + 1)) {
    ++n;
  }
  return n;
}

inline ::testing::AssertionResult matches(const std::string& text, const char* regex) {
  if (std::regex_match(text, std::regex(regex))) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "\"" << text << "\" is not " << regex;
}

/// Asks until the answer is yes; every question must take a round trip, so that this
/// does not spin. False when the deadline came first.
inline bool eventually(const std::function<bool()>& question,
                       const Deadline& deadline = Deadline{}) {
  while (!question()) {
    if (deadline.is_over()) return false;
  }
  return true;
}

/// The test app notes `words` at /seen, sooner or later.
inline ::testing::AssertionResult sees(const ServerProcess& server,
                                       std::string_view words) {
  std::string seen;
  eventually([&] {
    seen = get(server.port(), "/seen").body;
    return seen.find(words) != std::string::npos;
  });
  return holds(seen, words);
}

/// One test app at "/", in one process, which is the quickest to start.
inline ServerProcess serve(std::string_view app, std::string_view callable = "app",
                           std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"--single-process", test_app(app, callable)});
  return ServerProcess(std::move(more));
}

struct MountLine {
  std::string path, app;  ///< app: as test_app() gives it
  std::string more = "";  ///< further lines of YAML, e.g. "config: {a: 1}"
};

/// The text of a settings file with these mounts.
inline std::string mounts_file(std::initializer_list<MountLine> mounts) {
  std::string text = "mounts:\n";
  for (const MountLine& mount : mounts) {
    text += "  - path: " + mount.path + "\n    app: " + mount.app + "\n";
    if (!mount.more.empty()) text += "    " + mount.more + "\n";
  }
  return text;
}

/// Goes through the I/O thread once: what was sent before on any connection has been
/// seen. Needs a process with one I/O thread, and a mount that answers at `target`.
inline void round_trip(const ServerProcess& server, std::string_view target) {
  ASSERT_NE(get(server.port(), target).status, 0);
}

}  // namespace appserver::testing
