/* attribute.h - gw.attribute/1: data that travels with an exchange between its layers.
 *
 * WSGI middleware puts keys into the environ. Here a name becomes a number once, in create, and a
 * value is a slot in the exchange: the user of basic_auth, the route that a router found. */
#ifndef GATEWAY_ATTRIBUTE_H
#define GATEWAY_ATTRIBUTE_H
#include <gateway/gateway.h>
#ifdef __cplusplus
extern "C" {
#endif

#define GW_ATTRIBUTE_1 "gw.attribute/1"

/* The user name that a layer has proven, REMOTE_USER of CGI; the value is a `const gw_str *`. */
#define GW_REMOTE_USER "gw.remote_user"

typedef struct gw_attribute {
    /* The number of a name, the same for every instance of this host; > 0, or GW_E_TOOBIG. Names
     * hold a dot, else GW_E_INVALID; those that begin with "gw." belong to these headers.
     *                                                                             [control] */
    int32_t (*number)(const gw_host *, gw_str name);
    /* Sets or, with NULL, unsets. drop (may be NULL) runs once, when the value is replaced or the
     * exchange is over: then the last set first, after on_close. GW_E_INVALID: no such number.
     *                                                                            [exchange] */
    int32_t (*set)(const gw_environ *, int32_t number, void *value, void (*drop)(void *value));
    void *(*get)(const gw_environ *, int32_t number);   /* NULL: not set            [exchange] */
} gw_attribute;

#ifdef __cplusplus
}
#endif
#endif
