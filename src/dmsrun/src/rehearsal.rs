//! What specs run on: a host with a fresh local AWS, its levers, and scripts as the command line runs
//! them.

use crate::{
    cli::{Options, VerbLine},
    faults, session,
    ui::Terminal,
};
use dmsrun_base::{Random, Redactor};
use dmsrun_diag::{Diagnostic, Style, render};
use dmsrun_local::Local;
use dmsrun_lua::{
    Host, HostConfig, Session, State,
    spec::{Bench, Ran, Stage, Transcript},
};
use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

/// The stage of one spec file.
pub fn stage(options: &Options, file: &str, seed: u64, ui: &Terminal) -> Result<Stage, Diagnostic> {
    let output = Transcript::default();
    let config = session::spec_config(options, file, seed, ui, &output);
    let folder = Folder(config.state_dir.clone());
    let bench = LocalBench {
        options: Options { local: Some(PathBuf::new()), ..options.clone() },
        file: file.to_owned(),
        seed,
        redactor: config.redactor.clone(),
        folder,
        ui: ui.clone(),
        output: output.clone(),
        trunk: RefCell::default(),
    };
    Ok(Stage { host: Host::new(config)?, output, bench: Some(Rc::new(bench)) })
}

/// Removes what the specs of this process have left on disk: a process that ends at once drops nothing.
pub fn remove_folders() {
    let prefix = session::spec_folder();
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            // A spec that still runs may make it anew: then there is little in it.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// The folder for the journal of a spec's file; it goes with it.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // Most specs write nothing, and there is none.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The levers of a spec's local AWS.
struct LocalBench {
    options: Options,
    file: String,
    seed: u64,
    redactor: Redactor,
    folder: Folder,
    ui: Terminal,
    /// What the spec prints.
    output: Transcript,
    /// The worlds that branches have left, the innermost last.
    trunk: RefCell<Vec<Trunk>>,
}

/// A world that waits until a branch of it is left.
struct Trunk {
    session: Rc<Session>,
    /// Its journals, which lie aside meanwhile.
    journals: Folder,
}

/// Copies a folder of files; where there is none, makes none.
fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(from) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    std::fs::create_dir_all(to)?;
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn no_copy(error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("The spec's journals could not be copied").what(error.to_string())
}

/// The local AWS behind a session of ours.
fn local(state: &State) -> Result<Local, Diagnostic> {
    state
        .session()?
        .keep
        .downcast_ref::<Local>()
        .cloned()
        .ok_or_else(|| Diagnostic::bug("a spec runs on something else than a local AWS"))
}

impl LocalBench {
    /// The script's path: as it is, or from the spec's folder, or the one above it.
    fn find(&self, script: &str) -> Result<String, Diagnostic> {
        let beside = Path::new(&self.file).parent().unwrap_or(Path::new(""));
        let above = beside.parent().unwrap_or(Path::new(""));
        let mut places = vec![PathBuf::from(script), beside.join(script), above.join(script)];
        if places[2] == places[0] {
            places.pop();
        }
        match places.iter().find(|path| path.is_file()) {
            Some(found) => Ok(found.to_string_lossy().into_owned()),
            None => {
                let tried: Vec<String> = places.iter().map(|p| p.display().to_string()).collect();
                Err(Diagnostic::error("Script not found")
                    .what(format!("spec.run: there is no file {}", tried.join(", nor "))))
            }
        }
    }

    fn config(
        &self,
        state: &State,
        script: &str,
        args: &[String],
        ui: &Transcript,
    ) -> Result<HostConfig, Diagnostic> {
        let outer = state.session()?;
        let (aws, clock) = (outer.aws.clone(), Arc::clone(&outer.clock));
        let shared = Rc::new(RefCell::new(self.options.clone()));
        let mut config = HostConfig {
            script: Some(script.to_owned()),
            args: args.iter().map(Into::into).collect(),
            options: self.options.to_value(),
            stdlib: self.options.stdlib.clone(),
            state_dir: self.folder.0.clone(),
            fleeting: true,
            local: true,
            session: Box::new(move || Ok(Session { aws, clock, keep: Box::new(()) })),
            ui: Arc::new(ui.clone()),
            redactor: self.redactor.clone(),
            random: Random::seeded(self.seed),
            command_line: Some(Rc::new(VerbLine::new(shared))),
            ..HostConfig::bare()
        };
        config.catalogue = Some(Rc::new(session::catalogue));
        Ok(config)
    }
}

impl Bench for LocalBench {
    fn fault(&self, state: &State, text: &str) -> Result<(), Diagnostic> {
        faults::set(&local(state)?, text)
    }

    fn clear_faults(&self, state: &State) -> Result<(), Diagnostic> {
        local(state)?.faults().clear();
        Ok(())
    }

    fn unstruck(&self, state: &State) -> Result<Vec<String>, Diagnostic> {
        let unstruck = local(state)?.faults().unstruck();
        Ok(unstruck.into_iter().map(|fault| fault.text).collect())
    }

    fn tagged(&self, state: &State) -> Result<Vec<serde_json::Value>, Diagnostic> {
        Ok(local(state)?.tagged("dmsrun:"))
    }

    fn calls(&self, state: &State) -> Result<(u64, u64), Diagnostic> {
        Ok(local(state)?.calls())
    }

    fn branch(&self, state: &State) -> Result<(), Diagnostic> {
        let copy = local(state)?.copy()?;
        copy.faults().spare();
        let redactor = self.redactor.clone();
        let session =
            session::on_local(&self.options, &self.ui, redactor, self.seed, &self.output, copy);
        let mut trunk = self.trunk.borrow_mut();
        let aside = self.folder.0.with_extension(format!("trunk-{}", trunk.len()));
        let journals = Folder(aside);
        copy_folder(&self.folder.0, &journals.0).map_err(|e| no_copy(&e))?;
        let session = state.swap_session(Rc::new(session))?;
        trunk.push(Trunk { session, journals });
        Ok(())
    }

    fn leave(&self, state: &State) -> Result<(), Diagnostic> {
        let Some(Trunk { session, journals }) = self.trunk.borrow_mut().pop() else {
            return Err(Diagnostic::bug("a branch is left that was never begun"));
        };
        state.swap_session(session)?;
        // There may be none.
        let _ = std::fs::remove_dir_all(&self.folder.0);
        copy_folder(&journals.0, &self.folder.0).map_err(|e| no_copy(&e))
    }

    fn messages(&self, state: &State) -> Result<Vec<serde_json::Value>, Diagnostic> {
        Ok(local(state)?.messages())
    }

    fn run(
        &self,
        state: &State,
        script: &str,
        args: &[String],
        watch: &dyn Fn(&Host) -> Result<(), Diagnostic>,
    ) -> Result<Ran, Diagnostic> {
        let script = self.find(script)?;
        let transcript = Transcript::default();
        let host = Host::new(self.config(state, &script, args, &transcript)?)?;
        watch(&host)?;
        let (handle, faults) = (host.interrupt_handle(), local(state)?.faults());
        faults.client(move || handle.kill());
        let ended = host.run_file(&script);
        let mut ran = match ended {
            Ok(code) => Ran { code, transcript, ..Ran::default() },
            Err(failure) => {
                let style = Style { color: false, width: 100 };
                let shown = render(&failure, &**host.state(), style);
                Ran {
                    code: failure.exit.code(),
                    shown: shown.lines().map(str::to_owned).collect(),
                    failure: Some(failure),
                    transcript,
                    ..Ran::default()
                }
            }
        };
        // Its calls that are under way end with it.
        drop(host);
        ran.killed = faults.client_gone();
        Ok(ran)
    }
}
