#include "loaded_app.hpp"

#include <dlfcn.h>

#include <stdexcept>

const gw_app& loaded_app(const std::string& name, const std::string& folder) {
  const std::string path = folder + "/" + name + ".so";
  void* image = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (image == nullptr) throw std::runtime_error(dlerror());
  const auto* app = static_cast<const gw_app*>(dlsym(image, "gw1_app"));
  if (app == nullptr) throw std::runtime_error(path + " exports no gw1_app");
  return *app;
}
