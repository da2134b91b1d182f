/* timer.h - gw.timer/1: a time comes in an exchange: a heartbeat, the end of a long poll. */
#ifndef GATEWAY_TIMER_H
#define GATEWAY_TIMER_H
#include <gateway/async.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_TIMER_1 "gw.timer/1"
#define GW_TIMERS_MOST 4u /* a host allows at least so many at a time in one exchange */

typedef struct gw_timer {
    /* fn runs once, not before when_ns (CLOCK_MONOTONIC) and soon after it, or with environ NULL
     * when the exchange ends before. Legal in a detached exchange. > 0: its number; GW_E_TOOBIG:
     * GW_TIMERS_MOST are waiting; GW_E_STATE.                                    [exchange] */
    int64_t (*at)(const gw_environ *, uint64_t when_ns,
                  void (*fn)(const gw_environ *, void *arg), void *arg);
    /* GW_OK: fn will not run. GW_E_STATE: it has.                                [exchange] */
    int32_t (*cancel)(const gw_environ *, int64_t number);
} gw_timer;

#ifdef __cplusplus
}
#endif
#endif
