#include "board/scoreboard.hpp"

#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace appserver::board {
namespace {

constexpr std::uint32_t kFree = 0, kWriting = 1, kThere = 2;
constexpr int kPatience = 1000;  // turns of waiting for one who writes; it may be dead
constexpr std::size_t kVersionDigits = 12;

bool is_it(const AppName& name, std::string_view spec, std::string_view version) {
  return spec == name.spec.data() && version == name.version.data();
}

void put(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  to[text.size()] = '\0';
}

}  // namespace

struct Scoreboard::Shared {
  std::array<AppName, Seat::kRows> names;
  std::array<AppHealth, Seat::kRows> health;
  Seat departed;
  std::array<Seat, kSeats> seats;
  std::array<Faults, kSeats + 1> faults;
};

std::unique_ptr<Scoreboard> Scoreboard::make() {
  constexpr int kFlags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
  void* const pages =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, kFlags, -1, 0);
  if (pages == MAP_FAILED) return nullptr;
  // Zeros are what every count begins with: not to touch the pages is to construct.
  auto board = std::unique_ptr<Scoreboard>(new Scoreboard(static_cast<Shared*>(pages)));
  board->taken_.assign(kSeats, false);
  board->row_of("-", "");
  return board;
}

Scoreboard::~Scoreboard() {
  ::munmap(shared_, sizeof(Shared));
}

std::size_t Scoreboard::row_of(std::string_view spec, std::string_view sha256) {
  spec = spec.substr(0, AppName::kSpecMost - 1);
  const std::string_view version = sha256.substr(0, kVersionDigits);
  for (std::size_t row = 0; row < Seat::kRows; ++row) {
    AppName& name = shared_->names[row];
    std::uint32_t state = kFree;
    if (name.state.compare_exchange_strong(state, kWriting)) {
      put(name.spec.data(), spec);
      put(name.version.data(), version);
      name.state.store(kThere, std::memory_order_release);
      return row;
    }
    for (int i = 0; state == kWriting && i < kPatience; ++i) {
      ::sched_yield();
      state = name.state.load(std::memory_order_acquire);
    }
    if (state == kThere && is_it(name, spec, version)) return row;
  }
  return 0;
}

std::size_t Scoreboard::row_count() const {
  const auto end = std::find_if(
      shared_->names.begin(), shared_->names.end(), [](const AppName& name) {
        return name.state.load(std::memory_order_acquire) == kFree;
      });
  return static_cast<std::size_t>(end - shared_->names.begin());
}

const AppName& Scoreboard::name(std::size_t row) const {
  return shared_->names.at(row);
}

AppHealth& Scoreboard::health(std::size_t row) {
  return shared_->health.at(row);
}

const AppHealth& Scoreboard::health(std::size_t row) const {
  return shared_->health.at(row);
}

Faults& Scoreboard::faults(int seat) {
  return shared_->faults.at(static_cast<std::size_t>(seat));
}

int Scoreboard::take_seat() {
  const auto found = std::find(taken_.begin(), taken_.end(), false);
  if (found == taken_.end()) return -1;
  *found = true;
  return static_cast<int>(found - taken_.begin());
}

void Scoreboard::free_seat(int number) {
  Seat& left = seat(number);
  shared_->departed.worker.add(left.worker);
  left.worker = {};
  for (std::size_t row = 0; row < row_count(); ++row) {  // others were not touched
    AppCounts& departed = shared_->departed.apps[row];
    departed.add(left.apps[row]);
    departed.answered[place_of_status(0)].add(left.apps[row].in_flight.get());
    left.apps[row] = {};
  }
  taken_.at(static_cast<std::size_t>(number)) = false;
}

Seat& Scoreboard::seat(int number) {
  return shared_->seats.at(static_cast<std::size_t>(number));
}

const Seat& Scoreboard::seat(int number) const {
  return shared_->seats.at(static_cast<std::size_t>(number));
}

const Seat& Scoreboard::departed() const {
  return shared_->departed;
}

AppCounts Scoreboard::total(std::size_t row) const {
  AppCounts sum;
  sum.add(shared_->departed.apps.at(row));
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (!taken_[i]) continue;
    const AppCounts& counts = shared_->seats[i].apps[row];
    sum.add(counts);
    sum.in_flight.add(counts.in_flight.get());
  }
  return sum;
}

WorkerCounts Scoreboard::total() const {
  WorkerCounts sum;
  sum.add(shared_->departed.worker);
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (!taken_[i]) continue;
    const WorkerCounts& counts = shared_->seats[i].worker;
    sum.add(counts);
    sum.connections.add(counts.connections.get());
    sum.exchanges.add(counts.exchanges.get());
    sum.queued.add(counts.queued.get());
    sum.busy_threads.add(counts.busy_threads.get());
  }
  return sum;
}

}  // namespace appserver::board
