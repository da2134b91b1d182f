/* gateway.h - a web application is one C function, after WSGI (PEP 3333):
 *     app(self, environ, start_response)
 * The specification beside this header (gateway_abi/README.md) gives the call order and the why.
 *
 * Threads  [control]  the loader's thread; may block; never inside an exchange
 *          [exchange] the thread now serving this exchange; calls for one exchange never overlap
 *          [any]      any thread, at any time
 * Results  < 0 GW_E_*, 0 GW_OK, > 0 a count. Nothing unwinds across a pointer of this file:
 *          no C++ exception, no Rust panic, no longjmp.
 * Memory   who makes it frees it; what the host lends lives until the exchange is over.
 * Growth   structs that begin with `size` grow at their end only; ask GW_HAS() or GW_CAN()
 *          first. gw_str and gw_field never change. Everything further is an extension. */
#ifndef GATEWAY_H
#define GATEWAY_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_ABI_MAJOR 1
#define GW_ABI_MINOR 0
#define GW_ABI_DRAFT 1 /* until the freeze host and app must carry the same draft number */

/* Is member m inside what the other side allocated, and, for a function, is it set? */
#define GW_HAS(o, m) ((o)->size >= (size_t)((const char *)(&(o)->m + 1) - (const char *)(o)))
#define GW_CAN(o, m) (GW_HAS(o, m) && (o)->m != NULL)

typedef struct gw_str { const char *p; size_t n; } gw_str;   /* bytes, no NUL; p NULL: absent */
typedef struct gw_field { gw_str name, value; } gw_field;    /* request names: lower-case     */
typedef struct gw_environ gw_environ;
typedef struct gw_input gw_input;
typedef struct gw_writer gw_writer;
typedef struct gw_source gw_source;
typedef struct gw_host gw_host;

#define GW_OK 0
#define GW_E_APP (-1)         /* a failure inside the app: an exception, a panic             */
#define GW_E_INVALID (-2)     /* a bad argument                                              */
#define GW_E_STATE (-3)       /* a legal call at an illegal moment                           */
#define GW_E_SENT (-4)        /* GW_REPLACE came too late: the head is on the wire           */
#define GW_E_GONE (-5)        /* the client left, or its body was cut                        */
#define GW_E_AGAIN (-6)       /* nothing now; waiting would hold the event loop              */
#define GW_E_TIMEOUT (-7)     /* the peer took longer than the host allows                   */
#define GW_E_TOOBIG (-8)      /* over a limit, or past the declared Content-Length           */
#define GW_E_HEADER (-9)      /* a field that may not be sent                                */
#define GW_E_NOMEM (-10)
#define GW_E_UNSUPPORTED (-11)
#define GW_E_BUSY (-12)       /* quiesce: still at work at the deadline                      */

#define GW_LOG_DEBUG 1u
#define GW_LOG_INFO 2u
#define GW_LOG_WARNING 3u
#define GW_LOG_ERROR 4u

/* start_response: stores the head; it leaves with the first body bytes. Copies all it is given.
 * status 200..599. Never NULL: a refused head gives a writer whose `error` says why and whose
 * every call returns that error. flags: GW_REPLACE is PEP 3333's exc_info: take this head if
 * the first has not left.                                                        [exchange] */
typedef gw_writer *gw_start_response(const gw_environ *, uint32_t status,
                                     const gw_field *, size_t count, uint32_t flags);
#define GW_REPLACE 1u

struct gw_environ {               /* immutable; lives until the exchange is over              */
    uint32_t size, flags;         /* GW_MULTITHREAD ...                                       */
    gw_str request_method, script_name, path_info, query_string; /* path_info: %-decoded      */
    gw_str request_uri, server_protocol, url_scheme, server_name, server_port;
    gw_str remote_addr, remote_port, content_type, request_id;
    int64_t content_length;       /* 0: no body; -1: a body of unknown length follows         */
    uint64_t deadline_ns;         /* CLOCK_MONOTONIC; 0: none                                 */
    const gw_field *field;        /* as sent, in order; hop-by-hop fields removed             */
    size_t field_count;
    gw_input *input;              /* wsgi.input: the body, always terminated                  */
    /* wsgi.errors: one line for the host's log, joined with this request.         [exchange] */
    void (*log)(const gw_environ *, uint32_t level, gw_str text);
    void *host;                   /* the host's own                                           */
};
#define GW_MULTITHREAD 1u         /* the app may be called by other threads at the same time  */
#define GW_MULTIPROCESS 2u        /* other processes serve the same app                       */
#define GW_REPLAY 4u              /* a rehearsal by the host, not a client's request          */

struct gw_input {                 /* the first read asks the client for it (100-continue)     */
    uint32_t size, flags;
    /* > 0 bytes; 0 only at the complete end, again and again; GW_E_GONE: cut; GW_E_TOOBIG:
     * over the limit; GW_E_AGAIN: not here yet (never in a GW_BLOCKING or GW_BUFFERED app:
     * return it from your source, the host asks again when more has come).        [exchange] */
    int64_t (*read)(gw_input *, void *to, size_t cap);
};
struct gw_writer {
    uint32_t size;
    int32_t error;                /* 0, or why start_response refused the head                */
    /* Bytes taken or GW_E_*. A blocking app's are all taken; an event app's may be fewer, but
     * the first GW_TAKEN_WHOLE of a body never are. GW_LAST: these end the body, if all are
     * taken. GW_FLUSH: send what there is, the head alone if n is 0.              [exchange] */
    int64_t (*write)(gw_writer *, const void *p, size_t n, uint32_t flags);
    /* WSGI's iterable: pulled when `call` has returned. Closed once even if refused.
     *                                                                             [exchange] */
    int32_t (*body)(gw_writer *, gw_source *);
};
#define GW_LAST 1u
#define GW_FLUSH 2u
#define GW_TAKEN_WHOLE 16384u

struct gw_source {                /* made by the app, its own until close                     */
    uint32_t size, flags;
    /* > 0 bytes put, 0 the end, GW_E_AGAIN: waits for input, else GW_E_*.         [exchange] */
    int64_t (*next)(gw_source *, void *to, size_t cap);
    /* Exactly once, always; reason GW_OK: all was sent.                           [exchange] */
    void (*close)(gw_source *, int32_t reason);
};
struct gw_host {                  /* lives as long as the instance                            */
    uint32_t size;
    uint16_t abi_major, abi_minor;
    gw_str server;                /* "appserver/1.2.3"                                        */
    gw_str callable;              /* the part after the colon: one table may serve several    */
    gw_str config;                /* this app's `config`, one JSON object                     */
    void (*log)(const gw_host *, uint32_t level, gw_str text);                       /* [any] */
    /* "gw.<name>/1" gives that extension's table, NULL where the host has none.        [any] */
    const void *(*extension)(const gw_host *, const char *id);
    void *host;                   /* the host's own                                           */
};
typedef struct gw_app {           /* const data, exported as gw1_<callable>                   */
    uint32_t size;
    uint16_t abi_major, abi_minor;
    uint64_t flags;               /* a host refuses low bits (0..31) that it does not know    */
    gw_str name, version;
    /* < 0: failed (500, or the connection cut if bytes have left). Else the body is over,
     * unless a source was handed to `body`.                                       [exchange] */
    int64_t (*call)(void *self, const gw_environ *environ, gw_start_response *start_response);
    /* NULL members are optional. Failing, create logs why: the host's refusal repeats it.
     *                                                                              [control] */
    int32_t (*create)(const gw_host *, void **self);
    /* The last call is over: stop and join your threads before the deadline.       [control] */
    int32_t (*quiesce)(void *self, uint64_t deadline_ns);
    void (*destroy)(void *self);                                                 /* [control] */
    const void *(*extension)(void *self, const char *id);                            /* [any] */
} gw_app;
#define GW_BLOCKING 1u            /* call may block: run it on a thread pool of its own       */
#define GW_SERIAL 2u              /* not thread-safe: one call at a time                      */
#define GW_BUFFERED 4u            /* call me when the whole body is here                      */
#define GW_NO_UNLOAD 8u           /* this image must never be unmapped (Go, CPython ...)      */

/* What a host reads in the file (an ELF note) before any code of it runs. */
typedef struct gw_note {
    uint32_t namesz, descsz, type;                    /* 4, 24, 1                             */
    char name[4];                                     /* "GWN"                                */
    uint16_t abi_major, abi_minor, minor_needed, draft;
    uint32_t ptr_bits, sizeof_app, sizeof_environ, reserved;
} gw_note;

#define GW_STR(literal) { (literal), sizeof(literal) - 1 }
/* GW_EXPORT(app) = { sizeof(gw_app), GW_ABI_MAJOR, ... };  or, in short:  GW_APP(app, call, 0) */
#ifdef __cplusplus
#define GW_EXTERN extern "C"
#else
#define GW_EXTERN extern
#endif
#define GW_EXPORT(callable)                                                                    \
    GW_EXTERN __attribute__((section(".note.gateway"), aligned(4), visibility("hidden")))      \
    const gw_note gw_note_##callable;                                                          \
    __attribute__((used)) const gw_note gw_note_##callable = { 4, 24, 1, { 'G', 'W', 'N', 0 }, \
        GW_ABI_MAJOR, GW_ABI_MINOR, 0, GW_ABI_DRAFT, 8 * sizeof(void *), sizeof(gw_app),       \
        sizeof(gw_environ), 0 };                                                               \
    GW_EXTERN __attribute__((visibility("default"))) const gw_app gw1_##callable;              \
    __attribute__((used)) const gw_app gw1_##callable
#define GW_APP(callable, call, flags)                                                          \
    GW_EXPORT(callable) = { sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, (flags),               \
        GW_STR(#callable), GW_STR(""), (call), NULL, NULL, NULL, NULL }

#ifdef __cplusplus
}
#endif
#endif
