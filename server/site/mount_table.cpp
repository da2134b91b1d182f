#include "site/mount_table.hpp"

#include <algorithm>

namespace appserver::site {
namespace {

/// `lower` is in lower case already; ASCII only, as host names are.
bool is_same_host(std::string_view lower, std::string_view any_case) {
  const auto same = [](char a, char b) {
    return a == (b >= 'A' && b <= 'Z' ? b + 32 : b);
  };
  return lower.size() == any_case.size() &&
         std::equal(lower.begin(), lower.end(), any_case.begin(), same);
}

}  // namespace

void MountTable::add(std::string_view host, std::string_view path, std::size_t mount) {
  Host* owner = &any_;
  if (!host.empty()) {
    auto found = std::find_if(named_.begin(), named_.end(),
                              [&](const Host& h) { return h.name == host; });
    if (found == named_.end())
      found = named_.insert(found, Host{std::string(host), {}});
    owner = &*found;
  }
  Entry entry{std::string(path == "/" ? "" : path), mount};
  auto place = std::find_if(
      owner->entries.begin(), owner->entries.end(),
      [&](const Entry& e) { return e.prefix.size() < entry.prefix.size(); });
  owner->entries.insert(place, std::move(entry));
}

std::optional<Match> MountTable::match_in(const Host& host, std::string_view path) {
  for (const Entry& entry : host.entries) {
    const std::size_t n = entry.prefix.size();
    if (n == 0) return Match{entry.mount, path.substr(0, 0), path};
    const bool inside =
        path.starts_with(entry.prefix) && (path.size() == n || path[n] == '/');
    if (inside) return Match{entry.mount, path.substr(0, n), path.substr(n)};
  }
  return std::nullopt;
}

std::optional<Match> MountTable::match(std::string_view host,
                                       std::string_view path) const {
  for (const Host& named : named_) {
    if (!is_same_host(named.name, host)) continue;
    if (auto found = match_in(named, path)) return found;
    break;
  }
  return match_in(any_, path);
}

}  // namespace appserver::site
