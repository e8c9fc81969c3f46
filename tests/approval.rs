//! Questions at a real terminal: what is asked, what the answers do, and how the process ends.

use crate::common::Env;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::{
    io::{Read as _, Write as _},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const DEADLINE: Duration = Duration::from_secs(120);

/// Runs a migration's verb at a terminal, types the answers, each when its question stands there, and
/// gives what was shown and the exit code.
fn at_a_terminal(env: &Env, args: &[&str], answers: &[(&str, &str)]) -> (String, u32) {
    let size = PtySize { rows: 60, cols: 160, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_dmsrun"));
    command.args(["--local", "scripts/migrate.lua"]);
    command.args(args);
    command.cwd(env.path(""));
    command.env_clear();
    for (key, value) in [
        ("PATH", std::env::var("PATH").unwrap_or_default().as_str()),
        ("HOME", env.path("").to_str().unwrap()),
        ("TERM", "dumb"),
        ("TZ", "UTC"),
        ("NO_COLOR", "1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ] {
        command.env(key, value);
    }
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let shown = Arc::new(Mutex::new(String::new()));
    let (shared, mut reader) = (Arc::clone(&shown), pair.master.try_clone_reader().unwrap());
    let reading = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count) = reader.read(&mut bytes) {
            if count == 0 {
                break;
            }
            shared.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    });
    let mut keys = pair.master.take_writer().unwrap();
    let begun = Instant::now();
    for (question, answer) in answers {
        while !plain(&shown.lock().unwrap()).contains(question) {
            let text = shown.lock().unwrap().clone();
            assert!(begun.elapsed() < DEADLINE, "never asked {question:?}: {text}");
            assert!(child.try_wait().unwrap().is_none(), "ended before {question:?}: {text}");
            std::thread::sleep(Duration::from_millis(20));
        }
        keys.write_all(format!("{answer}\r").as_bytes()).unwrap();
    }
    let status = child.wait().unwrap();
    drop((keys, pair.master));
    reading.join().unwrap();
    let text = plain(&shown.lock().unwrap());
    (text, status.exit_code())
}

/// On one line, so that a question is found however the terminal broke it.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_question_is_answered_at_the_terminal() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua"]).ok();
    let grown =
        ["deploy", "--require-approval", "any", "-c", "replication_instance_class=dms.r5.large"];
    let question = "Interrupt replication of \"orders\"";
    let (text, code) = at_a_terminal(&env, &grown, &[(question, "n")]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("Not approved") && text.contains("nothing was changed"), "{text}");
    // Nothing but a clear yes is one.
    let (text, code) = at_a_terminal(&env, &grown, &[(question, "")]);
    assert_eq!(code, 5, "{text}");
    let (text, code) = at_a_terminal(&env, &grown, &[(question, "y")]);
    assert_eq!(code, 0, "{text}");
    let plan = ["--local", "scripts/migrate.lua", "plan", "--detailed-exitcode"];
    env.run(&[&plan[..], &grown[3..]].concat()).code(0);
}

#[test]
fn the_loss_of_data_wants_the_name_typed_even_with_yes() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua", "deploy"]).ok();
    let question = "Type \"orders\" to go on";
    for wrong in ["y", "order", ""] {
        let (text, code) = at_a_terminal(&env, &["destroy", "--yes"], &[(question, wrong)]);
        assert_eq!(code, 5, "{wrong:?}: {text}");
        assert!(text.contains("the name was not typed; nothing was changed"), "{text}");
    }
    env.run(&["--local", "scripts/migrate.lua", "plan", "--detailed-exitcode"]).code(0);
    let (text, code) = at_a_terminal(&env, &["destroy"], &[(question, "orders")]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("Looked again, kind by kind"), "{text}");
}

#[test]
fn the_exit_codes_stand_in_the_help() {
    let env = Env::new();
    let help = env.run(&["--help"]).ok();
    for code in ["5  a question was not answered", "6  somebody else is at work", "--force-unlock"]
    {
        assert!(help.stdout.contains(code), "no {code:?} in {help}");
    }
}
