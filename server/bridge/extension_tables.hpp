// The tables of the extensions, each made where its functions are.
#pragma once

namespace appserver::bridge {

const void* async_table();
const void* attribute_table();
const void* exchange_table();
const void* file_table();
const void* informational_table();
const void* middleware_table();
const void* stream_table();
const void* timer_table();
const void* trailers_table();
const void* websocket_table();

}  // namespace appserver::bridge
