// One element of a list of hops: its grammar, and how elements are taken off the right
// end of a list that stands in several fields. Included by forwarded.cpp only.
// Spec: RFC 7239 4 and 6; X-Forwarded-For has none.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/address_set.hpp"
#include "http/message.hpp"

namespace appserver::http {

/// The elements of all fields of one name, as one list, from its right end. Commas
/// between double quotes do not separate. Quotes are paired from the right, without
/// regard to backslashes: what a client left open far on the left cannot swallow what a
/// proxy appended.
class ElementsFromRight {
 public:
  ElementsFromRight(std::span<const Field> fields, std::string_view name)
      : fields_(fields), name_(name) {}

  /// Without the spaces around it; empty elements are passed over. False: no more.
  bool next(std::string_view& element);

 private:
  bool next_field();
  std::span<const Field> fields_;  ///< not looked at yet
  std::string_view name_, rest_;
  bool more_ = false;  ///< rest_ is (part of) a field
};

/// A node as a hop names it.
struct Node {
  bool is_known = false;  ///< an address; else `unknown`, obfuscated or unreadable
  IpAddress address;
  std::string_view port;  ///< digits; "": none, or obfuscated
};

/// node of RFC 7239 6: IPv4, [IPv6], unknown, _name; each with :port or :_name.
Node parse_node(std::string_view text);

/// An element of X-Forwarded-For: also IPv6 without brackets (and so without port).
Node parse_x_forwarded_for(std::string_view text);

/// One forwarded-element. data() null: the parameter is absent.
struct ForwardedElement {
  std::string_view node, proto, host;
};

/// False: not of the grammar, a parameter twice, or a backslash in a quoted string
/// (nobody needs one there; it is how two readings differ). Spaces around `;` are
/// allowed.
bool parse_forwarded_element(std::string_view text, ForwardedElement& element);

}  // namespace appserver::http
