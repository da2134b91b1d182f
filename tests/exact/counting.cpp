// malloc and friends are replaced for the whole process (plugins included); syscall,
// through which the server receives and sends, is wrapped by the linker (--wrap) in its
// own code.
#include "counting.hpp"

#include <stddef.h>
#include <sys/syscall.h>

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
long __real_syscall(long, long, long, long, long, long, long);
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

/// Six arguments are as many as a system call has; those that were not given are noise.
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f) {
  if (number == SYS_recvfrom) count(receives);
  if (number == SYS_sendto) count(sends);
  return __real_syscall(number, a, b, c, d, e, f);
}
}
