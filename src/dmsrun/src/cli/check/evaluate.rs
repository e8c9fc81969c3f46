//! Evaluates a script as a check does: nothing is sent, written or started, and it comes to an end.

use crate::{
    cli::{Options, VerbLine},
    session,
    ui::Terminal,
};
use dmsrun_diag::Diagnostic;
use dmsrun_lua::{Handed, Host, Sandbox, sandbox::LIMIT, ui::Silent};
use std::{
    cell::RefCell,
    rc::Rc,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

/// How long a script may take. Instructions have a limit of their own; this one is for a function of
/// the library that is busy for ever, where no instruction is counted.
const LONGEST: Duration = Duration::from_secs(20);

/// Lua code calls itself as deep as on the main thread.
const STACK: usize = 16 << 20;

/// A script to evaluate.
#[derive(Clone, Debug)]
pub struct Script {
    /// What it is called in messages.
    pub name: String,
    /// Its file, where it is one.
    pub file: Option<String>,
    /// Its text.
    pub text: String,
    /// Its arguments.
    pub args: Vec<String>,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Evaluated {
    /// What it handed over.
    pub handed: Handed,
    /// Why it did not come to its end.
    pub ended: Option<Diagnostic>,
}

/// Evaluates it. The script runs on a thread of its own, which is left behind where it is stuck.
pub fn evaluate(script: Script, options: &Options, ui: &Terminal) -> Result<Evaluated, Diagnostic> {
    let (sender, receiver) = mpsc::channel();
    let (options, ui) = (options.clone(), ui.clone());
    let run = move || {
        let evaluated = on_this_thread(&script, &options, &ui, |evaluated| {
            // Before the VM is closed, which may run finalizers of the script's.
            let _ = sender.send(Ok(evaluated));
        });
        if let Err(diagnostic) = evaluated {
            // Whoever waits for it may have given up.
            let _ = sender.send(Err(diagnostic));
        }
    };
    thread::Builder::new().name("check".to_owned()).stack_size(STACK).spawn(run).map_err(
        |error| Diagnostic::bug(format!("a thread for the script can't be started: {error}")),
    )?;
    receiver.recv_timeout(LONGEST).unwrap_or_else(|_| {
        let what = format!("the script was not through after {} seconds", LONGEST.as_secs());
        let mut stuck = Diagnostic::error("The check's limit is reached").what(what);
        stuck.code = Some(LIMIT.to_owned());
        Ok(Evaluated { ended: Some(stuck), ..Evaluated::default() })
    })
}

fn on_this_thread(
    script: &Script,
    options: &Options,
    ui: &Terminal,
    tell: impl FnOnce(Evaluated),
) -> Result<(), Diagnostic> {
    let options = Rc::new(RefCell::new(options.clone()));
    let mut config = session::host_config(&options, ui);
    config.script.clone_from(&script.file);
    config.args = script.args.iter().map(Into::into).collect();
    config.sandbox = Sandbox::Check;
    // What the script says is no part of the report.
    config.ui = Arc::new(Silent);
    config.command_line = Some(Rc::new(VerbLine::new(Rc::clone(&options))));
    let host = Host::new(config)?;
    let ended = host.run_text(&script.name, script.text.as_bytes()).err();
    tell(Evaluated { handed: host.handed().clone(), ended });
    Ok(())
}
