#include "bridge/environ.hpp"

namespace appserver::bridge {
namespace {

gw_str absent_or(std::string_view s) {
  return {s.data(), s.size()};
}

}  // namespace

void fill_environ(gw_environ& environ, const http::RequestHead& head,
                  const http::Request& request, const site::Match& match,
                  const Endpoints& ends) {
  using http::str;
  environ.request_method = str(head.method);
  environ.script_name = str(match.script_name);
  environ.path_info = str(match.path_info);
  environ.query_string = str(request.target.query);
  environ.request_uri = str(head.target);
  environ.server_protocol = str(head.version == 10 ? "HTTP/1.0" : "HTTP/1.1");
  environ.url_scheme = str(ends.url_scheme);
  const std::string_view host =
      ends.host.empty() ? request.host_name : http::host_of(ends.host);
  environ.server_name = str(host.empty() ? ends.server_name : host);
  environ.server_port = str(ends.server_port);
  environ.remote_addr = absent_or(ends.remote_addr);
  environ.remote_port = absent_or(ends.remote_port);
  environ.content_type = absent_or(request.content_type);
  environ.content_length = request.content_length;
  environ.field = head.fields.data();
  environ.field_count = request.field_count;
}

}  // namespace appserver::bridge
