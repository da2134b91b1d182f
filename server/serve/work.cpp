// What a thread says of its exchange when it dies or is asked where it stands. In a
// signal handler: reads, and takes nothing for granted that comes and goes.
#include "app/generation.hpp"
#include "serve/connection.hpp"
#include "serve/upgraded.hpp"
#include "serve/websocket_link.hpp"

namespace appserver::serve {
namespace {

void describe_app(const app::Generation& generation, WorkNote& note) {
  note.app.set(generation.spec_text());
  note.version.set(generation.identity().sha256);
}

void set_thread(WorkNote& note) {
  if (note.thread != WorkNote::Thread::Io) note.thread = WorkNote::Thread::Pool;
}

}  // namespace

void Connection::describe(const void* connection, WorkNote& note) {
  const auto& self = *static_cast<const Connection*>(connection);
  set_thread(note);
  if (self.block_ == nullptr) {
    if (self.upgraded_ != nullptr) self.upgraded_->describe(note);
    return;
  }
  const Block& block = *self.block_;
  if (block.generation == nullptr) return;  // nothing that is ours can hang or crash
  describe_app(*block.generation, note);
  note.method.set(block.head.method);
  note.target.set(block.head.target);
  note.http_version = block.head.version;
  note.request_id.set(http::view(block.exchange.peek_environ().request_id));
  note.client.set(self.client_address());
  note.begun_us = self.begun_us_;
  note.sent_bytes = block.exchange.body_bytes();
}

void Upgraded::describe(WorkNote& note) const {
  if (lease_ == nullptr) return;
  describe_app(*lease_, note);
  note.step.set("an event of a WebSocket");
  if (entry_ == nullptr) return;
  const AccessEntry& entry = entry_->entry();
  note.method.set(entry.method);
  note.target.set(entry.target);
  note.http_version = entry.version;
  note.request_id.set(entry.request_id);
  note.client.set(entry.remote_addr);
  note.sent_bytes = sent_;
}

void WebSocketLink::describe(const void* link, WorkNote& note) {
  const auto& self = *static_cast<const WebSocketLink*>(link);
  set_thread(note);
  note.step.set("an event of a WebSocket");
  if (self.app_ != nullptr) describe_app(*self.app_, note);
}

}  // namespace appserver::serve
