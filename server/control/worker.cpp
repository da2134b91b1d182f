#include "control/worker.hpp"

#include <chrono>
#include <future>
#include <mutex>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "bridge/extensions.hpp"
#include "site/site.hpp"

namespace appserver::control {
namespace {

using SitePtr = std::shared_ptr<const site::Site>;
constexpr std::uint64_t kQuiesceNs =
    5'000'000'000;  // what an app is given to join its threads

class PostedStep final : public net::Posted {
 public:
  explicit PostedStep(std::function<void()> step) : step_(std::move(step)) {}

  void run_on_loop() override {
    const std::unique_ptr<PostedStep> self(this);
    step_();
  }

 private:
  std::function<void()> step_;
};

using OnStep = std::function<void(const std::string& app)>;

Result<SitePtr> build(board::Scoreboard& board, const Candidate& candidate,
                      const site::Site* old, const OnStep& on_step) {
  std::vector<std::string> skipped = candidate.plan.skipped;
  auto site = site::build_site(candidate.plan, candidate.settings, old, skipped,
                               on_step, bridge::find_extension);
  for (const std::string& why : skipped) log::warning("not served: " + why);
  if (!site) return site;
  for (const auto& generation : site::all_generations(**site)) {
    if (generation->row == 0)
      generation->row =
          board.row_of(generation->spec_text(), generation->identity().sha256);
    generation->out_of_service = &board.health(generation->row).is_out_of_service;
  }
  return site;
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::start(const Candidate& candidate, Place place) {
  std::unique_ptr<Worker> worker(new Worker(place));

  // Shared with the loader, which may outlive this call when an app hangs.
  struct Attempt {
    std::promise<Result<SitePtr>> site;
    std::mutex mutex;
    std::string app;  // guarded by mutex
  };

  const auto attempt = std::make_shared<Attempt>();
  auto built = attempt->site.get_future();
  worker->loader_.post([attempt, candidate, &board = place.board] {
    attempt->site.set_value(
        build(board, candidate, nullptr, [&](const std::string& app) {
          const std::lock_guard lock(attempt->mutex);
          attempt->app = app;
        }));
  });
  const auto waited = built.wait_for(candidate.settings.timeouts.startup);
  if (waited == std::future_status::timeout) {
    static_cast<void>(worker.release());  // its loader is stuck and cannot be joined
    const std::lock_guard lock(attempt->mutex);
    return app_error(
        "cannot start \"" + attempt->app +
        "\": create() took longer than the startup timeout; make it quicker "
        "or raise --startup-timeout");
  }
  auto site = built.get();
  if (!site) return site.error();
  const auto format = config::parse_access_format(candidate.settings.access_log_format);
  if (!format) return format.error();
  worker->access_ =
      std::make_unique<serve::AccessLog>(candidate.settings.access_log, *format);
  if (!worker->access_->failure().empty()) {
    return boot_error("cannot open the access log " + candidate.settings.access_log +
                      ": " + worker->access_->failure());
  }
  worker->service_ = std::make_unique<serve::Service>(
      worker->loop_, *worker->access_, place.board.seat(place.seat), std::move(*site));
  worker->service_->on_retired = [w = worker.get()](auto generation) {
    w->retire(std::move(generation));
  };
  return worker;
}

Worker::~Worker() = default;

void Worker::post_to_loop(std::function<void()> step) {
  auto posted = std::make_unique<PostedStep>(std::move(step));
  loop_.post(*posted.release());  // owns itself until it has run
}

void Worker::retire(std::shared_ptr<app::Generation> generation) {
  loader_.post([generation = std::move(generation)] {
    if (generation->threads) generation->threads->join();
    generation->retire(monotonic_now_ns() + kQuiesceNs);
    log::info("retired " + generation->spec_text() + " generation " +
              std::to_string(generation->number()) + "; its image stays mapped");
  });
}

void Worker::prepare(std::function<Result<Candidate>()> make,
                     std::function<void(const Error*)> done) {
  SitePtr old(&service_->site(), [](const site::Site*) {});  // in force until commit()
  loader_.post([this, make = std::move(make), done = std::move(done), old,
                attempt = ++attempt_] {
    auto candidate = make();
    Result<SitePtr> site = candidate ? build(place_.board, *candidate, old.get(), {})
                                     : Result<SitePtr>(candidate.error());
    post_to_loop([this, site = std::move(site), done, attempt] {
      if (attempt != attempt_) {  // dropped while it was made
        if (site) retire_all_new(**site);
        return;
      }
      if (!site) {
        const Error error = site.error();
        return done(&error);
      }
      prepared_ = *site;
      done(nullptr);
    });
  });
}

void Worker::commit() {
  if (prepared_) service_->publish(std::move(prepared_));
  prepared_.reset();
}

void Worker::drop() {
  ++attempt_;
  if (prepared_) retire_all_new(*prepared_);
  prepared_.reset();
}

void Worker::retire_all_new(const site::Site& site) {
  for (auto& generation : site::retired_generations(site, &service_->site())) {
    retire(std::move(generation));
  }
}

bool Worker::run() {
  loop_.run(service_.get());
  access_->flush();
  const bool clean = service_->cut_count() == 0 && service_->connection_count() == 0;
  if (!clean) {
    log::warning("stopped with " + std::to_string(service_->cut_count()) +
                 " running requests cut");
    return false;
  }
  for (auto& generation : site::all_generations(service_->site())) {
    retire(std::move(generation));
  }
  return true;
}

}  // namespace appserver::control
