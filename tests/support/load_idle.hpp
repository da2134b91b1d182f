// Connections that are kept and ask nothing: what they cost a server in memory.
#pragma once

#include "load_traffic.hpp"

namespace load {

/// Opens `options.connections` one after the other, each with one GET that must be
/// answered with `expect_status`, says `idle=N` on standard output, holds them until
/// SIGTERM or the deadline and then checks that the server has closed none. Gives the
/// exit code: 0 only when all were answered and held. The sources are 127.0.0.2 and up,
/// 1,000 connections each: neither ports nor a limit per address run short. Throws
/// std::system_error where the system refuses a socket.
int hold_idle(const Options& options);

}  // namespace load
