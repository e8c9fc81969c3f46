//! Every name that a script may use: Lua's and the host's globals, modules with their fields, kinds of
//! resources, methods of what the library makes. It is taken from a VM that runs nothing but our library.

use super::{
    annotations::{Annotations, Shape, Signature, TypeText},
    schema::Kind,
};
use crate::{Host, HostConfig, library, modules, vm};
use mlua::{Function, Lua, Table, Value};
use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    rc::Rc,
};

/// A script's folder in which nothing is: the library is loaded without looking at the user's files.
const NOWHERE: &str = "/nonexistent/dmsrun/check.lua";

/// What makes one of each class whose methods are known, in our library's own words.
pub(super) const SAMPLES: &[(&str, &str)] = &[
    ("mappings.Selection", "return require('mappings').include 'a.b'"),
    ("mappings.Transform", "return require('mappings').table 'a.b'"),
    ("mappings.Record", "return require('mappings').record 'a.b'"),
    ("mappings.Document", "return require('mappings').rules { require('mappings').include 'a.b' }"),
    ("settings.Document", "return require('settings').preset 'default'"),
    ("stack.Stack", "return require('stack').new 'check'"),
    ("migration.Migration", "return held(require('migration').is, 'Migration')"),
];

/// Finds a value that a function of the library holds under a name.
const HELD: &str = "local f, wanted = ...\n\
    for index = 1, 60 do\n\
      local name, value = debug.getupvalue(f, index)\n\
      if not name then return nil end\n\
      if name == wanted then return value end\n\
    end";

/// The names of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    /// The names.
    pub names: BTreeSet<String>,
    /// Whether others may come by a function.
    pub open: bool,
    /// A pattern: a name that it does not match may be anything.
    pub only: Option<String>,
}

/// Every name that a script may use.
pub struct Vocabulary {
    host: Option<Host>,
    lua: Lua,
    stdlib: Option<PathBuf>,
    globals: BTreeSet<String>,
    specs: OnceCell<BTreeSet<String>>,
    members: RefCell<BTreeMap<String, Option<Rc<Members>>>>,
    methods: RefCell<BTreeMap<String, Option<Rc<Members>>>>,
    kinds: OnceCell<BTreeMap<String, Kind>>,
    annotations: OnceCell<Annotations>,
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vocabulary").field("stdlib", &self.stdlib).finish_non_exhaustive()
    }
}

impl Vocabulary {
    /// The vocabulary with a standard library from a folder, or the embedded one.
    pub fn new(stdlib: Option<PathBuf>) -> Self {
        let config = HostConfig {
            script: Some(NOWHERE.to_owned()),
            stdlib: stdlib.clone(),
            // What a module has on the local AWS only is no slip.
            catalogue: Some(Rc::new(|_| None)),
            ..HostConfig::bare()
        };
        // Without a host the language alone is known: the analysis then says less, never more.
        let host = Host::new(config).ok();
        let lua = host.as_ref().map_or_else(Lua::new, |h| h.lua().clone());
        let globals = names_of(&lua.globals());
        Self {
            host,
            lua,
            stdlib,
            globals,
            specs: OnceCell::new(),
            members: RefCell::default(),
            methods: RefCell::default(),
            kinds: OnceCell::new(),
            annotations: OnceCell::new(),
        }
    }

    pub(super) fn lua(&self) -> &Lua {
        &self.lua
    }

    /// The globals of a script, or of a spec.
    pub(super) fn globals(&self, spec: bool) -> &BTreeSet<String> {
        if spec { self.specs.get_or_init(|| self.spec_globals()) } else { &self.globals }
    }

    fn spec_globals(&self) -> BTreeSet<String> {
        let mut names = self.globals.clone();
        // A VM of its own: the vocabulary of specs replaces `assert`.
        let other = Self::new(self.stdlib.clone());
        let installed = other.require("spec").and_then(|spec| {
            spec.raw_get::<Function>("install")?.call::<()>(())?;
            Ok(names_of(&other.lua.globals()))
        });
        names.extend(installed.unwrap_or_else(|_| BTreeSet::new()));
        names
    }

    /// Whether a module of this name is ours.
    pub(super) fn has_module(&self, name: &str) -> bool {
        modules::exists(name) || library::find(self.stdlib.as_deref(), name).is_some()
    }

    /// The names of all our modules.
    pub(super) fn module_names(&self) -> Vec<String> {
        modules::names().map(str::to_owned).chain(library::modules()).collect()
    }

    /// Whether a module is beside the script, or where Lua looks for modules.
    pub(super) fn user_has(&self, folder: &Path, name: &str) -> bool {
        let stem = folder.join(name.replace('.', "/"));
        if stem.with_extension("lua").is_file() || stem.join("init.lua").is_file() {
            return true;
        }
        let search = || -> mlua::Result<bool> {
            let package: Table = self.lua.globals().raw_get("package")?;
            let find: Function = package.raw_get("searchpath")?;
            for path in ["path", "cpath"] {
                let path: String = package.raw_get(path)?;
                if !find.call::<Value>((name, path))?.is_nil() {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        search().unwrap_or(true)
    }

    fn require(&self, name: &str) -> mlua::Result<Table> {
        let require: Function = self.lua.named_registry_value(vm::REQUIRE)?;
        require.call(name)
    }

    /// The fields of one of our modules; `None` where it can't be loaded.
    pub(super) fn members(&self, module: &str) -> Option<Rc<Members>> {
        if let Some(known) = self.members.borrow().get(module) {
            return known.clone();
        }
        let loaded = self.host.as_ref().and_then(|_| self.require(module).ok());
        let found = loaded.and_then(|t| members_of(&self.lua, &t, 0).ok()).map(Rc::new);
        self.members.borrow_mut().insert(module.to_owned(), found.clone());
        found
    }

    /// The fields of one of Lua's own libraries.
    pub(super) fn library(&self, name: &str) -> Option<Members> {
        match self.lua.globals().raw_get::<Value>(name) {
            Ok(Value::Table(table)) => members_of(&self.lua, &table, 0).ok(),
            _ => None,
        }
    }

    /// The methods of a class of the library; `None` where they are not known.
    pub(super) fn methods(&self, class: &str) -> Option<Rc<Members>> {
        if let Some(known) = self.methods.borrow().get(class) {
            return known.clone();
        }
        let found = self.sample(class).ok().flatten().map(Rc::new).filter(|m| !m.open);
        self.methods.borrow_mut().insert(class.to_owned(), found.clone());
        found
    }

    fn sample(&self, class: &str) -> mlua::Result<Option<Members>> {
        let Some((_, make)) = SAMPLES.iter().find(|(name, _)| *name == class) else {
            return Ok(None);
        };
        let require: Function = self.lua.named_registry_value(vm::REQUIRE)?;
        let held: Function = self.lua.load(HELD).into_function()?;
        let text = format!("local require, held = ...\n{make}");
        let made: Value = self.lua.load(text).call((require, held))?;
        let Value::Table(made) = made else { return Ok(None) };
        // Fields of the sample itself are no methods, but naming them is no slip.
        members_of(&self.lua, &made, 0).map(Some)
    }

    /// Whether a name is certainly not among the members.
    pub(super) fn lacks(&self, members: &Members, name: &str) -> bool {
        if members.open || members.names.contains(name) || name.starts_with("__") {
            return false;
        }
        let Some(only) = &members.only else { return true };
        let matches = || -> mlua::Result<bool> {
            let string: Table = self.lua.globals().raw_get("string")?;
            let find: Function = string.raw_get("find")?;
            Ok(!find.call::<Value>((name, only.as_str()))?.is_nil())
        };
        matches().unwrap_or(false)
    }

    /// The kinds of resources, by name.
    pub(super) fn kinds(&self) -> &BTreeMap<String, Kind> {
        self.kinds.get_or_init(|| self.read_kinds().unwrap_or_default())
    }

    fn read_kinds(&self) -> mlua::Result<BTreeMap<String, Kind>> {
        let module = self.require("kind")?;
        let (all, get): (Function, Function) = (module.get("all")?, module.get("get")?);
        let names: Vec<String> = all.call(())?;
        names
            .into_iter()
            .map(|name| {
                let definition: Table = get.call(name.as_str())?;
                Ok((name, Kind::read(&definition)?))
            })
            .collect()
    }

    fn annotations(&self) -> &Annotations {
        self.annotations.get_or_init(|| {
            let mut all = Annotations::default();
            for module in library::modules().filter(|m| !m.starts_with("kinds.")) {
                if let Some(file) = library::find(self.stdlib.as_deref(), &module) {
                    all.read(&module, &file.text);
                }
            }
            for meta in modules::meta::MODULES {
                all.read(meta.name, meta.text);
            }
            all
        })
    }

    /// Whether the annotations have a class of this name.
    #[cfg(test)]
    pub(super) fn has_class(&self, name: &str) -> bool {
        self.annotations().classes.contains_key(name)
    }

    /// What a table of this type may hold; `None` where it may hold anything.
    pub(super) fn shape(&self, text: &TypeText) -> Option<Shape> {
        self.annotations().shape(text)
    }

    /// The words that a text of this type must be one of.
    pub(super) fn words<'t>(&'t self, text: &'t TypeText) -> Option<Vec<&'t str>> {
        self.annotations().words(text)
    }

    /// A function of a module.
    pub(super) fn signature(&self, module: &str, name: &str) -> Option<&Signature> {
        self.annotations().functions.get(&(module.to_owned(), name.to_owned()))
    }

    /// A method of a class.
    pub(super) fn method(&self, class: &str, name: &str) -> Option<&Signature> {
        self.annotations().method(class, name)
    }
}

fn names_of(table: &Table) -> BTreeSet<String> {
    table.pairs::<String, Value>().flatten().map(|(name, _)| name).collect()
}

/// The names of a table and of what it inherits from.
fn members_of(lua: &Lua, table: &Table, depth: u32) -> mlua::Result<Members> {
    let mut all = Members { names: names_of(table), ..Members::default() };
    let Some(meta) = table.metatable().filter(|_| depth < 8) else { return Ok(all) };
    let inherited = match meta.raw_get::<Value>("__index")? {
        Value::Nil => return Ok(all),
        Value::Table(more) => members_of(lua, &more, depth + 1)?,
        Value::Function(index) => told(lua, &index, depth)?,
        _ => Members { open: true, ..Members::default() },
    };
    all.names.extend(inherited.names);
    all.open = inherited.open;
    all.only = inherited.only;
    Ok(all)
}

/// What an `__index` of our `suggesting` knows: it raises an error for every other name.
fn told(lua: &Lua, index: &Function, depth: u32) -> mlua::Result<Members> {
    let held: Function = lua.load(HELD).into_function()?;
    let find = |name: &str| held.call::<Value>((index, name));
    let mut all = Members::default();
    let (Value::Table(optional), Value::Table(options)) = (find("optional")?, find("options")?)
    else {
        return Ok(Members { open: true, ..all });
    };
    all.names.extend(names_of(&optional));
    all.only = options.raw_get("only")?;
    if let Value::Table(parent) = find("parent")? {
        all.names.extend(members_of(lua, &parent, depth + 1)?.names);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_that_of_the_library() {
        let all = Vocabulary::new(None);
        assert!(all.globals(false).contains("print") && all.globals(false).contains("arg"));
        assert!(!all.globals(false).contains("describe") && all.globals(true).contains("describe"));
        assert!(all.has_module("mappings") && all.has_module("aws") && !all.has_module("mapings"));
        let mappings = all.members("mappings").unwrap_or_else(|| panic!("no mappings"));
        assert!(mappings.names.contains("exclude") && !mappings.open);
        assert!(all.library("string").is_some_and(|m| m.names.contains("format")));
    }

    #[test]
    fn every_class_whose_methods_are_checked_is_there() {
        let all = Vocabulary::new(None);
        for (class, _) in SAMPLES {
            let methods = all.methods(class).unwrap_or_else(|| panic!("no methods of {class}"));
            assert!(!methods.names.is_empty(), "{class}");
            assert!(all.has_class(class), "{class} has no annotation");
        }
        let stack = all.methods("stack.Stack").unwrap_or_else(|| panic!("no stack"));
        assert!(stack.names.contains("add"));
        let migration =
            all.methods("migration.Migration").unwrap_or_else(|| panic!("no migration"));
        assert!(migration.names.contains("main") && migration.names.contains("stack"));
    }

    #[test]
    fn kinds_and_options_are_read_from_the_library() {
        let all = Vocabulary::new(None);
        let vpc = &all.kinds()["ec2.vpc"];
        assert!(vpc.properties["cidr_block"].required);
        assert!(vpc.outputs.contains("vpc_id"));
        let new = all.signature("migration", "new").unwrap_or_else(|| panic!("no migration.new"));
        let options = all.shape(&new.parameters[0]).unwrap_or_else(|| panic!("no shape"));
        for name in ["name", "mappings", "settings", "cdc", "migration_type", "catalogue"] {
            assert!(options.fields.contains_key(name), "{name}");
        }
    }
}
