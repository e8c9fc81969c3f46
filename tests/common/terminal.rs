//! A terminal with dmsrun in it, driven as a person drives it: keys, and what is on the screen after
//! them.

use super::{Env, Output};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read as _, Write},
    num::NonZero,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// How long anything may take before a test fails.
const DEADLINE: Duration = Duration::from_secs(60);
/// How long nothing must come for a screen to count as complete.
const QUIET: Duration = Duration::from_millis(250);

pub const UP: &str = "\x1b[A";
pub const TAB: &str = "\t";
pub const ENTER: &str = "\r";
pub const CTRL_C: &str = "\x03";
pub const CTRL_D: &str = "\x04";
pub const CTRL_R: &str = "\x12";

/// A terminal with dmsrun in it.
pub struct Terminal {
    pub screen: Arc<Mutex<(vt100::Parser, Instant)>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    // The terminal lives as long as its master.
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    pub fn open(env: &Env, columns: u16, rows: u16, args: &[&str]) -> Self {
        Self::open_with(env, columns, rows, args, &[("NO_COLOR", "1")])
    }

    pub fn open_with(
        env: &Env,
        columns: u16,
        rows: u16,
        args: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_dmsrun"));
        command.args(args);
        command.cwd(env.path(""));
        command.env_clear();
        for (key, value) in [
            ("PATH", std::env::var("PATH").unwrap_or_default().as_str()),
            ("HOME", env.path("").to_str().unwrap()),
            ("TERM", "xterm-256color"),
            ("TZ", "UTC"),
            ("LANG", "C.UTF-8"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]
        .iter()
        .chain(variables)
        {
            command.env(key, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (high, wide) = (NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap());
        let screen = Arc::new(Mutex::new((vt100::Parser::new(high, wide, 0), Instant::now())));
        let (shared, mut reader) = (Arc::clone(&screen), pair.master.try_clone_reader().unwrap());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count) = reader.read(&mut bytes) {
                if count == 0 {
                    break;
                }
                let mut screen = shared.lock().unwrap();
                screen.0.process(&bytes[..count]);
                screen.1 = Instant::now();
            }
        });
        let keys = pair.master.take_writer().unwrap();
        let mut terminal = Self { screen, keys, child, _master: pair.master };
        terminal.wait("> ");
        terminal
    }

    pub fn text(&self) -> String {
        let screen = self.screen.lock().unwrap();
        let text = screen.0.screen().contents();
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// Waits until the text stands on the screen and nothing more comes.
    #[track_caller]
    pub fn wait(&mut self, text: &str) -> String {
        let begun = Instant::now();
        loop {
            let quiet = self.screen.lock().unwrap().1.elapsed();
            let shown = self.screen.lock().unwrap().0.screen().contents();
            if quiet >= QUIET && shown.contains(text) {
                return self.text();
            }
            assert!(begun.elapsed() < DEADLINE, "no {text:?} on the screen:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends keys without waiting.
    pub fn press(&mut self, keys: &str) {
        // The next quiet counts from here.
        self.screen.lock().unwrap().1 = Instant::now();
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Sends keys and waits until nothing more comes.
    #[track_caller]
    pub fn keys(&mut self, keys: &str) -> String {
        self.press(keys);
        self.wait("")
    }

    /// Types a line and waits for the next prompt.
    #[track_caller]
    pub fn enter(&mut self, line: &str) -> String {
        self.press(line);
        self.wait("");
        self.press(ENTER);
        let begun = Instant::now();
        loop {
            let shown = self.wait("");
            let last = shown.lines().last().unwrap_or_default();
            if last.ends_with('>') {
                return shown;
            }
            assert!(begun.elapsed() < DEADLINE, "no prompt:\n{shown}");
        }
    }

    /// Ctrl-C while something runs; waits for the next prompt.
    #[track_caller]
    pub fn interrupt(&mut self) -> String {
        let before = self.text().matches("Interrupted").count();
        self.press(CTRL_C);
        let begun = Instant::now();
        loop {
            let shown = self.wait("Interrupted");
            let told = shown.matches("Interrupted").count() > before;
            if told && shown.lines().last().unwrap_or_default().ends_with('>') {
                return shown;
            }
            assert!(begun.elapsed() < DEADLINE, "not interrupted:\n{shown}");
        }
    }

    /// Ends the session as a person does; its exit code.
    pub fn leave(mut self) -> u32 {
        self.press(CTRL_D);
        self.ended()
    }

    /// Waits for its end; its exit code.
    #[track_caller]
    pub fn ended(mut self) -> u32 {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(begun.elapsed() < DEADLINE, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already where the test left.
        let _ = self.child.kill();
    }
}

/// A run that reads from its standard input, by a pipe.
pub fn piped(env: &Env, args: &[&str], input: &[u8]) -> Output {
    let mut child = env
        .command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // It may end, or stop at what is too large, before it has read all.
        let _ = stdin.write_all(&input);
    });
    let out = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Output {
        stdout: String::from_utf8(out.stdout).unwrap(),
        stderr: String::from_utf8(out.stderr).unwrap(),
        code: out.status.code().unwrap_or(-1),
    }
}
