/* trailers.h - gw.trailers/1: fields after the body (RFC 9110 6.5), in both directions. */
#ifndef GATEWAY_TRAILERS_H
#define GATEWAY_TRAILERS_H
#include <gateway/gateway.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_TRAILERS_1 "gw.trailers/1"

typedef struct gw_trailers {
    /* Those of the request, once `read` gave 0 (GW_E_STATE before). Names are lower-case; what may
     * not be a trailer is dropped (RFC 9110 6.5.1). They live until the exchange is over.
     *                                                                            [exchange] */
    int32_t (*request)(const gw_environ *, const gw_field **fields, size_t *count);
    /* Those of the answer: copied, sent at the end of the body. Given before the head leaves they
     * are announced in `Trailer` and the body is chunked. Given again, a name takes the new value:
     * so a checksum is announced empty and set at the end. GW_E_UNSUPPORTED: the client did not ask
     * (TE: trailers) or the framing has no place for them; GW_E_HEADER; GW_E_TOOBIG: over 8 KiB;
     * GW_E_STATE: the body has ended. A body that was cut has none.              [exchange] */
    int32_t (*response)(gw_writer *, const gw_field *, size_t count);
} gw_trailers;

#ifdef __cplusplus
}
#endif
#endif
