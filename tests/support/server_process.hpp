// The real binary as a child of the test: started, listened to, signalled, ended. All
// that tests expect of its log lines stands here.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/deadline.hpp"
#include "support/temp_folder.hpp"

namespace appserver::testing {

/// What the server says when something has happened; tests wait for these words.
namespace said {
inline constexpr std::string_view kListening = "listening on http://127.0.0.1:";
inline constexpr std::string_view kListeningAnywhere = "listening on ";
inline constexpr std::string_view kWorkerReady = " is ready";
inline constexpr std::string_view kStopping = "graceful stop";
/// Said by each process that serves, when it has stopped to accept.
inline constexpr std::string_view kDraining = "draining: ";
inline constexpr std::string_view kReloaded = "reloaded";
inline constexpr std::string_view kReloadRefused = "reload failed";
}  // namespace said

/// The server that is tested: ours, or the one that APPSERVER_UNDER_TEST names.
std::string server_binary();

struct Launch {
  std::vector<std::string> arguments;  ///< after the program's name
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to ours
  int fd_three = -1;   ///< a descriptor that the server shall find as number 3
  std::string folder;  ///< working directory; empty: ours
  std::string program = server_binary();
};

/// Exit code 128 + n when signal n ended it.
struct Outcome {
  int exit_code = -1;
  std::string out, err;
};

class ServerProcess {
 public:
  enum class Stream { Out, Err };

  /// Starts it and waits for nothing.
  explicit ServerProcess(Launch launch);
  /// Starts it with `-b 127.0.0.1:0` before `arguments`, waits until it listens.
  /// Throws with all it said when it does not.
  explicit ServerProcess(std::vector<std::string> arguments);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  /// TERM, then KILL after a bound, by pid; then what is left of its process group.
  ~ServerProcess();

  /// For one that was only started: from now on it has a port().
  void wait_until_listening();

  /// Runs it to its end: --version, a refused start.
  static Outcome run(Launch launch);
  static Outcome run(std::vector<std::string> arguments);

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// What it has for a TMPDIR; nobody else uses it.
  [[nodiscard]] const TempFolder& temp_folder() const { return temp_; }

  void signal(int number) const;
  /// To one of its workers.
  void signal(pid_t worker, int number) const;

  /// The workers that said that they are ready and still live, in that order.
  [[nodiscard]] std::vector<pid_t> workers() const;

  /// Waits for the `count`th line that holds `words` and returns it. Throws when it
  /// does not come; the text of the exception has all that was said.
  std::string wait_for_line(std::string_view words, std::size_t count = 1,
                            Stream stream = Stream::Err,
                            const Deadline& deadline = Deadline{});

  std::string wait_for_access_line(std::string_view words, std::size_t count = 1) {
    return wait_for_line(words, count, Stream::Out);
  }

  [[nodiscard]] std::size_t count_lines(std::string_view words,
                                        Stream stream = Stream::Err) const;
  [[nodiscard]] std::string text(Stream stream) const;

  /// Waits until it ends and all its output was read. Throws when it does not end.
  int wait_exit(const Deadline& deadline = Deadline{});

 private:
  void start(Launch launch);
  void read_output();
  bool wait_until_dead(const Deadline& deadline);

  struct Output {
    int fd = -1;
    std::string partial;
    std::vector<std::string> lines;
  };

  Output& output(Stream stream) { return stream == Stream::Out ? out_ : err_; }

  [[nodiscard]] const Output& output(Stream stream) const {
    return stream == Stream::Out ? out_ : err_;
  }

  TempFolder temp_;  // its TMPDIR: what a killed server leaves goes away with the test
  pid_t pid_ = -1;
  int pidfd_ = -1;
  int exit_code_ = -1;
  bool ended_ = false;
  std::uint16_t port_ = 0;
  int stop_fd_ = -1;
  mutable std::mutex mutex_;  // guards the lines, which the reader thread writes
  std::condition_variable changed_;
  Output out_, err_;
  bool output_over_ = false;
  std::thread reader_;
};

/// Memory of a process that is in RAM, as /proc tells.
long resident_kib(pid_t pid);

/// `build/.../tests/apps/NAME.so` and, with a callable, `:CALLABLE`.
std::string test_app(std::string_view name, std::string_view callable = "");
/// The file of a test app.
std::string test_app_file(std::string_view name);

}  // namespace appserver::testing
