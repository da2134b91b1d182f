/* file.h - gw.file/1: a part of the body comes from a descriptor.
 *
 * The host sends it as cheaply as it can (sendfile on a plain socket) and reads it where a layer
 * wants to see the bytes. Parts and written bytes leave in the order of the calls. */
#ifndef GATEWAY_FILE_H
#define GATEWAY_FILE_H
#include <gateway/gateway.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_FILE_1 "gw.file/1"
#define GW_PARTS_MOST 16u /* a host takes at least so many parts that have not left yet */

typedef struct gw_file {
    /* `length` bytes of the regular file fd from `offset` on are the next part of the body; length
     * -1: to its end. Taken, not sent: the host has a duplicate of fd when this returns, and goes
     * on when `call` has returned. flags as those of write: with GW_LAST in the first part of a
     * body the host computes its Content-Length. The body is cut if the file gets shorter.
     * GW_OK; GW_E_AGAIN: GW_PARTS_MOST are waiting (an event app; a blocking one waits), and this
     * one was not taken: hand over a source, or come back when `writable` of gw.stream/1 says so;
     * GW_E_STATE: a layer's data hook asks, which writes bytes alone; GW_E_INVALID: not a regular
     * file, or shorter; GW_E_TOOBIG: past the declared Content-Length, nothing is taken; else as
     * `write`.                                                                   [exchange] */
    int32_t (*send)(gw_writer *, int32_t fd, int64_t offset, int64_t length, uint32_t flags);
} gw_file;

#ifdef __cplusplus
}
#endif
#endif
