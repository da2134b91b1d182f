// The ELF reader on hostile bytes: it answers, in bounded time and memory.
#include <cstddef>
#include <cstdint>
#include <span>

#include "app/elf_file.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using appserver::fuzz::require;
  const auto file = appserver::app::read_elf(std::as_bytes(std::span(bytes, size)));
  if (!file) {
    require(!file.error().text.empty());
    return 0;
  }
  // Every name takes a symbol of 24 bytes or a dynamic entry of 16.
  require((file->callables.size() + file->other_exports.size() +
           file->undefined.size() + file->needed.size()) *
              16 <=
          size);
  if (file->note) (void)appserver::app::why_note_is_refused(*file->note);
  return 0;
}
