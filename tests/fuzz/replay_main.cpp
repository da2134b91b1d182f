// Runs a fuzz target once over every file of the folders given, with any compiler: what
// a fuzzer once found stays found. Ends with 1 if a folder is missing or there was no
// input.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

/// Every input once whole and once per prefix up to this length: cheap, and finds reads
/// past the end.
constexpr std::size_t kLongestPrefix = 256;

void run(const std::string& input, std::size_t size) {
  // A block of exactly this size: sanitizers see each byte read beyond it.
  const std::vector<std::uint8_t> block(
      input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
  LLVMFuzzerTestOneInput(block.data(), block.size());
}

bool replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string input{std::istreambuf_iterator<char>(file), {}};
  if (!file) return false;
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);
  run(input, input.size());
  for (std::size_t size = 0; size < std::min(input.size(), kLongestPrefix); ++size) {
    run(input, size);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i], failure)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    if (failure) {
      std::fprintf(stderr, "cannot read %s: %s\n", argv[i], failure.message().c_str());
      return 1;
    }
  }
  std::sort(files.begin(), files.end());
  const bool all_read = std::all_of(files.begin(), files.end(), replay);
  std::printf("%zu inputs\n", files.size());
  return !files.empty() && all_read ? 0 : 1;
}
