//! How the program is linked: modules written in C find Lua's API in it, as they find it in lua(1), and
//! the interpreter's loop stands where it is quick.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=link/lua.ld");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_OS") != "linux" {
        return;
    }
    // Only Lua's own names: to export all of a program of this size slows its start.
    for names in ["lua_*", "luaL_*", "luaopen_*"] {
        println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol={names}");
    }
    if variable("PROFILE") == "release" {
        let script = std::path::Path::new(&variable("CARGO_MANIFEST_DIR")).join("link/lua.ld");
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{}", script.display());
    }
}
