#include "serve/block.hpp"

#include <malloc.h>

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace appserver::serve {

Pages::Owner Pages::make(std::size_t size) {
  constexpr std::size_t kPage = 4096;
  const std::size_t whole = (size + kPage - 1) / kPage * kPage;
  auto* const bytes = static_cast<char*>(std::aligned_alloc(kPage, whole));
  if (bytes == nullptr) throw std::bad_alloc();
  return Owner(bytes);
}

Block::Block(const BlockSizes& sizes) {
  const std::size_t in_size = sizes.received();
  const std::size_t fields_size = sizes.fields * sizeof(http::Field);
  // Fields come first: those of most requests, and their head, lie in the first page.
  bytes = Pages::make(fields_size + in_size + sizes.path);
  auto* const first = reinterpret_cast<http::Field*>(bytes.get());
  std::uninitialized_default_construct_n(first, sizes.fields);
  fields = {first, sizes.fields};
  in.attach(bytes.get() + fields_size, in_size);
  decoded_path = bytes.get() + fields_size + in_size;
  decoded_path_size = sizes.path;
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

std::unique_ptr<Block> BlockPool::make() {
  auto block = std::make_unique<Block>(sizes_);
  wake(*block);
  return block;
}

void BlockPool::put_to_sleep(Block& block) {
  if (!block.out.empty() || block.exchange.has_parts()) return;
  block.out = {};
  spare_out_ = std::move(block.out_bytes);  // one is enough: they wake one by one
}

void BlockPool::wake(Block& block) {
  if (block.out_bytes) return;
  constexpr std::size_t kSize = bridge::Exchange::kOutCapacity;
  block.out_bytes = std::move(spare_out_);
  if (!block.out_bytes) block.out_bytes = Pages::make(kSize);
  block.out = ByteQueue(block.out_bytes.get(), kSize);
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
