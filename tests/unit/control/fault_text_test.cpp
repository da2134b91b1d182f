// What a record of a fault says in words, also one that lies.
#include "control/fault_text.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <new>

#include <gtest/gtest.h>

#include "base/thread_signals.hpp"
#include "control/fault_handler.hpp"

namespace appserver::control {
namespace {

board::Fault fault_of(int signal, int code, std::uint64_t address = 0) {
  board::Fault fault{};
  fault.signal = signal;
  fault.code = code;
  fault.address = address;
  fault.stack = 0x7fff'0000'0000;
  return fault;
}

TEST(FaultText, SaysTheSignalAndWhatItsAddressMeans) {
  EXPECT_EQ(signal_text(fault_of(SIGSEGV, SEGV_MAPERR, 8), 1),
            "SIGSEGV, address 0x8 (null pointer)");
  EXPECT_EQ(signal_text(fault_of(SIGSEGV, SEGV_MAPERR, 0x7fff'0000'0000 - 16), 1),
            "SIGSEGV, address 0x7ffefffffff0 (stack overflow)");
  EXPECT_EQ(signal_text(fault_of(SIGSEGV, SEGV_ACCERR, 0x5555'0000), 1),
            "SIGSEGV, address 0x55550000");
  EXPECT_EQ(signal_text(fault_of(SIGSEGV, SI_KERNEL), 1),
            "SIGSEGV, at no address that there can be");
  EXPECT_EQ(signal_text(fault_of(SIGFPE, FPE_INTDIV, 1), 1), "SIGFPE, address 0x1");
}

TEST(FaultText, TellsASignalFromOutsideFromOneByItself) {
  board::Fault fault = fault_of(SIGABRT, SI_TKILL);
  fault.sender = 12;
  EXPECT_FALSE(is_from_outside(fault, 12));
  EXPECT_EQ(signal_text(fault, 12), "SIGABRT, by itself");
  EXPECT_TRUE(is_from_outside(fault, 13));
  EXPECT_EQ(signal_text(fault, 13), "SIGABRT, sent by process 12");
  EXPECT_FALSE(is_from_outside(fault_of(SIGSEGV, SEGV_MAPERR), 12));
}

TEST(FaultText, SaysTheRequestWhereThereIsOne) {
  board::Fault fault = fault_of(SIGSEGV, SEGV_MAPERR);
  EXPECT_EQ(request_text(fault), "");
  fault.work.method.set("GET");
  fault.work.target.set("/a?b");
  fault.work.request_id.set("1f");
  fault.work.client.set("::1");
  fault.work.begun_us = 1'000'000;
  fault.at_us = 1'250'000;
  fault.work.sent_bytes = 7;
  EXPECT_EQ(
      request_text(fault),
      "GET /a?b, request id 1f, from ::1, after 250 ms, 7 bytes of its body sent");
}

TEST(FaultText, SaysTheThreadAndTheApp) {
  board::Fault fault = fault_of(SIGSEGV, SEGV_MAPERR);
  EXPECT_EQ(place_text(fault), "on a thread that the server does not know");
  fault.work.thread = WorkNote::Thread::Loader;
  fault.work.app.set("a.so:app");
  fault.work.version.set("0123456789abcdef");
  fault.work.step.set("create()");
  EXPECT_EQ(place_text(fault),
            "on the thread that loads apps, in create() of a.so:app (version "
            "0123456789ab)");
}

TEST(FaultText, BelievesNoCountThatIsTooLarge) {
  auto fault = std::make_unique<board::Fault>(fault_of(SIGSEGV, SEGV_MAPERR));
  fault->frame_count = 4'000'000'000U;
  fault->module_count = 4'000'000'000U;
  fault->work.target.size = 4'000'000'000U;
  fault->work.method.set("GET");
  for (auto& frame : fault->frames) frame = {0x1234, 4'000'000'000U};
  for (auto& module : fault->modules) module.path.set("/nowhere/at/all.so");
  EXPECT_EQ(frame_lines(*fault).size(),
            board::Fault::kFramesMost + board::Fault::kModulesMost);
  EXPECT_EQ(frame_lines(*fault)[0], "#0 0x1234, in no module");
  EXPECT_EQ(request_text(*fault).substr(0, 4), "GET ");
}

// ---- the handler, in a child of the test ----

void describe(const void* subject, WorkNote& note) {
  note.app.set(*static_cast<const std::string_view*>(subject));
}

/// What a child has written that did `act`, and how it ended.
class Child {
 public:
  explicit Child(void (*act)()) {
    void* const pages = ::mmap(nullptr, sizeof(board::Faults), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    faults_ = new (pages) board::Faults{};
    const pid_t pid = ::fork();
    if (pid == 0) {
      for (const int fault : {SIGSEGV, SIGABRT})
        ::signal(fault, SIG_DFL);  // sanitizers
      report_faults_to(*faults_);
      const std::string_view app = "the app";
      const WorkScope work(&app, describe);
      act();
      ::_exit(0);
    }
    ::waitpid(pid, &status, 0);
  }

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  ~Child() { ::munmap(faults_, sizeof(board::Faults)); }

  [[nodiscard]] const board::Faults& faults() const { return *faults_; }

  int status = 0;

 private:
  board::Faults* faults_;
};

TEST(FaultHandler, WritesWhatTheThreadWasBusyWithAndEndsTheProcessAllTheSame) {
  const Child child([] { ::raise(SIGSEGV); });
  ASSERT_TRUE(WIFSIGNALED(child.status));
  EXPECT_EQ(WTERMSIG(child.status), SIGSEGV);
  const board::FaultRecord& record = child.faults().crash;
  EXPECT_EQ(record.state.load(), board::FaultRecord::kWhole);
  EXPECT_EQ(record.fault.signal, SIGSEGV);
  EXPECT_EQ(record.fault.work.app.view(), "the app");
  EXPECT_GT(record.fault.frame_count, 3U);
  EXPECT_GT(record.fault.module_count, 0U);
}

TEST(FaultHandler, LeavesAHandlerThatIsThereAlone) {
  const Child child([] {
    static volatile sig_atomic_t called = 0;
    ::signal(SIGABRT, [](int) { called = 1; });  // as an app may
    ::raise(SIGABRT);
    ::_exit(called == 1 ? 7 : 8);
  });
  ASSERT_TRUE(WIFEXITED(child.status));
  EXPECT_EQ(WEXITSTATUS(child.status), 7);
  EXPECT_EQ(child.faults().crash.state.load(), board::FaultRecord::kFree);
}

TEST(FaultHandler, AThreadThatIsAskedSaysWhereItStandsAndGoesOn) {
  const Child child([] { ::raise(stall_signal()); });
  EXPECT_TRUE(WIFEXITED(child.status));
  EXPECT_EQ(child.faults().stall.state.load(), board::FaultRecord::kWhole);
  EXPECT_EQ(child.faults().stall.fault.work.app.view(), "the app");
  EXPECT_EQ(child.faults().crash.state.load(), board::FaultRecord::kFree);
}

}  // namespace
}  // namespace appserver::control
