// Hello, world: the smallest app, written as PEP 3333 writes it. A call allocates
// nothing.
#include <gateway/sdk.hpp>

namespace {

auto app(const gateway::Environ&, gateway::StartResponse& start_response) {
  start_response(200, {{"content-type", "text/plain"}});
  return "Hello, world!\n";
}

}  // namespace

GATEWAY_APP(app);
