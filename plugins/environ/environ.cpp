// Shows a request as the app was given it: as text, as JSON, or as a page for a
// browser.
#include <string_view>

#include <gateway/sdk.hpp>

#include "accept.hpp"
#include "escape.hpp"
#include "output.hpp"
#include "variables.hpp"

namespace {

using gateway::Environ;
using gateway::Field;

void show_as_text(const Environ& env, Output& page) {
  const auto row = [&page](std::string_view name, std::string_view value) {
    write_text(page, name);
    page << ": ";
    write_text(page, value.data() == nullptr ? "(absent)" : value);
    page << "\n";
  };
  each_variable(env, row);
  page << "\n";
  for (const Field field : env.headers()) row(field.name, field.value);
}

void write_json_string(Output& page, std::string_view text) {
  if (text.data() == nullptr) {
    page << "null";
    return;
  }
  page << "\"";
  write_json(page, text);
  page << "\"";
}

/// {"environ": {NAME: value or null, ...}, "fields": [[name, value], ...]}
void show_as_json(const Environ& env, Output& page) {
  std::string_view comma;
  page << "{\"environ\":{";
  each_variable(env, [&](std::string_view name, std::string_view value) {
    page << comma;
    write_json_string(page, name);
    page << ":";
    write_json_string(page, value);
    comma = ",";
  });
  comma = {};
  page << "},\"fields\":[";
  for (const Field field : env.headers()) {
    page << comma << "[";
    write_json_string(page, field.name);
    page << ",";
    write_json_string(page, field.value);
    page << "]";
    comma = ",";
  }
  page << "]}\n";
}

constexpr std::string_view kPageTop =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" "
    "content=\"width=device-width\"><title>environ</title><style>"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem "
    "auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td{border-top:1px solid "
    "#ddd;padding:.2rem 0;"
    "vertical-align:top;overflow-wrap:anywhere}td:first-child{color:#666;width:14rem}"
    "i{color:#999}</style><h1>environ</h1><table>\n";
constexpr std::string_view kPageMiddle = "</table><h2>fields</h2><table>\n";
constexpr std::string_view kPageBottom = "</table></html>\n";

void show_as_html(const Environ& env, Output& page) {
  const auto row = [&page](std::string_view name, std::string_view value) {
    page << "<tr><td>";
    write_html(page, name);
    page << "<td>";
    if (value.data() == nullptr) page << "<i>absent</i>";
    write_html(page, value);
    page << "\n";
  };
  page << kPageTop;
  each_variable(env, row);
  page << kPageMiddle;
  for (const Field field : env.headers()) row(field.name, field.value);
  page << kPageBottom;
}

struct Renderer {
  std::string_view content_type;
  void (*show)(const Environ&, Output&);
};

Renderer renderer_for(Form form) {
  switch (form) {
    case Form::Json:
      return {"application/json", &show_as_json};
    case Form::Html:
      return {"text/html; charset=utf-8", &show_as_html};
    default:
      return {"text/plain; charset=utf-8", &show_as_text};
  }
}

void app(const Environ& env, gateway::StartResponse& start_response) {
  const Form form = preferred_form(env.header("accept").value_or(""));
  const Renderer renderer = renderer_for(form);
  Output page(start_response(
      200, {{"content-type", renderer.content_type}, {"vary", "accept"}}));
  renderer.show(env, page);
  page.end();
}

}  // namespace

GATEWAY_APP(app);
