// The common answer, a whole file, costs no copy: its head is the representation's own.
#include "plan.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace files {
namespace {

/// Writes from left to right; what does not fit is a defect of the sizes above.
class Pen {
 public:
  Pen(char* at, std::size_t room) noexcept : begin_(at), at_(at), end_(at + room) {}

  Pen& operator<<(std::string_view text) noexcept {
    const auto count = std::min(text.size(), static_cast<std::size_t>(end_ - at_));
    at_ = std::copy_n(text.data(), count, at_);
    return *this;
  }

  Pen& operator<<(std::int64_t number) noexcept {
    at_ = std::to_chars(at_, end_, number).ptr;
    return *this;
  }

  std::string_view text() const noexcept {
    return {begin_, static_cast<std::size_t>(at_ - begin_)};
  }

 private:
  char *begin_, *at_, *end_;
};

Pen& write_range(Pen& pen, const ByteRange& range, std::int64_t size) noexcept {
  return pen << "bytes " << range.offset << "-" << range.last() << "/" << size;
}

/// Where the lines of a field are kept that is no accept-encoding; null: not looked at.
FieldLines* lines_of(Asked& asked, std::string_view name) noexcept {
  switch (name.size()) {
    case 5:
      return name == "range" ? &asked.range : nullptr;
    case 8:
      if (name == "if-match") return &asked.conditions.if_match;
      return name == "if-range" ? &asked.if_range : nullptr;
    case 13:
      return name == "if-none-match" ? &asked.conditions.if_none_match : nullptr;
    case 17:
      return name == "if-modified-since" ? &asked.conditions.if_modified_since
                                         : nullptr;
    case 19:
      return name == "if-unmodified-since" ? &asked.conditions.if_unmodified_since
                                           : nullptr;
    default:
      return nullptr;
  }
}

}  // namespace

Asked asked_of(bool is_head, std::span<const gw_field> fields) noexcept {
  Asked asked;
  asked.is_head = is_head;
  for (const gw_field& field : fields) {
    const std::string_view name(field.name.p, field.name.n);
    const std::string_view value(field.value.p, field.value.n);
    if (name == "accept-encoding") {
      asked.accept_encoding.add(value);
    } else if (FieldLines* lines = lines_of(asked, name)) {
      lines->add(value);
      asked.is_plain = false;
    }
  }
  return asked;
}

std::size_t part_head(std::array<char, kMostPartHead>& to, const Representation& of,
                      const RangeSet& ranges, std::size_t index,
                      const Boundary& boundary) noexcept {
  Pen pen(to.data(), to.size());
  pen << "\r\n--" << boundary.view();
  if (index == ranges.count) {
    pen << "--\r\n";
    return pen.text().size();
  }
  pen << "\r\ncontent-type: " << of.content_type() << "\r\ncontent-range: ";
  write_range(pen, ranges.range[index], of.size()) << "\r\n\r\n";
  return pen.text().size();
}

Plan::Plan(const Asked& asked, const Representation& of, std::int64_t now_s,
           const Boundary& boundary)
    : of_(of) {
  decide(asked, now_s, boundary);
}

void Plan::decide(const Asked& asked, std::int64_t now_s, const Boundary& boundary) {
  if (asked.is_plain) return be_whole(asked.is_head);
  switch (judge(asked.conditions, of_.validators(), now_s)) {
    case Verdict::NotModified:
      status_ = 304;
      head_ = of_.unchanged_head();
      return;
    case Verdict::Failed:
      status_ = 412;
      return;
    case Verdict::Go:
      break;
  }
  const bool has_range = asked.range.size() == 1 && !asked.is_head;
  const bool counts =
      has_range && (asked.if_range.empty() ||
                    (asked.if_range.size() == 1 &&
                     range_counts(*asked.if_range.begin(), of_.validators(), now_s)));
  if (!counts) return be_whole(asked.is_head);
  ranges_ = parse_range(*asked.range.begin(), of_.size());
  if (ranges_.kind == RangeSet::Kind::Ignored) return be_whole(false);
  if (ranges_.kind == RangeSet::Kind::Unsatisfiable) return be_unsatisfiable();
  return ranges_.count == 1 ? be_one() : be_many(boundary);
}

void Plan::add(std::string_view name, std::string_view value) noexcept {
  own_[own_count_++] = {{name.data(), name.size()}, {value.data(), value.size()}};
  head_ = {own_.data(), own_count_};
}

void Plan::add_length(std::int64_t length) noexcept {
  Pen pen(length_.data(), length_.size());
  add("content-length", (pen << length).text());
}

void Plan::be_whole(bool is_head) noexcept {
  head_ = of_.whole_head();
  body_ = is_head || of_.size() == 0 ? Body::None : Body::Whole;
}

void Plan::be_one() noexcept {
  status_ = 206;
  body_ = Body::One;
  add_length(ranges_.range[0].length);
  Pen pen(content_range_.data(), content_range_.size());
  add("content-range", write_range(pen, ranges_.range[0], of_.size()).text());
  for (const gw_field& field : of_.partial_head()) own_[own_count_++] = field;
  head_ = {own_.data(), own_count_};
}

void Plan::be_many(const Boundary& boundary) noexcept {
  status_ = 206;
  body_ = Body::Many;
  std::array<char, kMostPartHead> text;
  std::int64_t length = 0;
  for (std::size_t i = 0; i <= ranges_.count; ++i) {
    length += static_cast<std::int64_t>(part_head(text, of_, ranges_, i, boundary));
    if (i < ranges_.count) length += ranges_.range[i].length;
  }
  add_length(length);
  Pen pen(content_type_.data(), content_type_.size());
  pen << "multipart/byteranges; boundary=" << boundary.view();
  add("content-type", pen.text());
  for (const gw_field& field : of_.partial_head().subspan(1))
    own_[own_count_++] = field;
  head_ = {own_.data(), own_count_};
}

void Plan::be_unsatisfiable() noexcept {
  status_ = 416;
  Pen pen(content_range_.data(), content_range_.size());
  pen << "bytes */" << of_.size();
  add("content-range", pen.text());
}

}  // namespace files
