#include "base/standard_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "base/unique_fd.hpp"

namespace appserver {
namespace {

// Written before there are threads.
int first_output = STDOUT_FILENO;
int first_error = STDERR_FILENO;

}  // namespace

int first_standard_output() {
  return first_output;
}

int first_standard_error() {
  return first_error;
}

bool divert_output(int fd) {
  UniqueFd output(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  UniqueFd error(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!output || !error || ::dup2(fd, STDOUT_FILENO) < 0 ||
      ::dup2(fd, STDERR_FILENO) < 0) {
    return false;
  }
  first_output = output.release();
  first_error = error.release();
  // A whole line leaves at once: whoever crashes after it has said it.
  return std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ) == 0;
}

}  // namespace appserver
