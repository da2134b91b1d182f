// All the memory that one request at work needs, in one piece: what is received, the
// head and its fields, the environ, what is to be sent. A connection that is idle holds
// none.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <gateway/gateway.h>

#include "app/generation.hpp"
#include "base/byte_queue.hpp"
#include "bridge/exchange.hpp"
#include "http/message.hpp"
#include "http/request_rules.hpp"
#include "serve/blocking_call.hpp"
#include "serve/body_reader.hpp"
#include "serve/receive_buffer.hpp"

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

struct Block {
  explicit Block(const BlockSizes& sizes);

  ReceiveBuffer in;
  ByteQueue out;
  http::RequestHead head;
  http::Request request;
  BodyReader body;
  bridge::Exchange exchange;
  BlockingCall call;
  app::Generation* generation = nullptr;  ///< the lease of the running exchange
  std::vector<http::Field> fields;
  std::unique_ptr<char[]> bytes;  ///< received | decoded path | out
  char* decoded_path = nullptr;
  std::size_t decoded_path_size = 0;
  std::array<char, 32> request_id{};
};

/// Blocks waiting for use; keeps a few, frees the others. Threads: the I/O thread.
class BlockPool {
 public:
  explicit BlockPool(const BlockSizes& sizes) : sizes_(sizes) {}

  std::unique_ptr<Block> take();
  void give(std::unique_ptr<Block> block);

  [[nodiscard]] const BlockSizes& sizes() const { return sizes_; }

 private:
  static constexpr std::size_t kKept = 64;
  BlockSizes sizes_;
  std::vector<std::unique_ptr<Block>> free_;
};

}  // namespace appserver::serve
