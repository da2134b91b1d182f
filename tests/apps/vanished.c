// The library that missing_library needs; built where the loader does not look for it.
#include <stdint.h>

extern int64_t vanished(void);

int64_t vanished(void) {
  return 0;
}
