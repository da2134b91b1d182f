/* GW-D3: it answers from a thread of its own. With GOOD defined: as it should be. */
#include <pthread.h>

#include "lint_app.h"

struct job {
  const gw_environ* environ;
  gw_start_response* start;
  int64_t code;
};

static void* work(void* arg) {
  struct job* job = (struct job*)arg;
  job->code = answer(job->environ, job->start, 200, kMore, "text\n");
  return NULL;
}

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  struct job job = {environ, start, GW_E_APP};
  pthread_t thread;
  if (GOOD_OR(1, 0)) {
    work(&job);
  } else if (pthread_create(&thread, NULL, work, &job) == 0) {
    pthread_join(thread, NULL);
  }
  return job.code < 0 ? job.code : GW_OK;
}

GW_APP(app, call, GW_BLOCKING);
