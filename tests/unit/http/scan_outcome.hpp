// How the scanner's tests look at a head: whole, cut at each place, byte by byte and
// moved in memory while it is incomplete. The outcome must be the same.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "http/head_scanner.hpp"

namespace appserver::http {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// What came of a head, without views.
struct Outcome {
  HeadProgress progress = HeadProgress::NeedMore;
  unsigned status = 0;
  std::string why, method, target;
  unsigned version = 0;
  std::size_t size = 0;
  TextPairs fields;
  bool operator==(const Outcome&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Outcome& o) {
  out << "progress " << static_cast<int>(o.progress) << " status " << o.status << " ("
      << o.why << ") " << o.method << ' ' << o.target << " HTTP " << o.version
      << " size " << o.size;
  for (const auto& [name, value] : o.fields) out << "\n  " << name << '=' << value;
  return out;
}

/// A scanner with what it needs, fed a piece at a time into memory of exactly that
/// size.
class Feed {
 public:
  explicit Feed(const HeadLimits& limits) : limits_(limits) {}

  /// `all` begins with what was fed before.
  Outcome feed(std::string_view all) {
    if (bytes_.capacity() < all.size()) bytes_.reserve(kMost);
    bytes_.insert(bytes_.end(),
                  all.begin() + static_cast<std::ptrdiff_t>(bytes_.size()), all.end());
    return scan();
  }

  /// Other memory, which ends where the bytes end: sanitizers see a read behind them.
  Outcome feed_moved(std::string_view all) {
    bytes_ = std::vector<char>(all.begin(), all.end());
    return scan();
  }

 private:
  static constexpr std::size_t kMost = 70'000;

  Outcome scan() {
    Outcome out;
    Rejection rejection;
    out.progress = scanner_.scan(bytes_, table_, limits_, head_, rejection);
    if (out.progress == HeadProgress::Refused) {
      out.status = rejection.status;
      out.why = rejection.why;
    }
    if (out.progress != HeadProgress::Complete) return out;
    out.method = head_.method;
    out.target = head_.target;
    out.version = head_.version;
    out.size = head_.size;
    for (const Field& field : head_.fields) {
      out.fields.emplace_back(view(field.name), view(field.value));
    }
    return out;
  }

  HeadLimits limits_;
  HeadScanner scanner_;
  RequestHead head_;
  std::vector<char> bytes_;
  std::vector<Field> table_ = std::vector<Field>(128);
};

inline Outcome scan_whole(std::string_view bytes, const HeadLimits& limits) {
  return Feed(limits).feed_moved(bytes);
}

inline void expect_cuts_change_nothing(const std::string& bytes,
                                       const HeadLimits& limits, const Outcome& whole) {
  Feed bytewise(limits), moving(limits);
  Outcome last, last_moved;
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    const auto so_far = std::string_view(bytes).substr(0, size);
    if (last.progress == HeadProgress::NeedMore) last = bytewise.feed(so_far);
    if (last_moved.progress == HeadProgress::NeedMore && size % 3 == 0) {
      last_moved = moving.feed_moved(so_far);
    }
    if (size > 600) continue;
    Feed twice(limits);
    Outcome cut = twice.feed(so_far);
    if (cut.progress == HeadProgress::NeedMore) cut = twice.feed(bytes);
    ASSERT_EQ(cut, whole) << "cut at " << size;
  }
  EXPECT_EQ(last, whole) << "byte by byte";
  if (last_moved.progress == HeadProgress::NeedMore) {
    last_moved = moving.feed_moved(bytes);
  }
  EXPECT_EQ(last_moved, whole) << "moved in memory";
}

inline Outcome scan(const std::string& bytes, const HeadLimits& limits = {}) {
  Outcome whole = scan_whole(bytes, limits);
  expect_cuts_change_nothing(bytes, limits, whole);
  return whole;
}

inline void expect_refused(const std::string& bytes, unsigned status,
                           const HeadLimits& limits = {}) {
  SCOPED_TRACE(bytes.substr(0, 200));
  const Outcome outcome = scan(bytes, limits);
  EXPECT_EQ(outcome.progress, HeadProgress::Refused);
  EXPECT_EQ(outcome.status, status) << outcome.why;
  EXPECT_NE(outcome.why, "");
}

inline TextPairs fields_of(const std::string& lines) {
  const Outcome outcome = scan("GET / HTTP/1.1\r\n" + lines + "\r\n");
  EXPECT_EQ(outcome.progress, HeadProgress::Complete) << lines << outcome;
  return outcome.fields;
}

inline void expect_bad_line(const std::string& line) {
  expect_refused("GET / HTTP/1.1\r\n" + line + "\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: a.example\r\n" + line + "\r\nX: y\r\n\r\n",
                 400);
}

}  // namespace appserver::http
