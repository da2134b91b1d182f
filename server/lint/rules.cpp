#include "lint/rules.hpp"

#include <algorithm>
#include <array>

namespace appserver::lint {
namespace {

constexpr std::array kRules = {
    Rule{"C3", false, "answer with start_response, or return a GW_E_ code"},
    Rule{"C8", false, "write nothing behind GW_LAST"},
    Rule{"E1", false, "give the next app a request_method"},
    Rule{"E3", false, "give the next app a script_name that is empty or like /a"},
    Rule{"E4", false, "give the next app a path_info that is empty or like /a"},
    Rule{"E21", false, "copy what you want to change: what the host lends is const"},
    Rule{
        "E22", false,
        "name attributes with a dot and without \"gw.\" in front, which belongs to the "
        "headers: org.example.user"},
    Rule{"S2", false, "give a status of 200 to 599; 1xx is gw.informational/1"},
    Rule{"S4", false, "send only letters, digits and !#$%&'*+-.^_`|~ in a name"},
    Rule{"S6", false,
         "take control bytes, and white space at the ends, out of the value"},
    Rule{"S7", false, "give the status as the number of start_response"},
    Rule{"S9", false, "leave the connection's fields to the host; drop this one"},
    Rule{"S12", true, "say what the body is with content-type"},
    Rule{"S13", false, "send no content-length with 204"},
    Rule{"S16", false,
         "start once; GW_REPLACE takes the place of a head that has not left"},
    Rule{"S18", false, "return GW_E_SENT: the answer cannot become another one"},
    Rule{"S22", false, "leave pseudo-fields to the host; drop this one"},
    Rule{"S24", false, "send 102..199 but 101, and before the head has left"},
    Rule{"O5", false, "write no more than content-length says, or leave it out"},
    Rule{"O6", false,
         "write all that content-length says, or return a GW_E_ code when you cannot"},
    Rule{"O10", false,
         "give HEAD the content-length of GET, and write that body or none"},
    Rule{"O16", false,
         "look at what write returns: hand the rest over as a source (body), or wait "
         "for writable"},
    Rule{"M1", false, "call next once, inside of call, with the environ of that call"},
    Rule{"M2", false, "pass GW_FLUSH and GW_LAST on to down; hold nothing back"},
    Rule{"M6", false,
         "set content_length in head to -1, or to the length that your data gives"},
    Rule{"X4", false, "accept one of the protocols that the client offered, or none"},
    Rule{"X5", false, "close with 1000..1003, 1007..1011 or 3000..4999, and 123 bytes"},
    Rule{"Y2", false, "complete once"},
    Rule{"D1", false, "see the table of states in chapter 1 of the specification"},
    Rule{"D2", false, "see the function's comment in the header"},
    Rule{"D3", false,
         "call [exchange] functions only inside a call of this exchange; post brings "
         "work back to it"},
    Rule{"D4", false,
         "do not wait in an event app: flag it GW_BLOCKING, or detach (gw.async/1)"},
    Rule{"D5", false, "copy what you need for longer: it was lent until then"},
    Rule{"D6", false, "keep to the length: a gw_str has no NUL behind it"},
    Rule{"D7", false, "catch everything in the function that the host calls"},
    Rule{"D8", false, "return one of the values that the header names"},
    Rule{"D9", false, "end it: complete, or release, every exchange that you detach"},
    Rule{"D10", false, "release once for detach and once for each retain"},
    Rule{"D11", false, "close and join in quiesce or destroy what create began"},
    Rule{"D12", false, "run the app under a debugger or a sanitizer at this call"},
    Rule{"D13", false, "let every call return; a long wait needs an end"},
    Rule{"D14", false, "stop at a result below 0, clean up and return it"},
    Rule{"D15", false,
         "hand over a source that reads: the host asks it again when more has come"},
    Rule{"D16", true, "link it with gateway_add_app, or as README.md shows"},
    Rule{"D17", false, "give NULL from extension() for an id that you do not know"},
    Rule{"D18", false, "return what next returned"},
    Rule{"D19", false,
         "keep what belongs to one exchange with it (its source, gw.memory/1), and not "
         "in "
         "a global or in self"},
};

}  // namespace

std::span<const Rule> all_rules() {
  return kRules;
}

const Rule& rule_of(std::string_view id) {
  const auto* const found = std::find_if(
      kRules.begin(), kRules.end(), [&](const Rule& rule) { return rule.id == id; });
  // An id that is not in the table is our mistake: the tests meet every one of them.
  return found == kRules.end() ? kRules.front() : *found;
}

}  // namespace appserver::lint
