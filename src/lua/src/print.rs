//! `print` as the C function that it is in lua(1), so that errors of `__tostring` pass through it as
//! they are. What it prints goes through the host: scrubbed of secrets, and to wherever data goes.

#![allow(unsafe_code)]

use crate::{state::State, ui::Ui};
use dmsrun_base::Redactor;
use mlua::{Lua, ffi};
use std::{
    os::raw::{c_char, c_int, c_void},
    ptr,
    sync::Arc,
};

/// The registry's key of the [`Sink`].
static KEY: u8 = 0;

/// Where lines go. It lives as long as the VM, in the state of the host.
#[derive(Debug)]
pub(crate) struct Sink {
    ui: Arc<dyn Ui>,
    redactor: Redactor,
}

impl Sink {
    pub(crate) fn new(ui: Arc<dyn Ui>, redactor: Redactor) -> Self {
        Self { ui, redactor }
    }

    fn line(&self, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.ui.out(&self.redactor.scrub(text)),
            Err(_) => self.ui.out_bytes(&self.scrubbed(bytes)),
        }
    }

    /// Bytes that are no text, with the secrets taken out of the parts that are.
    fn scrubbed(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            out.extend_from_slice(self.redactor.scrub(chunk.valid()).as_bytes());
            out.extend_from_slice(chunk.invalid());
        }
        out
    }
}

unsafe extern "C" {
    fn fflush(stream: *mut c_void) -> c_int;
}

/// Sets the global `print`.
pub(crate) fn install(lua: &Lua, state: &State) -> mlua::Result<()> {
    let sink = ptr::from_ref(&state.sink).cast_mut().cast::<c_void>();
    // SAFETY: the sink lives in the state, which the VM's app data holds until the VM has ended; the
    // key is the address of a static of ours. The stack is left as it was but for the function that
    // is the result.
    let print: mlua::Function = unsafe {
        lua.exec_raw((), move |vm| {
            ffi::lua_pushlightuserdata(vm, sink);
            ffi::lua_rawsetp(vm, ffi::LUA_REGISTRYINDEX, ptr::addr_of!(KEY).cast());
            ffi::lua_pushcfunction(vm, print);
        })?
    };
    lua.globals().raw_set("print", print)
}

unsafe extern "C-unwind" fn print(vm: *mut ffi::lua_State) -> c_int {
    // SAFETY: Lua calls this as a C function. What can raise comes first, with no value of Rust's
    // alive; from then on every argument is a string on the stack, which keeps it where it is.
    unsafe {
        let count = ffi::lua_gettop(vm);
        ffi::luaL_checkstack(vm, 4, c"too many arguments to print".as_ptr());
        for index in 1..=count {
            ffi::luaL_tolstring(vm, index, ptr::null_mut());
            ffi::lua_replace(vm, index);
        }
        ffi::lua_rawgetp(vm, ffi::LUA_REGISTRYINDEX, ptr::addr_of!(KEY).cast());
        let sink = ffi::lua_touserdata(vm, -1).cast::<Sink>();
        let Some(sink) = sink.as_ref() else { return 0 };
        let mut line: Vec<u8> = Vec::new();
        for index in 1..=count {
            let mut length = 0;
            let text: *const c_char = ffi::lua_tolstring(vm, index, &raw mut length);
            if index > 1 {
                line.push(b'\t');
            }
            line.extend_from_slice(std::slice::from_raw_parts(text.cast::<u8>(), length));
        }
        // What `io.write` still holds back was written before this line.
        fflush(ptr::null_mut());
        sink.line(&line);
        0
    }
}
