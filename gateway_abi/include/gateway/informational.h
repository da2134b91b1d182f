/* informational.h - gw.informational/1: 103 (Early Hints, RFC 8297) and other interim answers. */
#ifndef GATEWAY_INFORMATIONAL_H
#define GATEWAY_INFORMATIONAL_H
#include <gateway/gateway.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_INFORMATIONAL_1 "gw.informational/1"

typedef struct gw_informational {
    /* status 102..199; 100 and 101 are the host's. Any number of times before the head has left
     * (GW_E_SENT), sent at once; fields are checked as those of a head. Where the client's protocol
     * has none (HTTP/1.0) it is dropped, with GW_OK. It is not the answer.       [exchange] */
    int32_t (*send)(const gw_environ *, uint32_t status, const gw_field *, size_t count);
} gw_informational;

#ifdef __cplusplus
}
#endif
#endif
