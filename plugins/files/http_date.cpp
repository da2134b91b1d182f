// Days are counted by hand: strptime and strftime follow the locale, timegm takes
// locks.
#include "http_date.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace files {
namespace {

constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::int64_t kLastSecond = 253'402'300'799;
constexpr std::int64_t kDay = 86'400;

/// Reads from left to right; after the first thing that is not there all is wrong.
class Reader {
 public:
  explicit Reader(std::string_view text) noexcept : rest_(text) {}

  void text(std::string_view expected) noexcept {
    good_ = good_ && rest_.starts_with(expected);
    if (good_) rest_.remove_prefix(expected.size());
  }

  int number(std::size_t digits) noexcept {
    if (rest_.size() < digits) good_ = false;
    int value = 0;
    for (std::size_t i = 0; good_ && i < digits; ++i) {
      good_ = rest_[i] >= '0' && rest_[i] <= '9';
      value = value * 10 + (rest_[i] - '0');
    }
    if (good_) rest_.remove_prefix(digits);
    return good_ ? value : 0;
  }

  /// asctime's day: two digits, or a space and one.
  int padded_day() noexcept {
    if (!rest_.starts_with(' ')) return number(2);
    rest_.remove_prefix(1);
    return number(1);
  }

  unsigned month() noexcept {
    const std::size_t at =
        rest_.size() < 3 ? std::string_view::npos : kMonths.find(rest_.substr(0, 3));
    good_ = good_ && at != std::string_view::npos && at % 3 == 0;
    if (!good_) return 0;
    rest_.remove_prefix(3);
    return static_cast<unsigned>(at / 3 + 1);
  }

  void day_name() noexcept {
    const std::size_t at =
        rest_.size() < 3 ? std::string_view::npos : kDays.find(rest_.substr(0, 3));
    good_ = good_ && at != std::string_view::npos && at % 3 == 0;
    if (good_) rest_.remove_prefix(3);
  }

  /// RFC 850 writes the day's whole name: what is left of it, up to the comma.
  void rest_of_day_name() noexcept {
    rest_.remove_prefix(std::min(rest_.find(','), rest_.size()));
  }

  bool begins(std::string_view text) const noexcept { return rest_.starts_with(text); }

  bool complete() const noexcept { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

struct Clock {
  int hour, minute, second;
};

Clock read_clock(Reader& from) noexcept {
  Clock clock{};
  clock.hour = from.number(2);
  from.text(":");
  clock.minute = from.number(2);
  from.text(":");
  clock.second = from.number(2);
  return clock;
}

std::optional<std::int64_t> seconds_of(int year, unsigned month, int day,
                                       Clock clock) noexcept {
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(year), std::chrono::month(month),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || clock.hour > 23 || clock.minute > 59 || clock.second > 60) {
    return std::nullopt;
  }
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  return days * kDay + clock.hour * 3600 + clock.minute * 60 + clock.second;
}

int whole_year(int two_digits, std::int64_t now_s) noexcept {
  using namespace std::chrono;
  const year_month_day today(floor<days>(sys_seconds(seconds(now_s))));
  const int this_year = int(today.year());
  int year = this_year - this_year % 100 + two_digits;
  if (year > this_year + 50) year -= 100;
  if (year <= this_year - 50) year += 100;
  return year;
}

std::optional<std::int64_t> parse_asctime(Reader from) noexcept {
  from.text(" ");
  const unsigned month = from.month();
  from.text(" ");
  const int day = from.padded_day();
  from.text(" ");
  const Clock clock = read_clock(from);
  from.text(" ");
  const int year = from.number(4);
  return from.complete() ? seconds_of(year, month, day, clock) : std::nullopt;
}

std::optional<std::int64_t> parse_with_comma(Reader from, std::int64_t now_s,
                                             bool is_rfc850) noexcept {
  const std::string_view mark = is_rfc850 ? "-" : " ";
  if (is_rfc850) from.rest_of_day_name();
  from.text(", ");
  const int day = from.number(2);
  from.text(mark);
  const unsigned month = from.month();
  from.text(mark);
  const int year = is_rfc850 ? whole_year(from.number(2), now_s) : from.number(4);
  from.text(" ");
  const Clock clock = read_clock(from);
  from.text(" GMT");
  return from.complete() ? seconds_of(year, month, day, clock) : std::nullopt;
}

char* put(char* at, std::string_view text) noexcept {
  return std::copy(text.begin(), text.end(), at);
}

char* put(char* at, int value, int digits) noexcept {
  for (int i = digits; i-- > 0; value /= 10)
    at[i] = static_cast<char>('0' + value % 10);
  return at + digits;
}

}  // namespace

std::array<char, 29> imf_date(std::int64_t unix_s) noexcept {
  using namespace std::chrono;
  const sys_seconds when(seconds(std::clamp<std::int64_t>(unix_s, 0, kLastSecond)));
  const auto midnight = floor<days>(when);
  const year_month_day date(midnight);
  const hh_mm_ss time(when - midnight);
  std::array<char, 29> text;
  char* at = text.data();
  at = put(at, kDays.substr(weekday(midnight).c_encoding() * 3, 3));
  at = put(put(at, ", "), static_cast<int>(unsigned(date.day())), 2);
  at = put(put(at, " "), kMonths.substr((unsigned(date.month()) - 1) * 3, 3));
  at = put(put(at, " "), int(date.year()), 4);
  at = put(put(at, " "), static_cast<int>(time.hours().count()), 2);
  at = put(put(at, ":"), static_cast<int>(time.minutes().count()), 2);
  at = put(put(at, ":"), static_cast<int>(time.seconds().count()), 2);
  put(at, " GMT");
  return text;
}

std::optional<std::int64_t> parse_http_date(std::string_view text,
                                            std::int64_t now_s) noexcept {
  Reader from(text);
  from.day_name();
  if (from.begins(" ")) return parse_asctime(from);
  return parse_with_comma(from, now_s, !from.begins(","));
}

}  // namespace files
