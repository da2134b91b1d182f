// One walk over a head: request line, then fields, each byte judged by its place. What
// RFC 9112 leaves to the reader is read strictly:
//   1. Lines end in CRLF; a bare CR or LF is refused, and so is obs-fold (2.2, 5.2).
//   2. One SP on each side of the target (3); the version is HTTP/1.1 or HTTP/1.0, any
//      other well-formed one: 505.
//   3. A name is a token directly before its colon (5.1); a value has no control byte
//      but TAB (RFC 9110 5.5).
//   4. Around the value of the fields that frame the message a SP in front is all the
//      white space there may be: TAB and SP behind are where readers differ.
// A line is looked at up to its limit and a head up to its own: what lies beyond is not
// read, so that neither the answer nor the work depends on how much arrives at once.
#include "http/head_scanner.hpp"

#include <algorithm>
#include <cstring>

#include "http/byte_blocks.hpp"
#include "http/known_fields.hpp"

namespace appserver::http {

namespace {

/// Eight empty lines; RFC 9112 2.2 asks to skip at least one.
constexpr std::ptrdiff_t kMostEmptyBytes = 16;

constexpr std::string_view kVersionEnd = "HTTP/1.1\r\n";

/// Where the head begins, or nullptr if that is not told yet.
const char* skip_empty_lines(const char* const begin, const char* end) {
  const char* p = begin;
  while (end - p >= 2 && p[0] == '\r' && p[1] == '\n' && p - begin < kMostEmptyBytes) {
    p += 2;
  }
  const bool may_be_empty = p - begin < kMostEmptyBytes && end - p == 1 && *p == '\r';
  return p == end || may_be_empty ? nullptr : p;
}

/// Can `text` begin "HTTP/" DIGIT "." DIGIT CRLF?
bool may_be_version(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_number = i == 5 || i == 7;
    if (is_number ? !has(text[i], kDigitByte) : text[i] != kVersionEnd[i]) return false;
  }
  return true;
}

bool is_white(char c) {
  return c == ' ' || c == '\t';
}

bool is_space_or_control(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

bool frames_the_message(gw_str name) {
  const RequestField kind = classify_request_field(name);
  return kind == RequestField::ContentLength || kind == RequestField::TransferEncoding;
}

/// The first byte that no value holds, or `stop`.
const char* end_of_value(const char* text, const char* p, const char* stop) {
  while ((p = find<EndOfText>(text, p, stop)) != stop && *p == '\t') ++p;
  return p;
}

/// A name that ends at `end`: nullptr if it is one.
const char* why_no_name(const char* name, const char* end) {
  if (*end == ':' && end != name) return nullptr;
  if (*end == ':') return "a field without a name";
  return end == name && is_white(*end) ? "a folded field" : "a malformed field name";
}

/// Takes the value out of `raw`, all between colon and CRLF; false: refused.
bool take_value(const char* p, const char* end, Field& field) {
  bool is_usual = true;
  for (; p != end && is_white(*p); ++p) is_usual = is_usual && *p == ' ';
  for (; p != end && is_white(end[-1]); --end) is_usual = false;
  field.value = {p, static_cast<std::size_t>(end - p)};
  return is_usual || !frames_the_message(field.name);
}

using Part = HeadScanner::Part;

enum class Step : unsigned char { Next, More, Refuse };

/// One call of HeadScanner::scan().
class Pass {
 public:
  Pass(std::span<char> bytes, const HeadScanner::Place& place, std::span<Field> table,
       const HeadLimits& limits, RequestHead& head)
      : base_(bytes.data()),
        p_(base_ + place.at),
        text_(base_ + place.text),
        line_(base_ + place.line),
        mark_(base_ + place.mark),
        end_(text_ + std::min(limits.head, bytes.size() - place.text)),
        table_(table.first(std::min(limits.fields, table.size()))),
        limits_(limits),
        head_(head),
        part_(place.part),
        count_(place.count) {}

  Step run();

  /// After More; false: the bytes that are missing would pass a limit.
  bool pause(HeadScanner::Place& place);

  [[nodiscard]] Rejection refusal() const { return refusal_; }

 private:
  Step request_line();
  Step method(const char* stop);
  Step target(const char* stop);
  Step version(const char* stop);
  Step fields();
  void usual_fields();
  Step field();
  Step end_of_head();

  Step refuse(std::uint16_t status, const char* why) {
    refusal_ = {status, why};
    return Step::Refuse;
  }

  /// How far a line of at most `most` bytes may reach with its CRLF.
  [[nodiscard]] const char* stop_of_line(std::size_t most) const {
    return static_cast<std::size_t>(end_ - line_) > most + 2 ? line_ + most + 2 : end_;
  }

  [[nodiscard]] std::uint32_t offset(const char* p) const {
    return static_cast<std::uint32_t>(p - base_);
  }

  char* const base_;
  char* p_;                       ///< all before it is scanned
  const char* const text_;        ///< of the head, behind empty lines
  const char* line_;              ///< of the line at p_
  const char* mark_;              ///< in it: the end of the name, or the target
  const char* const end_;         ///< of what is here, as far as the limit of the head
  const std::span<Field> table_;  ///< as many fields as there may be
  const HeadLimits& limits_;
  RequestHead& head_;
  Part part_;
  std::size_t count_;
  Rejection refusal_;
};

Step Pass::method(const char* stop) {
  const char* const most =
      line_ + std::min<std::ptrdiff_t>(stop - line_, kLongestMethod);
  if (stop - p_ > 3 && std::memcmp(p_, "GET ", 4) == 0) p_ += 3;
  while (p_ != most && has(*p_, kTokenByte)) ++p_;
  if (p_ == stop) return Step::More;
  if (*p_ != ' ') {
    if (has(*p_, kTokenByte)) return refuse(501, "an overlong method");
    return refuse(400, "no method");
  }
  if (p_ == line_) return refuse(400, "no method");
  head_.method = {line_, static_cast<std::size_t>(p_ - line_)};
  mark_ = ++p_;
  return Step::Next;
}

Step Pass::target(const char* stop) {
  p_ += find<EndOfGraphic>(text_, p_, stop) - p_;
  if (p_ == stop) return Step::More;
  if (*p_ == '\r') return refuse(400, "no HTTP version in the request line");
  if (*p_ != ' ') return refuse(400, "a forbidden byte in the target");
  if (p_ == mark_) return refuse(400, "an empty target");
  head_.target = {mark_, static_cast<std::size_t>(p_ - mark_)};
  ++p_;
  return Step::Next;
}

Step Pass::version(const char* stop) {
  const std::string_view here(
      p_, std::min(static_cast<std::size_t>(stop - p_), kVersionEnd.size()));
  if (here == kVersionEnd) {
    head_.version = 11;
  } else {
    if (!may_be_version(here)) return refuse(400, "no HTTP version after the target");
    if (here.size() < kVersionEnd.size()) return Step::More;
    if (here[5] != '1' || here[7] != '0')
      return refuse(505, "not HTTP/1.1 or HTTP/1.0");
    head_.version = 10;
  }
  p_ += kVersionEnd.size();
  return Step::Next;
}

/// At the CR of the empty line.
Step Pass::end_of_head() {
  if (end_ - p_ < 2) return Step::More;
  if (p_[1] != '\n') return refuse(400, "a bare carriage return");
  p_ += 2;
  return Step::Next;
}

Step Pass::request_line() {
  const char* const stop = stop_of_line(limits_.line);
  Step step = Step::Next;
  if (part_ == Part::Method) {
    step = method(stop);
    if (step != Step::Next) return step;
    part_ = Part::Target;
  }
  if (part_ == Part::Target) {
    step = target(stop);
    if (step != Step::Next) return step;
    part_ = Part::Version;
  }
  step = version(stop);
  if (step != Step::Next) return step;
  part_ = Part::Name;
  line_ = p_;
  return Step::Next;
}

/// Fields that are whole and look as fields do: letters and '-', a colon, one SP, a
/// value without TAB. Stops at the beginning of the first line that is anything else.
void Pass::usual_fields() {
  char* line = p_;
  Field* field = table_.data() + count_;
  Field* const end_of_table = table_.data() + table_.size();
  const std::size_t most = limits_.field + 2;
  std::uint64_t bit = count_ < kNotableBits ? std::uint64_t{1} << count_ : 0;
  UsualName name;
  for (; field != end_of_table; ++field, bit <<= 1) {
    const auto here = static_cast<std::size_t>(end_ - line);
    const char* const stop = here > most ? line + most : end_;
    if (stop - line < kBlock + 2) break;  // SP and a byte of the value are here, too
    char* const colon = name.read(line, stop - (kBlock + 2));
    if (colon == nullptr || colon == line) break;
    char* const value = colon + 2;
    if (colon[1] != ' ' || is_space_or_control(*value)) break;
    const char* const end = find<EndOfText>(line, value, stop);
    if (stop - end < 2 || std::memcmp(end, "\r\n", 2) != 0 || end[-1] == ' ') break;
    name.write();
    const auto name_size = static_cast<std::size_t>(colon - line);
    *field = {{line, name_size}, {value, static_cast<std::size_t>(end - value)}};
    if (may_be_known(field->name)) head_.notable |= bit;
    line = value + (end - value) + 2;
  }
  p_ = line;
  line_ = line;
  count_ = static_cast<std::size_t>(field - table_.data());
}

/// Any field, also one that arrives in pieces.
Step Pass::field() {
  const char* const stop = stop_of_line(limits_.field);
  if (part_ == Part::Name) {
    p_ = lower_token(p_, stop);
    if (p_ == stop) return Step::More;
    if (const char* why = why_no_name(line_, p_)) return refuse(400, why);
    if (count_ == table_.size()) return refuse(431, "more fields than the limit");
    mark_ = p_++;
    part_ = Part::Value;
  }
  const char* const end = end_of_value(text_, p_, stop);
  p_ += end - p_;
  if (end == stop) return Step::More;
  if (*end != '\r') return refuse(400, "a control byte in a field value");
  if (stop - end < 2) return Step::More;
  if (end[1] != '\n') return refuse(400, "a bare carriage return");
  Field& field = table_[count_];
  field.name = {line_, static_cast<std::size_t>(mark_ - line_)};
  if (!take_value(mark_ + 1, end, field)) {
    return refuse(400, "white space around a field that frames the message");
  }
  if (count_ < kNotableBits && may_be_known(field.name)) {
    head_.notable |= std::uint64_t{1} << count_;
  }
  ++count_;
  p_ += 2;
  line_ = p_;
  part_ = Part::Name;
  return Step::Next;
}

Step Pass::fields() {
  for (;;) {
    if (p_ == line_) {
      usual_fields();
      if (p_ != end_ && *p_ == '\r') return end_of_head();
    }
    const Step step = field();
    if (step != Step::Next) return step;
  }
}

Step Pass::run() {
  if (part_ < Part::Name) {
    const Step step = request_line();
    if (step != Step::Next) return step;
  }
  const Step step = fields();
  if (step != Step::Next) return step;
  head_.fields = table_.first(count_);
  head_.size = offset(p_);
  return Step::Next;
}

bool Pass::pause(HeadScanner::Place& place) {
  const bool in_fields = part_ >= Part::Name;
  const std::size_t most = in_fields ? limits_.field : limits_.line;
  if (static_cast<std::size_t>(end_ - line_) >= most + 2) {
    refuse(in_fields ? 431 : 414,
           in_fields ? "a field over its limit" : "a request line over its limit");
    return false;
  }
  if (static_cast<std::size_t>(end_ - text_) >= limits_.head) {
    refuse(431, "the head over its limit");
    return false;
  }
  place = {part_,         offset(text_), offset(line_),
           offset(mark_), offset(p_),    static_cast<std::uint32_t>(count_)};
  return true;
}

}  // namespace

HeadProgress HeadScanner::scan(std::span<char> bytes, std::span<Field> table,
                               const HeadLimits& limits, RequestHead& head,
                               Rejection& rejection) {
  if (base_ != bytes.data()) {
    const char* const text =
        skip_empty_lines(bytes.data(), bytes.data() + bytes.size());
    if (text == nullptr) return HeadProgress::NeedMore;
    const auto at = static_cast<std::uint32_t>(text - bytes.data());
    place_ = {Part::Method, at, at, at, at, 0};
    head.notable = 0;
  }
  Pass pass(bytes, place_, table, limits, head);
  base_ = nullptr;
  const Step step = pass.run();
  if (step == Step::Next) return HeadProgress::Complete;
  if (step == Step::More && pass.pause(place_)) {
    base_ = bytes.data();
    return HeadProgress::NeedMore;
  }
  rejection = pass.refusal();
  return HeadProgress::Refused;
}

}  // namespace appserver::http
