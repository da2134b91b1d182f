// The strict host: runs one app as no client and no server would, and says which rules
// of the gateway it breaks. A second implementation of the host's side of the ABI,
// without sockets; it shares the loading of modules with the server and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "app/module_store.hpp"
#include "base/result.hpp"
#include "lint/findings.hpp"

namespace appserver::lint {

struct Order {
  std::string spec_text;  ///< as the user wrote it
  std::string callable;   ///< empty: app, then application
  app::ModuleCopy copy;
  std::string config = "{}";  ///< one JSON object
  std::uint64_t seed = 1;  ///< equal seeds, equal runs, but for what runs side by side
  std::size_t rounds = 3;
  std::vector<std::string> requests;  ///< beside those of every lint
  int stop_fd = -1;                   ///< readable: the user wants no more
};

struct Report {
  std::vector<Finding> findings;  ///< in the order in which they were met
  std::size_t exchanges = 0;
  bool is_stopped = false;  ///< before its time, by stop_fd
};

/// Loads and runs it in a child process: what crashes or hangs there is a finding.
/// Fails: AppLoad, when it does not load or create() refuses. Threads: the only one.
Result<Report> run(const Order& order);

}  // namespace appserver::lint
