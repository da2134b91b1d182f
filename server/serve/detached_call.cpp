#include "serve/detached_call.hpp"

#include "serve/connection.hpp"

namespace appserver::serve {

void DetachedCall::notify() {
  keep_for_notice();
  loop_.post(*this);
}

void DetachedCall::run_on_loop() {
  take_notice();
  if (connection_ != nullptr) connection_->on_news(*this);
  let_go();
}

}  // namespace appserver::serve
