// Signals belong to the I/O thread of a process; every other thread leaves them to it,
// all but those that say what the thread itself does wrong, or where it stands.
#pragma once

#include <cstddef>

namespace appserver {

/// Asks a thread where it stands: a real-time signal that nobody else is likely to use.
int stall_signal();

/// Asks a thread of this process, if there is a handler that answers.
void ask_where_it_stands(int thread_id);

/// Of the calling thread; asked of the system once.
int this_thread_id();

/// Blocks all signals for the calling thread, except those of its own faults, which
/// could not be reported otherwise, and stall_signal().
void leave_signals_to_io_thread();

/// A stack for the handlers of this thread's faults, so that they can run when its own
/// is exhausted. Where the thread has one already, or there is no memory, nothing.
class FaultStack {
 public:
  FaultStack();
  FaultStack(const FaultStack&) = delete;
  FaultStack& operator=(const FaultStack&) = delete;
  ~FaultStack();

 private:
  void* bytes_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace appserver
