// What leaves a connection: the bytes of the output queue and of an app's memory; and
// parts of files, each behind the queue's bytes before it, from the kernel's memory
// straight to the socket (gw.file/1).
#include <algorithm>

#include "serve/connection.hpp"
#include "serve/service.hpp"

namespace appserver::serve {

/// Sends what may leave. False when the socket takes no more now.
bool Connection::send_committed() {
  if (block_->exchange.has_parts() && (send_parts() != GW_OK || send_waits_))
    return false;
  const std::size_t n = block_->exchange.committed_size();
  if (n == 0) return true;
  std::size_t none = 0;
  return send(n, {}, none) == GW_OK && block_->exchange.committed_size() == 0;
}

std::int32_t Connection::send(std::size_t n, std::string_view more,
                              std::size_t& more_sent) {
  more_sent = 0;
  if (gone_) return GW_E_GONE;
  if (block_->exchange.has_parts()) return send_parts();
  if (n + more.size() == 0) return GW_E_AGAIN;
  if (turn_bytes_ >= kTurnBytesMost) {  // others wait; the loop comes back to this one
    send_waits_ = true;
    return GW_E_AGAIN;
  }
  ByteQueue& out = block_->out;
  const std::string_view queued = out.view().substr(0, n);
  const auto sent = more.empty() ? stream_.send(queued) : stream_.send(queued, more);
  if (sent.io == net::Io::Again) {
    send_waits_ = true;
    return GW_E_AGAIN;
  }
  if (sent.io != net::Io::Done) {
    gone_ = true;
    return GW_E_GONE;
  }
  turn_bytes_ += static_cast<std::uint32_t>(sent.size);
  block_->send_pace.moved(sent.size, service_.loop().now_ms());
  send_waits_ = sent.size < n + more.size();
  block_->exchange.note_sent(sent.size);
  const std::size_t from_queue = std::min(sent.size, n);
  more_sent = sent.size - from_queue;
  out.drop_front(from_queue);
  out.compact();
  return GW_OK;
}

/// As Carrier::send; sends until the last part has left, or the socket or the others'
/// patience is full. What the queue holds behind the last part is the caller's.
std::int32_t Connection::send_parts() {
  if (gone_) return GW_E_GONE;
  std::size_t moved = 0;
  send_waits_ = false;
  while (block_->exchange.has_parts()) {
    if (turn_bytes_ >= kTurnBytesMost) {
      send_waits_ = true;
      break;
    }
    const net::IoResult sent = send_next_of_parts();
    if (sent.io == net::Io::Again) {
      send_waits_ = true;
      break;
    }
    if (sent.io != net::Io::Done) return GW_E_GONE;
    moved += sent.size;
    turn_bytes_ += static_cast<std::uint32_t>(sent.size);
    block_->send_pace.moved(sent.size, service_.loop().now_ms());
  }
  return moved > 0 ? GW_OK : GW_E_AGAIN;
}

/// One system call. End: the file is not what it was; Failed: the peer takes no more.
net::IoResult Connection::send_next_of_parts() {
  bridge::Exchange& exchange = block_->exchange;
  bridge::FileParts& parts = exchange.extras().parts;
  if (const std::size_t before = parts.queued_before(); before > 0) {
    const auto sent = stream_.send_before_more(block_->out.view().substr(0, before));
    if (sent.io == net::Io::Done) {
      exchange.note_sent(sent.size);
      parts.note_queue_left(sent.size);
      block_->out.drop_front(sent.size);
      block_->out.compact();
    }
    gone_ = gone_ || sent.io == net::Io::Failed;
    return sent;
  }
  const bridge::FilePart& part = parts.first();
  const auto most = static_cast<std::size_t>(
      std::min<std::uint64_t>(part.left(), kTurnBytesMost - turn_bytes_));
  const auto sent = stream_.send_file(part.fd(), part.offset(), most);
  if (sent.io == net::Io::Done) {
    exchange.note_sent(sent.size);
    parts.note_file_left(sent.size);
  }
  gone_ = gone_ || sent.io == net::Io::Failed;
  if (sent.io == net::Io::End) {
    exchange.give_up_parts(
        "a file became shorter, or cannot be read, while it is sent (GW-O19)");
    needs_room_ = true;  // the next step finds the exchange aborted
  }
  return sent;
}

}  // namespace appserver::serve
