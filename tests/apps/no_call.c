// A table without the one function that must be there.
#include <gateway/gateway.h>

GW_APP(app, NULL, 0);
