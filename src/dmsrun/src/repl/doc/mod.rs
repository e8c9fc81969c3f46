//! `?name`: what something is, from the registry of operations, the schema of the settings, and the
//! comments of the standard library.

mod annotations;
mod host;
mod kinds;
mod lua;
mod operations;
mod words;

use super::{
    complete::{
        context::{self, Place, Step},
        resolve::{self, Found},
        types::{self, Known},
    },
    meta,
    session::Session,
};
use annotations::Param;
use dmsrun_aws::registry;
use dmsrun_diag::{Diagnostic, did_you_mean};
use dmsrun_dms::settings;
use dmsrun_lua::reference::{Reference, source::Typed};
use kinds::of_kind;
use mlua::{Function, Table, Value};
use operations::{of_operation, of_service};

pub use super::complete::Member;

/// How many texts of an enumeration are listed.
const WORDS: usize = 12;

/// The text on a name for a terminal of this width, or why there is none.
pub fn about(session: &Session<'_>, name: &str, width: usize) -> Result<String, Diagnostic> {
    let name = name.trim().trim_end_matches(['(', ')', '{', '}', ' ']);
    if name.is_empty() {
        return Ok(meta::overview());
    }
    if let Some(command) = name.strip_prefix(':') {
        return meta::about(command);
    }
    let whole = name;
    let name = name.strip_prefix("aws.").unwrap_or(name);
    if let Some((service, operation)) = name.split_once('.')
        && registry::service(service).is_some()
    {
        if let Ok((service, operation)) = registry::find(service, operation) {
            return Ok(of_operation(service.name, operation));
        }
        // `dms` is a module of ours as well, and `dms.endpoint` a kind.
        let found = of_value(session, name, width).or_else(|| of_kind(session, name));
        // The reference knows the structures of AWS as well.
        if let Some(text) = found.or_else(|| host::by_name(session, whole, width)) {
            return Ok(text);
        }
        let names: Vec<&str> = registry::service(service)
            .map(|s| s.operations().iter().map(|o| o.name).collect())
            .unwrap_or_default();
        let diagnostic = Diagnostic::error("Nothing is known of that")
            .what(format!("{service} has no operation \"{operation}\""));
        return Err(match did_you_mean(operation, names) {
            Some(near) => diagnostic.hint(near),
            None => diagnostic,
        });
    }
    let found = of_value(session, name, width)
        .or_else(|| of_kind(session, name))
        .or_else(|| of_setting(name))
        .or_else(|| of_service(name))
        .or_else(|| of_module(session, name))
        .or_else(|| host::by_name(session, whole, width));
    found.ok_or_else(|| unknown(session, name))
}

/// The names that can be asked about and are no variables: operations, kinds, keys of the settings.
pub fn topics(session: &Session<'_>) -> Vec<String> {
    let mut known = super::complete::kinds(session);
    for service in registry::services() {
        known.extend(service.operations().iter().map(|o| format!("{}.{}", service.name, o.name)));
    }
    known.extend(settings::keys().iter().map(|key| key.path.to_owned()));
    known
}

fn unknown(session: &Session<'_>, name: &str) -> Diagnostic {
    let globals = session.host().lua().globals();
    let mut known: Vec<String> = globals
        .pairs::<Value, Value>()
        .flatten()
        .filter_map(|(key, _)| Some(key.as_string()?.to_string_lossy()))
        .collect();
    known.extend(dmsrun_lua::library::modules());
    known.extend(dmsrun_lua::library::host_modules().map(str::to_owned));
    known.extend(topics(session));
    let diagnostic = Diagnostic::error("Nothing is known of that")
        .what(format!("\"{name}\" is no operation, function, module, kind or setting"));
    match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.hint(near),
        None => diagnostic
            .hint("?dms.create_endpoint, ?stack, ?map.include, ?TargetMetadata.LobMaxSize"),
    }
}

fn path_of(name: &str) -> Option<Vec<Step>> {
    let end = context::context(&format!("{name}."));
    match end.place {
        Place::Member(path, _) => Some(path),
        _ => None,
    }
}

fn of_value(session: &Session<'_>, name: &str, width: usize) -> Option<String> {
    let value = match resolve::resolve(session, &path_of(name)?)? {
        Found::Value(value) => value,
        // A method of what a call gives.
        Found::Known(Known::Function(item)) => {
            return host::by_name(session, &format!("{}.{}", item.owner, item.name), width);
        }
        _ => return None,
    };
    if let Some((service, operation)) = resolve::operation(&value) {
        let (service, operation) = registry::find(&service, &operation).ok()?;
        return Some(of_operation(service.name, operation));
    }
    match &value {
        Value::Function(f) => Some(of_function(session, name, f, width)),
        Value::Table(table) => of_table(session, name, table, width),
        other => Some(format!("{name} is a {}", other.type_name())),
    }
}

/// The text of the file that a function is in.
fn source_of(session: &Session<'_>, f: &Function) -> Option<(String, usize)> {
    let body = session.body_of(f);
    let f = body.as_ref().unwrap_or(f);
    let info = f.info();
    let source = info.source?;
    let line = info.line_defined?;
    let text = match source.strip_prefix(dmsrun_lua::place::STDLIB) {
        Some(path) => {
            let folder = super::stdlib(session.host());
            let module = path.trim_end_matches(".lua").replace('/', ".");
            dmsrun_lua::library::find(folder.as_deref(), &module)?.text
        }
        None => std::fs::read_to_string(source.strip_prefix('@')?).ok()?,
    };
    Some((text, line))
}

fn of_function(session: &Session<'_>, name: &str, f: &Function, width: usize) -> String {
    let Some((source, line)) = source_of(session, f) else {
        if let Some(text) = host::about(session, f, width) {
            return text;
        }
        if let Some(text) = lua::about(session, f) {
            return text;
        }
        return match super::complete::context::written(&path_of(name).unwrap_or_default()) {
            written if written.contains('.') => format!("{written}(…)\n  a function of the host"),
            _ => format!("{name}(…)\n  a function of Lua or of the host"),
        };
    };
    let comment = annotations::above(&source, line);
    let mut lines = vec![written_signature(name, &comment)];
    lines.extend(comment.text.iter().map(|line| format!("  {line}").trim_end().to_owned()));
    if !comment.params.is_empty() {
        lines.push(String::new());
        lines.extend(rows(&comment.params, "  "));
    }
    for param in &comment.params {
        let class = class_of(session, &source, &param.ty);
        if !class.is_empty() {
            lines.push(format!("  {}", param.ty.trim_end_matches('?')));
            lines.extend(rows(&class, "    "));
        }
    }
    for (ty, doc) in &comment.returns {
        lines.push(format!("  returns {ty}  {doc}").trim_end().to_owned());
        if ty.ends_with("[]") {
            let fields = types::fields(session, ty).into_iter().map(Param::from);
            lines.extend(rows(&fields.collect::<Vec<_>>(), "    "));
        }
    }
    lines.join("\n")
}

fn written_signature(name: &str, comment: &annotations::Comment) -> String {
    let params: Vec<String> = comment
        .params
        .iter()
        .map(|p| format!("{}{}", p.name, if p.optional { "?" } else { "" }))
        .collect();
    format!("{name}({})", params.join(", "))
}

fn rows(params: &[Param], indent: &str) -> Vec<String> {
    let name = |p: &Param| format!("{}{}", p.name, if p.optional { "?" } else { "" });
    let widest = params.iter().map(|p| name(p).len()).max().unwrap_or(0);
    params
        .iter()
        .map(|p| {
            let line = format!("{indent}{:<widest$}  {}  {}", name(p), p.ty, p.doc);
            line.trim_end().to_owned()
        })
        .collect()
}

/// The members of a class that a parameter's type names, in its own file or in the module it is
/// named after.
fn class_of(session: &Session<'_>, source: &str, ty: &str) -> Vec<Param> {
    let name = ty.trim_end_matches('?').trim_end_matches("[]");
    let own = annotations::class(source, name);
    if !own.is_empty() {
        return own;
    }
    let Some((module, _)) = name.rsplit_once('.') else { return Vec::new() };
    let folder = super::stdlib(session.host());
    dmsrun_lua::library::find(folder.as_deref(), module)
        .map(|file| annotations::class(&file.text, name))
        .unwrap_or_default()
}

/// The function that a value is called through.
fn callable(value: &Value) -> Option<Function> {
    match value {
        Value::Function(f) => Some(f.clone()),
        Value::Table(table) => table.metatable()?.raw_get("__call").ok(),
        _ => None,
    }
}

/// The members of the table that a function takes, as far as its annotations tell.
pub fn members(
    session: &Session<'_>,
    found: &Found,
    argument: usize,
    keys: &[Option<String>],
) -> Vec<Member> {
    let Some(taken) = taken(session, found, argument) else { return Vec::new() };
    let mut fields = fields_of(session, &taken);
    for key in keys {
        let Some(key) = key else { continue };
        let Some(field) = fields.iter().find(|f| f.name == *key) else { return Vec::new() };
        fields = types::fields(session, &field.ty);
    }
    fields
        .into_iter()
        .map(|field| Member {
            words: types::words(session, &field.ty),
            required: !field.optional,
            ty: field.ty,
            name: field.name,
        })
        .collect()
}

/// The texts that a function takes at this place, where its annotation lists them.
pub fn words_of(session: &Session<'_>, found: &Found, argument: usize) -> Vec<String> {
    let taken = taken(session, found, argument);
    taken.map(|taken| types::words(session, &taken.ty)).unwrap_or_default()
}

/// What a function takes: the type, and the file that says so where the type may be declared there.
struct Taken {
    ty: String,
    source: Option<String>,
}

fn fields_of(session: &Session<'_>, taken: &Taken) -> Vec<Typed> {
    let typed = |p: Param| Typed { name: p.name, ty: p.ty, optional: p.optional, doc: p.doc };
    let own = taken.source.as_ref().map(|source| class_of(session, source, &taken.ty));
    let own: Vec<Typed> = own.unwrap_or_default().into_iter().map(typed).collect();
    if own.is_empty() { types::fields(session, &taken.ty) } else { own }
}

fn taken(session: &Session<'_>, found: &Found, argument: usize) -> Option<Taken> {
    let value = match found {
        Found::Value(value) => value,
        Found::Known(Known::Function(item)) => {
            let name = item.args.get(argument - 1)?;
            let param = item.params().into_iter().find(|param| param.name == *name)?;
            return Some(Taken { ty: param.ty, source: None });
        }
        _ => return None,
    };
    let f = callable(value)?;
    let Some((source, line)) = source_of(session, &f) else {
        let ty = host::parameter(session, &f, argument)?;
        return Some(Taken { ty, source: None });
    };
    let params = annotations::above(&source, line).params;
    let skip = usize::from(value.is_table() && params.first().is_some_and(|p| p.name == "_"));
    let ty = params.into_iter().nth(argument - 1 + skip)?.ty;
    Some(Taken { ty, source: Some(source) })
}

/// What calling a value gives, by its annotation.
pub fn result_of(session: &Session<'_>, value: &Value) -> Option<Known> {
    let f = callable(value)?;
    let told = match source_of(session, &f) {
        Some((source, line)) => annotations::above(&source, line).returns.into_iter().next(),
        None => host::result(session, &f).map(|ty| (ty, String::new())),
    };
    let told = told.map(|(ty, _)| ty).or_else(|| {
        // A module that is called says in an overload what it gives.
        types::overload(session, &module_of(session, value.as_table()?)?)
    });
    told.map(Known::Type)
}

/// Runs `f` with the reference of the library that the session reads.
pub fn with_reference<R>(session: &Session<'_>, f: impl FnOnce(&Reference) -> R) -> R {
    host::with(session, f)
}

fn of_table(session: &Session<'_>, name: &str, table: &Table, width: usize) -> Option<String> {
    let value = Value::Table(table.clone());
    if let Some(module) = module_of(session, table) {
        return of_module(session, &module);
    }
    let mut lines = vec![name.to_owned()];
    if let Some(f) = callable(&value) {
        lines.push(of_function(session, name, &f, width));
    }
    let members = resolve::members(session, &value);
    if members.is_empty() {
        return None;
    }
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    lines.push(format!("  members: {}", names.join(", ")));
    Some(lines.join("\n"))
}

/// The name under which a table was required.
fn module_of(session: &Session<'_>, table: &Table) -> Option<String> {
    let lua = session.host().lua();
    let inner: Option<Table> = lua.named_registry_value("dmsrun.loaded").ok();
    let package: Option<Table> = lua.globals().raw_get("package").ok();
    let outer: Option<Table> = package.and_then(|p| p.raw_get("loaded").ok());
    [inner, outer].into_iter().flatten().find_map(|loaded| {
        loaded.pairs::<String, Value>().flatten().find_map(|(name, value)| {
            let same = value.as_table().is_some_and(|t| t.to_pointer() == table.to_pointer());
            (same && name != "_G").then_some(name)
        })
    })
}

fn of_module(session: &Session<'_>, name: &str) -> Option<String> {
    let folder = super::stdlib(session.host());
    let value = super::required(session.host(), name)?;
    let mut lines = Vec::new();
    match dmsrun_lua::library::find(folder.as_deref(), name) {
        Some(file) => {
            lines.push(format!("{name}: a module of the standard library"));
            lines.extend(
                annotations::header(&file.text)
                    .iter()
                    .map(|l| format!("  {l}").trim_end().to_owned()),
            );
        }
        None => lines.push(format!("{name}: a module")),
    }
    lines.push(String::new());
    for (member, is_function) in resolve::members(session, &value) {
        let path = format!("{name}.{member}");
        let shown = resolve::member(session, &value, &member);
        match shown {
            Some(Value::Function(f)) => lines.extend(summary(session, &path, &f)),
            _ if is_function => lines.push(format!("  {path}")),
            _ => {}
        }
    }
    Some(lines.join("\n").trim_end().to_owned())
}

/// A function on one line: its signature and its first sentence.
fn summary(session: &Session<'_>, path: &str, f: &Function) -> Option<String> {
    let Some((source, line)) = source_of(session, f) else {
        return host::summary(session, path, f)
            .or_else(|| lua::summary(session, f))
            .or_else(|| Some(format!("  {path}(…)")));
    };
    let comment = annotations::above(&source, line);
    let first = comment.text.first().map(|text| annotations::sentence(text)).unwrap_or_default();
    Some(format!("  {:<36} {first}", written_signature(path, &comment)).trim_end().to_owned())
}

/// The signature of a function, for a hint while typing.
pub fn signature(session: &Session<'_>, found: &Found) -> Option<String> {
    let value = match found {
        Found::Value(value) => value,
        Found::Known(Known::Function(item)) => return Some(host::call_of(item)),
        _ => return None,
    };
    let f = callable(value)?;
    let Some((source, line)) = source_of(session, &f) else {
        return host::signature(session, &f).or_else(|| lua::signature(session, &f));
    };
    Some(written_signature("", &annotations::above(&source, line)))
}

fn of_setting(name: &str) -> Option<String> {
    let key = settings::keys()
        .iter()
        .find(|key| key.path == name)
        .or_else(|| settings::keys().iter().find(|key| key.path.ends_with(&format!(".{name}"))))?;
    let mut lines = vec![format!("{}: a task setting", key.path), format!("  {}", key.doc)];
    match key.kind {
        settings::Kind::Word(words) | settings::Kind::Words(words) => {
            lines.push(format!("  one of {}", words.join(", ")));
        }
        kind => lines.push(format!("  {}", kind.word())),
    }
    let default = key.default.json();
    if !default.is_null() {
        lines.push(format!("  default {default}"));
    }
    match key.range {
        Some((least, i64::MAX)) => lines.push(format!("  from {least}")),
        Some((least, most)) => lines.push(format!("  from {least} to {most}")),
        None => {}
    }
    if let Some(since) = key.since {
        lines.push(format!("  since version {since} of the replication engine"));
    }
    if key.read_only {
        lines.push("  set by the service only".to_owned());
    }
    Some(lines.join("\n"))
}
