// gw.file/1: parts of the body from descriptors. They wait in the order of the calls,
// each behind the bytes of the output queue that came before it; who carries the
// exchange sends them. Rules GW-O17 to GW-O19.
#include <charconv>
#include <utility>

#include <gateway/file.h>

#include "bridge/exchange.hpp"
#include "bridge/extension_tables.hpp"

namespace appserver::bridge {
namespace {

// A part is one chunk: 16 digits say any length.
constexpr std::size_t kSizeLineMost = 16 + 2;
constexpr std::size_t kChunkEnd = 2;

const gw_file kFile = {
    [](gw_writer* writer, std::int32_t fd, std::int64_t offset, std::int64_t length,
       std::uint32_t flags) {
      if (writer->error != GW_OK) return writer->error;
      return Exchange::of(*writer).send_file(fd, offset, length, flags);
    },
};

}  // namespace

std::int32_t Exchange::send_file(int fd, std::int64_t offset, std::int64_t length,
                                 std::uint32_t flags) {
  if (state_ != State::Open || in_app_pull_ || source_ != nullptr)
    return state_ == State::Aborted ? GW_E_GONE : GW_E_STATE;
  FilePart part;
  const std::int32_t opened = FilePart::open(fd, offset, length, part);
  if (opened != GW_OK) return opened;
  const std::uint64_t n = part.left();
  if (n == 0 && (flags & (GW_LAST | GW_FLUSH)) == 0) return GW_OK;
  if (is_past_length(n)) {
    log(GW_LOG_ERROR, "a file's part past the Content-Length is not taken (GW-O5)");
    return GW_E_TOOBIG;
  }
  const bool last = (flags & GW_LAST) != 0;
  const std::int64_t known = last ? static_cast<std::int64_t>(n) : -1;
  if (head_ == Head::Stored && !commit_head(known)) return GW_E_APP;
  if (chain() != nullptr && chain()->has_data()) {  // it sees the bytes (GW-O18)
    const std::int32_t taken = chain()->take_part(std::move(part), flags);
    short_write_ = taken == GW_E_AGAIN;
    return taken;
  }
  if (framing_ != http::Framing::None && n > 0) {
    const std::int32_t put = put_part(std::move(part));
    short_write_ = put == GW_E_AGAIN;
    if (put != GW_OK) return put;
    body_bytes_ += n;
  }
  if (last) return end_body() ? GW_OK : GW_E_STATE;
  return (flags & GW_FLUSH) != 0 ? flush() : GW_OK;
}

/// Of n more bytes of a body with a length. All of them count: a part is not taken in
/// part.
bool Exchange::is_past_length(std::uint64_t n) const {
  if (declared_ < 0) return false;
  http::Framing framing = framing_;
  if (head_ == Head::Stored) {
    framing =
        http::decide_framing({version_, is_head_, status_, declared_, -1}).framing;
  }
  return framing == http::Framing::Length &&
         n > static_cast<std::uint64_t>(declared_) - body_bytes_;
}

/// Waits for a place, or says GW_E_AGAIN, as the carrier does.
std::int32_t Exchange::put_part(FilePart&& part) {
  const bool chunked = framing_ == http::Framing::Chunked;
  const std::size_t frame = chunked ? kSizeLineMost + kChunkEnd + end_room() : 0;
  FileParts& parts = extras().parts;
  while (parts.is_full() || out_->room() < frame) {
    const std::int32_t sent = send(out_->size());
    if (sent != GW_OK) return sent;
  }
  if (chunked) {
    char* const begin = out_->back();
    char* const end = std::to_chars(begin, begin + 16, part.left(), 16).ptr;
    out_->grew(static_cast<std::size_t>(end - begin));
    out_->append("\r\n");
  }
  parts.add(std::move(part), out_->size());
  if (chunked) out_->append("\r\n");
  return GW_OK;
}

void Exchange::drop_parts() {
  if (!has_parts()) return;
  body_bytes_ -= extras_->parts.left();
  extras_->parts.clear();
}

void Exchange::give_up_parts(const char* why) {
  log(GW_LOG_ERROR, why);
  drop_parts();
  out_->clear();  // what came behind has no place any more
  state_ = State::Aborted;
  if (failure_ == GW_OK) failure_ = GW_E_APP;
}

const void* file_table() {
  return &kFile;
}

}  // namespace appserver::bridge
