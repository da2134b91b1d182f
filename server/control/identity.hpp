// Whom the server runs as: the settings `user` and `group`, and the way from root to
// them that does not lead back.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "control/sockets.hpp"

namespace appserver::control {

struct Identity {
  std::string user, group;  ///< their names, for messages
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  ///< supplementary ones
  bool is_wanted = false;     ///< `user` or `group` is set
  bool is_held = false;       ///< this process has it already
};

/// Looks the names up. Fails: Usage: no such user or group; the server is not started
/// as root and is not that user; the user is root itself.
Result<Identity> find_identity(const config::Settings& settings);

/// While it lives, files are made and opened as that identity, so they belong to it and
/// nothing is done for it that it may not do itself. The way back stays open: a process
/// of one thread, at its start.
class ActAs {
 public:
  explicit ActAs(const Identity& identity);
  ActAs(const ActAs&) = delete;
  ActAs& operator=(const ActAs&) = delete;
  ~ActAs();

 private:
  bool acts_ = false;
  std::vector<gid_t> former_groups_;
};

/// What `user` and `group` of `settings` ask for, for good: groups, group, user,
/// PR_SET_NO_NEW_PRIVS; then sees that it is so. Unix sockets of `sockets`, which may
/// be null, are given to that user first. Where a port below 1024 is listened on, so
/// that sockets for it may have to be added, this process keeps CAP_NET_BIND_SERVICE.
/// Does nothing where nothing is asked. Fails: Usage. Threads: before there are others.
Result<void> become(const config::Settings& settings, const Sockets* sockets);

/// In a child, before anything of an app is loaded: what become() kept.
void drop_capabilities();

}  // namespace appserver::control
