// Several exchanges of one instance in flight at once. Each must be answered as it is
// when it is alone: who keeps what belongs to one exchange in a global is found here.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "lint/instance.hpp"
#include "lint/now.hpp"
#include "lint/random.hpp"
#include "lint/script.hpp"

namespace appserver::lint {

/// Who goes next. Where a host runs one call at a time (an event app, GW_SERIAL), the
/// exchanges take turns, call by call, in an order that the seed decides. Where calls
/// run side by side they meet in the host's functions, so that they do. Threads: one
/// for each exchange.
class Crowd {
 public:
  static constexpr std::size_t kSize = Now::kCrowd;

  Crowd(bool takes_turns, Random random);
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() = default;

  [[nodiscard]] bool takes_turns() const { return takes_turns_; }

  /// Before every call into the app: returns when it is the turn of `number`.
  void take_turn(std::size_t number);
  /// In the `count`th of the host's functions, from 0: waits a moment for the others.
  void meet(std::size_t count);
  /// The exchange is over.
  void leave(std::size_t number);

  /// The thread on which an exchange's calls run where they run side by side.
  Lane& lane(std::size_t number) { return *lanes_.at(number); }

 private:
  void choose();
  const bool takes_turns_;
  std::mutex mutex_;  // guards all below but the lanes
  std::condition_variable changed_;
  Random random_;
  std::vector<bool> is_over_ = std::vector<bool>(kSize, false);
  std::size_t begun_ = 0, over_ = 0;
  std::size_t turn_ = kSize;  ///< whose it is; kSize: nobody's
  std::vector<std::size_t> met_;
  bool is_meeting_ = true;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

/// Makes the request so that its copies differ in a field and in the letters of its
/// body, sends them alone, at once, and alone again. Reports D19. Threads: the
/// battery's.
void run_crowd(Instance& instance, const Script& script, std::uint64_t seed);

}  // namespace appserver::lint
