#include "board/counts.hpp"

#include <algorithm>

namespace appserver::board {
namespace {

constexpr std::size_t kStatusMost = 600;

/// Places by status, once for all.
constexpr std::array<std::uint8_t, kStatusMost> make_places() {
  std::array<std::uint8_t, kStatusMost> places{};
  for (std::size_t status = 100; status < kStatusMost; ++status)
    places[status] = static_cast<std::uint8_t>(kStatuses.size() + status / 100 - 1);
  for (std::size_t place = 0; place < kStatuses.size(); ++place)
    places[kStatuses[place]] = static_cast<std::uint8_t>(place);
  return places;
}

constexpr auto kPlaces = make_places();

}  // namespace

std::size_t place_of_status(unsigned status) {
  return status < kStatusMost ? kPlaces[status] : 0;
}

std::array<char, 4> status_text(std::size_t place) {
  const auto digit = [](std::size_t n) { return static_cast<char>('0' + n); };
  if (place >= kStatuses.size())
    return {digit(place - kStatuses.size() + 1), 'x', 'x', '\0'};
  const std::size_t status = kStatuses[place];
  return {digit(status / 100), digit(status / 10 % 10), digit(status % 10), '\0'};
}

void AppCounts::ended(unsigned status, std::uint64_t duration_us_of_it) {
  answered[place_of_status(status)].add();
  // Nearly all are quick.
  std::size_t bucket = 0;
  while (bucket < kDurationEnds.size() && duration_us_of_it > kDurationEnds[bucket])
    ++bucket;
  durations[bucket].add();
  duration_us.add(duration_us_of_it);
}

void AppCounts::add(const AppCounts& other) {
  for (std::size_t i = 0; i < answered.size(); ++i)
    answered[i].add(other.answered[i].get());
  for (std::size_t i = 0; i < durations.size(); ++i)
    durations[i].add(other.durations[i].get());
  duration_us.add(other.duration_us.get());
  received_bytes.add(other.received_bytes.get());
  sent_bytes.add(other.sent_bytes.get());
  timeouts.add(other.timeouts.get());
}

void WorkerCounts::add(const WorkerCounts& other) {
  accepted.add(other.accepted.get());
  requests.add(other.requests.get());
  log_drops.add(other.log_drops.get());
}

}  // namespace appserver::board
