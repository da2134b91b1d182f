// Where standard output and standard error led when the server was started. What an app
// prints may be led elsewhere; the logs keep what was there before.
#pragma once

namespace appserver {

/// Descriptors that stay open; 1 and 2 until divert_output(). Threads: any.
int first_standard_output();
int first_standard_error();

/// From now on 1 and 2 of this process lead to `fd`, line by line. False when out of
/// descriptors: then all is as it was. Threads: before there are others.
bool divert_output(int fd);

}  // namespace appserver
