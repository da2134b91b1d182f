// Where a process stood when it died, or when it was asked because it did not come
// back: written by a signal handler into memory that it shares with the supervisor.
// Plain data at fixed places; who reads it believes none of it further than it can see.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/work.hpp"

namespace appserver::board {

struct Fault {
  static constexpr std::size_t kFramesMost = 48;
  static constexpr std::size_t kModulesMost = 16;

  struct Frame {
    std::uint64_t address;
    std::uint64_t module;  ///< index in modules + 1; 0: in none
  };

  struct Module {
    std::uint64_t base;   ///< what to take from an address for one of its file
    FixedText<256> path;  ///< "": the server itself
  };

  std::int32_t signal, code;  ///< siginfo_t's
  std::int32_t sender;        ///< the process that sent it; 0: nobody did
  std::int32_t thread;        ///< its id
  std::uint64_t address;      ///< si_addr
  std::uint64_t stack;        ///< the stack pointer
  std::int64_t at_us;         ///< CLOCK_MONOTONIC
  WorkNote work;
  std::uint32_t frame_count, module_count;
  std::array<Frame, kFramesMost> frames;
  std::array<Module, kModulesMost> modules;
};

struct FaultRecord {
  static constexpr std::uint32_t kFree = 0, kBegun = 1, kWhole = 2;
  std::atomic<std::uint32_t> state;  ///< kBegun: the writer died over the frames
  Fault fault;
};

/// Of one process.
struct Faults {
  FaultRecord crash;  ///< it died of it
  FaultRecord stall;  ///< a thread of it was asked where it stands
};

}  // namespace appserver::board
