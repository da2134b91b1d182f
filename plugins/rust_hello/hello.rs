//! Hello, world in Rust: the same C table as every app, without a crate in between.

mod gateway;

use gateway::{App, Environ, Field, Note, StartResponse, Str};
use std::ffi::c_void;
use std::panic::catch_unwind;

static TEXT: &str = "Hello, world!\n";

/// # Safety
/// `environ` and `start_response` are the host's, for this call.
unsafe fn answer(environ: *const Environ, start_response: StartResponse) -> i64 {
    let head = [Field { name: Str::new("content-type"), value: Str::new("text/plain") }];
    let writer = start_response(environ, 200, head.as_ptr(), head.len(), 0);
    ((*writer).write)(writer, TEXT.as_ptr(), TEXT.len(), gateway::LAST)
}

/// The wall: a panic must not unwind into the host, so it ends here as GW_E_APP.
unsafe extern "C" fn call(_: *mut c_void, environ: *const Environ, start: StartResponse) -> i64 {
    catch_unwind(|| answer(environ, start)).unwrap_or_else(|_| {
        ((*environ).log)(environ, gateway::LOG_ERROR, Str::new("the app panicked"));
        gateway::E_APP
    })
}

#[used]
#[link_section = ".note.gateway"]
static NOTE: Note = Note::new();

#[no_mangle]
#[allow(non_upper_case_globals)]
pub static gw1_app: App = App {
    size: std::mem::size_of::<App>() as u32,
    abi_major: gateway::ABI_MAJOR,
    abi_minor: gateway::ABI_MINOR,
    flags: 0,
    name: Str::new("rust_hello"),
    version: Str::new(""),
    call,
    create: None,
    quiesce: None,
    destroy: None,
    extension: None,
};
