//! What the annotations say of something that is no value yet: the result of a call, an item of a list,
//! a field of a class.

use super::resolve;
use crate::repl::{doc, session::Session};
use dmsrun_lua::reference::{
    Reference,
    source::{Item, Module, Sort, Typed, tag_body},
};
use mlua::Value;
use std::collections::BTreeMap;

/// How long a chain of classes is followed.
const DEEPEST: usize = 8;

/// Something that is known by its annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// A value of this type, as LuaCATS writes it.
    Type(String),
    /// A function.
    Function(Box<Item>),
}

/// A member by its name.
pub fn member(session: &Session<'_>, known: &Known, name: &str) -> Option<Known> {
    let Known::Type(ty) = known else { return None };
    members_of(session, ty).remove(name)
}

/// The names of the members, sorted, each with whether it can be called.
pub fn members(session: &Session<'_>, known: &Known) -> Vec<(String, bool)> {
    let Known::Type(ty) = known else { return Vec::new() };
    let found = members_of(session, ty);
    found.into_iter().map(|(name, known)| (name, can_be_called(&known))).collect()
}

fn can_be_called(known: &Known) -> bool {
    match known {
        Known::Function(_) => true,
        Known::Type(ty) => base(ty).starts_with("fun("),
    }
}

/// An item of a list or a table.
pub fn item(session: &Session<'_>, known: &Known) -> Option<Known> {
    let Known::Type(ty) = known else { return None };
    let ty = base(ty);
    if let Some(item) = ty.strip_suffix("[]") {
        return Some(Known::Type(item.trim_matches(['(', ')']).to_owned()));
    }
    if let Some(inner) = ty.strip_prefix("table<").and_then(|t| t.strip_suffix('>')) {
        return split(inner, ',').get(1).map(|value| Known::Type((*value).to_owned()));
    }
    // A class of rows may say so: `---@field [integer] row`.
    let field = class(session, ty, |_, class| {
        class.fields().into_iter().find(|field| field.name.starts_with('['))
    })??;
    Some(Known::Type(field.ty))
}

/// What a call gives first.
pub fn result(session: &Session<'_>, known: &Known) -> Option<Known> {
    let ty = match known {
        Known::Function(item) => item.results().into_iter().next()?.ty,
        Known::Type(ty) if base(ty).starts_with("fun(") => of_function_type(base(ty))?,
        Known::Type(ty) => overload(session, base(ty))?,
    };
    Some(Known::Type(ty))
}

/// What calling an instance of a class gives.
pub fn overload(session: &Session<'_>, name: &str) -> Option<String> {
    class(session, name, |_, item| {
        item.tags.iter().find_map(|tag| of_function_type(tag_body(tag, "overload")?))
    })?
}

/// `R` of `fun(a: T): R, S`.
fn of_function_type(ty: &str) -> Option<String> {
    let inner = ty.strip_prefix("fun(")?;
    let mut depth = 1usize;
    let end = inner.char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })?;
    let results = inner[end + 1..].trim().strip_prefix(':')?;
    split(results, ',').first().map(|first| (*first).to_owned())
}

/// The type without what may be missing: of `T?`, `T|nil` and `string|T` it is `T`.
fn base(ty: &str) -> &str {
    let plain = |part: &&str| {
        matches!(*part, "nil" | "string" | "number" | "integer" | "boolean" | "any" | "false")
            || part.starts_with('"')
    };
    let parts = split(ty.trim().trim_end_matches('?'), '|');
    let told =
        parts.iter().find(|part| !plain(part)).or_else(|| parts.iter().find(|p| **p != "nil"));
    told.copied().unwrap_or(ty).trim_end_matches('?')
}

/// The parts between separators that are inside of no brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' | '<' | '[' => depth += 1,
            ')' | '}' | '>' | ']' => depth = depth.saturating_sub(1),
            c if c == separator && depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// The fields of a type: of a class with those of its parents, or of a table as it is written.
pub fn fields(session: &Session<'_>, ty: &str) -> Vec<Typed> {
    let mut ty = base(ty).trim_end_matches("[]").to_owned();
    if ty.starts_with('{') {
        return inline(&ty);
    }
    let mut found = Vec::new();
    for _ in 0..DEEPEST {
        let parent = class(session, &ty, |_, item| {
            found.extend(item.fields().into_iter().filter(|field| !field.name.starts_with('[')));
            parent_of(item)
        });
        let Some(Some(parent)) = parent else { break };
        ty = parent;
    }
    found
}

/// The texts that a value of this type may be: of `"a"|"b"`, and of a name for such a type.
pub fn words(session: &Session<'_>, ty: &str) -> Vec<String> {
    let word = |part: &str| Some(part.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    let mut found = Vec::new();
    for part in split(ty.trim().trim_end_matches('?'), '|') {
        match word(part) {
            Some(word) => found.push(word),
            None if part.contains('.') => found.extend(of_alias(session, part)),
            None => {}
        }
    }
    found
}

fn of_alias(session: &Session<'_>, name: &str) -> Vec<String> {
    let tags = declared(session, Sort::Alias, name, |_, item| item.tags.clone());
    let word = |part: &str| part.trim().strip_prefix('"')?.split('"').next().map(str::to_owned);
    let mut found = Vec::new();
    for tag in tags.unwrap_or_default() {
        let text = match tag_body(&tag, "alias") {
            Some(rest) => rest.strip_prefix(name).unwrap_or_default(),
            None => tag.split('#').next().unwrap_or_default(),
        };
        found.extend(split(text, '|').into_iter().filter_map(word));
    }
    found
}

/// The fields of `{ a: T, b?: U }`.
fn inline(ty: &str) -> Vec<Typed> {
    let inner = ty.trim_start_matches('{').trim_end().trim_end_matches('}');
    let fields = split(inner, ',').into_iter().filter_map(|field| field.split_once(':'));
    fields
        .filter(|(name, _)| !name.trim().starts_with('['))
        .map(|(name, ty)| Typed {
            name: name.trim().trim_end_matches('?').to_owned(),
            optional: name.trim().ends_with('?') || ty.trim().ends_with('?'),
            ty: ty.trim().to_owned(),
            doc: String::new(),
        })
        .collect()
}

fn members_of(session: &Session<'_>, ty: &str) -> BTreeMap<String, Known> {
    let mut found = BTreeMap::new();
    let mut ty = base(ty).to_owned();
    if ty.starts_with('{') && ty.ends_with('}') {
        return inline(&ty).into_iter().map(|f| (f.name, Known::Type(f.ty))).collect();
    }
    if ty == "string" {
        return of_text(session);
    }
    for _ in 0..DEEPEST {
        let Some(parent) = class(session, &ty, |module, item| {
            for (name, known) in own_members(module, item) {
                found.entry(name).or_insert(known);
            }
            parent_of(item)
        }) else {
            break;
        };
        let Some(parent) = parent else { break };
        ty = parent;
    }
    found
}

/// Texts have the functions of `string` as methods.
fn of_text(session: &Session<'_>) -> BTreeMap<String, Known> {
    let string = session.host().lua().globals().raw_get::<Value>("string").unwrap_or(Value::Nil);
    let texts = ["format", "gsub", "lower", "rep", "reverse", "sub", "upper"];
    let members = resolve::members(session, &string).into_iter();
    members
        .map(|(name, _)| {
            let result = if texts.contains(&name.as_str()) { "string" } else { "any" };
            (name, Known::Type(format!("fun(): {result}")))
        })
        .collect()
}

fn own_members(module: &Module, class: &Item) -> Vec<(String, Known)> {
    let fields = class.fields().into_iter().filter(|field| !field.name.starts_with('['));
    let mut found: Vec<(String, Known)> =
        fields.map(|field| (field.name, Known::Type(field.ty))).collect();
    let own = module.items.iter().filter(|item| {
        item.sort == Sort::Function
            && !class.owner.is_empty()
            && item.owner == class.owner
            && !item.is_private()
            && !item.name.starts_with('_')
    });
    found.extend(own.map(|item| (item.name.clone(), Known::Function(Box::new(item.clone())))));
    found
}

/// `Parent` of `---@class (exact) Name: Parent`.
fn parent_of(class: &Item) -> Option<String> {
    let head = class.tags.iter().find_map(|tag| tag_body(tag, "class"))?;
    let (_, parents) = head.split_once(':')?;
    let parent = parents.split(',').next()?.trim();
    (!parent.is_empty()).then(|| parent.to_owned())
}

/// Runs `f` on the class of a name.
fn class<R>(session: &Session<'_>, name: &str, f: impl FnOnce(&Module, &Item) -> R) -> Option<R> {
    declared(session, Sort::Class, name, f)
}

/// Runs `f` on what the annotations declare under a name.
fn declared<R>(
    session: &Session<'_>,
    sort: Sort,
    name: &str,
    f: impl FnOnce(&Module, &Item) -> R,
) -> Option<R> {
    doc::with_reference(session, |reference: &Reference| {
        let found = reference.modules().iter().find_map(|module| {
            let is = |item: &&Item| item.sort == sort && item.name == name;
            module.items.iter().find(is).map(|item| (module, item))
        });
        found.map(|(module, item)| f(module, item))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_that_has_members_is_found_in_what_may_be_missing() {
        assert_eq!(base("repl.Task?"), "repl.Task");
        assert_eq!(base("stack.Live|nil"), "stack.Live");
        assert_eq!(base("string|mappings.Document"), "mappings.Document");
        assert_eq!(base("table<string, a|b>"), "table<string, a|b>");
        assert_eq!(base("string|nil"), "string");
        assert_eq!(base("fun(a: x|y): z?"), "fun(a: x|y): z");
    }

    #[test]
    fn a_function_s_type_tells_its_result() {
        assert_eq!(of_function_type("fun(f: fun(a: b): c): d.E, f").as_deref(), Some("d.E"));
        assert_eq!(of_function_type("fun()"), None);
    }
}
