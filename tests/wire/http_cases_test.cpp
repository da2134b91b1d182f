// Runs the table of requests (http_cases/) against the real server: whole, cut in two
// at every place, and byte by byte. What is true of every answer is checked of every
// answer.
#include "http_cases.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "support/expect.hpp"

namespace appserver::testing {
namespace {

// Longer requests are cut at evenly spread places, so many of them.
constexpr std::size_t kMostCuts = 160;
// What does not come in that time does not come.
constexpr std::chrono::milliseconds kWait{10'000};
// Longer requests are not sent byte by byte.
constexpr std::size_t kLongestDrip = 240;

const char* const kTopics[] = {"request_line",
                               "target",
                               "host",
                               "fields",
                               "bytes",
                               "content_length",
                               "transfer_encoding",
                               "chunked",
                               "versions",
                               "connection",
                               "pipelining",
                               "responses"};

std::string file_of(const std::string& topic) {
  return std::string(HTTP_CASES_FOLDER) + "/" + topic + ".txt";
}

/// The server of all cases: every kind of test app at a path of its own.
class Site {
 public:
  Site()
      : server_(
            {"--single-process", "-c",
             folder_.write("a.yaml",
                           mounts_file({{"/", test_app("recorder", "buffered")},
                                        {"/event", test_app("recorder")},
                                        {"/blocking", test_app("recorder", "blocking")},
                                        {"/nonce", test_app("nonce")},
                                        {"/field", test_app("injects_newline")},
                                        {"/length", test_app("lies_about_length")},
                                        {"/sources", test_app("sources")},
                                        {"/fails", test_app("fails")},
                                        {"/throws", test_app("throws")},
                                        {"/silent", test_app("silent")},
                                        {"/unread", test_app("unread")},
                                        {"/many", test_app("many_fields")},
                                        {"/big", test_app("big")},
                                        {"/", test_app("nonce"), "host: b.example"}}) +
                               "client_max_body_size: 2000\naccesslog: \"off\"\n"
                               "server_name: fallback.example\n"),
             "-b", "unix:" + (folder_ / "s")}),
        control_(connect()) {}

  /// No ports are used up by some ten thousand connections.
  [[nodiscard]] RawClient connect() const {
    return RawClient::to_unix_socket(folder_ / "s");
  }

  [[nodiscard]] RawClient connect_tcp() const { return RawClient(server_.port()); }

  /// Returns when the server, which has one I/O thread, has read what was sent before.
  void settle() {
    control_.send(request("GET /nonce HTTP/1.1"));
    ASSERT_EQ(control_.read_response().status, 200);
  }

 private:
  TempFolder folder_;
  ServerProcess server_;
  RawClient control_;
};

bool has_line(std::string_view text, std::string_view wanted, bool exactly) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (exactly ? line == wanted : line.starts_with(wanted)) return true;
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return false;
}

void check_line(const LineCheck& check, const Response& response) {
  using Kind = LineCheck::Kind;
  const bool in_body = check.kind == Kind::BodyHas || check.kind == Kind::BodyLacks;
  const bool wanted = check.kind == Kind::BodyHas || check.kind == Kind::HeadHas;
  const std::string& text = in_body ? response.body : response.head;
  EXPECT_EQ(has_line(text, check.text, wanted), wanted)
      << (wanted ? "no line is " : "a line begins with ") << "\"" << check.text
      << "\" in:\n"
      << text.substr(0, 3000);
}

/// RFC 9110 5.6.7, as far as its shape goes.
bool is_imf_date(const std::string& date) {
  return date.size() == 29 && date.substr(3, 2) == ", " && date.ends_with(" GMT") &&
         date[19] == ':' && date[22] == ':';
}

/// What is true of every answer: RFC 9110 6.6.1 (Date), 8.6, RFC 9112 4, 6.1, 9.6.
void check_answer(const Response& response, const ExpectedAnswer& expected) {
  EXPECT_EQ(response.version, "HTTP/1.1");
  EXPECT_LE(response.count("content-length"), 1U);
  if (response.status < 200) return;
  EXPECT_EQ(response.count("date"), 1U) << response.head;
  EXPECT_TRUE(is_imf_date(response.field("date"))) << response.head;
  EXPECT_EQ(response.count("server"), 1U) << response.head;
  EXPECT_FALSE(response.chunked && response.has("content-length")) << response.head;
  const bool is_bare = response.status == 204 || response.status == 304;
  EXPECT_FALSE(is_bare && (response.has("content-length") || response.chunked));
  const bool is_delimited = response.chunked || response.has("content-length");
  if (!is_bare && !expected.to_head && response.field("connection") != "close") {
    EXPECT_TRUE(is_delimited) << response.head;
  }
  for (const LineCheck& check : expected.checks) check_line(check, response);
}

/// What may not depend on how the request was cut, as text.
std::string digest(const Response& response, const HttpCase& c) {
  std::string out = std::to_string(response.status) + "\n";
  for (const auto& [name, value] : response.fields) {
    if (name == "Date" || (c.end == CaseEnd::Any && name == "Connection")) continue;
    out.append(name).append(": ").append(value).append("\n");
  }
  std::istringstream body(response.body);
  for (std::string line; std::getline(body, line);) {
    const bool is_own = line.starts_with("request_id ") ||
                        line.starts_with("remote_") || line.starts_with("server_port ");
    if (!is_own) out += line + "\n";
  }
  return out;
}

const std::string kProbe = "GET /probe?next HTTP/1.1\r\nHost: probe.example\r\n\r\n";

void check_end(RawClient& client, const HttpCase& c, const Response& last) {
  const bool says_close = last.field("connection") == "close";
  const bool either = c.end == CaseEnd::Any;
  switch (either ? says_close ? CaseEnd::Close : CaseEnd::Keep : c.end) {
    case CaseEnd::Any:
      return;
    case CaseEnd::Keep: {
      EXPECT_FALSE(says_close) << last.head;
      const Response next = client.read_response(false, Deadline{kWait});
      EXPECT_EQ(next.status, 200) << next.head;
      EXPECT_TRUE(has_line(next.body, "request_method =GET", true)) << next.body;
      EXPECT_TRUE(has_line(next.body, "query_string =next", true)) << next.body;
      return;
    }
    case CaseEnd::Close:
      EXPECT_TRUE(says_close) << last.head;
      [[fallthrough]];
    case CaseEnd::Quiet:
    case CaseEnd::Eof:
    case CaseEnd::Cut:
      EXPECT_TRUE(client.expect_closed(Deadline{kWait})) << client.leftover();
      return;
  }
}

/// What follows the bytes of the case: a probe or an end.
void send_end(RawClient& client, const HttpCase& c) {
  if (c.end == CaseEnd::Keep || c.end == CaseEnd::Any) client.send(kProbe);
  if (c.end == CaseEnd::Eof) client.half_close();
}

/// Reads all that must come, and gives its digest.
std::string check_outcome(RawClient& client, const HttpCase& c) {
  std::string all;
  Response last;
  for (std::size_t i = 0; i < c.answers.size(); ++i) {
    SCOPED_TRACE("answer " + std::to_string(i + 1));
    const ExpectedAnswer& expected = c.answers[i];
    last = client.read_response(expected.to_head, Deadline{kWait});
    const auto& any = expected.statuses;
    EXPECT_TRUE(std::find(any.begin(), any.end(), last.status) != any.end())
        << last.status << " instead of " << any.front() << "\n"
        << last.head << last.body.substr(0, 2000);
    const bool is_cut = c.end == CaseEnd::Cut && i + 1 == c.answers.size();
    EXPECT_EQ(last.complete, !is_cut);
    if (last.status == 0) return all;
    check_answer(last, expected);
    if (i + 1 < c.answers.size()) {
      EXPECT_NE(last.field("connection"), "close") << "not the last answer";
    }
    // Of an answer that is cut, how much had left is a matter of luck.
    all += is_cut ? std::to_string(last.status) : digest(last, c);
  }
  check_end(client, c, last);
  return all;
}

std::string trace_of(const HttpCase& c) {
  return "line " + std::to_string(c.line) + ": " + c.name + " (" + c.spec + "; " +
         c.why + ")";
}

/// How much of the test that runs has failed so far.
int failures() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  return test->result()->total_part_count();
}

/// Every connection says the same as the first; one that does not says enough.
void check_all(std::vector<RawClient>& clients, const HttpCase& c,
               const std::function<std::string(std::size_t)>& place) {
  std::string first;
  const int before = failures();
  for (std::size_t i = 0; i < clients.size() && failures() == before; ++i) {
    SCOPED_TRACE(place(i));
    const std::string outcome = check_outcome(clients[i], c);
    if (i == 0) first = outcome;
    EXPECT_EQ(outcome, first);
  }
}

// More say nothing new, and each may have waited for its deadline.
constexpr int kMostFailures = 40;

/// Runs `work` for a case; a failure of it does not end the test, many do.
void guarded(const HttpCase& c, const std::function<void()>& work) {
  if (failures() > kMostFailures) return;
  SCOPED_TRACE(trace_of(c));
  try {
    work();
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

class HttpCases : public ::testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() { site_ = std::make_unique<Site>(); }

  static void TearDownTestSuite() { site_.reset(); }

  static std::unique_ptr<Site> site_;
  std::vector<HttpCase> cases_ = read_cases(file_of(GetParam()));
};

std::unique_ptr<Site> HttpCases::site_;

TEST_P(HttpCases, EachHasItsOutcome) {
  for (const HttpCase& c : cases_) {
    guarded(c, [&] {
      RawClient client = site_->connect_tcp();
      client.send(c.bytes);
      send_end(client, c);
      check_outcome(client, c);
    });
  }
  site_->settle();
}

TEST_P(HttpCases, OutcomesDoNotDependOnWhereTheyAreCut) {
  for (const HttpCase& c : cases_) {
    if (c.is_whole || c.bytes.size() < 2) continue;
    guarded(c, [&] {
      const std::string_view bytes = c.bytes;
      const std::size_t stride = 1 + bytes.size() / kMostCuts;
      std::vector<RawClient> clients;
      for (std::size_t at = 0; at < bytes.size(); at += stride) {
        clients.push_back(site_->connect());
        clients.back().send(bytes.substr(0, at));
      }
      site_->settle();
      for (std::size_t i = 0; i < clients.size(); ++i) {
        clients[i].send(bytes.substr(i * stride));
        send_end(clients[i], c);
      }
      check_all(clients, c, [&](std::size_t i) {
        return "cut behind byte " + std::to_string(i * stride);
      });
    });
  }
}

TEST_P(HttpCases, OutcomesAreTheSameByteByByte) {
  std::vector<const HttpCase*> cases;
  std::vector<RawClient> clients;
  std::size_t longest = 0;
  for (const HttpCase& c : cases_) {
    if (c.is_whole || c.bytes.size() > kLongestDrip) continue;
    cases.push_back(&c);
    clients.push_back(site_->connect());
    longest = std::max(longest, c.bytes.size());
  }
  for (std::size_t at = 0; at < longest; ++at) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (at < cases[i]->bytes.size()) clients[i].send(cases[i]->bytes.substr(at, 1));
    }
    site_->settle();
  }
  for (std::size_t i = 0; i < cases.size(); ++i) {
    guarded(*cases[i], [&] {
      send_end(clients[i], *cases[i]);
      check_outcome(clients[i], *cases[i]);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Topics, HttpCases, ::testing::ValuesIn(kTopics),
                         [](const auto& topic) { return std::string(topic.param); });

TEST(HttpCaseTable, HoldsAtLeast250CasesBesideThoseMadeOfBytes) {
  std::size_t written = 0, accepted = 0, refused = 0;
  std::set<std::string> names;
  for (const char* topic : kTopics) {
    for (const HttpCase& c : read_cases(file_of(topic))) {
      EXPECT_TRUE(names.insert(c.name).second) << "twice: " << c.name;
      EXPECT_TRUE(c.spec.starts_with("RFC ") || c.spec.starts_with("GW-")) << c.name;
      EXPECT_TRUE(!c.answers.empty() || c.end != CaseEnd::Close) << c.name;
      if (!c.is_first) continue;
      ++written;
      ++(is_accepted(c) ? accepted : refused);
    }
  }
  EXPECT_GE(written, 250U);
  EXPECT_GE(accepted, 100U);
  EXPECT_GE(refused, 100U);
  RecordProperty("written", static_cast<int>(written));
  RecordProperty("run", static_cast<int>(names.size()));
}

TEST(HttpCaseTable, EveryFileIsATopic) {
  std::set<std::string> files, topics(std::begin(kTopics), std::end(kTopics));
  for (const auto& entry : std::filesystem::directory_iterator(HTTP_CASES_FOLDER)) {
    if (entry.path().extension() == ".txt") files.insert(entry.path().stem());
  }
  EXPECT_EQ(files, topics);
}

}  // namespace
}  // namespace appserver::testing
