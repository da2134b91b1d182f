// A look at the disk is taken once per cache_valid and file; in between the cache
// answers.
#include "site.hpp"

#include <fcntl.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "text.hpp"

namespace files {
namespace {

/// 0: not there, so try_files goes on. What is outside the root, has no end of links,
/// or is neither file nor folder is not there either: a client learns nothing about it.
unsigned status_of(int error) noexcept {
  switch (error) {
    case 0:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
    case EXDEV:
    case ENXIO:
    case ENODEV:
    case EINVAL:
    case EILSEQ:
      return 0;
    case EACCES:
    case EPERM:
      return 403;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
      return 503;
    default:
      return 500;
  }
}

Descriptor open_root(const std::string& root) noexcept {
  return Descriptor(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

Site::Site(const Settings& settings)
    : settings_(settings),
      media_types_(settings.types, settings.charset),
      cache_({settings.cache_size, settings.open_files, settings.cache_valid.count()}),
      root_(std::make_shared<const Descriptor>(open_root(settings.root))) {
  if (*root_) return;
  throw std::runtime_error("root: cannot open the folder " + settings.root + ": " +
                           std::system_category().message(errno));
}

Found Site::find(RequestPath& path, std::int64_t now_ms) {
  Found found;
  for (const Try& member : settings_.try_files) {
    if (try_one(member, path, now_ms, found)) return found;
  }
  return found;
}

bool Site::try_one(const Try& member, RequestPath& path, std::int64_t now_ms,
                   Found& found) {
  switch (member.kind) {
    case Try::Kind::Uri: {
      if (path.ends_in_slash()) return false;
      const std::size_t size = path.view().size();
      const bool is_there = path.append(member.text) && try_file(path, now_ms, found);
      path.shorten(size);
      return is_there;
    }
    case Try::Kind::Directory:
      return try_folder(path, now_ms, found);
    case Try::Kind::Path: {
      RequestPath other;
      if (!other.assign(member.text, true)) return false;
      return other.ends_in_slash() ? try_folder(other, now_ms, found)
                                   : try_file(other, now_ms, found);
    }
    case Try::Kind::Status:
      found.kind = Found::Kind::Status;
      found.status = member.status;
      return true;
    case Try::Kind::App:
      found.kind = Found::Kind::NextApp;
      return true;
  }
  return false;
}

/// A folder is there if it has an index file, or may be listed. Without its slash it is
/// redirected to, for the links of its page are relative.
bool Site::try_folder(RequestPath& path, std::int64_t now_ms, Found& found) {
  const std::size_t size = path.view().size();
  const bool has_slash = path.ends_in_slash();
  if (!has_slash && !path.append("/")) return false;
  bool is_there = false;
  for (const std::string& name : settings_.index) {
    const std::size_t folder_size = path.view().size();
    is_there = path.append(name) && try_file(path, now_ms, found);
    path.shorten(folder_size);
    if (is_there) break;
  }
  if (!is_there && settings_.autoindex) is_there = try_listing(path, now_ms, found);
  path.shorten(size);
  if (is_there && !has_slash && found.kind != Found::Kind::Status) {
    found.kind = Found::Kind::Redirect;
  }
  return is_there;
}

bool Site::try_listing(const RequestPath& path, std::int64_t now_ms, Found& found) {
  Opened folder = open(path, now_ms);
  if (folder.error != EISDIR) return settle({nullptr, folder.error}, found);
  found.kind = Found::Kind::Listing;
  found.folder = std::move(folder.file);
  return true;
}

bool Site::try_file(const RequestPath& path, std::int64_t now_ms, Found& found) {
  return settle(look_up(path, now_ms), found);
}

bool Site::settle(Lookup lookup, Found& found) const {
  if (lookup.resource) {
    found.kind = Found::Kind::File;
    found.resource = std::move(lookup.resource);
    return true;
  }
  const unsigned status = status_of(lookup.error);
  if (status == 0) return false;
  found.kind = Found::Kind::Status;
  found.status = status;
  return true;
}

Site::Lookup Site::look_up(const RequestPath& path, std::int64_t now_ms) {
  FileCache::Hit hit = cache_.find(path.view(), now_ms);
  if (hit.resource && hit.fresh && hit.resource->still_true()) {
    return {std::move(hit.resource), 0};
  }
  return look_on_disk(path, hit.resource, now_ms);
}

Site::Lookup Site::look_on_disk(const RequestPath& path, const SharedResource& known,
                                std::int64_t now_ms) {
  Opened file = open(path, now_ms);
  if (file.error != 0) {
    if (known) cache_.drop(path.view());
    return {nullptr, file.error};
  }
  std::vector<Opened> twins = open_twins(path, now_ms);
  if (known && is_same(*known, file, twins)) {
    cache_.confirm(path.view(), now_ms);
    return {known, 0};
  }
  SharedResource resource = load(path.view(), std::move(file), std::move(twins));
  cache_.put(path.view(), resource, now_ms);
  return {std::move(resource), 0};
}

Opened Site::open(const RequestPath& path, std::int64_t now_ms) {
  const auto folder = root(now_ms);
  Opened opened = open_beneath(folder->get(), path.below_root(), settings_.symlinks);
  if (opened.error == EMFILE || opened.error == ENFILE) {
    cache_.drop_all();
    opened = open_beneath(folder->get(), path.below_root(), settings_.symlinks);
  }
  return opened;
}

/// One for each coding of `precompressed`, in its order; those that are not there have
/// an error.
std::vector<Opened> Site::open_twins(const RequestPath& path, std::int64_t now_ms) {
  std::vector<Opened> twins;
  if (settings_.precompressed.empty()) return twins;
  RequestPath name = path;
  const std::size_t size = name.view().size();
  for (const Coding coding : settings_.precompressed) {
    Opened twin;
    twin.error = ENAMETOOLONG;
    if (name.append(suffix_of(coding))) twin = open(name, now_ms);
    if (twin.error != 0) twin.file.reset();
    twins.push_back(std::move(twin));
    name.shorten(size);
  }
  return twins;
}

bool Site::is_same(const Resource& known, const Opened& file,
                   const std::vector<Opened>& twins) const {
  if (known.plain->facts() != file.facts || !known.still_true()) return false;
  for (std::size_t i = 0; i < twins.size(); ++i) {
    const auto& old = known.coded[static_cast<std::size_t>(settings_.precompressed[i])];
    const bool is_there = twins[i].error == 0;
    if (is_there != (old != nullptr)) return false;
    if (is_there && old->facts() != twins[i].facts) return false;
  }
  return true;
}

SharedResource Site::load(std::string_view name, Opened file,
                          std::vector<Opened> twins) const {
  auto resource = std::make_shared<Resource>();
  for (std::size_t i = 0; i < twins.size(); ++i) {
    if (twins[i].error != 0) continue;
    resource->offered[resource->offered_count++] = settings_.precompressed[i];
  }
  Labels labels{media_types_.of(name), cache_control_of(name), Coding::Identity,
                resource->offered_count != 0};
  const std::size_t content_max = settings_.cache_file_max;
  for (std::size_t i = 0; i < twins.size(); ++i) {
    if (twins[i].error != 0) continue;
    labels.coding = settings_.precompressed[i];
    resource->coded[static_cast<std::size_t>(labels.coding)] =
        std::make_unique<const Representation>(std::move(twins[i]), labels,
                                               content_max);
  }
  labels.coding = Coding::Identity;
  resource->plain = std::make_unique<const Representation>(
      std::move(file), std::move(labels), content_max);
  return resource;
}

std::string Site::cache_control_of(std::string_view name) const {
  const std::string extension = lowered(extension_of(name));
  const auto own = settings_.expires_by_extension.find(extension);
  if (own != settings_.expires_by_extension.end()) {
    return "max-age=" + std::to_string(own->second);
  }
  return settings_.expires ? "max-age=" + std::to_string(*settings_.expires) : "";
}

/// Opened again after cache_valid: the root is often a symbolic link that a deployment
/// turns to the next release.
std::shared_ptr<const Descriptor> Site::root(std::int64_t now_ms) {
  const std::lock_guard lock(root_mutex_);
  if (now_ms - root_opened_ms_ >= settings_.cache_valid.count()) {
    Descriptor again = open_root(settings_.root);
    if (again) root_ = std::make_shared<const Descriptor>(std::move(again));
    root_opened_ms_ = now_ms;
  }
  return root_;
}

}  // namespace files
