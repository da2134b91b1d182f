// Its table points to a function of libc: not this module's code.
#include <stdlib.h>

#include <gateway/gateway.h>

GW_EXPORT(app) = {
    sizeof(gw_app),
    GW_ABI_MAJOR,
    GW_ABI_MINOR,
    0,
    GW_STR("app"),
    GW_STR(""),
    (int64_t(*)(void*, const gw_environ*, gw_start_response*))(void (*)(void))abs,
    NULL,
    NULL,
    NULL,
    NULL};
