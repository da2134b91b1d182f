#include "lint/crowd.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "lint/exchange.hpp"

namespace appserver::lint {
namespace {

/// So many of the first calls of the host's functions are met in.
constexpr std::size_t kMeetings = 8;
/// An app that lets one in at a time, behind a lock of its own, meets nobody.
constexpr std::chrono::milliseconds kMeetingMost{20};
constexpr std::uint32_t kTooMany = 429;
constexpr std::uint32_t kUnavailable = 503;

using Answers = std::vector<Answer>;

Script copy_of(const Script& script, std::size_t number) {
  Script copy = script;
  const auto letter = static_cast<char>('a' + number);
  copy.fields.emplace_back("x-lint", "lint-" + std::string(8, letter));
  for (auto& [name, value] : copy.fields) {
    if (name == "user-agent") value += letter;
  }
  const bool is_filler =
      copy.body.find_first_not_of(copy.body.front()) == std::string::npos;
  if (!copy.body.empty() && is_filler) copy.body.assign(copy.body.size(), letter);
  copy.remark = "in a crowd";
  return copy;
}

std::vector<Script> copies_of(const Script& script) {
  std::vector<Script> copies;
  for (std::size_t i = 0; i < Crowd::kSize; ++i) copies.push_back(copy_of(script, i));
  return copies;
}

Answer alone(Instance& instance, const Script& script, std::size_t number,
             std::uint64_t seed, bool is_slow) {
  Exchange exchange(instance, script, Random(seed + number),
                    Seat{number + 1, nullptr, is_slow});
  exchange.run();
  return exchange.answer();
}

Answers all_alone(Instance& instance, const std::vector<Script>& scripts,
                  std::uint64_t seed) {
  Answers answers;
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    answers.push_back(alone(instance, scripts[i], i, seed, false));
  }
  return answers;
}

Answers at_once(Instance& instance, const std::vector<Script>& scripts,
                std::uint64_t seed) {
  Crowd crowd(instance.is_event() || instance.is_serial(), Random(seed));
  Answers answers(scripts.size());
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    clients.emplace_back([&, i] {
      Exchange exchange(instance, scripts[i], Random(seed + i),
                        Seat{i + 1, &crowd, false});
      exchange.run();
      answers[i] = exchange.answer();
      crowd.leave(i);
    });
  }
  for (std::thread& client : clients) client.join();
  return answers;
}

bool is_refusal(const Answer& answer) {
  return answer.status == kTooMany || answer.status == kUnavailable;
}

}  // namespace

Crowd::Crowd(bool takes_turns, Random random)
    : takes_turns_(takes_turns), random_(random), met_(kMeetings, 0) {
  for (std::size_t i = 0; i < kSize; ++i) {
    lanes_.push_back(std::make_unique<Lane>("lint-crowd"));
  }
}

/// With the mutex held. Nobody is next twice while there are others: what was kept for
/// the next call is in danger as often as can be.
void Crowd::choose() {
  const std::size_t before = std::exchange(turn_, kSize);
  const std::size_t left = kSize - over_;
  if (left == 0) return;
  do {
    turn_ = random_.between(0, kSize - 1);
  } while (is_over_[turn_] || (left > 1 && turn_ == before));
  changed_.notify_all();
}

void Crowd::take_turn(std::size_t number) {
  if (!takes_turns_) return;
  std::unique_lock lock(mutex_);
  // The first one is chosen when all are there: the order is the seed's, not the
  // scheduler's.
  if (turn_ == number || ++begun_ == kSize) choose();
  changed_.wait(lock, [&] { return turn_ == number; });
}

void Crowd::meet(std::size_t count) {
  if (takes_turns_ || count >= kMeetings) return;
  std::unique_lock lock(mutex_);
  ++met_[count];
  changed_.notify_all();
  const bool came = changed_.wait_for(
      lock, kMeetingMost, [&] { return !is_meeting_ || met_[count] + over_ >= kSize; });
  if (!came) is_meeting_ = false;
  changed_.notify_all();
}

void Crowd::leave(std::size_t number) {
  const std::lock_guard lock(mutex_);
  is_over_[number] = true;
  ++over_;
  if (takes_turns_) choose();
  changed_.notify_all();
}

void run_crowd(Instance& instance, const Script& script, std::uint64_t seed) {
  const std::vector<Script> scripts = copies_of(script);
  const Answers before = all_alone(instance, scripts, seed);
  const Answers crowded = at_once(instance, scripts, seed);
  const Answers after = all_alone(instance, scripts, seed);
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    if (!before[i].is_whole || before[i] != after[i]) continue;  // it differs anyway
    if (crowded[i] == before[i] || is_refusal(crowded[i])) continue;
    // One who tells how long it took answers a slow host in another way, too.
    if (alone(instance, scripts[i], i, seed, true) != before[i]) continue;
    put_text(instance.bench.now.mine().request, scripts[i].text());
    instance.bench.findings.report(
        "D19", "the answer is another one when other requests are in flight");
    put_text(instance.bench.now.mine().request, "");
  }
}

}  // namespace appserver::lint
