// The scoreboard: what every worker counts, in memory that it shares with the
// supervisor. The supervisor makes it before the first fork, and lends each process a
// seat of it; what a process has counted stays when it dies.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "board/counts.hpp"
#include "board/fault_record.hpp"

namespace appserver::board {

/// One version of an app, as metrics name it.
struct AppName {
  static constexpr std::size_t kSpecMost = 240;
  std::array<char, kSpecMost> spec;  ///< as it was asked for, cut; ends with 0
  std::array<char, 16> version;  ///< 12 digits of the module's SHA-256; "" of no app
  std::atomic<std::uint32_t> state{0};  ///< 0 free, 1 being written, 2 there
};

/// How a version fares. Written by the supervisor; workers look at the flag.
struct AppHealth {
  std::atomic<bool> is_out_of_service{false};  ///< its requests are answered 503
  Count crashes;                               ///< processes that it ended
};

/// What one process writes. The counts of row 0 are those of no app: 404, refusals.
struct Seat {
  static constexpr std::size_t kRows = 256;  ///< versions of apps in a server's life
  WorkerCounts worker;
  std::array<AppCounts, kRows> apps;
};

class Scoreboard {
 public:
  static constexpr std::size_t kSeats = 2304;  ///< 1024 workers, as many that leave

  /// Shared with children that are forked afterwards; pages are used when they are
  /// touched. Null when there is no memory.
  static std::unique_ptr<Scoreboard> make();
  Scoreboard(const Scoreboard&) = delete;
  Scoreboard& operator=(const Scoreboard&) = delete;
  ~Scoreboard();

  /// The row of a version; that of no app when all are taken. The first to ask makes
  /// it. Any process.
  std::size_t row_of(std::string_view spec, std::string_view sha256);

  [[nodiscard]] std::size_t row_count() const;
  [[nodiscard]] const AppName& name(std::size_t row) const;
  [[nodiscard]] AppHealth& health(std::size_t row);
  [[nodiscard]] const AppHealth& health(std::size_t row) const;

  // The supervisor's:

  /// A seat with all counts at 0; negative when there is none.
  int take_seat();
  /// Its process has ended: what it counted goes to those that left before.
  void free_seat(int seat);

  /// Where the process of a seat says what went wrong with it; kCheckSeat: the check's.
  [[nodiscard]] Faults& faults(int seat);
  static constexpr int kCheckSeat = static_cast<int>(kSeats);

  [[nodiscard]] Seat& seat(int number);
  [[nodiscard]] const Seat& seat(int number) const;
  /// Of the processes that have left.
  [[nodiscard]] const Seat& departed() const;
  /// Of all that were, and are, together; states (in flight, ...) of those that are.
  [[nodiscard]] AppCounts total(std::size_t row) const;
  [[nodiscard]] WorkerCounts total() const;

 private:
  struct Shared;

  explicit Scoreboard(Shared* shared) : shared_(shared) {}

  Shared* shared_;
  std::vector<bool> taken_;  ///< seats; the supervisor's own
};

}  // namespace appserver::board
