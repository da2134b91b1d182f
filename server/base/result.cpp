#include "base/result.hpp"

#include <cstdlib>

#include "base/log.hpp"

namespace appserver {

void throw_exception_from_error(const Error& error,
                                const boost::source_location& where) {
  log::critical("value() of a failed result at " + where.to_string() + ": " +
                error.text);
  std::abort();
}

}  // namespace appserver
