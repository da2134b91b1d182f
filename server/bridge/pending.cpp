#include "bridge/pending.hpp"

#include <utility>

namespace appserver::bridge {

void Pending::note_news() {
  if (!std::exchange(notified_, true)) notify();
}

std::int32_t Pending::post(Function run, void* arg) {
  if (run == nullptr) return GW_E_INVALID;
  const std::lock_guard lock(mutex_);
  if (over_ || completed_) return GW_E_GONE;
  if (posts_.size() >= kPostsMost) return GW_E_AGAIN;
  posts_.push_back({run, arg});
  note_news();
  return GW_OK;
}

std::int32_t Pending::complete(std::int64_t result) {
  const std::lock_guard lock(mutex_);
  if (over_) return GW_E_GONE;
  if (std::exchange(completed_, true)) return GW_E_STATE;
  result_ = result;
  note_news();
  return GW_OK;
}

std::int32_t Pending::wake() {
  const std::lock_guard lock(mutex_);
  if (over_) return GW_E_GONE;
  woken_ = true;
  note_news();
  return GW_OK;
}

void Pending::retain() {
  const std::lock_guard lock(mutex_);
  ++app_references_;
}

void Pending::release() {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    --app_references_;
    // Nobody can complete it any more: that is what the app forgot.
    if (app_references_ == 0 && !over_ && !std::exchange(completed_, true)) {
      result_ = GW_E_APP;
      note_news();
    }
    last = app_references_ == 0 && host_references_ == 0;
  }
  if (last) delete this;
}

bool Pending::is_held() const {
  const std::lock_guard lock(mutex_);
  return app_references_ > 0;
}

void Pending::take_notice() {
  const std::lock_guard lock(mutex_);
  notified_ = false;
}

Pending::News Pending::take_news() {
  const std::lock_guard lock(mutex_);
  return {std::exchange(posts_, {}), std::exchange(result_, std::nullopt),
          std::exchange(woken_, false)};
}

std::vector<Pending::Post> Pending::end() {
  cancel();
  const std::lock_guard lock(mutex_);
  over_ = true;
  return std::exchange(posts_, {});
}

void Pending::let_go() {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    --host_references_;
    last = app_references_ == 0 && host_references_ == 0;
  }
  if (last) delete this;
}

}  // namespace appserver::bridge
