// A record of a fault in words. Pure; reads only the files of modules that the record
// names, for symbols.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "board/fault_record.hpp"

namespace appserver::control {

/// Was it sent by another process? Then whatever ran on the thread is not to blame.
/// `pid`: the process of the record.
bool is_from_outside(const board::Fault& fault, pid_t pid);

/// "SIGSEGV, address 0x0 (null pointer)", "SIGABRT, by itself", "SIGTERM, sent by
/// process 12".
std::string signal_text(const board::Fault& fault, pid_t pid);

/// "on its I/O thread, in hello.so:app (version 0123456789ab)"; "" where nothing is
/// known.
std::string place_text(const board::Fault& fault);

/// "GET /x?y, request id ..., from 127.0.0.1, after 12.345 ms, 0 bytes of its body
/// sent"; "" where it was no request.
std::string request_text(const board::Fault& fault);

/// One line for each frame, then one for each module of the server's apps: its build id
/// and its file. Takes time and memory, and the files may be anybody's: a process of
/// its own is the place for it.
std::vector<std::string> frame_lines(const board::Fault& fault);

}  // namespace appserver::control
