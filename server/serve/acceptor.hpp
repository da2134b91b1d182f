// One listening socket in a Service's loop. Only the Service's own files include this.
#pragma once

#include <memory>
#include <utility>

#include "serve/service.hpp"

namespace appserver::serve {

class Service::Acceptor final : public net::Watch {
 public:
  Acceptor(Service& service, ListenerPlace place)
      : service_(service),
        place_(std::make_shared<const ListenerPlace>(std::move(place))) {}

  void on_ready(std::uint32_t) override { service_.accept_from(*this, kBatch); }

  [[nodiscard]] const std::shared_ptr<const ListenerPlace>& place() const {
    return place_;
  }

  [[nodiscard]] int fd() const { return place_->fd; }

 private:
  static constexpr int kBatch = 64;  // of one event: others get their turn
  Service& service_;
  std::shared_ptr<const ListenerPlace> place_;  ///< outlives us where connections do
};

}  // namespace appserver::serve
