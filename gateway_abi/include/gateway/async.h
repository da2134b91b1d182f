/* async.h - gw.async/1: the answer comes after `call` has returned.
 *
 *     gw_pending *later = async->detach(environ);      in call, which then returns
 *     async->post(later, finish, result);              on any thread: finish(environ, result)
 *     async->complete(later, GW_OK);                   as if call returned GW_OK now
 *     async->release(later);                           detach gave one reference
 *
 * From detach on, what the host lent (environ, input, writer) lives until `complete` or until
 * the host gives up: the client left, or deadline_ns passed before the head has left (504). Only
 * the functions below may be called off the exchange's thread; `post` brings work back to it.
 * The last release without complete is complete(GW_E_APP): nothing can be forgotten. */
#ifndef GATEWAY_ASYNC_H
#define GATEWAY_ASYNC_H
#include <gateway/gateway.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_ASYNC_1 "gw.async/1"
#define GW_POSTS_MOST 64u /* a host takes at least so many posts that have not run yet */

typedef struct gw_pending gw_pending; /* the host's */
typedef struct gw_async {
    /* Once, in `call`; its result >= 0 then ends nothing, < 0 fails the exchange as ever. NULL:
     * not possible (a second time, in `next`, or the answer has ended).          [exchange] */
    gw_pending *(*detach)(const gw_environ *);
    /* fn runs once, in the order of posts, with all of the exchange's API legal; environ is NULL
     * if the exchange ended before, so arg can be freed there. GW_E_GONE: it is over, GW_E_AGAIN:
     * GW_POSTS_MOST are waiting; fn will not run and arg stays the caller's.          [any] */
    int32_t (*post)(gw_pending *, void (*fn)(const gw_environ *, void *arg), void *arg);
    /* What `result` means stands in chapter 4 of the specification; posts made before run first.
     * GW_E_STATE the second time, GW_E_GONE if the exchange is over.                  [any] */
    int32_t (*complete)(gw_pending *, int64_t result);
    /* 1: nobody waits for this answer any more: the client has ended its side or left, or the
     * exchange is over. A client may end its side and still read, so an answer that is nearly
     * ready may be sent.                                                              [any] */
    int32_t (*cancelled)(const gw_pending *);
    void (*retain)(gw_pending *);                                                   /* [any] */
    void (*release)(gw_pending *);                                                  /* [any] */
} gw_async;

#ifdef __cplusplus
}
#endif
#endif
