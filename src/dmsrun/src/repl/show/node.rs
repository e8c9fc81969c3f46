//! Reads a Lua value into a tree of bounded size, without running what it should not.

use super::leaf::{Class, Leaf};
use dmsrun_base::Value as Data;
use dmsrun_lua::values::{ReferenceValue, SecretValue, TemplateValue};
use mlua::{AnyUserData, Function, Lua, Table, Value};
use std::os::raw::c_void;

/// How much is shown.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Levels of tables.
    pub depth: usize,
    /// Entries of one table.
    pub items: usize,
    /// Rows of a list of records.
    pub rows: usize,
    /// Characters of one text.
    pub characters: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 6, items: 60, rows: 100, characters: 2000 }
    }
}

/// A value as it will be shown.
#[derive(Clone, Debug)]
pub enum Node {
    /// Something on one line.
    Leaf(Leaf),
    /// Numbered from 1: its items, how many more there are, and the columns that its owner wants.
    List(Vec<Node>, usize, Vec<String>),
    /// Named: its entries, and how many more there are.
    Map(Vec<(String, Node)>, usize),
}

/// Whether a value is a table without anything in it.
pub fn is_empty(value: &Value) -> bool {
    value.as_table().is_some_and(|t| t.is_empty())
}

/// Reads values.
pub struct Reader<'a> {
    lua: &'a Lua,
    date: Option<&'a Function>,
    limits: Limits,
    open: Vec<*const c_void>,
}

impl<'a> Reader<'a> {
    /// A reader with its limits.
    pub fn new(lua: &'a Lua, date: Option<&'a Function>, limits: Limits) -> Self {
        Self { lua, date, limits, open: Vec::new() }
    }

    /// Reads a value.
    pub fn read(&mut self, value: &Value) -> Node {
        let plain = |text: String, class| Node::Leaf(Leaf { text, class });
        match value {
            Value::Nil => plain("nil".into(), Class::Nothing),
            Value::Boolean(b) => plain(b.to_string(), Class::Literal),
            Value::Integer(n) => plain(n.to_string(), Class::Number),
            Value::Number(_) => plain(self.tostring(value), Class::Number),
            Value::String(text) => {
                Node::Leaf(Leaf::of_text(&text.to_string_lossy(), self.date, self.limits))
            }
            Value::Function(f) => plain(function(f), Class::Code),
            Value::UserData(u) => self.userdata(u, value),
            Value::Table(table) => self.table(table),
            other => plain(self.tostring(other), Class::Code),
        }
    }

    fn tostring(&self, value: &Value) -> String {
        let tostring = self.lua.globals().raw_get::<Function>("tostring");
        let text = tostring.and_then(|f| f.call::<mlua::LuaString>(value.clone()));
        text.map_or_else(|_| format!("<{}>", value.type_name()), |text| text.to_string_lossy())
    }

    fn userdata(&self, userdata: &AnyUserData, value: &Value) -> Node {
        let plain = |text: String, class| Node::Leaf(Leaf { text, class });
        if userdata.is::<SecretValue>() {
            return plain("***".into(), Class::Literal);
        }
        if let Ok(reference) = userdata.borrow::<ReferenceValue>() {
            let (target, path) = (&reference.0.target, reference.0.path.join("."));
            let text = format!("{path} of {} \"{}\", known after apply", target.kind, target.id);
            return plain(text, Class::Code);
        }
        if let Ok(template) = userdata.borrow::<TemplateValue>() {
            let json = Data::Template(template.0.clone()).to_json();
            return plain(json.as_str().unwrap_or_default().to_owned(), Class::Code);
        }
        plain(self.tostring(value), Class::Code)
    }

    fn table(&mut self, table: &Table) -> Node {
        let meta = table.metatable();
        let own =
            |key: &str| meta.as_ref().and_then(|m| m.raw_get::<Option<Function>>(key).ok()?);
        let pointer = table.to_pointer();
        if self.open.contains(&pointer) {
            return Node::Leaf(Leaf { text: "<cycle>".into(), class: Class::Nothing });
        }
        if let Some(show) = own("__show") {
            self.open.push(pointer);
            let node = match show.call::<Value>(table) {
                Ok(shown) => self.read(&shown),
                Err(_) => Node::Leaf(Leaf { text: "<?>".into(), class: Class::Nothing }),
            };
            self.open.pop();
            return node;
        }
        if own("__tostring").is_some() {
            let text = self.tostring(&Value::Table(table.clone()));
            return Node::Leaf(Leaf { text, class: Class::Code });
        }
        // What makes its members when they are named, such as a service of AWS.
        if let (true, Some(keys)) = (table.is_empty(), own("__keys")) {
            let count = keys.call::<Vec<String>>(table).map_or(0, |keys| keys.len());
            let noun = if count == 1 { "member" } else { "members" };
            let text = format!("<{count} {noun}, Tab lists them>");
            return Node::Leaf(Leaf { text, class: Class::Code });
        }
        if self.open.len() >= self.limits.depth && !table.is_empty() {
            let count = count(table);
            let noun = if count == 1 { "entry" } else { "entries" };
            let text = format!("{{… {count} {noun}}}");
            return Node::Leaf(Leaf { text, class: Class::Nothing });
        }
        self.open.push(pointer);
        let length = table.raw_len();
        let named = meta.as_ref().and_then(|m| m.raw_get::<Option<String>>("__name").ok()?);
        let is_list = named.as_deref() == Some("list") || (length > 0 && count(table) == length);
        let node = if is_list { self.list(table, length) } else { self.map(table) };
        self.open.pop();
        node
    }

    fn list(&mut self, table: &Table, length: usize) -> Node {
        let first = table.raw_get::<Value>(1).unwrap_or(Value::Nil);
        let limit = if first.is_table() { self.limits.rows } else { self.limits.items };
        let shown = length.min(limit);
        let items = (1..=shown)
            .map(|index| {
                let item = table.raw_get::<Value>(index).unwrap_or(Value::Nil);
                self.read(&item)
            })
            .collect();
        let columns = table.metatable().and_then(|m| m.raw_get::<Vec<String>>("__columns").ok());
        Node::List(items, length - shown, columns.unwrap_or_default())
    }

    fn map(&mut self, table: &Table) -> Node {
        let mut pairs: Vec<(Key, String, Value)> = table
            .pairs::<Value, Value>()
            .flatten()
            .map(|(key, value)| (Key::of(&key), self.key(&key), value))
            .collect();
        let wanted = table.metatable().and_then(|m| m.raw_get::<Vec<String>>("__columns").ok());
        let wanted = wanted.unwrap_or_default();
        let place = |key: &str| wanted.iter().position(|w| w == key).unwrap_or(wanted.len());
        pairs.sort_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| place(&a.1).cmp(&place(&b.1))).then_with(|| a.1.cmp(&b.1))
        });
        let more = pairs.len().saturating_sub(self.limits.items);
        pairs.truncate(self.limits.items);
        let entries = pairs.into_iter().map(|(_, key, value)| (key, self.read(&value))).collect();
        Node::Map(entries, more)
    }

    fn key(&self, key: &Value) -> String {
        match key {
            Value::String(text) => super::leaf::harmless(&text.to_string_lossy(), false),
            other => format!("[{}]", self.tostring(other)),
        }
    }
}

/// Numbers first, by their size, then names.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Name,
}

impl Key {
    fn of(key: &Value) -> Self {
        key.as_integer().map_or(Self::Name, Self::Number)
    }
}

fn count(table: &Table) -> usize {
    table.pairs::<Value, Value>().count()
}

fn function(f: &Function) -> String {
    let info = f.info();
    let source = info.source.unwrap_or_default();
    match (info.what, info.line_defined) {
        ("C", _) => "function".to_owned(),
        (_, Some(line)) if !source.starts_with("=[host]") => {
            format!("function  {}:{line}", dmsrun_lua::place::file_of(&source))
        }
        _ => "function".to_owned(),
    }
}
