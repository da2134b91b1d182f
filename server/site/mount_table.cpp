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

std::optional<Match> MountTable::match(std::string_view host,
                                       std::string_view path) const {
  const auto find_in = [path](const Host& mounts) -> const Entry* {
    for (const Entry& entry : mounts.entries) {
      const std::size_t n = entry.prefix.size();
      if (n == 0) return &entry;
      if (path.starts_with(entry.prefix) && (path.size() == n || path[n] == '/'))
        return &entry;
    }
    return nullptr;
  };
  const Entry* found = nullptr;
  for (const Host& named : named_) {
    if (!is_same_host(named.name, host)) continue;
    found = find_in(named);
    break;
  }
  if (found == nullptr) found = find_in(any_);
  if (found == nullptr) return std::nullopt;
  const std::size_t n = found->prefix.size();
  return Match{found->mount, path.substr(0, n), path.substr(n)};
}

}  // namespace appserver::site
