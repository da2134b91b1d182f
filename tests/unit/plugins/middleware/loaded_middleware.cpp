#include "loaded_middleware.hpp"

#include <dlfcn.h>

namespace {

std::string hello(const gateway::Environ&, gateway::StartResponse& start_response) {
  start_response(200, {{"content-type", "text/plain"}});
  return "hello\n";
}

}  // namespace

const gw_app kHello = app_of<&hello>();

const gw_app& loaded_middleware(const std::string& name) {
  const std::string path = PLUGINS "/" + name + ".so";
  void* image = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (image == nullptr) throw std::runtime_error(dlerror());
  const auto* app = static_cast<const gw_app*>(dlsym(image, "gw1_middleware"));
  if (app == nullptr) throw std::runtime_error(path + " exports no gw1_middleware");
  return *app;
}

std::string refusal_of(const std::string& name, const std::string& config) {
  try {
    gateway::TestChain chain({{loaded_middleware(name), config}}, kHello);
  } catch (const std::runtime_error& refused) {
    return refused.what();
  }
  return {};
}
