// What the log says of a fault, said by a process of its own: it reads files of others
// and may take its time, which the supervisor has not.
#pragma once

#include <sys/types.h>

#include <string>

#include "board/fault_record.hpp"

namespace appserver::control {

struct FaultReport {
  board::Fault fault;
  std::string what;  ///< "crash of worker 1", the beginning of each line
  pid_t pid = 0;
  bool is_crash = true;                   ///< else it lives on
  std::string access_log, access_format;  ///< as in the settings; "": no line
};

/// Writes it to the error log; of a request that a crash has ended, its line to the
/// access log as well: status 000, and nothing of its fields, which died with it.
void log_fault(const FaultReport& report);

}  // namespace appserver::control
