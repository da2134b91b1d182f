/* websocket.h - gw.websocket/1: RFC 6455 without a socket in the app's hands.
 *
 * A request for a WebSocket reaches the app as a GET. It accepts here, in `call` (or detached,
 * later), or answers as ever, which refuses. The exchange then lasts as long as the WebSocket, but
 * the environ and the input end with that call: an idle WebSocket should cost little. No descriptor
 * is handed out, so that HTTP/2 (RFC 8441) can carry it as well. */
#ifndef GATEWAY_WEBSOCKET_H
#define GATEWAY_WEBSOCKET_H
#include <gateway/gateway.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_WEBSOCKET_1 "gw.websocket/1"
#define GW_WS_TEXT 1u
#define GW_WS_BINARY 2u

typedef struct gw_ws gw_ws; /* the host's; lives until `closed` has returned, or as retained */

typedef struct gw_ws_events { /* const data of the app, as long as the instance              */
    uint32_t size, flags;
    /* A whole message; GW_WS_TEXT is valid UTF-8. The bytes live until this returns. GW_OK;
     * GW_E_AGAIN: taken, but no more until resume; else < 0: failed, closes with 1011.
     *                                                                            [exchange] */
    int32_t (*message)(gw_ws *, void *to, uint32_t kind, const void *p, size_t n);
    /* There is room again after a send that gave GW_E_AGAIN. May be NULL.        [exchange] */
    void (*writable)(gw_ws *, void *to);
    /* The end, once, always if accept gave a handle. code: that of the peer's close frame, also
     * where it answers ours; 1005 if it held none; 1002, 1007, 1009, 1011 where the host ended it
     * for a breach of the protocol, text that is not UTF-8, a message over its limit, a failure of
     * its own; 1006 where no close frame came. From now on the calls below give GW_E_GONE.
     *                                                                            [exchange] */
    void (*closed)(gw_ws *, void *to, uint32_t code, gw_str why);
} gw_ws_events;

typedef struct gw_websocket {
    /* Does this request ask for a WebSocket, correctly? 1 or 0.                  [exchange] */
    int32_t (*is_asked)(const gw_environ *);
    /* Accepts, in place of start_response. protocol: one of those the client offered, or absent.
     * The fields are added to the 101 (at most 32 KiB). `call` then returns >= 0. GW_E_UNSUPPORTED:
     * not asked for, and the app may answer as ever; or asked for wrongly (is_asked is 0 though
     * there is an Upgrade), and the host has answered 400 or 426: return. GW_E_INVALID: not an
     * offered protocol; GW_E_HEADER; GW_E_STATE: a head was stored. The 101 leaves when `call` has
     * returned, messages sent before that leave behind it; if `call` fails or a layer refuses the
     * head, the client gets a plain answer and `closed` says 1006.               [exchange] */
    int32_t (*accept)(const gw_environ *, gw_str protocol, const gw_field *, size_t count,
                      const gw_ws_events *, void *to, gw_ws **ws);
    /* One message, copied, all or nothing: GW_OK; GW_E_AGAIN: the client is slow and the host's
     * buffer is full, `writable` follows; GW_E_TOOBIG: larger than that buffer; GW_E_INVALID: text
     * that is not UTF-8; GW_E_GONE.                                              [exchange] */
    int32_t (*send)(gw_ws *, uint32_t kind, const void *p, size_t n);
    int32_t (*resume)(gw_ws *);                                                  /* [exchange] */
    /* Begins the closing handshake: 1000..1003, 1007..1011 or 3000..4999, why up to 123 bytes of
     * UTF-8. `closed` follows in any case.                                       [exchange] */
    int32_t (*close)(gw_ws *, uint32_t code, gw_str why);
    /* fn runs once, in the order of posts, where the calls above are legal; ws is NULL if it has
     * been closed before. GW_E_GONE, GW_E_AGAIN: fn will not run (see gw.async/1).     [any] */
    int32_t (*post)(gw_ws *, void (*fn)(gw_ws *, void *arg), void *arg);
    void (*retain)(gw_ws *);                                                        /* [any] */
    void (*release)(gw_ws *);                                                       /* [any] */
} gw_websocket;

#ifdef __cplusplus
}
#endif
#endif
