// Time as text. No strftime: its names of days and months follow the locale, ours may
// not.
#include "http/date.hpp"

#include <time.h>

#include <algorithm>
#include <cstdlib>

namespace appserver::http {

namespace {

constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

/// Four digits hold years up to 9999; a clock that shows less than 1970 is shown as
/// 1970.
constexpr std::int64_t kLastSecond = 253'402'300'799;

/// Writes from left to right into an array of fixed size.
class Pen {
 public:
  explicit Pen(char* at) : at_(at) {}

  Pen& text(std::string_view part) {
    at_ = std::copy(part.begin(), part.end(), at_);
    return *this;
  }

  Pen& number(int value, int digits) {
    for (int i = digits; i-- > 0; value /= 10) {
      at_[i] = static_cast<char>('0' + value % 10);
    }
    at_ += digits;
    return *this;
  }

  /// The `index`-th of names of three letters.
  Pen& name(std::string_view names, int index) {
    return text(names.substr(static_cast<std::size_t>(index) * 3, 3));
  }

  Pen& clock(const tm& t) {
    return number(t.tm_hour, 2)
        .text(":")
        .number(t.tm_min, 2)
        .text(":")
        .number(t.tm_sec, 2);
  }

 private:
  char* at_;
};

void write_imf(char* out, const tm& t) {
  Pen(out)
      .name(kDays, t.tm_wday)
      .text(", ")
      .number(t.tm_mday, 2)
      .text(" ")
      .name(kMonths, t.tm_mon)
      .text(" ")
      .number(t.tm_year + 1900, 4)
      .text(" ")
      .clock(t)
      .text(" GMT");
}

void write_log_time(char* out, const tm& t) {
  const long offset_minutes = t.tm_gmtoff / 60;
  const int distance = static_cast<int>(std::abs(offset_minutes));
  Pen(out)
      .number(t.tm_mday, 2)
      .text("/")
      .name(kMonths, t.tm_mon)
      .text("/")
      .number(t.tm_year + 1900, 4)
      .text(":")
      .clock(t)
      .text(offset_minutes < 0 ? " -" : " +")
      .number(distance / 60, 2)
      .number(distance % 60, 2);
}

}  // namespace

void DateCache::refresh(std::int64_t unix_s) {
  const time_t shown =
      static_cast<time_t>(std::clamp<std::int64_t>(unix_s, 0, kLastSecond));
  tm parts{};
  gmtime_r(&shown, &parts);
  write_imf(imf_.data(), parts);
  localtime_r(&shown, &parts);
  write_log_time(log_.data(), parts);
  second_ = unix_s;
}

std::string_view DateCache::imf(std::int64_t unix_s) {
  if (unix_s != second_) refresh(unix_s);
  return {imf_.data(), imf_.size()};
}

std::string_view DateCache::log_time(std::int64_t unix_s) {
  if (unix_s != second_) refresh(unix_s);
  return {log_.data(), log_.size()};
}

}  // namespace appserver::http
