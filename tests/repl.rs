//! The REPL as a person drives it: a pseudo-terminal, keys, and what is on the screen after them.

use crate::common::{
    Env,
    terminal::{CTRL_C, CTRL_R, ENTER, TAB, Terminal, UP, piped},
};
use std::time::{Duration, Instant};

#[test]
fn typing_paste_history_and_interrupts_as_a_person_does_them() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 80, 40, &["--local"]);
    terminal.enter("local rows = 40");
    terminal.enter("rows + 2");
    // A function comes by paste, with its line ends, as one entry.
    terminal.keys("\x1b[200~local function twice(n)\n  return n * rows\nend\x1b[201~");
    terminal.enter("");
    terminal.enter("twice(2), _");
    // More is to come: the entry goes on below.
    terminal.keys("for i = 1, 2 do");
    terminal.keys(ENTER);
    terminal.enter("print(i) end");
    // A loop without end, and a wait in real time.
    terminal.press("while true do end\r");
    terminal.wait("while true");
    terminal.interrupt();
    terminal.press("require(\"process\").run { \"sleep\", \"600\" }\r");
    terminal.wait("sleep");
    terminal.interrupt();
    // At the prompt Ctrl-C clears what was typed.
    terminal.keys("half an ent");
    terminal.keys(CTRL_C);
    insta::assert_snapshot!(terminal.enter("rows, nil"));
    assert_eq!(terminal.leave(), 0);

    // The next session finds the entries, each whole.
    let mut terminal = Terminal::open(&env, 80, 20, &["--local"]);
    terminal.keys(CTRL_R);
    terminal.keys("twice(n");
    terminal.keys(CTRL_C);
    terminal.enter("1");
    terminal.keys(UP);
    terminal.keys(UP);
    insta::assert_snapshot!(terminal.keys(UP));
}

#[test]
fn completion_knows_operations_members_words_and_live_names() {
    let env = Env::new();
    env.write(
        "one.lua",
        "local aws = require \"aws\"\nfor _, side in ipairs { \"source\", \"target\" } do\n\
         aws.dms.create_endpoint { endpoint_identifier = \"shop-\" .. side, endpoint_type = side,\n\
         engine_name = \"mysql\", server_name = \"db\", port = 3306, username = \"u\", password = \"geheim99\" }\nend\n",
    );
    env.run(&["--local", "one.lua"]).ok();
    let mut terminal = Terminal::open(&env, 100, 40, &["--local"]);
    terminal.keys("aws.dms.describe_endp");
    terminal.keys(TAB);
    terminal.keys(CTRL_C);
    terminal.keys("aws.dms.create_endpoint { endp");
    terminal.keys(TAB);
    terminal.keys("t");
    terminal.keys(TAB);
    terminal.keys("\"so");
    terminal.keys(TAB);
    terminal.keys("\", ssl_mode = \"ver");
    terminal.keys(TAB);
    terminal.keys(CTRL_C);
    terminal.keys("endpoint \"shop-s");
    terminal.keys(TAB);
    terminal.keys(CTRL_C);
    terminal.keys("require \"migration.catch");
    terminal.keys(TAB);
    terminal.keys(CTRL_C);
    terminal.keys("task \"any\":res");
    terminal.keys(TAB);
    terminal.keys(CTRL_C);
    terminal.keys("settings { TargetMetadata = { LobM");
    terminal.keys(TAB);
    terminal.keys(CTRL_C);
    terminal.keys(":un");
    terminal.keys(TAB);
    insta::assert_snapshot!(terminal.keys(CTRL_C));
}

#[test]
fn a_question_shows_parameters_and_the_words_of_the_library() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 80, 60, &["--local"]);
    terminal.enter("?dms.start_replication_task");
    terminal.enter("?map.include");
    terminal.enter("?TargetMetadata.LobMaxSize");
    terminal.enter("?dms.start_replicaton_task");
    insta::assert_snapshot!(terminal.enter(":hlep"));
}

#[test]
fn an_entry_is_edited_in_the_editor_of_the_environment_and_run() {
    let env = Env::new();
    env.write("editor.sh", "#!/bin/sh\nsed -i 's/40/41/' \"$1\"\n");
    env.write("broken.sh", "#!/bin/sh\nexit 3\n");
    let path = |name: &str| format!("sh {}", env.path(name).display());
    let editor = path("editor.sh");
    let variables = [("NO_COLOR", "1"), ("VISUAL", editor.as_str())];
    let mut terminal = Terminal::open_with(&env, 80, 30, &["--local"], &variables);
    terminal.enter("print(40 + 1)");
    // The last entry as the editor left it is shown, and run.
    let screen = terminal.enter(":edit");
    assert!(screen.contains("print(41 + 1)\n42"), "{screen}");
    // A file of one's own stays.
    env.write("own.lua", "print('own', 40)\n");
    let screen = terminal.enter(":edit own.lua");
    assert!(screen.contains("own\t41") || screen.contains("own     41"), "{screen}");
    assert_eq!(std::fs::read_to_string(env.path("own.lua")).unwrap(), "print('own', 41)\n");
    assert_eq!(terminal.leave(), 0);
    let editor = path("broken.sh");
    let variables = [("NO_COLOR", "1"), ("EDITOR", editor.as_str())];
    let mut terminal = Terminal::open_with(&env, 80, 30, &["--local"], &variables);
    terminal.enter("x = 1");
    let screen = terminal.enter(":edit");
    assert!(screen.contains("The editor failed") && screen.contains("nothing was run"), "{screen}");
}

#[test]
fn another_profile_is_another_account_that_is_locked_again() {
    let env = Env::new();
    let profiles = "[profile night]\nregion = eu-west-1\n[profile day]\nregion = eu-north-1\n";
    env.write(".aws/config", profiles);
    let keys = "[night]\naws_access_key_id = AKIDNIGHT\naws_secret_access_key = n\n\
                [day]\naws_access_key_id = AKIDDAY\naws_secret_access_key = d\n";
    env.write(".aws/credentials", keys);
    let variables = [("NO_COLOR", "1"), ("AWS_PROFILE", "night")];
    let args = ["--endpoint-url", "http://127.0.0.1:9"];
    let mut terminal = Terminal::open_with(&env, 80, 30, &args, &variables);
    let screen = terminal.enter(":profile");
    assert!(screen.contains("\nnight"), "{screen}");
    let screen = terminal.enter(":profile dya");
    assert!(screen.contains("no profile \"dya\"") && screen.contains("\"day\""), "{screen}");
    let screen = terminal.enter(":profile day");
    assert!(screen.contains("Now with profile day.") && screen.contains("eu-north-1"), "{screen}");
    let screen =
        terminal.enter("aws.dms.stop_replication_task { replication_task_arn = \"arn:x\" }");
    assert!(screen.contains("read-only"), "{screen}");
    let mut local = Terminal::open(&env, 80, 30, &["--local"]);
    let screen = local.enter(":profile day");
    assert!(screen.contains("The local AWS has no profiles"), "{screen}");
}

#[test]
fn a_question_on_a_function_of_the_host_shows_what_the_reference_says() {
    let env = Env::new();
    let input = "?json.encode\n?aws.pages\nlocal h = require 'hash'\n?h.sha256\n?fs\n";
    let output = piped(&env, &["--local", "repl"], input.as_bytes()).ok();
    let output = output.has("json.encode(value").has("aws.pages(").has("hash.sha256(");
    output.has("fs.read(path").lacks("a function of the host");
}

#[test]
fn a_sandbox_holds_at_the_prompt_and_after_a_script() {
    let env = Env::new();
    env.write("given.lua", "seen = 42\n");
    let input = b"seen\nio.open '/etc/passwd'\nos.execute 'true'\n";
    for args in [&["--sandbox", "-i", "given.lua"][..], &["--sandbox", "-i", "-e", "seen = 42"]] {
        let output = piped(&env, args, input);
        let output = output.has("42");
        assert_eq!(output.stderr.matches("Script failed").count(), 2, "{output}");
    }
    let input = b"1 + 41\nwhile true do end\n";
    piped(&env, &["--sandbox", "repl"], input).has("42").has("instructions");
}

#[test]
fn a_session_is_saved_as_a_script_that_runs() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 80, 30, &["--local"]);
    terminal.enter("local answer = json.decode \"[40, 2]\"");
    terminal.enter("nothing.at_all");
    terminal.enter("answer[1] + answer[2]");
    terminal.enter("password = \"geheim99\"");
    terminal.enter("print(\"saved\", _)");
    terminal.enter(":save session.lua");
    insta::assert_snapshot!(terminal.enter(":save session.lua"));
    assert_eq!(terminal.leave(), 0);
    let saved = std::fs::read_to_string(env.path("session.lua")).unwrap();
    insta::assert_snapshot!("the_saved_script", saved);
    env.run(&["session.lua"]).ok().has("saved\t42");
    // What looks like a secret is in no file.
    let history = std::fs::read_to_string(env.path(".local/state/dmsrun/history")).unwrap();
    assert!(history.contains("json.decode") && !history.contains("geheim99"), "{history}");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(env.path(".local/state/dmsrun/history")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_breakpoint_opens_a_session_with_the_locals_of_its_place() {
    let env = Env::new();
    env.write(
        "stop.lua",
        "local total = 10\nlocal function step(n)\n  local double = n * 2\n  breakpoint()\n  \
         return double + total\nend\nprint(\"result\", step(4))\n",
    );
    let mut terminal = Terminal::open(&env, 80, 20, &["--local", "stop.lua"]);
    terminal.enter("n, double, total");
    terminal.enter("double, total = 100, 5");
    terminal.enter(":where");
    terminal.press(":continue\r");
    insta::assert_snapshot!(terminal.wait("result"));
    // Without a terminal it is a warning, and the script goes on.
    env.run(&["--local", "stop.lua"]).ok().has("result\t18").has("stop.lua:4: breakpoint()");
}

#[test]
fn a_real_account_is_read_only_until_it_is_unlocked_with_a_reason() {
    let env = Env::new();
    let variables = [
        ("NO_COLOR", "1"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIexample"),
    ];
    let args = ["--endpoint-url", "http://127.0.0.1:9"];
    let mut terminal = Terminal::open_with(&env, 80, 30, &args, &variables);
    terminal.enter("aws.dms.stop_replication_task { replication_task_arn = \"arn:x\" }");
    terminal.enter(":unlock");
    insta::assert_snapshot!(terminal.enter(":region eu-wst-1"));
    // Nothing was unlocked, so nothing is journalled.
    assert!(!env.path(".dmsrun/sessions.ndjson").exists());
}

/// Values of every sort, in a wide, a narrow and a very narrow terminal.
const VALUES: &str = "{ { task_name = 'orders', status = 'running', rows = 61204118, \
                      arn = 'arn:aws:dms:eu-west-1:123456789012:task:ABCDEFGHIJKLMNOPQRSTUV' }, \
                      { task_name = 'crm', status = 'failed', rows = 9 } }";

#[test]
fn values_fit_the_terminal_whatever_its_width() {
    let env = Env::new();
    for (columns, name) in [(100, "wide"), (60, "narrow"), (20, "very_narrow")] {
        let mut terminal = Terminal::open(&env, columns, 40, &["--local"]);
        terminal.enter(VALUES);
        terminal.enter("{ at = '2026-11-22T20:08:08Z', s = secret.new 'geheim99' }");
        let screen = terminal.enter("?sts.get_caller_identity");
        assert!(!screen.contains("panicked"), "{screen}");
        insta::assert_snapshot!(name, screen);
    }
}

#[test]
fn states_are_named_and_coloured_unless_told_otherwise() {
    let env = Env::new();
    let colored = |variables: &[(&str, &str)]| {
        let mut terminal = Terminal::open_with(&env, 80, 10, &["--local"], variables);
        terminal.enter(VALUES);
        let screen = terminal.screen.lock().unwrap();
        let cells = (0..10).flat_map(|row| (0..80).map(move |column| (row, column)));
        let colors = cells.filter_map(|(row, column)| {
            let cell = screen.0.screen().cell(row, column)?;
            (cell.contents() != " " && cell.fgcolor() != vt100::Color::Default).then_some(())
        });
        colors.count()
    };
    assert!(colored(&[]) > 10);
    assert_eq!(colored(&[("NO_COLOR", "1")]), 0);
}

#[test]
fn the_first_prompt_is_there_at_once() {
    let env = Env::new();
    let begun = Instant::now();
    piped(&env, &["--local", "repl"], b"os.exit(7)\n").code(7);
    // The debug build of a loaded machine gets twenty times what the release build has.
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[test]
fn by_a_pipe_entries_print_and_a_failure_shows_in_the_exit_code() {
    let env = Env::new();
    let input = b"local x <const> = 20\nx * 2\nfor i = 1, 2 do\n  print(i)\nend\n\
                  = \"a\", nil\n:json { list = { 1, 2 } }\n-- a remark\n";
    let out = piped(&env, &["--local", "repl"], input).ok();
    assert_eq!(out.stdout, "40\n1\n2\na  nil\n{\n  \"list\": [\n    1,\n    2\n  ]\n}\n");
    assert_eq!(out.stderr, "");
    let out = piped(&env, &["--local", "repl"], b"x = = 1\nprint 'goes on'\n").code(1);
    insta::assert_snapshot!(out);
    // As in lua(1), a plain pipe is a script.
    piped(&env, &["--local"], b"local x = 1\nprint(x)\n").ok().has("1\n");
}

#[test]
fn bad_input_is_a_message_and_never_a_panic() {
    let env = Env::new();
    for (input, expected) in [
        (&b"t = {} t.t = t\n:json t\n"[..], "contains itself"),
        (b"print(\"unfinished\n", "unfinished string"),
        (b"f(\n", "ends in the middle"),
        (b"\xff\xfe\x00\n", "not UTF-8"),
        (b":load nowhere.lua\n", "nowhere.lua"),
        (b":nosuch\n", "there is no :nosuch"),
        (b"error(setmetatable({}, { __tostring = error }))\n", "error"),
        (b"local x <close> = 5\n", "non-closable"),
        (b"task \"nowhere\"\n", "no replication task"),
        (b"task(5)\n", "task takes a name"),
        (b"error(nil)\n", "nil"),
        (b"?no.such.thing\n", "Nothing is known"),
        (b":save\n", "A file is needed"),
        (b":table 5\n", "no table of records"),
    ] {
        let out = piped(&env, &["--local", "repl"], input).code(1);
        let out = out.lacks("panicked").lacks("[host]").lacks("__dmsrun");
        assert!(out.stderr.contains(expected), "no {expected:?} in {out}");
    }
}

#[test]
fn options_may_stand_behind_the_command_and_a_script_may_not() {
    let env = Env::new();
    piped(&env, &["repl", "--local", "--region", "eu-west-1"], b":region\n").ok().has("eu-west-1");
    env.run(&["repl", "--locl"]).code(64).has("Did you mean \"--local\"?");
    env.run(&["repl", "a.lua"]).code(64).has("dmsrun -i a.lua");
    env.run(&["repl", "--help"]).ok().has(":unlock");
}

#[test]
fn a_session_in_a_sandbox_keeps_its_shortcuts_and_ends_at_its_limit() {
    let env = Env::new();
    let looks = b"tasks()\nendpoints()\nrequire 'fs'\n:unlock because of it\n";
    let out = piped(&env, &["--sandbox", "--local", "repl"], looks).code(1);
    let out = out.has("No replication tasks here").has("No endpoints here");
    let out = out.has("module 'fs' is not there in a sandbox").has("This session is read-only");
    out.lacks("requires itself").lacks("is not locked");
    let line = ["--sandbox", "--sandbox-instructions", "3000000", "--local", "repl"];
    let out = piped(&env, &line, b"print 'before'\nwhile true do end\nprint 'behind'\n").code(1);
    let out = out.has("before").has("The sandbox's limit is reached").has("the session ends");
    out.lacks("bug in dmsrun").lacks("behind");
}

#[test]
fn a_file_for_the_shell_is_loaded_saved_and_run_again() {
    let env = Env::new();
    env.write("l.lua", "#!/usr/bin/env dmsrun\nprint 'loaded'\n");
    piped(&env, &["--local", "repl"], b":load l.lua\nx = 1\n:save s.lua\n").ok().has("loaded");
    assert_eq!(env.run(&["s.lua"]).ok().stdout, "loaded\n");
}

#[test]
fn a_question_is_completed_to_operations_kinds_and_settings() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 100, 30, &["--local"]);
    for (typed, wanted) in [
        ("?dms.create_endp", "?dms.create_endpoint"),
        (":doc dms.create_endp", ":doc dms.create_endpoint"),
        ("?TargetMetadata.LobMax", "?TargetMetadata.LobMaxSize"),
        ("?kms.ke", "?kms.key"),
    ] {
        let shown = terminal.keys(&format!("{typed}{TAB}"));
        assert!(shown.trim_end().ends_with(wanted), "{wanted}:\n{shown}");
        terminal.keys("\x15");
    }
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn what_is_to_be_closed_is_closed_when_the_session_ends() {
    let env = Env::new();
    let input =
        b"local f <close> = setmetatable({}, { __close = function() print 'closed' end })\n\
                  print 'open'\n";
    assert_eq!(piped(&env, &["--local", "repl"], input).ok().stdout, "open\nclosed\n");
}

#[test]
fn the_shortcuts_show_what_runs_and_do_what_they_say() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua"]).ok();
    let input = b"time.sleep(600)\ntasks()\ntask(\"orders-migration\"):diagnose()\n\
                  task(\"orders-migration\"):stop().state\ntask(\"orders-migration\"):resume().state\n\
                  #task(\"orders-migration\"):stats() > 10\ninstances()\nendpoints()\n\
                  task(\"orders-migration\"):resume()\ntask \"orders-migratoin\"\n";
    let out = piped(&env, &["--local", "repl"], input).code(1);
    // Chance chooses the zone.
    insta::with_settings!({ filters => [("us-east-1[a-f]", "[ZONE]")] }, {
        insta::assert_snapshot!(out);
    });
}
