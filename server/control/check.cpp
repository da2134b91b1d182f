#include "control/check.hpp"

#include <signal.h>
#include <sys/prctl.h>

#include "base/clock.hpp"
#include "bridge/extensions.hpp"
#include "site/site.hpp"

namespace appserver::control {
namespace {

Result<void> try_candidate(Channel& channel, const Candidate& candidate) {
  std::vector<std::string> skipped = candidate.plan.skipped;
  auto site = site::build_site(
      candidate.plan, candidate.settings, nullptr, skipped,
      [&](const std::string& app) { channel.send("step " + app); },
      bridge::find_extension);
  for (const std::string& why : skipped) channel.send("skipped " + why);
  if (!site) return site.error();
  for (const auto& generation : site::all_generations(**site)) {
    channel.send("step " + generation->spec_text());
    generation->retire(monotonic_now_ns() + 5'000'000'000);
  }
  return {};
}

Result<void> check(Channel& channel, const ConfigSource& source,
                   const std::string& runtime_dir, const site::SitePlan& previous,
                   const std::string& stem) {
  const auto candidate = make_candidate(source, runtime_dir, previous);
  if (!candidate) return candidate.error();
  const auto tried = try_candidate(channel, *candidate);
  if (!tried) return tried.error();
  return save_candidate(*candidate, stem);
}

}  // namespace

int run_check(Channel channel, const ConfigSource& source,
              const std::string& runtime_dir, const site::SitePlan& previous,
              const std::string& stem) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto checked = check(channel, source, runtime_dir, previous, stem);
  if (checked) {
    channel.send("ok");
  } else {
    const int code = static_cast<int>(checked.error().exit_code);
    channel.send("failed " + std::to_string(code) + " " + checked.error().text);
  }
  return 0;
}

}  // namespace appserver::control
