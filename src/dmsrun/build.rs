//! Lets modules written in C find Lua's API in the program, as they find it in lua(1).

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if target == "linux" {
        // Only Lua's own names: to export all of a program of this size slows its start.
        for names in ["lua_*", "luaL_*", "luaopen_*"] {
            println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol={names}");
        }
    }
}
