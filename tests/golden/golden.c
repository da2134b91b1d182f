/* The golden plugin in C: one path for each table of the ABI and most of its functions,
 * so that a binary of it notices when one of them moves. Built once for each draft. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gateway/async.h>
#include <gateway/attribute.h>
#include <gateway/exchange.h>
#include <gateway/file.h>
#include <gateway/informational.h>
#include <gateway/middleware.h>
#include <gateway/stream.h>
#include <gateway/threads.h>
#include <gateway/timer.h>
#include <gateway/trailers.h>
#include <gateway/websocket.h>

struct tables {
  const gw_host* host;
  const gw_async* async;
  const gw_attribute* attribute;
  const gw_exchange* exchange;
  const gw_file* file;
  const gw_informational* informational;
  const gw_middleware* middleware;
  const gw_stream* stream;
  const gw_threads* threads;
  const gw_timer* timer;
  const gw_trailers* trailers;
  const gw_websocket* websocket;
  int32_t number;
  char seen[1000]; /* what came behind an answer */
};

static struct tables all;

static void note(const char* word, long number) {
  const size_t used = strlen(all.seen);
  snprintf(all.seen + used, sizeof all.seen - used, "%s%ld ", word, number);
}

static int is(gw_str text, const char* word) {
  return text.n == strlen(word) && memcmp(text.p, word, text.n) == 0;
}

static gw_writer* begin(const gw_environ* environ, gw_start_response* start) {
  static const gw_field type[] = {{GW_STR("content-type"), GW_STR("text/plain")}};
  return start(environ, 200, type, 1, 0);
}

static int64_t answer(gw_writer* out, const char* text) {
  return out->write(out, text, strlen(text), GW_LAST);
}

/* ---- the core ---- */

static int64_t tell(const gw_environ* environ, gw_start_response* start) {
  const gw_str members[] = {
      environ->request_method, environ->script_name, environ->path_info,
      environ->query_string,   environ->request_uri, environ->server_protocol,
      environ->url_scheme,     environ->server_name, environ->remote_addr,
      environ->content_type,   all.host->callable,   all.host->config};
  char text[2000];
  size_t used = 0, i;
  for (i = 0; i < sizeof members / sizeof *members; ++i) {
    used +=
        (size_t)snprintf(text + used, sizeof text - used, "%.*s|", (int)members[i].n,
                         members[i].p == NULL ? "absent" : members[i].p);
  }
  for (i = 0; i < environ->field_count; ++i) {
    used += (size_t)snprintf(text + used, sizeof text - used, "%.*s=%.*s|",
                             (int)environ->field[i].name.n, environ->field[i].name.p,
                             (int)environ->field[i].value.n, environ->field[i].value.p);
  }
  snprintf(text + used, sizeof text - used, "%ld|%u|%d|%d|%d",
           (long)environ->content_length, (unsigned)environ->flags,
           environ->deadline_ns != 0, environ->request_id.n > 0,
           environ->server_port.n > 0 && environ->remote_port.n > 0);
  return answer(begin(environ, start), text);
}

/* An echo: reads in `next`. */
struct echo {
  gw_source base;
  gw_input* input;
};

static int64_t echo_next(gw_source* source, void* to, size_t cap) {
  struct echo* echo = (struct echo*)source;
  return echo->input->read(echo->input, to, cap);
}

static void echo_close(gw_source* source, int32_t reason) {
  note("closed", reason);
  free(source);
}

static int64_t echo(const gw_environ* environ, gw_start_response* start) {
  gw_writer* out = begin(environ, start);
  struct echo* source = calloc(1, sizeof *source);
  if (source == NULL) return GW_E_NOMEM;
  source->base.size = sizeof source->base;
  source->base.next = echo_next;
  source->base.close = echo_close;
  source->input = environ->input;
  return out->body(out, &source->base);
}

static int64_t heads(const gw_environ* environ, gw_start_response* start) {
  static const gw_field bad[] = {{GW_STR("connection"), GW_STR("close")}};
  gw_writer* out = begin(environ, start);
  char text[100];
  const int second = begin(environ, start)->error;
  const int refused = start(environ, 200, bad, 1, GW_REPLACE)->error;
  out = start(environ, 201, NULL, 0, GW_REPLACE);
  snprintf(text, sizeof text, "%d %d %d", second, refused, out->error);
  return answer(out, text);
}

/* ---- what belongs to one exchange ---- */

static void closed(void* arg, int32_t reason) {
  note((const char*)arg, reason);
}

static void drop(void* value) {
  note((const char*)value, 0);
}

static int64_t extras(const gw_environ* environ, gw_start_response* start) {
  static char dropped[] = "dropped";
  static const gw_field link[] = {{GW_STR("link"), GW_STR("</a>; rel=preload")}};
  static const gw_field sum[] = {{GW_STR("x-sum"), GW_STR("7")}};
  char* room = all.exchange->room(environ, 16);
  char text[100];
  gw_writer* out;
  int codes[5];
  if (room == NULL) return GW_E_NOMEM;
  strcpy(room, "room");
  codes[0] = all.exchange->on_close(environ, closed, room);
  codes[1] = all.attribute->set(environ, all.number, dropped, drop);
  codes[2] = all.attribute->get(environ, all.number) == dropped;
  codes[3] = all.informational->send(environ, 103, link, 1);
  out = begin(environ, start);
  codes[4] = all.trailers->response(out, sum, 1);
  snprintf(text, sizeof text, "%d %d %d %d %d %d", codes[0], codes[1], codes[2],
           codes[3], codes[4], all.exchange->is_gone(environ));
  return answer(out, text);
}

static int64_t file(const gw_environ* environ, gw_start_response* start) {
  gw_writer* out = begin(environ, start);
  char name[200];
  int64_t sent;
  int fd;
  snprintf(name, sizeof name, "%.*s", (int)environ->query_string.n,
           environ->query_string.p);
  fd = open(name, O_RDONLY);
  if (fd < 0) return GW_E_APP;
  sent = all.file->send(out, fd, 2, 5, GW_LAST);
  close(fd);
  return sent;
}

/* ---- later ---- */

struct job {
  gw_pending* later;
  gw_writer* out;
  char text[100];
};

static void add(struct job* job, const char* word, long number) {
  const size_t used = strlen(job->text);
  snprintf(job->text + used, sizeof job->text - used, "%s%ld ", word, number);
}

static void finish(const gw_environ* environ, void* arg) {
  struct job* job = arg;
  if (environ != NULL) answer(job->out, job->text);
  all.async->complete(job->later, GW_OK);
  all.async->release(job->later);
}

static void timer(const gw_environ* environ, void* arg) {
  struct job* job = arg;
  if (environ == NULL) {
    finish(NULL, arg);
    return;
  }
  add(job, "timer", 1);
  add(job, "cancelled", all.async->cancelled(job->later));
  if (all.async->post(job->later, finish, job) != GW_OK) finish(NULL, arg);
}

static void posted(const gw_environ* environ, void* arg) {
  struct job* job = arg;
  gw_str view;
  if (environ == NULL) {
    finish(NULL, arg);
    return;
  }
  add(job, "posted", 1);
  add(job, "peek", (long)all.stream->peek(environ->input, &view, GW_NOWAIT));
  add(job, "consume", all.stream->consume(environ->input, 2));
  add(job, "room", all.stream->room(job->out) > 0);
  if (all.timer->at(environ, 1, timer, job) <= 0) finish(environ, arg);
}

static void run(void* arg) {
  struct job* job = arg;
  add(job, "thread", all.threads->should_stop(all.host));
  if (all.async->post(job->later, posted, job) != GW_OK) finish(NULL, arg);
}

static int64_t later(const gw_environ* environ, gw_start_response* start) {
  static const gw_str name = GW_STR("golden");
  struct job* job = all.exchange->room(environ, sizeof *job);
  if (job == NULL) return GW_E_NOMEM;
  job->out = begin(environ, start);
  job->later = all.async->detach(environ);
  if (job->later == NULL) return GW_E_APP;
  return all.threads->spawn(all.host, name, run, job, NULL);
}

/* ---- a WebSocket ---- */

static int32_t message(gw_ws* ws, void* to, uint32_t kind, const void* p, size_t n) {
  (void)to;
  return all.websocket->send(ws, kind, p, n);
}

static void ended(gw_ws* ws, void* to, uint32_t code, gw_str why) {
  (void)ws, (void)to, (void)why;
  note("ended", code);
}

static const gw_ws_events events = {sizeof(gw_ws_events), 0, message, NULL, ended};

static int64_t websocket(const gw_environ* environ) {
  const gw_str none = {NULL, 0};
  gw_ws* ws = NULL;
  note("asked", all.websocket->is_asked(environ));
  return all.websocket->accept(environ, none, NULL, 0, &events, NULL, &ws);
}

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  if (is(environ->path_info, "/echo")) return echo(environ, start);
  if (is(environ->path_info, "/heads")) return heads(environ, start);
  if (is(environ->path_info, "/extras")) return extras(environ, start);
  if (is(environ->path_info, "/file")) return file(environ, start);
  if (is(environ->path_info, "/later")) return later(environ, start);
  if (is(environ->path_info, "/websocket")) return websocket(environ);
  if (is(environ->path_info, "/fails")) {
    static const gw_str why = GW_STR("golden failure");
    environ->log(environ, GW_LOG_ERROR, why);
    return GW_E_APP;
  }
  if (is(environ->path_info, "/seen")) return answer(begin(environ, start), all.seen);
  return tell(environ, start);
}

/* ---- a layer ---- */

static int32_t head_hook(gw_layer* layer, gw_head* head) {
  static const gw_field mine = {GW_STR("x-golden"), GW_STR("layer")};
  (void)layer;
  if (head->count < head->room) head->field[head->count++] = mine;
  head->content_length = -1;
  return GW_OK;
}

static int32_t data_hook(gw_layer* layer, const void* p, size_t n, uint32_t flags,
                         gw_writer* down) {
  (void)layer;
  if (down->write(down, "<", 1, 0) < 0 || down->write(down, p, n, 0) < 0)
    return GW_E_APP;
  return down->write(down, ">", 1, flags) < 0 ? GW_E_APP : GW_OK;
}

static int64_t input_hook(gw_layer* layer, gw_input* up, void* to, size_t cap) {
  const int64_t n = up->read(up, to, cap);
  (void)layer;
  if (n > 0) *(char*)to = '!';
  return n;
}

static void close_hook(gw_layer* layer, int32_t reason) {
  (void)layer;
  note("layer", reason);
}

static int64_t around(void* self, const gw_environ* environ, gw_start_response* start) {
  gw_layer* layer = all.middleware->room(environ, sizeof *layer);
  (void)self, (void)start;
  if (layer == NULL) return GW_E_NOMEM;
  layer->size = sizeof *layer;
  layer->head = head_hook;
  layer->data = data_hook;
  layer->input = input_hook;
  layer->close = close_hook;
  return all.middleware->next(environ, NULL, layer);
}

/* ---- the instance ---- */

static int32_t create(const gw_host* host, void** self) {
  static const gw_str name = GW_STR("golden.value"), hello = GW_STR("golden begins");
  *self = &all;
  all.host = host;
  all.async = host->extension(host, GW_ASYNC_1);
  all.attribute = host->extension(host, GW_ATTRIBUTE_1);
  all.exchange = host->extension(host, GW_EXCHANGE_1);
  all.file = host->extension(host, GW_FILE_1);
  all.informational = host->extension(host, GW_INFORMATIONAL_1);
  all.middleware = host->extension(host, GW_MIDDLEWARE_1);
  all.stream = host->extension(host, GW_STREAM_1);
  all.threads = host->extension(host, GW_THREADS_1);
  all.timer = host->extension(host, GW_TIMER_1);
  all.trailers = host->extension(host, GW_TRAILERS_1);
  all.websocket = host->extension(host, GW_WEBSOCKET_1);
  host->log(host, GW_LOG_INFO, hello);
  if (all.async == NULL || all.attribute == NULL || all.exchange == NULL ||
      all.file == NULL || all.informational == NULL || all.middleware == NULL ||
      all.stream == NULL || all.threads == NULL || all.timer == NULL ||
      all.trailers == NULL || all.websocket == NULL) {
    return GW_E_UNSUPPORTED;
  }
  all.number = all.attribute->number(host, name);
  return all.number > 0 ? GW_OK : GW_E_APP;
}

static int32_t quiesce(void* self, uint64_t deadline_ns) {
  return self == &all && deadline_ns > 0 ? GW_OK : GW_E_APP;
}

static void destroy(void* self) {
  ((struct tables*)self)->number = 0;
}

GW_EXPORT(app) = {sizeof(gw_app),   GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("golden"), GW_STR("1"),  call,         create,
                  quiesce,          destroy,      NULL};
GW_EXPORT(layer) = {sizeof(gw_app),   GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                    GW_STR("golden"), GW_STR("1"),  around,       create,
                    quiesce,          destroy,      NULL};
