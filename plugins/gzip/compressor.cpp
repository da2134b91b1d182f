#include "compressor.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <array>
#include <new>
#include <stdexcept>

namespace {

constexpr std::size_t kPieceOut = 16'384;

class Gzip : public Compressor {
 public:
  Gzip(int level, std::int64_t length) {
    // A memory level of 7 holds back at most 32 KiB, which with the 16 KiB of one call
    // stays below what a layer may send at once; 8 would hold back 64 KiB.
    int window = MAX_WBITS;
    int memory = 7;
    while (length >= 0 && window > 10 && length < (1 << (window - 1)) - 262) {
      --window;
      if (memory > 1) --memory;
    }
    constexpr int kGzipFrame = 16;
    if (deflateInit2(&stream_, level, Z_DEFLATED, window + kGzipFrame, memory,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }

  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  ~Gzip() override { deflateEnd(&stream_); }

  void feed(std::string_view bytes, Step step, const Put& put) override {
    const int flush = step == Step::Finish  ? Z_FINISH
                      : step == Step::Flush ? Z_SYNC_FLUSH
                                            : Z_NO_FLUSH;
    // zlib never writes through next_in.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    std::array<char, kPieceOut> out;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out.data());
      stream_.avail_out = static_cast<uInt>(out.size());
      const int result = deflate(&stream_, flush);
      // Z_BUF_ERROR: nothing to do, as in a second flush in a row.
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        throw std::runtime_error("deflate failed");
      }
      put({out.data(), out.size() - stream_.avail_out}, stream_.avail_out != 0);
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
};

class Brotli : public Compressor {
 public:
  Brotli(int level, std::int64_t length)
      : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (state_ == nullptr) throw std::bad_alloc();
    std::uint32_t window = 17;  // 128 KiB
    while (length >= 0 && window > BROTLI_MIN_WINDOW_BITS &&
           length <= (1 << (window - 1)) - 16) {
      --window;
    }
    set(BROTLI_PARAM_QUALITY, static_cast<std::uint32_t>(level));
    set(BROTLI_PARAM_LGWIN, window);
    if (length > 0 && length < 1 << 30) {
      set(BROTLI_PARAM_SIZE_HINT, static_cast<std::uint32_t>(length));
    }
  }

  Brotli(const Brotli&) = delete;
  Brotli& operator=(const Brotli&) = delete;

  ~Brotli() override { BrotliEncoderDestroyInstance(state_); }

  void feed(std::string_view bytes, Step step, const Put& put) override {
    // Brotli gathers 64 KiB before it gives any, more than a layer may send at once.
    unflushed_ += bytes.size();
    if (step == Step::Go && unflushed_ > kMostHeld - kMostIn) step = Step::Flush;
    if (step != Step::Go) unflushed_ = 0;
    const auto operation = step == Step::Finish  ? BROTLI_OPERATION_FINISH
                           : step == Step::Flush ? BROTLI_OPERATION_FLUSH
                                                 : BROTLI_OPERATION_PROCESS;
    const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left = bytes.size();
    do {
      std::size_t no_room = 0;
      if (BrotliEncoderCompressStream(state_, operation, &left, &in, &no_room, nullptr,
                                      nullptr) == BROTLI_FALSE) {
        throw std::runtime_error("brotli failed");
      }
      std::size_t size = 0;  // as much as there is
      const auto* out = BrotliEncoderTakeOutput(state_, &size);
      const bool is_rest =
          left == 0 && BrotliEncoderHasMoreOutput(state_) == BROTLI_FALSE;
      put({reinterpret_cast<const char*>(out), size}, is_rest);
      if (is_rest) return;
    } while (true);
  }

 private:
  static constexpr std::size_t kMostHeld = 49'152;

  void set(BrotliEncoderParameter name, std::uint32_t value) {
    BrotliEncoderSetParameter(state_, name, value);
  }

  BrotliEncoderState* state_;
  std::size_t unflushed_ = 0;
};

}  // namespace

std::unique_ptr<Compressor> make_gzip(int level, std::int64_t length) {
  return std::make_unique<Gzip>(level, length);
}

std::unique_ptr<Compressor> make_brotli(int level, std::int64_t length) {
  return std::make_unique<Brotli>(level, length);
}
