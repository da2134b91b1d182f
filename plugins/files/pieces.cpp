// Even pieces of a multipart body are texts that part, odd ones bytes of the file.
#include "pieces.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace files {

Pieces::Pieces(SharedResource resource, const Representation& of, const Plan& plan,
               const Boundary& boundary) noexcept
    : resource_(std::move(resource)),
      of_(&of),
      body_(plan.body()),
      ranges_(plan.ranges()),
      boundary_(boundary) {
  if (body_ == Plan::Body::Many) count_ = 2 * ranges_.count + 1;
  enter();
}

void Pieces::enter() noexcept {
  done_ = 0;
  if (body_ != Plan::Body::Many || index_ % 2 != 0 || is_over()) return;
  head_size_ = part_head(head_, *of_, ranges_, index_ / 2, boundary_);
}

Piece Pieces::whole_current() const noexcept {
  if (body_ == Plan::Body::Whole) return {nullptr, 0, of_->size()};
  if (body_ == Plan::Body::Many && index_ % 2 == 0) {
    return {head_.data(), 0, static_cast<std::int64_t>(head_size_)};
  }
  const ByteRange& range = ranges_.range[index_ / 2];
  return {nullptr, range.offset, range.length};
}

Piece Pieces::current() const noexcept {
  Piece piece = whole_current();
  if (piece.text == nullptr && of_->in_memory()) {
    piece.text = of_->content().data() + piece.offset;
  }
  if (piece.text != nullptr) piece.text += done_;
  piece.offset += done_;
  piece.length -= done_;
  return piece;
}

void Pieces::advance(std::int64_t count) noexcept {
  done_ += count;
  if (done_ < whole_current().length) return;
  ++index_;
  enter();
}

std::int64_t Pieces::next(char* to, std::size_t cap) noexcept {
  if (is_over()) return 0;
  const Piece piece = current();
  const std::size_t wanted = std::min(cap, static_cast<std::size_t>(piece.length));
  ssize_t count = static_cast<ssize_t>(wanted);
  if (piece.text != nullptr) {
    std::memcpy(to, piece.text, wanted);
  } else {
    do {
      count = pread(of_->descriptor(), to, wanted, static_cast<off_t>(piece.offset));
    } while (count < 0 && errno == EINTR);
  }
  if (count <= 0) return GW_E_APP;
  advance(count);
  return count;
}

}  // namespace files
