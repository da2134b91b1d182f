// Whether an answer is compressed and what its head says then. Knows no compressor.
#pragma once

#include <string>
#include <string_view>

#include <gateway/sdk/layer.hpp>

#include "settings.hpp"

struct Decision {
  bool varies = false;      // another client might have got it otherwise
  std::string_view coding;  // "gzip", "br" or empty
};

/// Fails:   never.
/// Spec:    RFC 9110 §12.5.3 (Accept-Encoding), §8.4 (Content-Encoding), §15.3.7 (206);
///          RFC 9111 §5.2.2.6 (no-transform).
Decision decide(const Settings& settings, const gateway::Fields& request,
                const gateway::Head& head);

/// Changes the head. `etag` gets the text that the head points to from then on.
/// A strong validator becomes a weak one: the bytes differ (RFC 9110 §8.8.1).
void apply(const Decision& decision, gateway::Head& head, std::string& etag);

/// A 304 to a client that asked with the weak form of the app's strong ETag: it gets
/// the form that it has stored (RFC 9111 §4.3.4).
void apply_not_modified(const gateway::Fields& request, gateway::Head& head,
                        std::string& etag);
