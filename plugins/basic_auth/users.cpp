#include "users.hpp"

#include <crypt.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace {

/// Prefixes of crypt(5) that are worth it: bcrypt, yescrypt, SHA-512, SHA-256.
bool is_accepted(std::string_view hash) {
  constexpr std::array<std::string_view, 6> kKinds = {"$2y$", "$2b$", "$2a$",
                                                      "$y$",  "$6$",  "$5$"};
  return std::any_of(kKinds.begin(), kKinds.end(),
                     [hash](std::string_view kind) { return hash.starts_with(kind); });
}

std::string why_not(std::string_view hash) {
  const std::string use = "; make a bcrypt hash with `htpasswd -B` or `mkpasswd`";
  if (hash.starts_with("$apr1$")) return "apr1 (MD5) hashes are too weak" + use;
  if (hash.starts_with("{SHA}")) return "unsalted SHA-1 hashes are too weak" + use;
  if (hash.starts_with("$1$")) return "MD5 hashes are too weak" + use;
  return "this is not a hash that is known here ($2y$, $y$, $6$, $5$)" + use;
}

std::string crypted(const std::string& password, const std::string& setting) {
  const auto memory = std::make_unique<crypt_data>();  // 32 KiB: not for the stack
  const char* hash = crypt_rn(password.c_str(), setting.c_str(), memory.get(),
                              static_cast<int>(sizeof(crypt_data)));
  std::string result = hash == nullptr ? std::string() : hash;
  explicit_bzero(memory.get(), sizeof(crypt_data));
  return result;
}

}  // namespace

void Users::add(std::string name, std::string hash) {
  if (name.empty() || name.find(':') != std::string::npos) {
    throw std::invalid_argument("a user's name must not be empty or hold a colon");
  }
  if (!is_accepted(hash)) throw std::invalid_argument(why_not(hash));
  constexpr std::size_t kBcryptLength = 60;
  const bool is_cut = hash.starts_with("$2") && hash.size() != kBcryptLength;
  const int kind = crypt_checksalt(hash.c_str());
  if (is_cut || kind == CRYPT_SALT_INVALID || kind == CRYPT_SALT_METHOD_DISABLED) {
    throw std::invalid_argument(
        "the hash is damaged, or of a kind that this system's "
        "crypt(3) cannot compute");
  }
  if (stand_in_.empty()) stand_in_ = hash;
  hashes_.insert_or_assign(std::move(name), std::move(hash));
}

void Users::add_lines(std::string_view text) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
      line.remove_suffix(1);
    }
    if (line.empty() || line.front() == '#') continue;
    const std::string place = "line " + std::to_string(number) + ": ";
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      throw std::invalid_argument(place + "must be name:hash");
    }
    try {
      add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 1)));
    } catch (const std::invalid_argument& bad) {
      throw std::invalid_argument(place + bad.what());
    }
  }
}

const std::string& Users::hash_of(std::string_view name) const {
  const auto found = hashes_.find(name);
  return found == hashes_.end() ? stand_in_ : found->second;
}

bool Users::matches(const std::string& password, const std::string& hash) {
  const std::string computed = crypted(password, hash);
  return !computed.empty() && same_in_constant_time(computed, hash);
}

bool same_in_constant_time(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;  // the length of a hash is no secret
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}
