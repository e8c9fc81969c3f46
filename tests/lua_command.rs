//! dmsrun is first of all a Lua.

use crate::common::Env;

#[test]
fn statements_print_and_errors_have_a_place_and_no_rust() {
    let env = Env::new();
    assert_eq!(env.run(&["-e", "print(1 + 1, ...)"]).ok().stdout, "2\n");
    env.write("bad.lua", "local x = nil\nprint(x.y)\n");
    let out = env.run(&["bad.lua"]).code(1).has("bad.lua:2").lacks(".rs:").lacks("panicked");
    assert_eq!(out.stdout, "");
}

#[test]
fn a_script_gets_its_arguments_and_its_folder() {
    let env = Env::new();
    env.write("lib/helper.lua", "return { name = \"helper\" }\n");
    env.write("lib/main.lua", "print(arg[0], arg[1], ..., require(\"helper\").name)\n");
    let out = env.run(&["lib/main.lua", "one"]).ok();
    assert_eq!(out.stdout, "lib/main.lua\tone\tone\thelper\n");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let env = Env::new();
    let mut child = env
        .command(&["-e", "for i = 1, 100000 do print(i) end"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stderr), "");
}
