#include "serve/block.hpp"

#include <malloc.h>

#include <utility>

namespace appserver::serve {

Block::Block(const BlockSizes& sizes) : fields(sizes.fields) {
  const std::size_t in_size = sizes.received();
  const std::size_t out_size = bridge::Exchange::kOutCapacity;
  // new char[] and not make_unique: untouched pages stay unused
  bytes.reset(new char[in_size + sizes.path + out_size]);
  in.attach(bytes.get(), in_size);
  decoded_path = bytes.get() + in_size;
  decoded_path_size = sizes.path;
  out = ByteQueue(decoded_path + sizes.path, out_size);
}

void Block::lease_chain(const site::Mount& mount) {
  chain.clear();
  for (const auto& member : mount.middleware) {
    ++member->in_flight;
    chain.push_back(member.get());
  }
  chain.push_back(mount.generation.get());
  exchange.extras().chain.begin(exchange, chain);
}

void BlockPool::discard(std::unique_ptr<Block>&& block) {
  block.reset();
  ++freed_;
}

void BlockPool::release_memory() {
  const bool is_quiet = std::exchange(freed_before_, freed_) == freed_;
  if (!is_quiet || !holds_freed()) return;
  released_ = freed_;
  ::malloc_trim(0);
}

}  // namespace appserver::serve
