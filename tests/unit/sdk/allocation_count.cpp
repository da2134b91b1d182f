// The executable's malloc wins over the C library's for every image in the process,
// plugins included; it counts and passes on.
#include "allocation_count.hpp"

#include <atomic>

namespace {

std::atomic<std::size_t> count{0};

}  // namespace

std::size_t allocations_so_far() noexcept {
  return count.load();
}

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);

void* malloc(std::size_t size) {
  ++count;
  return __libc_malloc(size);
}

void* calloc(std::size_t items, std::size_t size) {
  ++count;
  return __libc_calloc(items, size);
}

void* realloc(void* old, std::size_t size) {
  ++count;
  return __libc_realloc(old, size);
}
}
