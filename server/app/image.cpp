// dlopen, by Boost.DLL where it has what we need, and the checks between a symbol's
// address and the first call through it. A module's static constructors run in here;
// one that throws or crashes takes the process with it, which no code on this side can
// prevent (the check process is there for that).
#include "app/image.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#define BOOST_DLL_USE_STD_FS  // no libboost_filesystem
#include <boost/dll/shared_library.hpp>

#include "app/app_spec.hpp"
#include "app/load_failure.hpp"
#include "base/nearest.hpp"

namespace appserver::app {
namespace {

constexpr std::uint64_t kMustKnow = 0xffff'ffffU;  // flag bits 0..31
constexpr std::uint64_t kKnown = GW_BLOCKING | GW_SERIAL | GW_BUFFERED | GW_NO_UNLOAD;
constexpr std::size_t kLeastSize = offsetof(gw_app, call) + sizeof(gw_app::call);

using Library = boost::dll::shared_library;

std::string in_quotes(const std::string& text) {
  return '"' + text + '"';
}

Error cannot_load(const std::string& spec_text, const std::string& why) {
  return app_error("cannot load " + in_quotes(spec_text) + ": " + why);
}

/// Never destroyed, so nothing is ever unmapped: the destructor of shared_library
/// would, while a thread may stand in the image, and libc may point to its thread_local
/// and atexit destructors. The list itself is reachable to the end, so leak checkers
/// see no leak.
Library& keep_forever(std::unique_ptr<Library> library) {
  static auto& mapped = *new std::vector<std::unique_ptr<Library>>;
  return *mapped.emplace_back(std::move(library));
}

Result<Library*> map_forever(const std::string& path, const std::string& spec_text) {
  using boost::dll::load_mode::rtld_local;
  using boost::dll::load_mode::rtld_now;
  auto library =
      std::make_unique<Library>();  // never copied: a copy would load it again
  std::error_code ec;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the error is this thread's own in glibc
  ::dlerror();  // forget what an earlier caller left
  library->load(path, rtld_now | rtld_local, ec);
  if (ec) {
    // The code only says "bad file descriptor"; dlerror still holds the loader's own
    // text. NOLINTNEXTLINE(concurrency-mt-unsafe): glibc keeps one for each thread
    const char* text = ::dlerror();
    return cannot_load(spec_text,
                       explain_load_failure(text != nullptr ? text : "", path));
  }
  return &keep_forever(std::move(library));
}

/// The address ranges of one mapped image, as [begin, end).
class Ranges {
 public:
  /// All PT_LOAD segments that have `flags` (PF_*) of the image with this link map.
  Ranges(const link_map& map, unsigned flags) : map_(map), flags_(flags) {
    ::dl_iterate_phdr(&Ranges::visit, this);
  }

  [[nodiscard]] bool contain(std::uintptr_t at, std::size_t size) const {
    return std::any_of(ranges_.begin(), ranges_.end(), [&](const auto& range) {
      return at >= range.first && at < range.second && size <= range.second - at;
    });
  }

 private:
  static int visit(dl_phdr_info* found, std::size_t, void* self) {
    static_cast<Ranges*>(self)->add_if_same(*found);
    return 0;
  }

  void add_if_same(const dl_phdr_info& found) {
    const auto dynamic = reinterpret_cast<std::uintptr_t>(map_.l_ld);
    std::vector<std::pair<std::uintptr_t, std::uintptr_t>> ranges;
    bool is_same = false;
    for (std::size_t i = 0; i < found.dlpi_phnum; ++i) {
      const ElfW(Phdr)& segment = found.dlpi_phdr[i];
      const std::uintptr_t begin = found.dlpi_addr + segment.p_vaddr;
      if (segment.p_type == PT_DYNAMIC) is_same = begin == dynamic;
      if (segment.p_type != PT_LOAD || (segment.p_flags & flags_) != flags_) continue;
      ranges.emplace_back(begin, begin + segment.p_memsz);
    }
    if (is_same) ranges_ = std::move(ranges);
  }

  const link_map& map_;
  const unsigned flags_;
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> ranges_;
};

template <class Function>
bool is_null_or_code(const Ranges& code, Function* function) {
  return function == nullptr ||
         code.contain(reinterpret_cast<std::uintptr_t>(function), 1);
}

std::optional<std::string> why_table_is_refused(const gw_app& app, const Ranges& code) {
  if (app.abi_major != GW_ABI_MAJOR) {
    return "it speaks gateway ABI " + std::to_string(app.abi_major) + ", this server " +
           std::to_string(GW_ABI_MAJOR) + "; fill abi_major with GW_ABI_MAJOR";
  }
  if ((app.flags & kMustKnow & ~kKnown) != 0) {
    return "it has flags that this server does not know (bits " +
           std::to_string(app.flags & kMustKnow & ~kKnown) +
           " of its flags); use a newer server, or build the plugin without them";
  }
  if (app.call == nullptr) return "its call is NULL; give it the function to call";
  const bool all_inside =
      is_null_or_code(code, app.call) && is_null_or_code(code, app.create) &&
      is_null_or_code(code, app.quiesce) && is_null_or_code(code, app.destroy) &&
      is_null_or_code(code, app.extension);
  if (!all_inside) {
    return "one of its functions lies outside of the module; another library has a "
           "function of the same name: hide the module's own (static, or link it with "
           "gateway_add_app)";
  }
  return std::nullopt;
}

/// Copies the table at `address` into `app`. The reason if it is not to be trusted.
std::optional<std::string> bind_table(const Library& library, const void* address,
                                      gw_app& app) {
  link_map* map = nullptr;
  if (::dlinfo(library.native(), RTLD_DI_LINKMAP, &map) != 0 || map == nullptr) {
    return "the dynamic loader does not tell where it is mapped";
  }
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const Ranges data(*map, PF_R);
  std::uint32_t size = 0;
  if (!data.contain(at, sizeof(size)))
    return "it lies in another library than the module";
  std::memcpy(&size, address, sizeof(size));
  if (size < kLeastSize) {
    return "its size is " + std::to_string(size) + ", too small to hold `call` (" +
           std::to_string(kLeastSize) + "); begin it with sizeof(gw_app)";
  }
  // A larger one is a newer minor's: its end means nothing to us.
  const std::size_t taken = std::min<std::size_t>(size, sizeof(gw_app));
  if (!data.contain(at, taken)) return "it does not end inside the module";
  std::memcpy(&app, address, taken);
  app.size = sizeof(gw_app);  // what is missing is zero now, and that means absent
  return why_table_is_refused(app, Ranges(*map, PF_X));
}

Error no_such_callable(const ModuleCopy& copy, const std::string& spec_text,
                       const std::string& wanted,
                       const std::vector<std::string>& existing) {
  std::string text = wanted.empty() ? "no callable \"app\" or \"application\" in "
                                    : "no callable " + in_quotes(wanted) + " in ";
  text += copy.source;
  if (existing.empty()) {
    return cannot_load(spec_text, text +
                                      "; it exports none at all: define one with "
                                      "GW_APP(app, ...), and let no version script or "
                                      "visibility option hide gw1_app");
  }
  text += "; it has: ";
  for (std::size_t i = 0; i < existing.size(); ++i)
    text += (i > 0 ? ", " : "") + existing[i];
  const auto spec = parse_app_spec(spec_text);
  const std::string module = spec ? spec->module : copy.source;
  const auto near = nearest(wanted.empty() ? "app" : wanted, existing, 64);
  if (near) text += ". Did you mean " + in_quotes(module + ":" + *near) + "?";
  return cannot_load(spec_text, text);
}

/// Decided from the file, so that a wrong name runs no constructor.
Result<std::string> choose_callable(const ModuleCopy& copy,
                                    const std::string& spec_text,
                                    const std::string& wanted) {
  const auto elf = inspect_file(copy.path);
  if (!elf) return elf.error();
  std::vector<std::string> names = {wanted};
  if (wanted.empty()) names = {"app", "application"};
  for (const std::string& name : names) {
    const auto& all = elf->callables;
    if (std::binary_search(all.begin(), all.end(), name)) return name;
  }
  return no_such_callable(copy, spec_text, wanted, elf->callables);
}

}  // namespace

Result<std::shared_ptr<const Image>> Image::load(const ModuleCopy& copy,
                                                 const std::string& spec_text,
                                                 const std::string& callable) {
  const auto name = choose_callable(copy, spec_text, callable);
  if (!name) return name.error();
  const auto library = map_forever(copy.path, spec_text);
  if (!library) return library.error();
  const std::string symbol = "gw1_" + *name;
  const void* address = ::dlsym((*library)->native(), symbol.c_str());
  const std::shared_ptr<Image> image(new Image);
  const auto why = bind_table(**library, address, image->app_);
  if (why) {
    return cannot_load(
        spec_text, "callable " + in_quotes(*name) + " of " + copy.source + ": " + *why);
  }
  image->callable_ = *name;
  image->copy_ = copy;
  return std::shared_ptr<const Image>(image);
}

}  // namespace appserver::app
