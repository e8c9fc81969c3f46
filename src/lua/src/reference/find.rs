//! Finding an entry by its name.

use super::{
    Reference,
    entry::{Entry, Row},
    registries::{code, kind_entry, operation, service, setting, shape},
    source::{Item, Module, Sort},
};
use dmsrun_aws::registry;
use dmsrun_diag::nearest;
use dmsrun_dms::settings;

impl Reference {
    /// The entry of a name; `None` where there is none.
    pub fn lookup(&self, name: &str) -> Option<Entry> {
        let name = name.trim().trim_end_matches("()").trim_start_matches('?');
        if name.is_empty() {
            return None;
        }
        let dotted = name.replace(':', ".");
        code(name)
            .or_else(|| self.kind(&dotted))
            .or_else(|| setting(&dotted))
            .or_else(|| self.module(&dotted))
            .or_else(|| self.item(&dotted))
            .or_else(|| operation(&dotted))
            .or_else(|| service(&dotted))
            .or_else(|| shape(&dotted))
            .or_else(|| self.method(&dotted))
            .or_else(|| self.word_of_specs(&dotted))
            .or_else(|| self.alone(&dotted))
            .or_else(|| self.within(&dotted))
            .or_else(|| only_operation(&dotted))
            .or_else(|| only_setting(&dotted))
    }

    /// What is global in a spec: `describe`, `assert.same`.
    fn word_of_specs(&self, name: &str) -> Option<Entry> {
        let name = if name.starts_with("assert.") { "assert" } else { name };
        self.item(&format!("spec.{name}"))
    }

    /// `spec.faults.set`: of a module below the one that is named, where it is the only one.
    fn within(&self, name: &str) -> Option<Entry> {
        let (module, rest) = name.split_once('.')?;
        let (start, end) = (format!("{module}."), format!(".{rest}"));
        let mut found = self.modules().iter().flat_map(|module| {
            let items = module.items.iter().filter(|item| !item.is_private());
            items.map(move |item| (module, item, full_name(module, item)))
        });
        let fits = |(_, _, full): &(&Module, &Item, String)| {
            full.starts_with(&start) && full.ends_with(&end)
        };
        let (module, item, _) = found.find(fits)?;
        found.find(fits).is_none().then(|| item_entry(module, item))
    }

    /// The names that have an entry.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for module in self.modules() {
            names.push(module.name.clone());
            for item in module.items.iter().filter(|item| !item.is_private()) {
                names.push(full_name(module, item));
                if item.sort == Sort::Function && item.owner == module.local {
                    names.push(format!("{}.{}", module.local, item.name));
                }
            }
        }
        for service in registry::services() {
            names.push(format!("aws.{}", service.name));
            names.extend(
                service.operations().iter().map(|o| format!("{}.{}", service.name, o.name)),
            );
        }
        names.extend(self.kinds().unwrap_or_default().iter().map(|kind| kind.name.clone()));
        names.extend(settings::keys().iter().map(|key| format!("settings.{}", key.path)));
        names.extend(settings::sections().map(|section| format!("settings.{section}")));
        names.extend(dmsrun_dms::codes().map(|code| code.code.to_owned()));
        names.sort();
        names.dedup();
        names
    }

    /// The names nearest to one that has no entry.
    pub fn near(&self, name: &str) -> Vec<String> {
        let names = self.names();
        let near = nearest(name, names.iter().map(String::as_str));
        if !near.is_empty() {
            return near.into_iter().map(str::to_owned).collect();
        }
        // A part of a name is better than nothing.
        let last = name.rsplit(['.', ':']).next().unwrap_or(name);
        names.into_iter().filter(|n| last.len() > 2 && n.contains(last)).take(6).collect()
    }

    fn kind(&self, name: &str) -> Option<Entry> {
        let name = name.strip_prefix("kinds.").unwrap_or(name);
        // Two parts, neither of them an operation: loading the kinds takes a while.
        let two = name.split('.').count() == 2 && !name.contains(char::is_uppercase);
        if !two || operation(name).is_some() {
            return None;
        }
        self.kinds().ok()?.iter().find(|kind| kind.name == name).map(kind_entry)
    }

    fn module(&self, name: &str) -> Option<Entry> {
        let by_name = |module: &&Module| module.name == name;
        let by_local = |module: &&Module| module.local == name && !module.name.contains('.');
        let modules = self.modules();
        let module = modules.iter().find(by_name).or_else(|| modules.iter().find(by_local))?;
        Some(module_entry(module))
    }

    /// `mappings.include`, `map.include`, `mappings.Document.json`, `Document.json`.
    fn item(&self, name: &str) -> Option<Entry> {
        let found = |exact: bool| {
            self.modules().iter().find_map(|module| {
                let item =
                    module.items.iter().filter(|i| !i.is_private()).find(|item| {
                        names_of(module, item, exact).iter().any(|known| known == name)
                    })?;
                Some(item_entry(module, item))
            })
        };
        found(true).or_else(|| found(false))
    }

    /// `stack.add`, `m:main`: a method of the only class that has one of this name, or of the module's.
    fn method(&self, name: &str) -> Option<Entry> {
        let (owner, name) = name.split_once('.')?;
        let found: Vec<(&Module, &Item)> = self
            .modules()
            .iter()
            .flat_map(|module| module.items.iter().map(move |item| (module, item)))
            .filter(|(_, item)| item.method && !item.is_private() && item.name == name)
            .collect();
        let fits = |(module, item): &&(&Module, &Item)| {
            let local = module.local.to_lowercase();
            module.name == owner || local == owner || item.owner.to_lowercase() == owner
        };
        // Scripts call a migration `m` and a stack `s`.
        let initial = |(_, item): &&(&Module, &Item)| {
            owner.len() == 1 && item.owner.to_lowercase().starts_with(owner)
        };
        let only = || found.first().filter(|_| found.len() == 1);
        let (module, item) =
            found.iter().find(fits).or_else(|| found.iter().find(initial)).or_else(only)?;
        Some(item_entry(module, item))
    }

    /// A name without its owner, where it is the only one.
    fn alone(&self, name: &str) -> Option<Entry> {
        let mut found = self.modules().iter().flat_map(|module| {
            let items = module.items.iter().filter(|item| !item.is_private() && item.name == name);
            items.map(move |item| item_entry(module, item))
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

/// The only operation of this name in all services.
fn only_operation(name: &str) -> Option<Entry> {
    let mut found = registry::services()
        .iter()
        .flat_map(|service| service.operations().iter().map(move |one| (service.name, one.name)))
        .filter(|(_, operation)| *operation == name);
    let (service, _) = found.next()?;
    found.next().is_none().then(|| operation(&format!("{service}.{name}")))?
}

/// The only key of the task settings that is called so, wherever it stands.
fn only_setting(name: &str) -> Option<Entry> {
    let mut found = settings::keys().iter().filter(|key| key.path.rsplit('.').next() == Some(name));
    let key = found.next()?;
    found.next().is_none().then(|| setting(&format!("settings.{}", key.path)))?
}

/// The class whose methods stand in a local table.
fn class_of<'m>(module: &'m Module, owner: &str) -> Option<&'m Item> {
    module.items.iter().find(|item| item.sort == Sort::Class && item.owner == owner)
}

fn full_name(module: &Module, item: &Item) -> String {
    match item.sort {
        Sort::Class | Sort::Alias => item.name.clone(),
        _ => match class_of(module, &item.owner) {
            Some(class) if item.owner != module.local => format!("{}.{}", class.name, item.name),
            _ => match item.owner.split_once('.') {
                Some((_, rest)) => format!("{}.{rest}.{}", module.name, item.name),
                None => format!("{}.{}", module.name, item.name),
            },
        },
    }
}

/// The names that an item answers to; with `exact` only those that say its module.
fn names_of(module: &Module, item: &Item, exact: bool) -> Vec<String> {
    let full = full_name(module, item);
    let own = format!("{}.{}", item.owner, item.name);
    if exact {
        let local = if module.name.contains('.') { full.clone() } else { own };
        return vec![full, local];
    }
    vec![own]
}

pub(super) fn module_entry(module: &Module) -> Entry {
    let mut rows = Vec::new();
    for item in module.items.iter().filter(|item| !item.is_private()) {
        let doc = first_sentence(&item.doc);
        match item.sort {
            Sort::Function => rows.push(Row::new(shown(module, item), "", doc)),
            Sort::Value => rows.push(Row::new(shown(module, item), "", doc)),
            Sort::Class | Sort::Alias => {}
        }
    }
    let mut entry = Entry {
        name: module.name.clone(),
        sort: "module".to_owned(),
        signature: Some(format!("local {} = require \"{}\"", local_of(module), module.name)),
        doc: module.header.clone(),
        ..Entry::default()
    };
    if !rows.is_empty() {
        entry.sections.push(("Functions".to_owned(), rows));
    }
    let classes = module.items.iter().filter(|item| item.sort == Sort::Class);
    let classes: Vec<Row> =
        classes.map(|item| Row::new(&item.name, "", first_sentence(&item.doc))).collect();
    if !classes.is_empty() {
        entry.sections.push(("Classes".to_owned(), classes));
    }
    entry
}

fn local_of(module: &Module) -> &str {
    if module.local.is_empty() {
        module.name.rsplit('.').next().unwrap_or("")
    } else {
        &module.local
    }
}

/// How people write it: `map.include(name)`, `document:json(options)`.
pub(super) fn shown(module: &Module, item: &Item) -> String {
    let owner = owner_of(module, item);
    let dot = if item.method { ":" } else { "." };
    match item.sort {
        Sort::Function => format!("{owner}{dot}{}({})", item.name, item.args.join(", ")),
        _ => format!("{owner}{dot}{}", item.name),
    }
}

/// The owner as people write it: a method's is an object, called after its class.
pub(super) fn owner_of(module: &Module, item: &Item) -> String {
    match class_of(module, &item.owner) {
        Some(class) if item.owner != module.local => {
            class.name.rsplit('.').next().unwrap_or(&class.name).to_lowercase()
        }
        _ => item.owner.clone(),
    }
}

pub(super) fn first_sentence(doc: &[String]) -> String {
    let paragraph: Vec<&str> =
        doc.iter().map(|line| line.trim()).take_while(|line| !line.is_empty()).collect();
    let text = paragraph.join(" ");
    match text.find(". ") {
        Some(at) => text[..=at].to_owned(),
        None => text,
    }
}

pub(super) fn item_entry(module: &Module, item: &Item) -> Entry {
    let mut entry = Entry {
        name: full_name(module, item),
        doc: item.doc.clone(),
        place: Some(format!("{}:{}", module.file, item.line)),
        ..Entry::default()
    };
    match item.sort {
        Sort::Function => {
            entry.sort = if item.method { "method" } else { "function" }.to_owned();
            entry.signature = Some(item.signature(&owner_of(module, item)));
            let params = item.params();
            if params.iter().any(|p| !p.doc.is_empty() || !p.ty.is_empty()) {
                let rows = params.into_iter().map(Row::of).collect();
                entry.sections.push(("Parameters".to_owned(), rows));
            }
            let results = item.results();
            if results.iter().any(|r| !r.doc.is_empty() || !r.name.is_empty()) {
                let rows = results.into_iter().map(Row::of).collect();
                entry.sections.push(("Results".to_owned(), rows));
            }
        }
        Sort::Value => entry.sort = "value".to_owned(),
        Sort::Class => {
            entry.sort = "class".to_owned();
            let rows: Vec<Row> = item.fields().into_iter().map(Row::of).collect();
            if !rows.is_empty() {
                entry.sections.push(("Fields".to_owned(), rows));
            }
            let methods = module.items.iter().filter(|other| {
                other.sort == Sort::Function && other.owner == item.owner && !item.owner.is_empty()
            });
            let rows: Vec<Row> = methods
                .map(|other| Row::new(shown(module, other), "", first_sentence(&other.doc)))
                .collect();
            if !rows.is_empty() {
                entry.sections.push(("Methods".to_owned(), rows));
            }
        }
        Sort::Alias => {
            entry.sort = "name of a type".to_owned();
            entry.doc.extend(item.tags.iter().map(|tag| format!("    {tag}")));
        }
    }
    entry
}
