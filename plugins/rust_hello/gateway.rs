//! The gateway's contract in Rust: gateway.h, written out by hand, with the parts an app needs
//! to answer. Members that this example never reads still hold their place.

use std::ffi::c_void;

pub const ABI_MAJOR: u16 = 1;
pub const ABI_MINOR: u16 = 0;
pub const ABI_DRAFT: u16 = 1;

pub const E_APP: i64 = -1;
pub const LOG_ERROR: u32 = 4;
pub const LAST: u32 = 1;

/// Bytes without a NUL; a null pointer: absent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub p: *const u8,
    pub n: usize,
}

impl Str {
    pub const fn new(text: &'static str) -> Str {
        Str { p: text.as_ptr(), n: text.len() }
    }
}

#[repr(C)]
pub struct Field {
    pub name: Str,
    pub value: Str,
}

#[repr(C)]
pub struct Environ {
    pub size: u32,
    pub flags: u32,
    pub request_method: Str,
    pub script_name: Str,
    pub path_info: Str,
    pub query_string: Str,
    pub request_uri: Str,
    pub server_protocol: Str,
    pub url_scheme: Str,
    pub server_name: Str,
    pub server_port: Str,
    pub remote_addr: Str,
    pub remote_port: Str,
    pub content_type: Str,
    pub request_id: Str,
    pub content_length: i64,
    pub deadline_ns: u64,
    pub field: *const Field,
    pub field_count: usize,
    pub input: *mut c_void,
    pub log: unsafe extern "C" fn(environ: *const Environ, level: u32, text: Str),
    pub host: *mut c_void,
}

#[repr(C)]
pub struct Writer {
    pub size: u32,
    pub error: i32,
    pub write:
        unsafe extern "C" fn(writer: *mut Writer, p: *const u8, n: usize, flags: u32) -> i64,
    pub body: unsafe extern "C" fn(writer: *mut Writer, source: *mut c_void) -> i32,
}

pub type StartResponse = unsafe extern "C" fn(
    environ: *const Environ,
    status: u32,
    fields: *const Field,
    count: usize,
    flags: u32,
) -> *mut Writer;

/// The table that a host finds as gw1_<callable>.
#[repr(C)]
pub struct App {
    pub size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub flags: u64,
    pub name: Str,
    pub version: Str,
    pub call: unsafe extern "C" fn(*mut c_void, *const Environ, StartResponse) -> i64,
    pub create: Option<unsafe extern "C" fn(*const c_void, *mut *mut c_void) -> i32>,
    pub quiesce: Option<unsafe extern "C" fn(*mut c_void, u64) -> i32>,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub extension: Option<unsafe extern "C" fn(*mut c_void, *const u8) -> *const c_void>,
}

// The table is constant and its pointers lead to constants.
unsafe impl Sync for App {}

/// What a host reads in the file before any code of it runs.
#[repr(C)]
pub struct Note {
    namesz: u32,
    descsz: u32,
    kind: u32,
    name: [u8; 4],
    abi_major: u16,
    abi_minor: u16,
    minor_needed: u16,
    draft: u16,
    ptr_bits: u32,
    sizeof_app: u32,
    sizeof_environ: u32,
    reserved: u32,
}

impl Note {
    pub const fn new() -> Note {
        Note {
            namesz: 4,
            descsz: 24,
            kind: 1,
            name: *b"GWN\0",
            abi_major: ABI_MAJOR,
            abi_minor: ABI_MINOR,
            minor_needed: 0,
            draft: ABI_DRAFT,
            ptr_bits: usize::BITS,
            sizeof_app: std::mem::size_of::<App>() as u32,
            sizeof_environ: std::mem::size_of::<Environ>() as u32,
            reserved: 0,
        }
    }
}
