#include "lint/battery.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "lint/crowd.hpp"
#include "lint/exchange.hpp"
#include "lint/instance.hpp"
#include "lint/script.hpp"

namespace appserver::lint {
namespace {

/// After so long no further round is begun: an app that answers late has many waits.
constexpr std::uint64_t kBudgetNs = 20'000'000'000;

/// What a process holds that outlives a destroy.
struct Census {
  std::set<std::string> descriptors;  ///< "7 -> /etc/passwd"
  std::size_t threads = 0;
};

Census take_census() {
  namespace fs = std::filesystem;
  Census census;
  std::error_code ec;  // what vanishes while it is read was not left behind
  for (const auto& entry : fs::directory_iterator("/proc/self/fd", ec)) {
    const fs::path target = fs::read_symlink(entry.path(), ec);
    if (ec || target == "/proc/" + std::to_string(::getpid()) + "/fd") continue;
    census.descriptors.insert(entry.path().filename().string() + " -> " +
                              target.string());
  }
  for (const auto& entry : fs::directory_iterator("/proc/self/task", ec)) {
    static_cast<void>(entry);
    ++census.threads;
  }
  return census;
}

class Battery {
 public:
  Battery(const Order& order, const app::Image& image, Findings& findings, Now& now,
          std::uint32_t first_step)
      : order_(order),
        image_(image),
        findings_(findings),
        now_(now),
        first_step_(first_step),
        bench_(*new Bench(findings, now)),
        began_ns_(monotonic_now_ns()) {}

  bool run(std::string& why) {
    Instance* const first = create(why);
    if (first == nullptr) {
      for (const std::string& id : bench_.missing)
        why += " (not offered here: " + id + ")";
      return false;
    }
    serve_rounds(*first);
    serve_crowds(*first);
    Instance* const second = create(why);
    if (second == nullptr) {
      findings_.report("D11", "a second instance beside the first: create refused");
      return true;
    }
    if (!first->destroy()) return true;
    serve_some(*second);
    if (!second->destroy()) return true;
    const Census before = take_census();
    Instance* const third = create(why);
    if (third == nullptr) return true;
    serve_some(*third);
    if (third->destroy()) compare(before);
    for (const std::string& id : bench_.missing) {
      findings_.note("not offered here: " + id);
    }
    return true;
  }

 private:
  /// Never freed: what an app keeps of it after destroy shall be seen, not crash here.
  Instance* create(std::string& why) {
    auto* const made =
        new Instance(bench_, image_.app(), image_.callable(), order_.config);
    return made->create(why) ? made : nullptr;
  }

  void serve(Instance& instance, const Script& script, std::uint64_t round) {
    const std::uint32_t step = ++now_.step;
    if (step < first_step_) return;
    // Each has numbers of its own: leaving some out changes no other.
    Exchange exchange(instance, script,
                      Random(order_.seed + round * 0x1'0000'0000U + step));
    exchange.run();
  }

  void serve_rounds(Instance& instance) {
    std::vector<Script> scripts = all_scripts();
    for (const std::string& request : order_.requests) {
      for (Script& script : scripts_for(request)) scripts.push_back(std::move(script));
    }
    for (std::size_t round = 0; round < order_.rounds; ++round) {
      for (const Script& script : scripts) {
        if (monotonic_now_ns() - began_ns_ > kBudgetNs) {
          findings_.note("the rest was left out: it took more than 20 s");
          return;
        }
        serve(instance, script, round);
      }
    }
  }

  /// Each counts as one step.
  void serve_crowds(Instance& instance) {
    std::vector<Script> scripts = crowd_scripts();
    for (const std::string& request : order_.requests) {
      const Script first = scripts_for(request).front();
      if (!first.asks_websocket) scripts.push_back(first);
    }
    for (const Script& script : scripts) {
      const std::uint32_t step = ++now_.step;
      if (step < first_step_ || monotonic_now_ns() - began_ns_ > kBudgetNs) continue;
      put_text(now_.mine().request, "a crowd");
      run_crowd(instance, script, order_.seed + step);
      put_text(now_.mine().request, "");
    }
  }

  void serve_some(Instance& instance) {
    constexpr std::size_t kSome = 3;
    const auto scripts = all_scripts();
    for (std::size_t i = 0; i < kSome; ++i) serve(instance, scripts[i], 0);
  }

  /// The second destroy left what an image keeps for good; the third adds nothing.
  void compare(const Census& before) {
    Census after = take_census();
    constexpr int kPatience = 50;  // a thread that was joined may be seen for a moment
    for (int i = 0; i < kPatience && after.threads > before.threads; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      after = take_census();
    }
    if (after.threads > before.threads) {
      findings_.report("D11", "a thread of the instance runs on after destroy");
    }
    for (const std::string& descriptor : after.descriptors) {
      if (before.descriptors.count(descriptor) != 0) continue;
      findings_.report("D11", "a descriptor is open after destroy: " + descriptor);
    }
  }

  const Order& order_;
  const app::Image& image_;
  Findings& findings_;
  Now& now_;
  const std::uint32_t first_step_;
  Bench& bench_;
  const std::uint64_t began_ns_;
};

}  // namespace

bool run_battery(const Order& order, const app::Image& image, Findings& findings,
                 Now& now, std::uint32_t first_step, std::string& why) {
  return Battery(order, image, findings, now, first_step).run(why);
}

}  // namespace appserver::lint
