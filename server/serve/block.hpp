// All the memory that one request at work needs: what is received, the head and its
// fields, the environ, what is to be sent. A connection that is idle holds none; an
// exchange that sleeps has no room for output.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <gateway/gateway.h>

#include "app/generation.hpp"
#include "base/byte_queue.hpp"
#include "bridge/exchange.hpp"
#include "http/head_scanner.hpp"
#include "http/message.hpp"
#include "http/request_rules.hpp"
#include "serve/blocking_call.hpp"
#include "serve/body_reader.hpp"
#include "serve/client.hpp"
#include "serve/pace.hpp"
#include "serve/receive_buffer.hpp"
#include "site/site.hpp"

namespace appserver::serve {

/// What the sizes of a block follow from (settings limit_request_*; fixed at start).
struct BlockSizes {
  std::size_t head = 32768;  ///< bytes of a request head
  std::size_t path = 8190;   ///< bytes of a request line: room to decode its path
  std::size_t fields = 100;

  [[nodiscard]] std::size_t received() const { return head + kBodyRoom; }

  /// A head and 64 KiB of body arrive in one read.
  static constexpr std::size_t kBodyRoom = 80 * 1024;
};

/// Memory that begins with a page; what of it is never touched costs nothing.
struct Pages {
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  using Owner = std::unique_ptr<char[], Free>;

  /// Throws std::bad_alloc.
  static Owner make(std::size_t size);
};

struct Block {
  explicit Block(const BlockSizes& sizes);
  /// For a mount with middleware: leases it for the exchange that has begun.
  void lease_chain(const site::Mount& mount);

  ReceiveBuffer in;
  ByteQueue out;
  http::HeadScanner scanner;
  http::HeadLimits limits;
  std::uint32_t limits_of_site = 0;  ///< Service::site_number(); 0: not set
  http::RequestHead head;
  http::Request request;
  BodyReader body;
  bridge::Exchange exchange;
  BlockingCall call;
  app::Generation* generation = nullptr;  ///< the lease of the running exchange
  std::vector<app::Generation*> chain;    ///< leased too: middleware, then the app
  Pages::Owner bytes;                     ///< fields | received | decoded path
  Pages::Owner out_bytes;                 ///< of `out`; null while the exchange sleeps
  std::span<http::Field> fields;
  char* decoded_path = nullptr;
  std::size_t decoded_path_size = 0;
  std::array<char, 32> request_id{};
  Client client;
  Pace body_pace, send_pace;  ///< of the peer; the I/O thread's, always
};

/// Blocks waiting for use; keeps a few, frees the others. Threads: the I/O thread.
class BlockPool {
 public:
  explicit BlockPool(const BlockSizes& sizes) : sizes_(sizes) {}

  std::unique_ptr<Block> take() {
    if (count_ == 0) return make();
    return std::move(free_[--count_]);
  }

  void give(std::unique_ptr<Block>&& block) {
    block->in.clear();
    block->out.clear();
    block->body.forget_stored();
    if (count_ == kKept || !block->out_bytes) return discard(std::move(block));
    free_[count_++].swap(block);
  }

  /// Takes the room for output, if it is empty, from an exchange that sleeps: thousands
  /// that wait for the same news send it through the same few pages.
  void put_to_sleep(Block& block);
  /// Gives it room again, if it slept.
  void wake(Block& block);

  /// Gives the memory of blocks that were freed back to the system, once no more are.
  /// Called now and then; the allocator would keep what a crowd of clients once needed.
  void release_memory();

  /// Is there any to give back?
  [[nodiscard]] bool holds_freed() const { return freed_ - released_ >= kKept; }

  [[nodiscard]] const BlockSizes& sizes() const { return sizes_; }

 private:
  static constexpr std::size_t kKept = 64;

  std::unique_ptr<Block> make();
  void discard(std::unique_ptr<Block>&& block);  ///< frees it

  std::uint64_t freed_ = 0, freed_before_ = 0, released_ = 0;  ///< counts of blocks
  BlockSizes sizes_;
  std::size_t count_ = 0;
  std::array<std::unique_ptr<Block>, kKept> free_;  ///< the first count_
  Pages::Owner spare_out_;                          ///< of who fell asleep last
};

}  // namespace appserver::serve
