// Writes down sizes, offsets, types and values. layout.txt holds what they must be, and
// header_lint_test.cpp sees to it that no member and no constant is missing in it.
#include "layout.hpp"

#include <gateway/gateway.h>

#include "layout_facts.hpp"

namespace gateway::abi_test {
namespace {

std::string constants() {
  return CONSTANT(GW_ABI_MAJOR) + CONSTANT(GW_ABI_MINOR) + CONSTANT(GW_ABI_DRAFT) +
         CONSTANT(GW_OK) + CONSTANT(GW_E_APP) + CONSTANT(GW_E_INVALID) +
         CONSTANT(GW_E_STATE) + CONSTANT(GW_E_SENT) + CONSTANT(GW_E_GONE) +
         CONSTANT(GW_E_AGAIN) + CONSTANT(GW_E_TIMEOUT) + CONSTANT(GW_E_TOOBIG) +
         CONSTANT(GW_E_HEADER) + CONSTANT(GW_E_NOMEM) + CONSTANT(GW_E_UNSUPPORTED) +
         CONSTANT(GW_E_BUSY) + CONSTANT(GW_LOG_DEBUG) + CONSTANT(GW_LOG_INFO) +
         CONSTANT(GW_LOG_WARNING) + CONSTANT(GW_LOG_ERROR) + CONSTANT(GW_REPLACE) +
         CONSTANT(GW_MULTITHREAD) + CONSTANT(GW_MULTIPROCESS) + CONSTANT(GW_REPLAY) +
         CONSTANT(GW_LAST) + CONSTANT(GW_FLUSH) + CONSTANT(GW_TAKEN_WHOLE) +
         CONSTANT(GW_BLOCKING) + CONSTANT(GW_SERIAL) + CONSTANT(GW_BUFFERED) +
         CONSTANT(GW_NO_UNLOAD);
}

std::string exchange() {
  return TYPE(gw_str) + MEMBER(gw_str, p) + MEMBER(gw_str, n) + TYPE(gw_field) +
         MEMBER(gw_field, name) + MEMBER(gw_field, value) + TYPE(gw_environ) +
         MEMBER(gw_environ, size) + MEMBER(gw_environ, flags) +
         MEMBER(gw_environ, request_method) + MEMBER(gw_environ, script_name) +
         MEMBER(gw_environ, path_info) + MEMBER(gw_environ, query_string) +
         MEMBER(gw_environ, request_uri) + MEMBER(gw_environ, server_protocol) +
         MEMBER(gw_environ, url_scheme) + MEMBER(gw_environ, server_name) +
         MEMBER(gw_environ, server_port) + MEMBER(gw_environ, remote_addr) +
         MEMBER(gw_environ, remote_port) + MEMBER(gw_environ, content_type) +
         MEMBER(gw_environ, request_id) + MEMBER(gw_environ, content_length) +
         MEMBER(gw_environ, deadline_ns) + MEMBER(gw_environ, field) +
         MEMBER(gw_environ, field_count) + MEMBER(gw_environ, input) +
         MEMBER(gw_environ, log) + MEMBER(gw_environ, host) + TYPE(gw_input) +
         MEMBER(gw_input, size) + MEMBER(gw_input, flags) + MEMBER(gw_input, read) +
         "gw_start_response " + name_of<gw_start_response>() + '\n' + TYPE(gw_writer) +
         MEMBER(gw_writer, size) + MEMBER(gw_writer, error) + MEMBER(gw_writer, write) +
         MEMBER(gw_writer, body) + TYPE(gw_source) + MEMBER(gw_source, size) +
         MEMBER(gw_source, flags) + MEMBER(gw_source, next) + MEMBER(gw_source, close);
}

std::string module() {
  return TYPE(gw_host) + MEMBER(gw_host, size) + MEMBER(gw_host, abi_major) +
         MEMBER(gw_host, abi_minor) + MEMBER(gw_host, server) +
         MEMBER(gw_host, callable) + MEMBER(gw_host, config) + MEMBER(gw_host, log) +
         MEMBER(gw_host, extension) + MEMBER(gw_host, host) + TYPE(gw_app) +
         MEMBER(gw_app, size) + MEMBER(gw_app, abi_major) + MEMBER(gw_app, abi_minor) +
         MEMBER(gw_app, flags) + MEMBER(gw_app, name) + MEMBER(gw_app, version) +
         MEMBER(gw_app, call) + MEMBER(gw_app, create) + MEMBER(gw_app, quiesce) +
         MEMBER(gw_app, destroy) + MEMBER(gw_app, extension) + TYPE(gw_note) +
         MEMBER(gw_note, namesz) + MEMBER(gw_note, descsz) + MEMBER(gw_note, type) +
         MEMBER(gw_note, name) + MEMBER(gw_note, abi_major) +
         MEMBER(gw_note, abi_minor) + MEMBER(gw_note, minor_needed) +
         MEMBER(gw_note, draft) + MEMBER(gw_note, ptr_bits) +
         MEMBER(gw_note, sizeof_app) + MEMBER(gw_note, sizeof_environ) +
         MEMBER(gw_note, reserved);
}

}  // namespace

std::string current_layout() {
  return constants() + exchange() + module() + extension_layout();
}

}  // namespace gateway::abi_test
