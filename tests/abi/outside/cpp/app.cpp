// Somebody else's project in C++: sees nothing but the installed package.
#include <gateway/sdk.hpp>

namespace {

auto app(const gateway::Environ&, gateway::StartResponse& start_response) {
  start_response(200, {{"content-type", "text/plain"}});
  return "outside in C++\n";
}

}  // namespace

GATEWAY_APP(app);
