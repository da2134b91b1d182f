#include "http/message.hpp"

#include <cstdlib>

namespace appserver::http {

void throw_exception_from_error(const Rejection&, const boost::source_location&) {
  std::abort();  // value() of a refused message: a defect of ours
}

}  // namespace appserver::http
