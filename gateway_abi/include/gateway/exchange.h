/* exchange.h - gw.exchange/1: what belongs to one exchange and ends with it.
 *
 * Memory (room), clean-up (on_close) and the notice that the client has left (is_gone). */
#ifndef GATEWAY_EXCHANGE_H
#define GATEWAY_EXCHANGE_H
#include <gateway/gateway.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_EXCHANGE_1 "gw.exchange/1"

typedef struct gw_exchange {
    /* n bytes of zeros, aligned to 16, freed when the exchange is over and all of its callbacks
     * have run. NULL: more than the host allows one exchange (at least 64 KiB).  [exchange] */
    void *(*room)(const gw_environ *, size_t n);
    /* fn runs once when the exchange is over: sent (GW_OK), failed, or given up (GW_E_*); the last
     * registered first, after sources and layers were closed. It must not fail. The environ is
     * still readable; nothing can be written. GW_E_TOOBIG: too many (64 are always taken).
     *                                                                            [exchange] */
    int32_t (*on_close)(const gw_environ *, void (*fn)(void *arg, int32_t reason), void *arg);
    /* 1: the client has ended its side or left. An app that computes for long asks now and then
     * and returns GW_E_GONE. A client may end its side and still read.           [exchange] */
    int32_t (*is_gone)(const gw_environ *);
} gw_exchange;

#ifdef __cplusplus
}
#endif
#endif
