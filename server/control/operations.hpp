// What an operator asks of the running server: the control socket, which may do all,
// and the admin listener for probes and metrics. Both are answered by the supervisor
// alone, however its workers are.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "control/http_endpoint.hpp"
#include "control/server_state.hpp"

namespace appserver::control {

/// The name of the control socket in the folder of the server.
inline constexpr const char* kControlSocketName = "control.sock";

/// Threads: the supervisor's only one.
class Operations {
 public:
  /// What the supervisor does for it.
  struct Commands {
    std::function<ServerState()> state;
    std::function<const config::Settings&()> settings;
    /// A reload runs, and another one would have to wait for its end.
    std::function<bool()> is_reloading;
    std::function<void()> reload, reopen;
    std::function<void(bool quick)> stop;
    std::function<void(const std::string& level)> set_log_level;
    /// An app that is out of service is called again; false: there is none of that
    /// name.
    std::function<bool(const std::string& app)> restore;
  };

  /// `loop` outlives it.
  Operations(net::EventLoop& loop, Commands commands);
  Operations(const Operations&) = delete;
  Operations& operator=(const Operations&) = delete;
  /// Takes the file of the control socket away, if it is still this one's.
  ~Operations();

  /// Listens as `settings` say. `runtime_dir`: the private folder of this server.
  /// `takes_over`: from another server, which still listens there. Fails: Usage.
  Result<void> open(const config::Settings& settings, const std::string& runtime_dir,
                    bool takes_over);
  /// Those who asked for the reload are told; `why` it was refused, or "".
  void reload_ended(const std::string& why);
  /// No reload comes any more. `is_succeeded`: another server listens in our place.
  void begin_stop(bool is_succeeded);
  void tick(std::int64_t now_ms);
  /// After each batch of the loop.
  void forget_ended();
  /// In a forked child: closes its descriptors and does nothing else.
  void close_in_child();

 private:
  using Ticket = HttpEndpoint::Ticket;

  Result<void> open_control(const std::string& path, bool takes_over);
  Result<void> open_admin(const config::BindAddress& address, bool takes_over);
  void on_control(const EndpointRequest& request, Ticket ticket);
  void on_command(const EndpointRequest& request, Ticket ticket);
  void on_admin(const EndpointRequest& request, Ticket ticket);
  void reload(Ticket ticket);
  void set_log_level(std::string_view body, Ticket ticket);
  void restore(std::string_view body, Ticket ticket);

  net::EventLoop& loop_;
  const Commands commands_;
  std::unique_ptr<HttpEndpoint> control_, admin_;
  std::string control_path_, admin_path_;  ///< "" where there is no file
  std::uint64_t control_inode_ = 0;
  std::vector<Ticket> reloading_, reloading_next_;  ///< who waits for its end
};

}  // namespace appserver::control
