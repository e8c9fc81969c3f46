//! The modules of a project that its scripts require: read as well, since evaluating a script runs none of
//! their functions.

use super::{LARGEST, Script, facts::Facts, syntax, with_room};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// No project has more of them.
const MOST: usize = 1000;

/// A module that lies beside a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its file, as messages name it.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The folder of the script that requires it: where its own modules are.
    pub folder: PathBuf,
    /// Whether specs require it: it has their vocabulary.
    pub spec: bool,
}

impl Module {
    /// The module as a script to look at.
    pub fn script(&self) -> Script<'_> {
        Script { file: &self.file, text: &self.text, folder: &self.folder, spec: self.spec }
    }
}

/// The modules beside the scripts that these require, and that those require in their turn, each once;
/// not what is among the scripts itself.
pub fn modules(scripts: &[Script<'_>]) -> Vec<Module> {
    with_room(|| {
        let mut known: BTreeSet<PathBuf> =
            scripts.iter().filter_map(|s| Path::new(s.file).canonicalize().ok()).collect();
        let mut all: Vec<Module> = Vec::new();
        for script in scripts {
            let from = all.len();
            take(*script, &mut known, &mut all);
            let mut at = from;
            while at < all.len() && all.len() < MOST {
                let module = all[at].clone();
                take(module.script(), &mut known, &mut all);
                at += 1;
            }
        }
        all
    })
    .unwrap_or_default()
}

/// Takes what one of them requires.
fn take(script: Script<'_>, known: &mut BTreeSet<PathBuf>, all: &mut Vec<Module>) {
    let Some(ast) = Some(script.text).filter(|t| t.len() <= LARGEST).and_then(syntax::parse) else {
        return;
    };
    for name in Facts::of(&ast, script.text).requires {
        let stem = script.folder.join(name.replace('.', "/"));
        let stem = stem.strip_prefix(".").map_or_else(|_| stem.clone(), Path::to_path_buf);
        let file = [stem.with_extension("lua"), stem.join("init.lua")];
        let Some(file) = file.into_iter().find(|file| file.is_file()) else { continue };
        if !file.canonicalize().is_ok_and(|whole| known.insert(whole)) {
            continue;
        }
        let small = std::fs::metadata(&file).is_ok_and(|data| data.len() <= LARGEST as u64);
        let text = if small { std::fs::read_to_string(&file).ok() } else { None };
        if let Some(text) = text {
            let file = file.to_string_lossy().into_owned();
            all.push(Module { file, text, folder: script.folder.to_owned(), spec: script.spec });
        }
    }
}
