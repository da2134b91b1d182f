// The worker processes: as many as are wanted, replaced when they die, leave or are
// stuck; while a slot has none, a sibling accepts for it. Knows neither settings files
// nor signals nor reloads; its owner is told what the processes say.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "board/scoreboard.hpp"
#include "control/app_output.hpp"
#include "control/candidate.hpp"
#include "control/channel.hpp"
#include "control/sockets.hpp"
#include "net/event_loop.hpp"

namespace appserver::control {

/// Threads: all on the supervisor's only one.
class Workers {
 public:
  enum class State : unsigned char { Booting, Ready, Leaving };

  /// One process. There may be two in a slot: one that leaves and the one after it.
  struct Process final : net::Watch {
    void on_ready(std::uint32_t) override { owner->hear(*this); }

    Workers* owner = nullptr;
    int slot = 0;
    int seat = -1;  ///< of the scoreboard
    pid_t pid = -1;
    Channel channel;
    std::unique_ptr<AppOutput> output;  ///< what its apps print
    State state = State::Booting;
    int candidate = 0;           ///< the serial it was started with
    bool prepared = false;       ///< the next candidate, says the owner
    std::string leaves_because;  ///< "": nobody has asked it to
    std::int64_t started_ms = 0;
    std::int64_t kill_at_ms = 0;       ///< when patience ends; 0: not
    std::uint64_t requests_most = 0;   ///< then another takes its place; 0: never
    std::uint64_t resident_bytes = 0;  ///< as it was last looked at
  };

  struct Hooks {
    std::function<void()> in_child;  ///< closes what is the supervisor's alone
    std::function<void(Process&)> ready;
    std::function<void(Process&, const std::string& verb, const std::string& rest)>
        said;
    /// It is gone; what it counted is still there. `unasked`: nobody told it to go.
    /// Gives whether the next one is to wait, if such ends come often.
    std::function<bool(const Process&, const std::string& how, bool unasked)> ended;
  };

  /// All outlive it.
  Workers(net::EventLoop& loop, board::Scoreboard& board, Sockets& sockets,
          Hooks hooks);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() = default;

  /// What processes that are started from now on serve; it outlives the next call.
  void serve(const Candidate& candidate, int serial);
  /// As many slots as that; those that are too many finish what they serve. Fails:
  /// Usage, when there is no socket for a new one.
  Result<void> resize(int count);

  [[nodiscard]] int wanted() const { return wanted_; }

  /// One that ended; false if it is none of ours.
  bool reap(pid_t pid, int status);
  /// All that are ready.
  void for_each_ready(const std::function<void(Process&)>& act);

  [[nodiscard]] bool has_any() const { return !processes_.empty(); }

  /// One in each slot that is wanted.
  [[nodiscard]] bool are_all_ready() const;
  /// One at least comes up, or comes back to its loop within `patience_ns`.
  [[nodiscard]] bool is_any_answering(std::int64_t patience_ns) const;

  [[nodiscard]] const std::vector<std::unique_ptr<Process>>& all() const {
    return processes_;
  }

  /// Another is started; when it is ready this one finishes what it serves.
  void succeed(Process& process, const std::string& because);
  /// It finishes what it serves at once; then another takes its place.
  void replace(Process& process, std::int64_t graceful_ms, const std::string& because);
  /// No more are started; those that there are finish what they serve. `gently`: a
  /// server after us serves the same sockets; there is time.
  void stop(std::int64_t graceful_ms, bool gently);
  void kill_all();

  /// After each batch of the loop, which may still name those that ended in it.
  void forget_ended() { ended_.clear(); }

  /// Starts what is due, kills who is late, recycles who has had its time.
  void tick(std::int64_t now_ms);
  /// In a forked child: closes our ends.
  void close_in_child();

 private:
  struct Slot {
    int number = 0;
    bool is_wanted = true;
    Process* adopted_by = nullptr;  ///< accepts for it while it has none that is ready
    std::int64_t start_at_ms = 0;   ///< when to try again, where it has none
    std::vector<std::int64_t> deaths_ms;
  };

  // workers.cpp
  void spawn(Slot& slot);
  void hear(Process& process);
  void on_ready(Process& process);
  void leave(Process& process, std::int64_t graceful_ms, const std::string& because,
             bool gently = true);
  void back_off(Slot& slot);
  Slot& slot_of(const Process& process);
  [[nodiscard]] Process* of(const Slot& slot, State state) const;

  // worker_slots.cpp
  Result<void> add_slot();
  void adopt(Slot& slot);
  void release(Slot& slot);
  void forget_adopter(const Process& process);
  void recycle(std::int64_t now_ms);
  [[nodiscard]] std::string reason_to_recycle(const Process& process) const;

  net::EventLoop& loop_;
  board::Scoreboard& board_;
  Sockets& sockets_;
  const Hooks hooks_;
  const Candidate* candidate_ = nullptr;
  int serial_ = 0;
  int wanted_ = 0;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<std::unique_ptr<Process>> processes_, ended_;
  std::int64_t next_look_ms_ = 0;  ///< at ages and memory
  bool stopping_ = false;
};

/// "exit code 3", "killed by SIGSEGV".
std::string how_it_ended(int status);

}  // namespace appserver::control
