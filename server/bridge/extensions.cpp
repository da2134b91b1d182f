#include "bridge/extensions.hpp"

namespace appserver::bridge {

const void* find_extension(std::string_view) {
  return nullptr;
}

}  // namespace appserver::bridge
