/* stream.h - gw.stream/1: bodies in both directions without a thread that waits.
 *
 * Input: look at what is here (peek), take it (consume), be told when more comes (readable).
 * Output: what would be taken now (room), and be told when there is room again (writable).
 * The two notices are for a detached exchange (async.h); `peek` and `room` are for all.
 *
 * In a detached exchange a source may say GW_E_AGAIN at any time, not only while request body is
 * still to come: `wake` has it asked again. This widens the core's rule for the app that asks. */
#ifndef GATEWAY_STREAM_H
#define GATEWAY_STREAM_H
#include <gateway/async.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_STREAM_1 "gw.stream/1"
#define GW_NOWAIT 1u /* peek: GW_E_AGAIN where a blocking app would wait */

typedef void gw_readable(gw_input *, void *arg, int32_t status);                 /* [exchange] */
typedef void gw_writable(gw_writer *, void *arg, int32_t status);                /* [exchange] */

typedef struct gw_stream {
    /* Some bytes of the request body, not taken yet: > 0 their count, else as `read`. The view
     * lives until the next call on this input. GW_E_UNSUPPORTED: a layer hooks the input, and what
     * it makes of it is known when it is read.                                  [exchange] */
    int64_t (*peek)(gw_input *, gw_str *view, uint32_t flags);
    /* Takes n of what the last peek showed; more than that is GW_E_INVALID.      [exchange] */
    int32_t (*consume)(gw_input *, size_t n);
    /* fn runs once: GW_OK when `read` would not give GW_E_AGAIN; after the end of the body,
     * GW_E_GONE when the client ends its side. GW_E_STATE: not detached, or one is waiting.
     *                                                                            [exchange] */
    int32_t (*readable)(gw_input *, gw_readable *fn, void *arg);
    /* Bytes that `write` would take now without waiting, or why it would fail.   [exchange] */
    int64_t (*room)(gw_writer *);
    /* fn runs once: GW_OK when half of the host's buffer is free, GW_E_* when the exchange ends.
     * Never from inside `write`. GW_E_STATE: not detached, or one is waiting.    [exchange] */
    int32_t (*writable)(gw_writer *, gw_writable *fn, void *arg);
    /* Has the source of a detached exchange asked again after its GW_E_AGAIN. A wake that comes
     * early is remembered. GW_E_GONE: the exchange is over.                           [any] */
    int32_t (*wake)(gw_pending *);
} gw_stream;

#ifdef __cplusplus
}
#endif
#endif
