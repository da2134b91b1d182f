// Signals belong to the I/O thread of a process; every other thread leaves them to it.
#pragma once

namespace appserver {

/// Blocks all signals for the calling thread.
void leave_signals_to_io_thread();

}  // namespace appserver
