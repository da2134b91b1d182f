// malloc and friends are replaced for the whole process (plugins included); recv and
// send are wrapped by the linker (--wrap) in the server's own code.
#include "counting.hpp"

#include <stddef.h>
#include <sys/socket.h>

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
ssize_t __real_recv(int, void*, size_t, int);
ssize_t __real_send(int, const void*, size_t, int);
}

namespace appserver::exact {
namespace {

thread_local bool is_counted = false;
std::atomic<std::uint64_t> allocations{0}, receives{0}, sends{0};

void count(std::atomic<std::uint64_t>& counter) {
  if (is_counted) counter.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

void count_this_thread() {
  is_counted = true;
}

Counts counts() {
  return {allocations.load(), receives.load(), sends.load()};
}

}  // namespace appserver::exact

using namespace appserver::exact;

extern "C" {

void* malloc(size_t n) {
  count(allocations);
  return __libc_malloc(n);
}

void* calloc(size_t n, size_t size) {
  count(allocations);
  return __libc_calloc(n, size);
}

void* realloc(void* p, size_t n) {
  count(allocations);
  return __libc_realloc(p, n);
}

void* aligned_alloc(size_t alignment, size_t n) {
  count(allocations);
  return __libc_memalign(alignment, n);
}

ssize_t __wrap_recv(int fd, void* to, size_t n, int flags) {
  count(receives);
  return __real_recv(fd, to, n, flags);
}

ssize_t __wrap_send(int fd, const void* p, size_t n, int flags) {
  count(sends);
  return __real_send(fd, p, n, flags);
}
}
