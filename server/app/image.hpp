// One mapped module. The only room's only file that may dlopen, dlsym and cast symbols.
#pragma once

#include <memory>
#include <string>

#include <gateway/gateway.h>

#include "app/module_store.hpp"
#include "base/result.hpp"

namespace appserver::app {

/// A mapped private copy and one descriptor found in it. Never unmapped: frames, TLS
/// destructors and libc may still point into it (HOT SWAP keeps old images; a retired
/// image costs some 20 KiB).
class Image {
 public:
  /// Maps the copy (RTLD_NOW | RTLD_LOCAL; runs its static constructors) and binds
  /// gw1_<callable>; `callable` empty: app, then application.
  /// Fails: AppLoad: no such callable (names those that exist and the nearest one),
  /// undefined symbol (which), a library it needs is missing, a noexec folder, a
  /// descriptor that is too small or has flags this host does not know, or no call
  /// function. Threads: [control], one at a time.
  static Result<std::shared_ptr<const Image>> load(const ModuleCopy& copy,
                                                   const std::string& spec_text,
                                                   const std::string& callable);

  /// The descriptor, copied out of the image and padded with zeros to our size: later
  /// calls read no plugin data for control flow.
  [[nodiscard]] const gw_app& app() const { return app_; }

  [[nodiscard]] const std::string& callable() const { return callable_; }

  [[nodiscard]] const ModuleCopy& copy() const { return copy_; }

 private:
  Image() = default;
  gw_app app_{};
  std::string callable_;
  ModuleCopy copy_;
};

}  // namespace appserver::app
