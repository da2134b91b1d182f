// How a fact of the layout is written down.
#pragma once

#include <cxxabi.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>

namespace gateway::abi_test {

// A changed parameter moves no offset, so the type belongs into the snapshot as well.
template <class T>
std::string name_of() {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(typeid(T).name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : typeid(T).name();
}

template <class T>
std::string member(const char* name, std::size_t offset) {
  return std::string(name) + ' ' + std::to_string(offset) + ' ' +
         std::to_string(sizeof(T)) + ' ' + name_of<T>() + '\n';
}

template <class T>
std::string type(const char* name) {
  return std::string(name) + ' ' + std::to_string(sizeof(T)) + '\n';
}

inline std::string constant(const char* name, const char* value) {
  return std::string(name) + ' ' + value + '\n';
}

template <class T>
std::string constant(const char* name, T value) {
  return std::string(name) + ' ' + std::to_string(value) + ' ' +
         (std::is_signed_v<T> ? "signed" : "unsigned") + '\n';
}

#define TYPE(t) type<t>(#t)
#define MEMBER(t, m) member<decltype(t::m)>(#t "." #m, offsetof(t, m))
#define CONSTANT(c) constant(#c, c)

/// The lines of the extensions' headers.
std::string extension_layout();

}  // namespace gateway::abi_test
