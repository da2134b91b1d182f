// Apps under layers: what the tests of middleware say again and again. Header only,
// because it knows GoogleTest and the library does not.
#pragma once

#include <string>
#include <string_view>

#include "support/expect.hpp"

namespace appserver::testing {

/// `app` at "/" with `middleware`, as YAML; what the layers saw is at /seen.
inline std::string chain_file(const std::string& middleware, const std::string& app) {
  return mounts_file({{"/", app, "middleware: " + middleware},
                      {"/seen", test_app("layers", "report")}});
}

/// One of the test layers, as YAML.
inline std::string layer(const std::string& callable,
                         const std::string& config = "{}") {
  return "{app: \"" + test_app("layers", callable) + "\", config: " + config + "}";
}

/// A server whose mount "/" has layers around its app.
struct Chained {
  Chained(const std::string& middleware, const std::string& app,
          const std::string& more = "")
      : file(folder.write("a.yaml", chain_file(middleware, app) + more)),
        server({"--single-process", "-c", file}) {}

  [[nodiscard]] Response ask(std::string_view target) const {
    return get(server.port(), target);
  }

  /// The layers note `words` sooner or later.
  [[nodiscard]] ::testing::AssertionResult sees(std::string_view words) const {
    eventually([&] { return ask("/seen").body.find(words) != std::string::npos; });
    return holds(ask("/seen").body, words);
  }

  TempFolder folder;
  std::string file;
  ServerProcess server;
};

}  // namespace appserver::testing
