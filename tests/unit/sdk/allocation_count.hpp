// Counts heap allocations of this process, in whatever language they are asked for.
#pragma once

#include <cstddef>

/// Allocations so far (malloc, calloc, realloc and what stands on them).
std::size_t allocations_so_far() noexcept;
