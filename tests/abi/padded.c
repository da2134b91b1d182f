// The refused twin of hello.c: compile_matrix.sh must stop at the hole in this struct.
#include <gateway/gateway.h>

typedef struct hole {
  uint8_t small;
  uint64_t large;
} hole;

extern const hole kHole;
const hole kHole = {1, 2};
