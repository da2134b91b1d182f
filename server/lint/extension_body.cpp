// Files, interim answers and trailers: what stands in front of a body, in it and
// behind it.
#include <sys/stat.h>

#include <string>

#include "lint/exchange.hpp"
#include "lint/extension_tables.hpp"

namespace appserver::lint {
namespace {

constexpr std::size_t kTrailersMost = 8192;

std::string_view view(const gw_str& text) {
  return text.p == nullptr ? std::string_view() : std::string_view(text.p, text.n);
}

std::int32_t send_file(gw_writer* writer, std::int32_t fd, std::int64_t offset,
                       std::int64_t length, std::uint32_t flags) {
  Exchange& exchange = Exchange::of(writer);
  if (!exchange.may_call("send (gw.file/1)")) return GW_E_STATE;
  if (writer->error != GW_OK) return writer->error;

  struct stat status {};

  const bool is_file = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  const std::int64_t whole = length < 0 ? status.st_size - offset : length;
  if (!is_file || offset < 0 || whole < 0 || offset + whole > status.st_size) {
    exchange.report("D2", "send: not a regular file, or shorter than asked for");
    return GW_E_INVALID;
  }
  return exchange.send_part(static_cast<std::size_t>(whole), flags);
}

const gw_file kFile = {send_file};

const gw_informational kInformational = {
    [](const gw_environ* environ, std::uint32_t status, const gw_field* fields,
       std::size_t count) -> std::int32_t {
      Exchange& exchange = Exchange::of(environ);
      if (!exchange.may_call("send (gw.informational/1)")) return GW_E_STATE;
      if (status < 102 || status > 199) {
        exchange.report("S24",
                        "an interim answer with the status " + std::to_string(status));
        return GW_E_INVALID;
      }
      if (!check_fields(exchange, fields, count)) return GW_E_HEADER;
      if (exchange.is_gone()) return GW_E_GONE;
      return exchange.has_left() ? GW_E_SENT : GW_OK;
    }};

const gw_trailers kTrailers = {
    [](const gw_environ* environ, const gw_field** fields,
       std::size_t* count) -> std::int32_t {
      Exchange& exchange = Exchange::of(environ);
      if (!exchange.may_call("request (gw.trailers/1)")) return GW_E_STATE;
      if (!exchange.is_input_over()) return GW_E_STATE;
      *fields = nullptr;
      *count = 0;
      return GW_OK;
    },
    [](gw_writer* writer, const gw_field* fields, std::size_t count) -> std::int32_t {
      Exchange& exchange = Exchange::of(writer);
      if (!exchange.may_call("response (gw.trailers/1)")) return GW_E_STATE;
      if (writer->error != GW_OK) return writer->error;
      if (exchange.is_gone()) return GW_E_GONE;
      if (exchange.has_ended()) {
        exchange.report("C8", "trailers after the end of the body");
        return GW_E_STATE;
      }
      if (!check_fields(exchange, fields, count)) return GW_E_HEADER;
      std::size_t bytes = 0;
      for (std::size_t i = 0; i < count; ++i)
        bytes += fields[i].name.n + fields[i].value.n;
      if (bytes > kTrailersMost) return GW_E_TOOBIG;
      return exchange.script.offers_trailers ? GW_OK : GW_E_UNSUPPORTED;
    }};

}  // namespace

bool check_fields(Exchange& exchange, const gw_field* fields, std::size_t count) {
  if (fields == nullptr && count > 0) {
    exchange.report("D2", "fields at NULL");
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    std::string what;
    const auto rule =
        Exchange::check_field(0, view(fields[i].name), view(fields[i].value), what);
    if (rule.empty()) continue;
    exchange.report(rule, what);
    return false;
  }
  return true;
}

const gw_file* file_table() {
  return &kFile;
}

const gw_informational* informational_table() {
  return &kInformational;
}

const gw_trailers* trailers_table() {
  return &kTrailers;
}

}  // namespace appserver::lint
