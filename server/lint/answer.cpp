#include "lint/answer.hpp"

namespace appserver::lint {
namespace {

constexpr std::uint64_t kBasis = 0xcbf2'9ce4'8422'2325U;
constexpr std::uint64_t kPrime = 0x100'0000'01b3U;

void add(std::uint64_t& sum, std::string_view bytes) {
  for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * kPrime;
}

}  // namespace

void Answer::begin(std::uint32_t with) {
  status = with;
  fields = kBasis;
}

void Answer::add_field(std::string_view name, std::string_view value) {
  add(fields, name);
  add(fields, ": ");
  add(fields, value);
  add(fields, "\n");
}

void Answer::add_body(const void* bytes, std::size_t n) {
  length += n;
  if (bytes != nullptr) add(body, {static_cast<const char*>(bytes), n});
}

}  // namespace appserver::lint
