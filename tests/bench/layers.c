/* What scripts/bench measures layers and later answers with: `hello`'s answer, given at
 * once or by another thread, and layers around it, one that hooks nothing and one that
 * hooks head and data. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <gateway/async.h>
#include <gateway/middleware.h>

static const char kHello[] = "Hello, world!\n";
static const gw_field kFields[] = {{GW_STR("content-type"), GW_STR("text/plain")}};
static const gw_async* async_table;
static const gw_middleware* chain;

static int64_t answer(gw_writer* out) {
  return out->write(out, kHello, sizeof kHello - 1, GW_LAST);
}

static int64_t app(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  return answer(start(environ, 200, kFields, 1, 0));
}

/* ---- one exchange at a time: the client of these figures has one connection ---- */

static sem_t asked;
static _Atomic(gw_pending*) pending;
static gw_writer* writer;
static pthread_t thread;
static int has_thread;

static void finish(const gw_environ* environ, void* arg) {
  (void)arg;
  if (environ != NULL) answer(writer);
}

static void* work(void* arg) {
  for (;;) {
    gw_pending* later;
    while (sem_wait(&asked) != 0) {
    }
    later = atomic_exchange(&pending, NULL);
    if (later == NULL) return arg;
    async_table->post(later, finish, NULL);
    async_table->complete(later, GW_OK);
    async_table->release(later);
  }
}

static int64_t later(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  if (!has_thread) {
    if (sem_init(&asked, 0, 0) != 0 || pthread_create(&thread, NULL, work, NULL) != 0)
      return GW_E_APP;
    has_thread = 1;
  }
  writer = start(environ, 200, kFields, 1, 0);
  atomic_store(&pending, async_table->detach(environ));
  if (atomic_load(&pending) == NULL) return GW_E_APP;
  sem_post(&asked);
  return GW_OK;
}

/* ---- layers ---- */

static int32_t head(gw_layer* layer, gw_head* head) {
  (void)layer;
  head->field[head->count++] = (gw_field){GW_STR("x-layer"), GW_STR("seen")};
  return GW_OK;
}

static int32_t data(gw_layer* layer, const void* p, size_t n, uint32_t flags,
                    gw_writer* down) {
  (void)layer;
  return down->write(down, p, n, flags) < 0 ? GW_E_APP : GW_OK;
}

static void end(gw_layer* layer, int32_t reason) {
  (void)layer;
  (void)reason;
}

static int64_t null_layer(void* self, const gw_environ* environ,
                          gw_start_response* start) {
  gw_layer* const layer = chain->room(environ, sizeof *layer);
  (void)self;
  (void)start;
  *layer = (gw_layer){sizeof *layer, 0, NULL, NULL, NULL, NULL};
  return chain->next(environ, NULL, layer);
}

static int64_t hook_layer(void* self, const gw_environ* environ,
                          gw_start_response* start) {
  gw_layer* const layer = chain->room(environ, sizeof *layer);
  (void)self;
  (void)start;
  *layer = (gw_layer){sizeof *layer, 0, head, data, NULL, end};
  return chain->next(environ, NULL, layer);
}

/* ---- the instance ---- */

static int32_t create(const gw_host* host, void** self) {
  (void)self;
  async_table = host->extension(host, GW_ASYNC_1);
  chain = host->extension(host, GW_MIDDLEWARE_1);
  return async_table != NULL && chain != NULL ? GW_OK : GW_E_UNSUPPORTED;
}

static int32_t quiesce(void* self, uint64_t deadline) {
  (void)self;
  (void)deadline;
  if (has_thread) {
    sem_post(&asked); /* without an exchange: the end */
    pthread_join(thread, NULL);
  }
  return GW_OK;
}

#define BENCHED(callable)                                                       \
  GW_EXPORT(callable) = {sizeof(gw_app),    GW_ABI_MAJOR, GW_ABI_MINOR, 0,      \
                         GW_STR(#callable), GW_STR(""),   callable,     create, \
                         quiesce,           NULL,         NULL}
BENCHED(app);
BENCHED(later);
BENCHED(null_layer);
BENCHED(hook_layer);
