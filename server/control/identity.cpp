#include "control/identity.hpp"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "config/value.hpp"

namespace appserver::control {
namespace {

constexpr std::int64_t kHighestId = 0xfffffffe;  // the one above means "no change"

// getpwnam and its like are for processes of one thread, which this still is.
// NOLINTBEGIN(concurrency-mt-unsafe)

/// By name or number. A number needs no entry in the user database.
Result<void> find_user(const std::string& word, Identity& found) {
  const auto number = config::parse_integer(word, 0, kHighestId);
  const passwd* const entry =
      number ? ::getpwuid(static_cast<uid_t>(*number)) : ::getpwnam(word.c_str());
  if (entry == nullptr && !number)
    return usage_error("user: there is no user \"" + word + "\"");
  found.user = entry == nullptr ? word : entry->pw_name;
  found.uid = entry == nullptr ? static_cast<uid_t>(*number) : entry->pw_uid;
  found.gid = entry == nullptr ? static_cast<gid_t>(*number) : entry->pw_gid;
  return {};
}

Result<void> find_group(const std::string& word, Identity& found) {
  const auto number = config::parse_integer(word, 0, kHighestId);
  const group* const entry = number ? nullptr : ::getgrnam(word.c_str());
  if (entry == nullptr && !number)
    return usage_error("group: there is no group \"" + word + "\"");
  found.gid = number ? static_cast<gid_t>(*number) : entry->gr_gid;
  found.group = word;
  return {};
}

// NOLINTEND(concurrency-mt-unsafe)

void find_supplementary(Identity& identity) {
  int count = 0;
  ::getgrouplist(identity.user.c_str(), identity.gid, nullptr, &count);
  identity.groups.resize(static_cast<std::size_t>(count));
  if (::getgrouplist(identity.user.c_str(), identity.gid, identity.groups.data(),
                     &count) < 0) {
    identity.groups = {identity.gid};  // the database has changed under us
  }
}

std::string name_of(const Identity& identity) {
  return "user " + identity.user +
         (identity.group.empty() ? "" : ", group " + identity.group);
}

Error failure(const Identity& identity, const char* what) {
  return usage_error("cannot become " + name_of(identity) + ": " + what + ": " +
                     ::strerrordesc_np(errno));
}

bool is_it(const Identity& identity) {
  uid_t real_uid = 0;
  uid_t uid = 0;
  uid_t saved_uid = 0;
  gid_t real_gid = 0;
  gid_t gid = 0;
  gid_t saved_gid = 0;
  return ::getresuid(&real_uid, &uid, &saved_uid) == 0 &&
         ::getresgid(&real_gid, &gid, &saved_gid) == 0 && real_uid == identity.uid &&
         uid == identity.uid && saved_uid == identity.uid && real_gid == identity.gid &&
         gid == identity.gid && saved_gid == identity.gid;
}

/// `kept`: of these capabilities alone, whoever has them goes on having them.
bool set_capabilities(std::uint32_t kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  data[0].permitted = kept;
  data[0].effective = kept;
  return ::syscall(SYS_capset, &header, data.data()) == 0;
}

constexpr std::uint16_t kFirstFreePort = 1024;

bool keeps_ports = false;  // this process; written before it has another thread

Result<void> change_ids(const Identity& identity) {
  constexpr std::uint32_t kBindService = 1U << CAP_NET_BIND_SERVICE;
  if (keeps_ports) ::prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L);
  if (::setgroups(identity.groups.size(), identity.groups.data()) != 0)
    return failure(identity, "setgroups");
  if (::setresgid(identity.gid, identity.gid, identity.gid) != 0)
    return failure(identity, "setresgid");
  if (::setresuid(identity.uid, identity.uid, identity.uid) != 0)
    return failure(identity, "setresuid");
  ::prctl(PR_SET_KEEPCAPS, 0L, 0L, 0L, 0L);
  // Root in a container may not have had it; then there are none to keep.
  if (keeps_ports) keeps_ports = set_capabilities(kBindService);
  if (!keeps_ports && !set_capabilities(0)) return failure(identity, "capset");
  return {};
}

bool has_privileged_port(const config::Settings& settings) {
  return std::any_of(settings.bind.begin(), settings.bind.end(), [](const auto& where) {
    return where.kind == config::BindAddress::Kind::Tcp && where.port != 0 &&
           where.port < kFirstFreePort;
  });
}

}  // namespace

Result<Identity> find_identity(const config::Settings& settings) {
  Identity found;
  found.uid = ::geteuid();
  found.gid = ::getegid();
  if (settings.user.empty() && settings.group.empty()) return found;
  found.is_wanted = true;
  if (!settings.user.empty()) {
    const auto user = find_user(settings.user, found);
    if (!user) return user.error();
  }
  if (!settings.group.empty()) {
    const auto group = find_group(settings.group, found);
    if (!group) return group.error();
  }
  if (settings.user.empty()) {
    return usage_error(
        "group: name a user, too; a group alone takes nothing from root");
  }
  if (found.uid == 0)
    return usage_error("user: \"" + settings.user + "\" is root; leave `user` away");
  found.is_held = is_it(found);
  if (::geteuid() != 0 && !found.is_held) {
    return usage_error("user: only root can become " + name_of(found) +
                       ", and this process is user " + std::to_string(::geteuid()) +
                       "; start it as root, or leave `user` and `group` away");
  }
  find_supplementary(found);
  return found;
}

ActAs::ActAs(const Identity& identity) {
  if (!identity.is_wanted || identity.is_held) return;
  const int count = ::getgroups(0, nullptr);
  former_groups_.resize(static_cast<std::size_t>(std::max(count, 0)));
  ::getgroups(count, former_groups_.data());
  acts_ = ::setgroups(identity.groups.size(), identity.groups.data()) == 0 &&
          ::setegid(identity.gid) == 0 && ::seteuid(identity.uid) == 0;
}

ActAs::~ActAs() {
  if (!acts_) return;
  const bool is_back = ::seteuid(0) == 0 && ::setegid(::getgid()) == 0 &&
                       ::setgroups(former_groups_.size(), former_groups_.data()) == 0;
  if (!is_back) log::error("cannot be root again; the start will fail");
}

void drop_capabilities() {
  if (keeps_ports) set_capabilities(0);
}

Result<void> become(const config::Settings& settings, const Sockets* sockets) {
  const auto identity = find_identity(settings);
  if (!identity) return identity.error();
  if (!identity->is_wanted) return {};
  if (!identity->is_held) {
    if (sockets != nullptr) sockets->give_to(identity->uid, identity->gid);
    keeps_ports = sockets != nullptr && has_privileged_port(settings);
    const auto changed = change_ids(*identity);
    if (!changed) return changed.error();
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0)
    return failure(*identity, "PR_SET_NO_NEW_PRIVS");
  if (!is_it(*identity) || ::setreuid(static_cast<uid_t>(-1), 0) == 0) {
    return usage_error("cannot become " + name_of(*identity) +
                       ": the way back to root is open");
  }
  // Else nobody could look at a worker that crashes, and nothing would dump its core.
  ::prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L);
  log::info("running as " + name_of(*identity));
  return {};
}

}  // namespace appserver::control
