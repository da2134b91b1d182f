#include "lint/lent.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>

namespace appserver::lint {
namespace {

const std::size_t kPage = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));

struct Piece {
  std::uintptr_t begin, guard, end;  ///< the guard page is the last
  const char* name;
  const char* owner;
  std::atomic<bool> is_over;
};

/// Pieces that have names. When all are taken, the oldest that is over gives its name
/// up: its addresses stay closed.
constexpr std::size_t kPiecesMost = 65536;
std::array<Piece, kPiecesMost> all_pieces;
std::atomic<std::size_t> last_piece{0};

/// The number of an entry that nobody lives in.
std::size_t take_entry() {
  while (true) {
    const std::size_t number = ++last_piece % kPiecesMost;
    if (all_pieces[number].begin == 0 || all_pieces[number].is_over) return number;
  }
}

void close_piece(Piece& piece) {
  auto* const at =
      reinterpret_cast<void*>(piece.begin);  // NOLINT(performance-no-int-to-ptr)
  // Put anew, so that its memory is given back while its addresses stay taken.
  const std::size_t n = piece.end - piece.begin;
  const void* const closed = ::mmap(
      at, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  if (closed == MAP_FAILED) ::mprotect(at, n, PROT_NONE);
  piece.is_over = true;  // from now on its entry may be taken
}

bool holds(const Piece& piece, const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  return piece.begin <= at && at < piece.end;
}

void protect(const Piece& piece, int access) {
  auto* const at =
      reinterpret_cast<void*>(piece.begin);  // NOLINT(performance-no-int-to-ptr)
  ::mprotect(at, piece.guard - piece.begin, access);
}

}  // namespace

FaultPlace fault_at(const void* address) {
  for (const Piece& piece : all_pieces) {
    if (!holds(piece, address)) continue;
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    Fault fault = at >= piece.guard ? Fault::Past : Fault::Write;
    if (piece.is_over) fault = Fault::Late;
    return {fault, piece.name, piece.owner};
  }
  return {};
}

// The text is never freed: the signal handler may read it at any time.
Lent::Lent(const std::string& owner) : owner_(::strdup(owner.c_str())) {}

char* Lent::place(std::size_t n, const char* name) {
  const std::size_t used = (n + kPage - 1) / kPage * kPage;
  void* const made = ::mmap(nullptr, used + kPage, PROT_NONE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (made == MAP_FAILED) throw std::bad_alloc();
  if (used > 0) ::mprotect(made, used, PROT_READ | PROT_WRITE);
  const std::size_t number = take_entry();
  Piece& piece = all_pieces[number];
  piece.begin = reinterpret_cast<std::uintptr_t>(made);
  piece.guard = piece.begin + used;
  piece.end = piece.guard + kPage;
  piece.name = name;
  piece.owner = owner_;
  piece.is_over = false;
  pieces_.push_back(number);
  return static_cast<char*>(made) + (used - n);
}

const void* Lent::lend(const void* bytes, std::size_t n, const char* piece) {
  char* const at = place(n, piece);
  if (n == 0) return at;
  std::memcpy(at, bytes, n);
  protect(all_pieces[pieces_.back()], PROT_READ);
  return at;
}

void* Lent::lend_room(std::size_t n, const char* piece) {
  constexpr std::size_t kAlignment = 16;
  return place((n + kAlignment - 1) / kAlignment * kAlignment, piece);
}

void Lent::change(const void* piece, const void* bytes, std::size_t n) {
  for (const std::size_t number : pieces_) {
    const Piece& one = all_pieces[number];
    if (!holds(one, piece)) continue;
    protect(one, PROT_READ | PROT_WRITE);
    std::memcpy(const_cast<void*>(piece), bytes, n);
    protect(one, PROT_READ);
  }
}

void Lent::take_back(const void* piece) {
  for (auto at = pieces_.begin(); at != pieces_.end(); ++at) {
    if (!holds(all_pieces[*at], piece)) continue;
    close_piece(all_pieces[*at]);
    pieces_.erase(at);
    return;
  }
}

void Lent::take_back() {
  for (const std::size_t number : pieces_) close_piece(all_pieces[number]);
  pieces_.clear();
}

}  // namespace appserver::lint
