// The body on its way out through the layers, in pieces that are taken whole.
#include <algorithm>
#include <utility>

#include "bridge/app_call.hpp"
#include "bridge/chain.hpp"
#include "bridge/exchange.hpp"

namespace appserver::bridge {

/// On the stack of one data call: what the layer at `depth` writes to. Extensions find
/// the exchange by it as by any writer.
struct Chain::Way : Writer {
  Way(Chain& of, std::uint32_t of_depth) : chain(&of), depth(of_depth) {
    size = sizeof(gw_writer);
    error = GW_OK;
    owner = of.exchange_;
    write = [](gw_writer* self, const void* bytes, std::size_t n, std::uint32_t flags) {
      return static_cast<Way*>(self)->take(static_cast<const char*>(bytes), n, flags);
    };
    body = [](gw_writer*, gw_source* source) -> std::int32_t {
      if (source == nullptr) return GW_E_INVALID;
      call_close(*source, GW_E_UNSUPPORTED);  // what a layer makes it writes
      return GW_E_UNSUPPORTED;
    };
  }

  std::int64_t take(const char* bytes, std::size_t n, std::uint32_t flags) {
    if (chain->failed_ != GW_OK) return chain->failed_;
    if (n > 0 && bytes == nullptr) return GW_E_INVALID;
    if (n > kDownMost - taken) {
      return chain->cut(GW_E_TOOBIG, chain->members_[depth]->spec_text() +
                                         " wrote more than 64 KiB in one data call");
    }
    taken += n;
    if (n == 0 && flags == 0) return 0;
    const std::int32_t code = chain->pass_layers(depth, bytes, n, flags);
    return code < 0 ? code : static_cast<std::int64_t>(n);
  }

  Chain* chain;
  std::uint32_t depth;
  std::size_t taken = 0;
};

std::int64_t Chain::write(const char* bytes, std::size_t n, std::uint32_t flags) {
  if (over_) return GW_E_STATE;
  flags &= GW_LAST | GW_FLUSH;
  if (n == 0) {
    owed_ |= flags;
    over_ = (flags & GW_LAST) != 0;
    const std::int32_t settled = settle();
    return settled == GW_E_AGAIN ? GW_OK : settled;
  }
  std::size_t done = 0;
  while (done < n) {
    const std::int32_t settled = settle();
    if (settled == GW_E_AGAIN) {
      done += keep_behind(bytes + done, n - done, flags);
      break;
    }
    if (settled != GW_OK) return settled;
    const std::size_t piece = std::min<std::size_t>(n - done, GW_TAKEN_WHOLE);
    const std::uint32_t now = done + piece == n ? flags : 0;
    if ((now & GW_LAST) != 0) over_ = true;
    const std::int32_t passed = pass(bytes + done, piece, now);
    if (passed < 0) return passed;
    done += piece;
  }
  exchange_->short_write_ = done < n;
  return static_cast<std::int64_t>(done);
}

std::int32_t Chain::take_part(FilePart&& part, std::uint32_t flags) {
  if (over_ || passing_) return GW_E_STATE;
  if (parts_.size() >= FileParts::kMost) {
    const std::int32_t settled = settle();
    if (settled != GW_OK && settled != GW_E_AGAIN) return settled;
    if (parts_.size() >= FileParts::kMost) return GW_E_AGAIN;
  }
  flags &= GW_LAST | GW_FLUSH;
  over_ = (flags & GW_LAST) != 0;
  if (part.left() == 0) {
    owed_ |= flags;
  } else {
    parts_.push_back({std::move(part), {}, flags});
  }
  const std::int32_t settled = settle();
  return settled == GW_E_AGAIN ? GW_OK : settled;
}

/// As without layers, the first bytes that are written behind a file that waits are
/// taken whole. Gives how many were.
std::size_t Chain::keep_behind(const char* bytes, std::size_t n, std::uint32_t flags) {
  if (parts_.empty()) return 0;
  if (parts_.back().file.left() > 0) parts_.push_back({});
  Part& behind = parts_.back();
  const std::size_t taken = std::min(n, GW_TAKEN_WHOLE - behind.bytes.size());
  behind.bytes.append(bytes, taken);
  if (taken < n) return taken;
  behind.flags |= flags;
  over_ = (flags & GW_LAST) != 0;
  return taken;
}

/// A piece of the first part, read and passed.
void Chain::pass_part() {
  Part& first = parts_.front();
  if (first.bytes.empty()) {
    piece_.resize(GW_TAKEN_WHOLE);
    const std::int64_t n = first.file.read(piece_.data(), piece_.size());
    if (n <= 0) {
      cut(GW_E_APP, "a file that is sent has become shorter: the answer is cut");
      return;
    }
    piece_.resize(static_cast<std::size_t>(n));
  } else {
    piece_.swap(first.bytes);
  }
  const bool is_through = first.file.left() == 0;
  const std::uint32_t flags = is_through ? first.flags : 0;
  if (is_through) parts_.erase(parts_.begin());
  pass(piece_.data(), piece_.size(), flags);
}

std::int32_t Chain::pass_pulled(const char* bytes, std::size_t n) {
  piece_.assign(bytes, n);  // what the layers write goes where these bytes are
  return pass(piece_.data(), n, 0);
}

std::int32_t Chain::pass_flush() {
  if (unflushed_) owed_ |= GW_FLUSH;
  return settle();
}

std::int32_t Chain::pass_last() {
  if (!std::exchange(over_, true)) owed_ |= GW_LAST;
  return settle();
}

std::int32_t Chain::settle() {
  while (failed_ == GW_OK) {
    const std::int32_t drained = drain();
    if (drained != GW_OK) return drained;
    if (!parts_.empty()) {
      pass_part();
      continue;
    }
    if (owed_ == 0) return GW_OK;
    pass(nullptr, 0, std::exchange(owed_, 0));
  }
  return failed_;
}

/// Moves what is pending into the output queue.
std::int32_t Chain::drain() {
  while (!pending_.empty()) {
    const std::size_t left = pending_.size() - pending_at_;
    const std::int64_t put = exchange_->put_body(pending_.data() + pending_at_, left);
    if (put < 0) return cut(static_cast<std::int32_t>(put), "");
    pending_at_ += static_cast<std::size_t>(put);
    if (static_cast<std::size_t>(put) == left) {
      pending_.clear();
      pending_at_ = 0;
      break;
    }
    const std::int32_t sent = exchange_->send(exchange_->out_->size());
    if (sent == GW_E_AGAIN) return sent;
    if (sent != GW_OK) return cut(sent, "");
  }
  if (!std::exchange(ends_, false)) return GW_OK;
  return exchange_->end_body() ? GW_OK : cut(GW_E_APP, "");
}

/// Into the innermost layer.
std::int32_t Chain::pass(const char* bytes, std::size_t n, std::uint32_t flags) {
  if (failed_ != GW_OK) return failed_;
  unflushed_ = flags == 0;
  passing_ = true;  // a layer's hook may not hand over parts of its own
  const std::int32_t code = pass_layers(data_depth_, bytes, n, flags);
  passing_ = false;
  if (code < 0) return code;
  if ((flags & GW_LAST) == 0 || saw_last_) return GW_OK;
  return cut(GW_E_APP, "a layer has kept GW_LAST: the answer has no end");
}

std::int32_t Chain::pass_layers(std::uint32_t count, const char* bytes, std::size_t n,
                                std::uint32_t flags) {
  count = outside_of_data(count);
  if (count == 0) return put(bytes, n, flags);
  const std::uint32_t depth = count - 1;
  do {
    const std::size_t piece = std::min<std::size_t>(n, GW_TAKEN_WHOLE);
    const std::uint32_t now = piece == n ? flags : 0;
    Way down(*this, depth);
    const std::int32_t code =
        call_layer_data(*levels_[depth].layer, bytes, piece, now, down);
    if (failed_ != GW_OK) return failed_;  // also where the layer has swallowed it
    if (code < 0) {
      return cut(code, members_[depth]->spec_text() + " failed with its data hook (" +
                           std::to_string(code) + ")");
    }
    bytes += piece;
    n -= piece;
  } while (n > 0);
  return GW_OK;
}

/// What has passed all layers. Never short: what finds no room is pending.
std::int32_t Chain::put(const char* bytes, std::size_t n, std::uint32_t flags) {
  Exchange& exchange = *exchange_;
  if (saw_last_) return cut(GW_E_STATE, "a layer wrote after GW_LAST");
  const std::size_t allowed = exchange.within_length(n);
  std::size_t done = 0;
  if (allowed > 0 && pending_.empty()) {
    const std::int64_t taken = exchange.put_body(bytes, allowed);
    if (taken < 0) return cut(static_cast<std::int32_t>(taken), "");
    done = static_cast<std::size_t>(taken);
  }
  if (pending_.size() + (allowed - done) > kPendingMost)
    return cut(GW_E_TOOBIG, "the layers made too much of one piece of the body");
  if (done < allowed) pending_.append(bytes + done, allowed - done);
  exchange.body_bytes_ += allowed;
  if (allowed < n)
    return cut(GW_E_TOOBIG, "more body than its Content-Length: the answer is cut");
  if ((flags & GW_LAST) != 0) {
    saw_last_ = ends_ = true;
    if (!pending_.empty()) return GW_OK;
    return drain();
  }
  if ((flags & GW_FLUSH) == 0 || !pending_.empty()) return GW_OK;
  const std::int32_t flushed = exchange.flush();
  return flushed == GW_OK ? GW_OK : cut(flushed, "");
}

/// The connection is to be cut. Gives `code`.
std::int32_t Chain::cut(std::int32_t code, const std::string& why) {
  if (!why.empty()) exchange_->log(GW_LOG_ERROR, why);
  failed_ = code;
  exchange_->refuse_more(code);
  return code;
}

}  // namespace appserver::bridge
