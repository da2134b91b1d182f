// The last words of a process that serves: handlers that write where it stood into
// memory that it shares with the supervisor. Knows neither what a request is nor who
// reads the record.
#pragma once

#include "board/fault_record.hpp"

namespace appserver::control {

/// From now on a fault (SEGV, BUS, ILL, FPE, ABRT, TRAP, SYS) is written to
/// `faults.crash` before it ends the process as it would have without us, core dump and
/// all; and a thread that is sent stall_signal() writes where it stands to
/// `faults.stall`, if that is free. A handler that somebody has installed before, a
/// sanitizer, or installs later, an app, is left alone. `faults` outlives the process's
/// last thread. Once in a process. Threads: before any other.
void report_faults_to(board::Faults& faults);

}  // namespace appserver::control
