/* uWSGI's way of calling C: `--symcall answer` calls this function for every request.
 * Answers with what BENCH_BODY in the environment holds. Debian's uwsgi-core comes
 * without its header: the four functions that an answer needs are declared here, as
 * uWSGI 2.0 defines them. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct wsgi_request; /* uWSGI's own */

int uwsgi_response_prepare_headers(struct wsgi_request*, char* status, uint16_t size);
int uwsgi_response_add_header(struct wsgi_request*, char* name, uint16_t name_size,
                              char* value, uint16_t value_size);
int uwsgi_response_add_content_length(struct wsgi_request*, uint64_t length);
int uwsgi_response_write_body_do(struct wsgi_request*, char* bytes, size_t size);

int answer(struct wsgi_request* request);

int answer(struct wsgi_request* request) {
  static char status[] = "200 OK", name[] = "Content-Type", type[] = "text/plain";
  static char empty[] = "";
  static char* body;
  if (body == NULL) body = getenv("BENCH_BODY");
  if (body == NULL) body = empty;
  const size_t size = strlen(body);
  if (uwsgi_response_prepare_headers(request, status, sizeof status - 1) != 0 ||
      uwsgi_response_add_header(request, name, sizeof name - 1, type,
                                sizeof type - 1) != 0 ||
      uwsgi_response_add_content_length(request, size) != 0) {
    return -1; /* uWSGI closes the connection */
  }
  uwsgi_response_write_body_do(request, body, size);
  return 0; /* UWSGI_OK: the request is over */
}
