/* middleware.h - gw.middleware/1: apps around apps.
 *
 * A middleware is an app. Its `call` answers by itself, or has the next app of the mount's chain
 * called, with a layer of its own that hooks what passes:
 *
 *     static int64_t call(void *self, const gw_environ *environ, gw_start_response *start) {
 *         struct timing *layer = middleware->room(environ, sizeof *layer);
 *         layer->base = (gw_layer){ sizeof(gw_layer), 0, head, NULL, NULL, NULL };
 *         return middleware->next(environ, NULL, &layer->base);
 *     }
 *
 * A layer hooks events, not functions: the host makes `write`, sources, files and every later
 * function out of head, data and input, so nothing that is newer than a layer goes round it. A
 * NULL hook costs nothing. The layer outlives `call` (the inner app may be detached or streaming),
 * so it lives in `room` and never on the stack. */
#ifndef GATEWAY_MIDDLEWARE_H
#define GATEWAY_MIDDLEWARE_H
#include <gateway/gateway.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_MIDDLEWARE_1 "gw.middleware/1"
#define GW_FIELDS_MORE 16u /* fields that one layer may always append to a head */

typedef struct gw_head {  /* the host's; a layer may change every member but size and room   */
    uint32_t size, status;        /* 101: a WebSocket's handshake, and only fields may change */
    gw_field *field;              /* without Content-Length; yours live until `close`         */
    size_t count, room;           /* entries used, entries there are                          */
    int64_t content_length;       /* of the body, if it is known now; -1: not                 */
    gw_str request_method;        /* HEAD, 204 and 304 have no body, whatever stands here     */
} gw_head;

typedef struct gw_layer gw_layer;
struct gw_layer {                 /* the middleware's; the inner app's events, inner to outer */
    uint32_t size, flags;
    /* The head that leaves now: once, also if the answer is the host's own (500, 504). A layer that
     * may change the length sets content_length to -1, or to the new one. < 0: refused, and the
     * host answers 500 in its place, which passes the layers around this one. Once a hook has
     * seen a head, a failure cuts the answer: no second head is made.            [exchange] */
    int32_t (*head)(gw_layer *, gw_head *);
    /* n bytes on their way out, at most GW_TAKEN_WHOLE: consumed all. What should leave is written
     * to `down`, which takes up to 64 KiB, the sum of one such call, and never short; more is
     * GW_E_TOOBIG and cuts the answer. `down->body` gives GW_E_UNSUPPORTED. GW_FLUSH: hold nothing
     * back. GW_LAST: the end of a body that is whole (n may be 0); pass it on. < 0 cuts the answer.
     * Not called where there is no body: HEAD, 204, 304.                         [exchange] */
    int32_t (*data)(gw_layer *, const void *p, size_t n, uint32_t flags, gw_writer *down);
    /* The inner app reads: as `read`, from `up`. Its `peek` gives GW_E_UNSUPPORTED. [exchange] */
    int64_t (*input)(gw_layer *, gw_input *up, void *to, size_t cap);
    /* Once, always: the exchange is over. Inner layers first, after sources. May be NULL, as
     * all four. Of a WebSocket it may come long after the environ's end: copy what it needs.
     *                                                                            [exchange] */
    void (*close)(gw_layer *, int32_t reason);
};

typedef struct gw_middleware {
    /* Calls the next app: at most once, in `call`, whose result it should be. `changed` is what
     * that app sees in place of environ (NULL: the same); the host copies it, but for size, input,
     * log and host, which stay its own, and its strings live as long as the layer. layer may be
     * NULL. A layer that was taken is closed, whatever comes. GW_E_STATE, and nothing was called
     * and no layer taken: a second time, not the environ of this call, no app further in. The
     * inner app may return the same number: only who calls twice needs to know.  [exchange] */
    int64_t (*next)(const gw_environ *, const gw_environ *changed, gw_layer *);
    /* As gw.exchange/1: n bytes of zeros that live as long as the exchange.      [exchange] */
    void *(*room)(const gw_environ *, size_t n);
} gw_middleware;

#ifdef __cplusplus
}
#endif
#endif
