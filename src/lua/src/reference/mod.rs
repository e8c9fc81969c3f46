//! The reference: every module, function, class, operation, kind, setting and code that scripts meet, out
//! of the annotations and tables that they are made of. `dmsrun doc`, `?name` in the REPL, the page
//! `stdlib/REFERENCE.md` and the stubs for editors are made of it.

mod entry;
pub mod examples;
mod find;
mod kinds;
mod operations;
mod page;
mod registries;
pub mod source;

pub use entry::{Entry, Row};
pub use kinds::{Kind, Property};

use crate::{library, modules};
use dmsrun_diag::Diagnostic;
use source::Module;
use std::{cell::OnceCell, path::PathBuf};

/// The reference of the embedded library, or of one in a folder.
#[derive(Debug, Default)]
pub struct Reference {
    stdlib: Option<PathBuf>,
    modules: OnceCell<Vec<Module>>,
    kinds: OnceCell<Vec<Kind>>,
}

/// The entry of a name such as `map.include`, `dms.create_endpoint`, `settings.TargetMetadata.LobMaxSize`,
/// `M104` or `ec2.vpc`, in the embedded library.
pub fn lookup(name: &str) -> Option<Entry> {
    Reference::default().lookup(name)
}

/// The text of one sentence or two about an operation, for DMS.
pub fn words(service: &str, operation: &str) -> Option<&'static str> {
    (service == "dms").then(|| operations::words(operation)).flatten()
}

impl Reference {
    /// The reference of the library in a folder; of the embedded one with `None`.
    pub fn new(stdlib: Option<PathBuf>) -> Self {
        Self { stdlib, ..Self::default() }
    }

    /// Every module: the library's files, then the host's modules, each sorted by name. The files of the
    /// kinds are left out; [`Reference::kinds`] has them.
    pub fn modules(&self) -> &[Module] {
        self.modules.get_or_init(|| {
            let mut out = Vec::new();
            for name in self.names_of_files() {
                if let Some(file) = library::find(self.stdlib.as_deref(), &name) {
                    let shown = match &self.stdlib {
                        Some(folder) => folder.join(&file.path).display().to_string(),
                        None => format!("stdlib/{}", file.path),
                    };
                    out.push(source::parse(&name, &shown, &file.text));
                }
            }
            for meta in modules::meta::MODULES {
                let file = format!("src/lua/src/modules/meta/{}.lua", meta.name);
                out.push(source::parse(meta.name, &file, meta.text));
            }
            out
        })
    }

    /// Whether a module is one of the host's.
    pub fn is_host(name: &str) -> bool {
        modules::exists(name)
    }

    /// Every kind of ours.
    pub fn kinds(&self) -> Result<&[Kind], Diagnostic> {
        if let Some(kinds) = self.kinds.get() {
            return Ok(kinds);
        }
        let kinds = kinds::read(self.stdlib.as_deref())?;
        Ok(self.kinds.get_or_init(|| kinds))
    }

    /// The reference as one page of Markdown.
    pub fn page(&self) -> Result<String, Diagnostic> {
        page::text(self)
    }

    /// The examples of all modules.
    pub fn examples(&self) -> Vec<examples::Example> {
        self.modules().iter().flat_map(examples::of_module).collect()
    }

    /// The modules of the library by name, without the files of kinds.
    fn names_of_files(&self) -> Vec<String> {
        let mut names: Vec<String> = match &self.stdlib {
            None => library::modules().collect(),
            Some(folder) => {
                let mut found = Vec::new();
                walk(folder, "", &mut found);
                found
            }
        };
        names.retain(|name| !name.starts_with("kinds.") || name.starts_with("kinds.support."));
        names.sort();
        names
    }
}

fn walk(folder: &std::path::Path, prefix: &str, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if path.is_dir() {
            walk(&path, &format!("{prefix}{name}."), out);
        } else if let Some(stem) = name.strip_suffix(".lua") {
            match stem {
                "init" => out.push(prefix.trim_end_matches('.').to_owned()),
                stem => out.push(format!("{prefix}{stem}")),
            }
        }
    }
}
