// What a service manager hears: the socket that NOTIFY_SOCKET names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/deadline.hpp"
#include "support/temp_folder.hpp"

namespace appserver::testing {

class NotifySocket {
 public:
  /// A path, or a name of the abstract kind. Throws when there can be no socket.
  explicit NotifySocket(bool abstract = false);
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket();

  /// For NOTIFY_SOCKET.
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Reads until a datagram has `words`, and gives it. Throws with all that came when
  /// none does in time.
  std::string wait_for(std::string_view words, const Deadline& deadline = Deadline{});

  /// All datagrams so far, also those that nobody has waited for.
  const std::vector<std::string>& heard();

 private:
  bool read_one();

  TempFolder folder_;
  std::string name_;
  int fd_ = -1;
  std::size_t seen_ = 0;  ///< of heard_, by wait_for
  std::vector<std::string> heard_;
};

}  // namespace appserver::testing
