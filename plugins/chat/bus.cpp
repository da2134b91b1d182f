#include "bus.hpp"

#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("chat: " + what + ": " +
                           std::generic_category().message(errno));
}

std::string random_name() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) fail("getrandom");
  std::string name(16, '0');
  for (char& digit : name) {
    digit = "0123456789abcdef"[number & 15U];
    number >>= 4U;
  }
  return name;
}

bool is_name(std::string_view name) {
  return name.size() == 16 && name.find_first_not_of("0123456789abcdef") == name.npos;
}

sockaddr_un address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    fail(text);
  }
  std::copy(text.begin(), text.end(), address.sun_path);
  return address;
}

int new_socket() {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) fail("socket");
  return fd;
}

/// Others could listen in, or speak for us.
void make_private(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail(folder.string());

  struct stat found {};

  if (::lstat(folder.c_str(), &found) != 0) fail(folder.string());
  const bool is_ours = S_ISDIR(found.st_mode) && found.st_uid == ::geteuid() &&
                       (found.st_mode & 077U) == 0;
  if (is_ours) return;
  throw std::runtime_error("chat: " + folder.string() +
                           " is not a folder of our own with mode 0700");
}

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

OwnFd::~OwnFd() {
  if (fd_ >= 0) ::close(fd_);
}

Bus::Bus(fs::path folder)
    : folder_(std::move(folder)),
      name_(random_name()),
      socket_(new_socket()),
      buffer_(kDatagramMost, '\0') {
  make_private(folder_);
  const sockaddr_un own = address_of(folder_ / name_);
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
    fail(own.sun_path);
  }
  look_around();  // behind bind: of two that come at once one sees the other
}

Bus::~Bus() {
  ::unlink((folder_ / name_).c_str());
  ::rmdir(folder_.c_str());  // fails while others are there
}

void Bus::look_around() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    meet(entry.path().filename().string());
  }
}

bool Bus::meet(std::string_view name) {
  const auto is_it = [name](const Sibling& one) { return one.name == name; };
  if (!is_name(name) || name == name_) return false;
  if (std::any_of(siblings_.begin(), siblings_.end(), is_it)) return false;
  siblings_.push_back({std::string(name)});
  return true;
}

void Bus::part(std::string_view name) {
  std::erase_if(siblings_, [name](const Sibling& one) { return one.name == name; });
}

std::vector<std::string> Bus::siblings() const {
  std::vector<std::string> names;
  for (const Sibling& sibling : siblings_) names.push_back(sibling.name);
  return names;
}

/// False: it is dead.
bool Bus::deliver(Sibling& sibling, std::string_view bytes) {
  const auto begun = Clock::now();
  if (begun < sibling.sulks_until) return true;
  const fs::path path = folder_ / sibling.name;
  const sockaddr_un to = address_of(path);
  const auto* const address = reinterpret_cast<const sockaddr*>(&to);
  while (::sendto(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL, address,
                  sizeof to) < 0) {
    if (errno == ECONNREFUSED) ::unlink(path.c_str());
    if (errno == ECONNREFUSED || errno == ENOENT) return false;
    if (errno != EAGAIN || Clock::now() - begun >= kPatience) {
      sibling.sulks_until = Clock::now() + kSulk;
      return true;
    }
    pollfd news{socket_.get(), POLLIN, 0};
    ::poll(&news, 1, 1);  // there is no notice of room in another's queue
    while (take_in()) {
    }
  }
  return true;
}

void Bus::send(std::string_view to, std::string_view bytes,
               std::vector<std::string>& gone) {
  const auto found = std::find_if(siblings_.begin(), siblings_.end(),
                                  [to](const Sibling& one) { return one.name == to; });
  if (found == siblings_.end() || deliver(*found, bytes)) return;
  gone.push_back(found->name);
  siblings_.erase(found);
}

void Bus::send_all(std::string_view bytes, std::vector<std::string>& gone) {
  std::erase_if(siblings_, [&](Sibling& sibling) {
    if (deliver(sibling, bytes)) return false;
    gone.push_back(sibling.name);
    return true;
  });
}

bool Bus::take_in() {
  const ssize_t count = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
  if (count < 0) return false;
  if (inbox_.size() < kInboxMost) {
    inbox_.emplace_back(buffer_, 0, static_cast<std::size_t>(count));
  }
  return true;
}

bool Bus::receive(std::string& bytes) {
  if (inbox_.empty()) take_in();
  if (inbox_.empty()) return false;
  bytes = std::move(inbox_.front());
  inbox_.pop_front();
  return true;
}

fs::path default_bus_folder() {
  const std::string parent = std::to_string(::getppid());
  const bool is_worker =
      first_line("/proc/" + parent + "/comm") == first_line("/proc/self/comm");
  return fs::temp_directory_path() /
         ("appserver-chat-" + (is_worker ? parent : std::to_string(::getpid())));
}
