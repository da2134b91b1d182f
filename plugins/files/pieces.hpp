// The body of an answer as a row of pieces: bytes in memory and stretches of a file.
// Knows where it stands, so that what one way of sending began another can end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "file_cache.hpp"
#include "plan.hpp"

namespace files {

/// `text` null: `length` bytes of the file from `offset` on.
struct Piece {
  const char* text;
  std::int64_t offset, length;
};

/// Keeps the file alive that it speaks of.
class Pieces {
 public:
  /// `plan` has a body, and is not needed afterwards.
  Pieces(SharedResource resource, const Representation& of, const Plan& plan,
         const Boundary& boundary) noexcept;

  bool is_over() const noexcept { return index_ == count_; }

  bool is_last() const noexcept { return index_ + 1 == count_; }

  /// What is left of the present piece; its text lives until advance() or a move.
  Piece current() const noexcept;

  /// `count` bytes of the present piece are on their way.
  void advance(std::int64_t count) noexcept;

  int descriptor() const noexcept { return of_->descriptor(); }

  /// Puts up to `cap` bytes, reading the file where need be; 0: the end. GW_E_APP: the
  /// file is shorter than it was.
  std::int64_t next(char* to, std::size_t cap) noexcept;

 private:
  Piece whole_current() const noexcept;
  void enter() noexcept;

  SharedResource resource_;
  const Representation* of_;
  Plan::Body body_;
  RangeSet ranges_;
  Boundary boundary_;
  std::size_t index_ = 0, count_ = 1;  // with many parts: head, bytes, head ... end
  std::int64_t done_ = 0;              // of the present piece
  std::size_t head_size_ = 0;
  std::array<char, kMostPartHead> head_;
};

}  // namespace files
