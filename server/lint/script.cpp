#include "lint/script.hpp"

#include <algorithm>

namespace appserver::lint {
namespace {

constexpr std::size_t kBig = 200000;  // more than any buffer of a host holds

Script with_body(std::string method, std::string body, bool is_length_known,
                 std::string remark) {
  Script script;
  script.method = std::move(method);
  script.target = "/";
  script.body = std::move(body);
  script.is_length_known = is_length_known;
  script.remark = std::move(remark);
  script.fields = {{"host", "localhost:8000"},
                   {"content-type", "text/plain"},
                   {"user-agent", "lint"}};
  return script;
}

Script get(std::string target, std::string remark) {
  Script script;
  script.target = std::move(target);
  script.remark = std::move(remark);
  script.fields = {
      {"host", "localhost:8000"}, {"user-agent", "lint"}, {"accept", "*/*"}};
  return script;
}

void add_heads(std::vector<Script>& all) {
  all.push_back(get("/", ""));
  Script head = get("/", "");
  head.method = "HEAD";
  all.push_back(head);
  Script bare;
  bare.protocol = "HTTP/1.0";
  bare.has_address = false;
  bare.remark = "HTTP/1.0, no fields, no address";
  all.push_back(bare);
  all.push_back(get("/?", "an empty query"));
  all.push_back(get("/a%20b/%C3%A9//./x?q=%zz&a=1&a=2&=&&c", "an odd query"));
  all.push_back(get("/" + std::string(4000, 'x') + "?" + std::string(3000, 'y'),
                    "a long target"));
  Script brew = get("/", "an unknown method");
  brew.method = "BREW";
  all.push_back(brew);
  Script options = get("*", "");
  options.method = "OPTIONS";
  all.push_back(options);
  Script replay = get("/", "a rehearsal (GW_REPLAY)");
  replay.is_replay = true;
  all.push_back(replay);
}

void add_fields(std::vector<Script>& all) {
  Script odd = get("/", "odd fields");
  odd.fields.emplace_back("x-empty", "");
  odd.fields.emplace_back("x-bytes", "\x80\xff\t~");
  odd.fields.emplace_back("x_under", "1");
  odd.fields.emplace_back("x-under", "2");
  for (const char* cookie : {"a=1; b", "=;;", "c=\"x"}) {
    odd.fields.emplace_back("cookie", cookie);
  }
  for (int i = 0; i < 80; ++i) {
    odd.fields.emplace_back("x-many-" + std::to_string(i), "v");
  }
  all.push_back(odd);
  Script conditional = get("/", "conditional, ranged, compressed");
  conditional.offers_trailers = true;
  const std::vector<std::pair<std::string, std::string>> more{
      {"range", "bytes=0-0,-1,5-"},
      {"if-range", "\"x\""},
      {"if-none-match", "W/\"a\", \"b\""},
      {"if-modified-since", "Sat, 99 Foo"},
      {"accept-encoding", "gzip;q=1.0, br, *;q=0"},
      {"authorization", "Basic bGludDpsaW50"},
      {"x-forwarded-for", "unknown, 1.2.3.4"},
      {"last-event-id", "17"}};
  conditional.fields.insert(conditional.fields.end(), more.begin(), more.end());
  all.push_back(conditional);
}

void add_bodies(std::vector<Script>& all) {
  all.push_back(with_body("POST", "hello", true, "5 bytes"));
  all.push_back(with_body("POST", std::string(3000, 'u'), false, "unknown length"));
  all.push_back(with_body("PUT", std::string(kBig, 'b'), true, "big"));
  all.push_back(with_body("POST", "", false, "unknown length, empty"));
  Script form = with_body("POST", "a=1&b=%zz&=&c", true, "a form");
  form.fields[1].second = "application/x-www-form-urlencoded";
  all.push_back(form);
  Script json = with_body("POST", R"({"title": "x", "text": "y")", true, "broken JSON");
  json.fields[1].second = "application/json";
  all.push_back(json);
  json.body += "}";
  json.remark = "JSON";
  all.push_back(json);
  Script cut = with_body("POST", std::string(2000, 'c'), true, "cut in its body");
  cut.cut_at = 700;
  all.push_back(cut);
  cut.is_length_known = false;
  all.push_back(cut);
  Script huge = with_body("POST", std::string(9000, 'h'), false, "over the limit");
  huge.too_big_at = 5000;
  all.push_back(huge);
  Script erase = with_body("DELETE", "", true, "");
  erase.fields.pop_back();
  all.push_back(erase);
}

Script websocket(std::string target) {
  Script script = get(std::move(target), "a WebSocket");
  script.asks_websocket = true;
  script.fields.emplace_back("sec-websocket-version", "13");
  script.fields.emplace_back("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
  script.fields.emplace_back("sec-websocket-protocol", "chat, lint");
  script.fields.emplace_back("origin", "http://localhost:8000");
  return script;
}

void add_departures(std::vector<Script>& all) {
  for (const std::size_t calls : {0U, 1U, 2U, 3U, 5U, 9U}) {
    Script leaves = get("/", "the client leaves");
    leaves.leaves_after = calls;
    all.push_back(leaves);
    Script sends = with_body("POST", std::string(5000, 'l'), true, "the client leaves");
    sends.leaves_after = calls;
    all.push_back(sends);
  }
}

}  // namespace

std::string Script::text() const {
  constexpr std::size_t kShown = 60;
  std::string text = method + " " + target.substr(0, kShown);
  if (target.size() > kShown) text += "...";
  return remark.empty() ? text : text + " (" + remark + ")";
}

std::vector<Script> all_scripts() {
  std::vector<Script> all;
  add_heads(all);
  add_fields(all);
  add_bodies(all);
  for (int i = 0; i < 3; ++i) all.push_back(websocket("/"));
  add_departures(all);
  return all;
}

std::vector<Script> crowd_scripts() {
  return {get("/", ""), with_body("POST", std::string(3000, 'a'), false, ""),
          with_body("PUT", std::string(40, 'a'), true, "")};
}

std::vector<Script> scripts_for(const std::string& request) {
  std::string method;
  std::string rest = request;
  const std::size_t blank = request.find(' ');
  if (request.front() != '/' && blank != std::string::npos) {
    method = request.substr(0, blank);
    rest = request.substr(blank + 1);
  }
  const std::size_t body = std::min(rest.find(' '), rest.size());
  Script script = get(rest.substr(0, body), "");
  if (body < rest.size()) {
    script = with_body("POST", rest.substr(body + 1), true, "");
    script.target = rest.substr(0, body);
  }
  if (method == "WEBSOCKET") {
    script = websocket(rest.substr(0, body));
  } else if (!method.empty()) {
    script.method = method;
  }
  std::vector<Script> all{script};
  for (const std::size_t calls : {1U, 2U, 4U}) {
    script.leaves_after = calls;
    script.remark = "the client leaves";
    all.push_back(script);
  }
  return all;
}

}  // namespace appserver::lint
