// Slots: how many there are, who accepts for one that has no worker, and when a worker
// has had its time.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "control/workers.hpp"

namespace appserver::control {
namespace {

constexpr std::int64_t kLookMs = 1'000;

/// Its resident memory; 0 when it is gone.
std::uint64_t resident_bytes(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  file >> all >> resident;
  return file ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

std::uint64_t up_to(std::uint64_t most) {
  static std::minstd_rand random(std::random_device{}());
  return most == 0 ? 0 : std::uniform_int_distribution<std::uint64_t>(0, most)(random);
}

}  // namespace

Result<void> Workers::resize(int count) {
  const int before = std::exchange(wanted_, count);
  for (int i = 0; i < count; ++i) {
    if (i == static_cast<int>(slots_.size())) {
      const auto added = add_slot();
      if (!added) {
        wanted_ = std::max(before, i);
        return added.error();
      }
    }
    slots_[static_cast<std::size_t>(i)]->is_wanted = true;
  }
  // Of a server before us that had more.
  while (static_cast<int>(slots_.size()) < sockets_.slots()) {
    const auto added = add_slot();
    if (!added) return added.error();
  }
  const std::int64_t graceful = candidate_->settings.timeouts.graceful.count();
  for (std::size_t i = static_cast<std::size_t>(count); i < slots_.size(); ++i) {
    slots_[i]->is_wanted = false;
    if (Process* const ready = of(*slots_[i], State::Ready))
      leave(*ready, graceful, "there are fewer");
  }
  // What connected to a slot that nobody serves (yet), others take.
  for (const auto& slot : slots_) {
    if (of(*slot, State::Ready) == nullptr) adopt(*slot);
  }
  tick(loop_.now_ms());
  return {};
}

/// The first slots are made before anybody could accept for them.
Result<void> Workers::add_slot() {
  const int number = static_cast<int>(slots_.size());
  if (number >= sockets_.slots()) {
    const auto added = sockets_.add_slot();
    if (!added) return added.error();
  }
  auto slot = std::make_unique<Slot>();
  slot->number = number;
  slots_.push_back(std::move(slot));
  const std::vector<int> fds = sockets_.descriptors_of(number);
  for (const auto& process : processes_) {
    if (process->channel.is_open())
      process->channel.send("slot " + std::to_string(number), fds);
  }
  return {};
}

void Workers::adopt(Slot& slot) {
  if (slot.adopted_by != nullptr || stopping_) return;
  for (const auto& process : processes_) {
    if (process->state != State::Ready || process->slot == slot.number) continue;
    process->channel.send("adopt " + std::to_string(slot.number));
    slot.adopted_by = process.get();
    return;
  }
}

void Workers::release(Slot& slot) {
  Process* const by = std::exchange(slot.adopted_by, nullptr);
  if (by != nullptr) by->channel.send("release " + std::to_string(slot.number));
  // And whoever nobody could accept for, until now.
  for (const auto& other : slots_) {
    if (of(*other, State::Ready) == nullptr) adopt(*other);
  }
}

/// It accepts no more: others do, for those for which it did and for itself.
void Workers::forget_adopter(const Process& process) {
  for (const auto& slot : slots_) {
    if (slot->adopted_by == &process) slot->adopted_by = nullptr;
  }
  for (const auto& slot : slots_) {
    if (of(*slot, State::Ready) == nullptr) adopt(*slot);
  }
}

void Workers::replace(Process& process, std::int64_t graceful_ms,
                      const std::string& because) {
  leave(process, graceful_ms, because);
  slot_of(process).start_at_ms = loop_.now_ms();
}

void Workers::succeed(Process& process, const std::string& because) {
  Slot& slot = slot_of(process);
  process.leaves_because = because;
  if (of(slot, State::Booting) == nullptr) spawn(slot);
}

bool Workers::is_any_answering(std::int64_t patience_ns) const {
  const auto now_ns = static_cast<std::int64_t>(monotonic_now_ns());
  return std::any_of(processes_.begin(), processes_.end(), [&](const auto& process) {
    if (process->state != State::Ready) return process->state == State::Booting;
    const auto since_ns = static_cast<std::int64_t>(
        board_.seat(process->seat).worker.busy_since_ns.get());
    return since_ns == 0 || now_ns - since_ns < patience_ns;
  });
}

std::string Workers::reason_to_recycle(const Process& process) const {
  const config::Recycling& limits = candidate_->settings.recycling;
  const std::uint64_t requests = board_.seat(process.seat).worker.requests.get();
  if (process.requests_most != 0 && requests >= process.requests_most)
    return "requests";
  const std::int64_t age = loop_.now_ms() - process.started_ms;
  if (limits.age.count() > 0 && age >= limits.age.count()) return "lifetime";
  if (limits.resident > 0 && process.resident_bytes >= limits.resident) return "rss";
  return {};
}

/// One after the other: each costs a start.
void Workers::recycle(std::int64_t now_ms) {
  if (now_ms < next_look_ms_) return;
  next_look_ms_ = now_ms + kLookMs;
  const config::Recycling& limits = candidate_->settings.recycling;
  bool is_one_on_its_way = false;
  for (const auto& process : processes_) {
    process->resident_bytes = resident_bytes(process->pid);
    is_one_on_its_way |= process->state != State::Ready;
    if (limits.requests > 0 && process->requests_most == 0)
      process->requests_most = limits.requests + up_to(limits.requests_jitter);
    if (limits.requests == 0) process->requests_most = 0;
  }
  if (is_one_on_its_way) return;
  for (const auto& process : processes_) {
    const std::string why = reason_to_recycle(*process);
    const Slot& slot = slot_of(*process);
    if (why.empty() || !slot.is_wanted || now_ms < slot.start_at_ms) continue;
    log::info("worker " + std::to_string(process->slot + 1) + " (pid " +
              std::to_string(process->pid) + ") is recycled: " + why);
    return succeed(*process, why);
  }
}

}  // namespace appserver::control
