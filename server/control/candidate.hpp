// What is to be served next: settings and the plan made from them. Made by one process,
// saved to the runtime folder, read by every worker, so that all build the same.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "control/socket_activation.hpp"
#include "site/site_plan.hpp"

namespace appserver::control {

/// Where settings come from; kept, so that a reload reads the file again.
struct ConfigSource {
  config::CommandLine line;
  config::Environment environment;
  std::string started_in;      ///< the working directory before `chdir` if that is set
  ActivatedSockets activated;  ///< in the place of every `bind`; `line` says so, too
};

struct Candidate {
  config::Settings settings;
  site::SitePlan plan;
};

/// Reads the configuration file, if there is one, and all other sources.
Result<config::Settings> read_settings(const ConfigSource& source);

/// Settings, then modules found, copied and inspected. Runs no code of any module.
Result<Candidate> make_candidate(const ConfigSource& source,
                                 const std::string& runtime_dir,
                                 const site::SitePlan& previous);

/// "serving hello:app at /a from /srv/hello.so", for the log; of a mount of `static`
/// the folder stands before the plugin.
std::string serving_text(const site::PlannedMount& planned);

/// `stem`: a path without ending. Fails: WorkerBoot.
Result<void> save_candidate(const Candidate& candidate, const std::string& stem);
Result<Candidate> load_candidate(const std::string& stem);
/// Puts what only a restart changes back into `next`. True if something of it was
/// changed.
bool keep_fixed_settings(const config::Settings& current, config::Settings& next);

/// Takes the files away; whoever needed them has read them.
void remove_candidate(const std::string& stem);

}  // namespace appserver::control
