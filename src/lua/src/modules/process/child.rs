//! One child process from its start to its end: its input and output, its deadline, Ctrl-C.

use crate::hook::Watch;
use std::{
    cell::RefCell,
    ffi::OsString,
    io,
    pin::pin,
    process::{ExitStatus, Stdio},
    rc::Rc,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    time::Instant,
};

/// More output than this is not kept: 64 MB.
pub(super) const MOST: usize = 64 << 20;
/// How often Ctrl-C is looked for.
const LOOK: Duration = Duration::from_millis(50);
/// How long a command has to end by itself when it is asked to.
const GRACE: Duration = Duration::from_secs(2);
/// How long the output is awaited of a command that has ended and left something in the background.
const DRAIN: Duration = Duration::from_secs(1);

/// What a line of output is shown with.
pub(super) type Show = Rc<dyn Fn(&str)>;

/// What to run, and how.
pub(super) struct Job {
    pub(super) program: OsString,
    pub(super) args: Vec<OsString>,
    /// Variables beside those of the host; without a text, one that the command does not get.
    pub(super) env: Vec<(String, Option<OsString>)>,
    pub(super) cwd: Option<String>,
    pub(super) stdin: Option<Vec<u8>>,
    pub(super) timeout: Duration,
    /// Whether the terminal is the command's own.
    pub(super) interactive: bool,
    /// Shows its lines as they come.
    pub(super) show: Option<Show>,
    pub(super) watch: Arc<Watch>,
}

/// What a command left behind.
pub(super) struct Output {
    pub(super) code: Option<i32>,
    pub(super) signal: Option<i32>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

impl Output {
    /// How it ended, for a message.
    pub(super) fn how(&self) -> String {
        match (self.code, self.signal) {
            (Some(code), _) => format!("ended with code {code}"),
            (_, Some(signal)) => format!("was ended by signal {signal}"),
            _ => "ended".to_owned(),
        }
    }
}

/// How a command ended.
pub(super) enum Ended {
    Itself(Output),
    TooLong(Output),
    TooMuch,
    Interrupted,
}

fn command(job: &Job) -> Command {
    let mut command = Command::new(&job.program);
    command.args(&job.args).kill_on_drop(true);
    for (name, text) in &job.env {
        match text {
            Some(text) => command.env(name, text),
            None => command.env_remove(name),
        };
    }
    if let Some(cwd) = &job.cwd {
        command.current_dir(cwd);
    }
    if job.interactive {
        return command;
    }
    let stdin = if job.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own, so that what it has started can be ended with it.
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// Ends a whole group where its command is not awaited to its end.
struct Group(Option<u32>);

#[cfg(unix)]
impl Group {
    fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = self.0.and_then(|pid| i32::try_from(pid).ok());
        if let Some(pid) = pid {
            // It may have ended meanwhile.
            let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(pid), signal);
        }
    }
    fn interrupt(&self) {
        self.signal(nix::sys::signal::Signal::SIGINT);
    }
    fn terminate(&self) {
        self.signal(nix::sys::signal::Signal::SIGTERM);
    }
    fn kill(&self) {
        self.signal(nix::sys::signal::Signal::SIGKILL);
    }
}

#[cfg(not(unix))]
impl Group {
    fn interrupt(&self) {}
    fn terminate(&self) {}
    fn kill(&self) {}
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

type Bytes = Rc<RefCell<Vec<u8>>>;

/// Takes what comes, shows its lines, and stops where it is too much.
async fn collect(from: Option<impl AsyncRead + Unpin>, into: Bytes, show: Option<Show>) -> bool {
    let Some(mut from) = from else { return false };
    let (mut buffer, mut shown) = (vec![0; 16 << 10], 0);
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        let mut all = into.borrow_mut();
        all.extend_from_slice(&buffer[..read]);
        if let Some(show) = &show {
            while let Some(end) = all[shown..].iter().position(|b| *b == b'\n') {
                show(String::from_utf8_lossy(&all[shown..shown + end]).trim_end_matches('\r'));
                shown += end + 1;
            }
            if read == 0 && shown < all.len() {
                show(&String::from_utf8_lossy(&all[shown..]));
            }
        }
        if read == 0 {
            return false;
        }
        if all.len() > MOST {
            return true;
        }
    }
}

/// Runs a command to its end.
pub(super) async fn run(mut job: Job) -> io::Result<Ended> {
    let mut child = command(&job).spawn()?;
    let own_group = !job.interactive;
    let mut group = Group(child.id().filter(|_| own_group));
    let (stdout, stderr) = (Bytes::default(), Bytes::default());
    let stdin = (child.stdin.take(), job.stdin.take());
    let feed = async move {
        if let (Some(mut pipe), Some(text)) = stdin {
            // A command may end without reading all of it.
            let _ = pipe.write_all(&text).await;
        }
    };
    let all = futures_util::future::join3(
        feed,
        collect(child.stdout.take(), stdout.clone(), job.show.clone()),
        collect(child.stderr.take(), stderr.clone(), job.show.clone()),
    );
    let mut all = pin!(all);
    let deadline = Instant::now().checked_add(job.timeout);
    let before = job.watch.interrupts().count();
    let mut status: Option<(ExitStatus, Instant)> = None;
    let (mut drained, mut told) = (false, false);
    let end = loop {
        if let Some((status, since)) = status
            && (drained || since.elapsed() > DRAIN)
        {
            break Some(status);
        }
        tokio::select! {
            ended = child.wait(), if status.is_none() => {
                status = Some((ended?, Instant::now()));
            }
            ((), out, err) = &mut all, if !drained => {
                drained = true;
                if out || err {
                    stop(&mut child, &group).await;
                    return Ok(Ended::TooMuch);
                }
            }
            () = tokio::time::sleep(LOOK) => {
                let pressed = job.watch.interrupts().count() > before && job.watch.is_pressed();
                if !told && pressed {
                    // As a terminal does, which does not see this group.
                    group.interrupt();
                    told = true;
                }
                if status.is_none() && deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                    stop(&mut child, &group).await;
                    break None;
                }
            }
        }
    };
    if end.is_some() {
        // It ended by itself: what it has left in the background is its own business.
        group.0 = None;
    }
    let output = Output {
        code: end.and_then(|status| status.code()),
        signal: end.and_then(signal),
        stdout: stdout.take(),
        stderr: stderr.take(),
    };
    Ok(match end {
        None => Ended::TooLong(output),
        Some(_) if told && output.code != Some(0) => Ended::Interrupted,
        Some(_) => Ended::Itself(output),
    })
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// Asks a command to end, and ends it where it does not.
async fn stop(child: &mut Child, group: &Group) {
    group.terminate();
    let asked = tokio::time::timeout(GRACE, child.wait()).await;
    group.kill();
    if asked.is_err() {
        let _ = child.kill().await;
    }
}
