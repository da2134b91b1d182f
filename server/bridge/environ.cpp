#include "bridge/environ.hpp"

namespace appserver::bridge {
namespace {

/// As it is: absent (null) where the view is, or a view that is never.
gw_str as_is(std::string_view s) {
  return {s.data(), s.size()};
}

gw_str name_of(std::string_view host, const Endpoints& ends) {
  return as_is(host.empty() ? ends.server_name : host);
}

}  // namespace

void fill_environ(gw_environ& environ, const http::RequestHead& head,
                  const http::Request& request, const site::Match& match,
                  const Endpoints& ends) {
  environ.request_method = as_is(head.method);
  environ.script_name = as_is(match.script_name);
  environ.path_info = as_is(match.path_info);
  environ.query_string = http::str(request.target.query);
  environ.request_uri = as_is(head.target);
  environ.server_protocol = as_is(head.version == 10 ? "HTTP/1.0" : "HTTP/1.1");
  environ.url_scheme = as_is(ends.url_scheme);
  environ.server_name = name_of(request.host_name, ends);
  environ.server_port = as_is(ends.server_port);
  environ.remote_addr = as_is(ends.remote_addr);
  environ.remote_port = as_is(ends.remote_port);
  environ.content_type = as_is(request.content_type);
  environ.content_length = request.content_length;
  environ.field = head.fields.data();
  environ.field_count = request.field_count;
  if (!ends.host.empty()) environ.server_name = name_of(http::host_of(ends.host), ends);
}

}  // namespace appserver::bridge
