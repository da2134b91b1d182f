/* threads.h - gw.threads/1: threads that the host knows of.
 *
 * Such a thread begins and ends in the host. When `run` has returned, the host knows that no frame
 * of the image is left on its stack: only then can it unmap the image. */
#ifndef GATEWAY_THREADS_H
#define GATEWAY_THREADS_H
#include <gateway/gateway.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_THREADS_1 "gw.threads/1"

typedef struct gw_threads {
    /* A thread of the instance's own; name for tools, up to 15 bytes. `run` returns soon after
     * should_stop has become 1. *id (may be NULL) for join. GW_E_TOOBIG: the host allows no more.
     *                                                                                 [any] */
    int32_t (*spawn)(const gw_host *, gw_str name, void (*run)(void *arg), void *arg, uint64_t *id);
    /* GW_OK: `run` has returned. GW_E_TIMEOUT at deadline_ns (CLOCK_MONOTONIC; 0: none). In
     * `quiesce` the host joins what is left by itself.                            [control] */
    int32_t (*join)(const gw_host *, uint64_t id, uint64_t deadline_ns);
    /* Work of moderate length, for threads of the instance's own beside those that call it; as many
     * as its `threads` setting says. GW_E_AGAIN: its queue is full.                   [any] */
    int32_t (*submit)(const gw_host *, void (*run)(void *arg), void *arg);
    /* 1 from the moment the host begins to stop this instance. Exchanges that are open go on, and
     * may spawn and submit until the last is over.                                    [any] */
    int32_t (*should_stop)(const gw_host *);
    /* Waits until should_stop, at most until deadline_ns: its value then.              [any] */
    int32_t (*wait_stop)(const gw_host *, uint64_t deadline_ns);
} gw_threads;

#ifdef __cplusplus
}
#endif
#endif
