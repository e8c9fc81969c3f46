//! A night at the prompt: what engineers type, mistype and interrupt, on a pseudo-terminal.

use crate::common::{
    Env,
    terminal::{CTRL_C, ENTER, TAB, Terminal, piped},
};
use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

/// Types, presses Tab, and clears the line; the screen with what Tab showed.
#[track_caller]
fn tab(terminal: &mut Terminal, typed: &str) -> String {
    terminal.keys(typed);
    let screen = terminal.keys(TAB);
    terminal.keys(CTRL_C);
    screen
}

#[test]
fn completion_goes_on_behind_a_call_without_calling_it() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 100, 60, &["--local"]);
    tab(&mut terminal, "map.include(\"a\"):");
    tab(&mut terminal, "map.table(\"a.b\"):rename(\"c\"):low");
    // There is no such task, and nobody asks for it.
    tab(&mut terminal, "task(\"orders-migration\"):");
    tab(&mut terminal, "stack.new(\"x\"):plan():");
    tab(&mut terminal, "stack.new(\"x\"):add(\"ec2.vpc\", \"v\", {}).");
    tab(&mut terminal, "time.now():for");
    tab(&mut terminal, "aws.dms.describe_endpoints {}.endpoints[1].s3");
    tab(&mut terminal, "for _, e in ipairs(aws.pages(aws.dms.describe_endpoints)) do e.endpoint_");
    tab(&mut terminal, "aws.pages(aws.dms.describe_endpoints, { ");
    tab(&mut terminal, "settings.preset(\"l");
    tab(&mut terminal, "aws.dms.create_endpoint { engine_name = \"aurora-p");
    insta::assert_snapshot!(terminal.keys("local s = stack.new \"x\" s:ad\t"));
}

#[test]
fn completion_knows_every_shortcut_and_what_commands_take() {
    let env = Env::new();
    env.run(&[
        "--local",
        "-e",
        "require('aws').logs.create_log_group { log_group_name = 'a', \
         tags = { ['dmsrun:stack'] = 'orders' } }",
    ])
    .ok();
    env.write("night.lua", "print(1)\n");
    let mut terminal = Terminal::open(&env, 80, 60, &["--local"]);
    let screen = tab(&mut terminal, "ta");
    for name in ["table", "tables", "tail", "task", "tasks"] {
        assert!(screen.split_whitespace().any(|word| word == name), "no {name}:\n{screen}");
    }
    for (typed, wanted) in [
        ("insta", "instance"),
        ("ala", "alarms"),
        ("eve", "events"),
        (":json tas", ":json task"),
        (":raw ala", ":raw alarms"),
        (":table ala", ":table alarms"),
        (":time of", ":time off"),
        (":time ala", ":time alarms"),
        (":stack ord", ":stack orders"),
        (":edit nig", ":edit night.lua"),
        (":save! nig", ":save! night.lua"),
        ("resources \"ord", "resources \"orders"),
    ] {
        let screen = tab(&mut terminal, typed);
        assert!(screen.contains(wanted), "{typed}:\n{screen}");
    }
    // Names with blanks are no members.
    terminal.enter("k = { [\"a b\"] = 1, [\"end\"] = 2, okay = 3 }");
    assert!(tab(&mut terminal, "k.").ends_with("k.okay"));
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn parameters_and_values_are_completed_in_nested_braces_over_several_lines() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 80, 40, &["--local"]);
    terminal.keys("aws.dms.create_endpoint {");
    terminal.keys(ENTER);
    terminal.keys("endpoint_identifier = \"x\",");
    terminal.keys(ENTER);
    terminal.keys("s3_settings = {");
    terminal.keys(ENTER);
    terminal.keys("compression_t");
    terminal.keys(TAB);
    let screen = terminal.keys("\"gz\t");
    assert!(screen.ends_with("compression_type = \"gzip"), "{screen}");
    let screen = terminal.keys("\",\r}, ssl_m\t");
    assert!(screen.ends_with("}, ssl_mode ="), "{screen}");
}

#[test]
fn a_value_that_is_begun_goes_on_below() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 80, 20, &["--local"]);
    for (begun, rest, wanted) in
        [("{ 1,", "2 }", "- 1\n- 2"), ("40 +", "2", "\n42\n"), ("{", "a = 1 }", "\na  1\n")]
    {
        terminal.keys(begun);
        terminal.keys(ENTER);
        let screen = terminal.enter(rest);
        assert!(screen.contains(wanted), "{begun}:\n{screen}");
    }
    // What can't become a value is told at once.
    assert!(terminal.enter("x = = 1").contains("Syntax error"));
    piped(&env, &["--local", "repl"], b"{\na = 1\n}\n").ok().has("a  1");
}

#[test]
fn ctrl_c_ends_what_catches_every_error_and_leaves_no_fault_behind() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 100, 40, &["--local"]);
    for entry in [
        "while true do pcall(function() while true do end end) end",
        "coroutine.wrap(function() while true do end end)()",
        "parallel { function() while true do end end, function() time.sleep(3) end }",
    ] {
        terminal.press(&format!("{entry}\r"));
        terminal.wait(entry.get(..20).unwrap());
        let screen = terminal.interrupt();
        assert!(!screen.contains("bug in dmsrun"), "{entry}:\n{screen}");
    }
    assert!(terminal.enter("1 + 41").ends_with("42\nLOCAL us-east-1>"));
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn a_breakpoint_knows_constants_and_the_further_arguments_of_its_function() {
    let env = Env::new();
    env.write(
        "stop.lua",
        "local LIMIT <const> = 7\nlocal function step(n, ...)\n  breakpoint()\n  return n, ...\nend\n\
         print(\"result\", step(4, \"a\", nil))\n",
    );
    let mut terminal = Terminal::open(&env, 80, 20, &["--local", "stop.lua"]);
    assert!(terminal.enter("...").contains("\na  nil\n"));
    assert!(terminal.enter("select(\"#\", ...)").contains("\n2\n"));
    // The compiler leaves no variable of a constant.
    assert!(terminal.enter("LIMIT").contains("\n7\n"));
    assert!(terminal.enter("LIMIT = 8").contains("attempt to assign to const variable 'LIMIT'"));
    terminal.enter("n = 5");
    terminal.press(":c\r");
    assert!(terminal.wait("result").contains("result  5       a       nil"), "{}", terminal.text());
}

#[test]
fn leaving_a_breakpoint_of_an_entry_keeps_the_session() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 80, 20, &["--local"]);
    terminal.enter("kept = 42");
    terminal.enter("for i = 1, 3 do breakpoint() end print('behind')");
    assert!(terminal.enter("i").contains("break entry 2:1> i\n1\n"));
    let screen = terminal.enter(":quit");
    assert!(screen.contains("Interrupted") && !screen.contains("\nbehind"), "{screen}");
    assert!(terminal.enter("kept").ends_with("42\nLOCAL us-east-1>"));
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn a_breakpoint_on_a_real_account_is_read_only_until_it_is_unlocked() {
    let env = Env::new();
    env.write(
        "stop.lua",
        "local aws = require 'aws'\nlocal call = { replication_task_arn = 'arn:x' }\nbreakpoint()\n\
         local _, e = pcall(aws.dms.stop_replication_task, call, { timeout = 1 })\n\
         print('refused', tostring(e):find('read-only', 1, true))\n",
    );
    let variables = [
        ("NO_COLOR", "1"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIexample"),
    ];
    let args = ["--endpoint-url", "http://127.0.0.1:9", "stop.lua"];
    let mut terminal = Terminal::open_with(&env, 100, 30, &args, &variables);
    let screen = terminal.enter("aws.dms.stop_replication_task(call)");
    assert!(screen.contains("stop.lua:3, read-only; :continue"), "{screen}");
    assert!(screen.contains("error: This session is read-only"), "{screen}");
    let screen = terminal.enter(":region eu-north-1");
    assert!(screen.contains("A breakpoint stays where its script is"), "{screen}");
    let screen = terminal.enter(":unlock");
    assert!(screen.contains("A reason is needed"), "{screen}");
    // The script itself may do what it was started for.
    terminal.press(":continue\r");
    assert!(terminal.wait("refused").contains("refused nil"), "{}", terminal.text());
}

#[test]
fn commands_take_what_their_neighbours_take_and_say_what_is_so() {
    let env = Env::new();
    let input = b":time on\n1\n:time off\n2\n:lock\n:h\n";
    let out = piped(&env, &["--local", "repl"], input).code(1);
    let out = out.has("Timing is on.\n1\nTiming is off.\n2\n");
    let out = out.has("The local AWS is not locked.").has("it may be :help or :history");
    assert_eq!(out.stderr.matches("took").count(), 1, "{out}");
}

#[test]
fn whatever_succeeded_is_saved_as_a_script_that_runs() {
    let env = Env::new();
    let input = b"local a = string.upper\n(\"x\"):rep(3)\nreturn 1, 2\n_1 + _2\nx = 1 -- remark\n\
                  x -- another\ndo return 7 end\n_ + 1\n10, { 20 }\n:save s.lua\n";
    piped(&env, &["--local", "repl"], input).ok().has("Saved 9 entries").lacks("does not run");
    assert_eq!(env.run(&["s.lua"]).ok().stdout, "3\n1\n8\n10\t{ 20 }\n");
}

#[test]
fn a_question_shows_the_stub_s_signature_and_the_words_of_everything() {
    let env = Env::new();
    let input = b"?dms.create_data_migration\n?selection.where\n?string.gsub\n?ec2.vpc\n\
                  ?TargetMetadata.LobMaxSize\n?http.request\n?map.include(\"a.b\"):order\n";
    let out = piped(&env, &["--local", "repl"], input).ok();
    let base = "aws.dms.create_data_migration";
    let out = out.has(&format!("  {base}(input: {base}.input, options?:"));
    let out = out.has("homogeneous data migration").has("Takes only the rows that satisfy");
    let out = out.has("Replaces matches by a text").has("the address range of a VPC is fixed");
    out.has("default 32").has("Fields of request:").has("selection:order(");
}

#[test]
fn what_a_list_says_in_sentences_is_there_in_a_narrow_terminal() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 60, 20, &["--local"]);
    let screen = terminal.enter(
        "setmetatable({ { task = 'orders-migration', state = 'failed', type = 'full-load-and-cdc', reason = \
         'Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE' } }, { __columns = { 'task', \
         'state', 'type', 'reason' } })",
    );
    assert!(screen.contains("reason: Stop Reason RECOVERABLE_ERROR Error Level"), "{screen}");
    let screen = terminal.enter(
        "setmetatable({ { task = 'a', reason = ('seven '):rep(12) } }, \
         { __columns = { 'task', 'reason' } })",
    );
    assert!(!screen.contains('…') && screen.matches("seven seven").count() >= 2, "{screen}");
}

#[test]
fn without_colours_a_hint_is_not_taken_for_what_was_typed() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 80, 20, &["--local"]);
    let screen = terminal.keys("string.uppe");
    assert!(screen.ends_with("string.uppe‹r›"), "{screen}");
    terminal.keys(CTRL_C);
    let screen = terminal.keys("aws.dms.start_replication {");
    assert!(screen.contains("{ ‹replication_config_arn = string"), "{screen}");
    terminal.keys(CTRL_C);
    let mut terminal = Terminal::open_with(&env, 80, 20, &["--local"], &[]);
    let screen = terminal.keys("string.uppe");
    assert!(screen.ends_with("string.upper"), "{screen}");
}

#[test]
fn what_is_typed_is_coloured_while_it_is_typed() {
    let env = Env::new();
    let mut terminal = Terminal::open_with(&env, 80, 20, &["--local"], &[]);
    let typed = "local x = \"text\" -- remark";
    let line = terminal.keys(typed);
    let start = line.lines().last().unwrap().find("local").unwrap();
    let color = |word: &str| {
        let column = start + typed.find(word).unwrap();
        let screen = terminal.screen.lock().unwrap();
        let cell = screen.0.screen().cell(1, u16::try_from(column).unwrap()).unwrap();
        (cell.contents().to_owned(), cell.fgcolor(), cell.bold(), cell.dim())
    };
    let (blue, green, none) = (vt100::Color::Idx(4), vt100::Color::Idx(2), vt100::Color::Default);
    assert_eq!(color("local"), ("l".to_owned(), blue, true, false));
    assert_eq!(color("x"), ("x".to_owned(), none, false, false));
    assert_eq!(color("text"), ("t".to_owned(), green, false, false));
    assert_eq!(color("remark"), ("r".to_owned(), none, false, true));
}

#[test]
fn an_aws_that_does_not_answer_delays_no_key_and_is_interrupted() {
    let env = Env::new();
    // It takes calls and never answers them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let variables = [
        ("NO_COLOR", "1"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIexample"),
    ];
    let mut terminal = Terminal::open_with(&env, 80, 30, &["--endpoint-url", &url], &variables);
    let begun = Instant::now();
    terminal.press("endpoint \"o\t");
    terminal.press("rders\"");
    let screen = terminal.wait("endpoint \"orders\"");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}\n{screen}", begun.elapsed());
    terminal.keys(CTRL_C);
    for entry in ["tasks()", ":unlock \"OPS-1 because\"", ":stack"] {
        terminal.press(&format!("{entry}\r"));
        terminal.wait(entry);
        terminal.interrupt();
    }
    assert!(terminal.enter("1 + 41").ends_with("42\nENDPOINT eu-west-1>"));
    assert!(!env.path(".dmsrun/sessions.ndjson").exists());
    assert_eq!(terminal.leave(), 0);
}
#[test]
fn what_is_typed_ahead_while_an_entry_runs_is_not_lost() {
    let env = Env::new();
    let mut terminal = Terminal::open(&env, 80, 20, &["--local"]);
    // As a terminal without bracketed paste sends three lines, or a person who does not wait.
    terminal.press("print('one')\rprint('two')\rprint('three')\r");
    let screen = terminal.wait("\nthree");
    assert!(screen.contains("\none\n") && screen.contains("\ntwo\n"), "{screen}");
}
