//! Lua ⇄ [`Value`], in one place. Errors carry the path to what is wrong.

use crate::{state::State, values};
use dmsrun_base::{Map, Value};
use mlua::{
    AnyUserData, IntoLua, Lua, LuaString, Table, UserData, UserDataFields, Value as LuaValue,
};
use std::{collections::BTreeMap, fmt, os::raw::c_void};

/// Deeper tables than this are refused.
const DEEPEST: usize = 120;

/// What is wrong with a Lua value, and where inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// The way there, such as `filters[2].values`; empty for the value itself.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl PathError {
    /// A fault of the value itself. The path grows on the way out, so that what is right costs none.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { path: String::new(), message: message.into() }
    }

    fn inside(&mut self, step: &str) {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{dot}{}", self.path);
    }

    /// The same fault seen from the list around.
    pub(crate) fn at_index(mut self, index: usize) -> Self {
        self.inside(&format!("[{index}]"));
        self
    }

    /// The same fault seen from the map around.
    pub(crate) fn at_key(mut self, key: &str) -> Self {
        self.inside(key);
        self
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for PathError {}

/// `json.null`.
pub(crate) struct Null;
impl UserData for Null {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "null");
        fields.add_meta_field_with("__tostring", |lua| {
            lua.create_function(|_, _: LuaValue| Ok("null"))
        });
    }
}

/// The metatables that tell lists from maps where a table alone can't, and `json.null`.
pub(crate) struct Marks {
    pub(crate) list: Table,
    pub(crate) object: Table,
    pub(crate) null: AnyUserData,
}

impl Marks {
    pub(crate) fn new(lua: &Lua) -> mlua::Result<Self> {
        let named = |name: &str| {
            let table = lua.create_table()?;
            table.raw_set("__name", name)?;
            Ok::<_, mlua::Error>(table)
        };
        Ok(Self {
            list: named("list")?,
            object: named("object")?,
            null: lua.create_userdata(Null)?,
        })
    }

    fn of(lua: &Lua) -> mlua::Result<std::rc::Rc<State>> {
        let state = State::of(lua);
        if state.marks.get().is_none() {
            let _ = state.marks.set(Self::new(lua)?);
        }
        Ok(state)
    }
}

/// Runs `f` with the marks of this VM.
pub(crate) fn with_marks<R>(lua: &Lua, f: impl FnOnce(&Marks) -> R) -> mlua::Result<R> {
    let state = Marks::of(lua)?;
    Ok(f(state.marks.get().expect("the marks were just made")))
}

/// What becomes of `Null`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Absent,
    Kept,
}

/// The Lua value; a member that is `Null` is absent.
pub fn to_lua(lua: &Lua, value: &Value) -> mlua::Result<LuaValue> {
    let state = Marks::of(lua)?;
    let marks = state.marks.get().expect("the marks were just made");
    Writer { lua, marks, nulls: Nulls::Absent, keys: BTreeMap::new() }.value(value)
}

/// The Lua value; `Null` is `json.null`.
pub fn to_lua_with_null(lua: &Lua, value: &Value) -> mlua::Result<LuaValue> {
    let state = Marks::of(lua)?;
    let marks = state.marks.get().expect("the marks were just made");
    match value {
        Value::Null => Ok(LuaValue::UserData(marks.null.clone())),
        value => Writer { lua, marks, nulls: Nulls::Kept, keys: BTreeMap::new() }.value(value),
    }
}

struct Writer<'a> {
    lua: &'a Lua,
    marks: &'a Marks,
    nulls: Nulls,
    /// The names of members so far: lists of records repeat them.
    keys: BTreeMap<&'a str, LuaString>,
}

impl<'a> Writer<'a> {
    fn value(&mut self, value: &'a Value) -> mlua::Result<LuaValue> {
        let lua = self.lua;
        match value {
            Value::Null => Ok(LuaValue::Nil),
            Value::Bool(b) => Ok(LuaValue::Boolean(*b)),
            Value::Int(n) => Ok(LuaValue::Integer(*n)),
            Value::Float(x) => Ok(LuaValue::Number(*x)),
            Value::String(s) => lua.create_string(s).map(LuaValue::String),
            Value::Bytes(b) => lua.create_string(b).map(LuaValue::String),
            Value::Time(t) => t.to_string().into_lua(lua),
            Value::Secret(s) => values::secret(lua, s.clone()).map(LuaValue::UserData),
            Value::Reference(r) => values::reference(lua, r.clone()).map(LuaValue::UserData),
            Value::Template(parts) => values::template(lua, parts.clone()),
            Value::List(items) => self.list(items),
            Value::Map(map) => self.map(map),
        }
    }

    fn list(&mut self, items: &'a [Value]) -> mlua::Result<LuaValue> {
        let table = self.lua.create_table_with_capacity(items.len(), 0)?;
        for (index, item) in items.iter().enumerate() {
            // A hole would cut the list short.
            let item = match item {
                Value::Null => LuaValue::UserData(self.marks.null.clone()),
                item => self.value(item)?,
            };
            table.raw_seti(index + 1, item)?;
        }
        table.set_metatable(Some(self.marks.list.clone()))?;
        Ok(LuaValue::Table(table))
    }

    fn map(&mut self, map: &'a Map) -> mlua::Result<LuaValue> {
        let table = self.lua.create_table_with_capacity(0, map.len())?;
        for (key, item) in map {
            let item = match item {
                Value::Null if self.nulls == Nulls::Absent => continue,
                Value::Null => LuaValue::UserData(self.marks.null.clone()),
                item => self.value(item)?,
            };
            if !self.keys.contains_key(key.as_str()) {
                self.keys.insert(key, self.lua.create_string(key)?);
            }
            table.raw_set(&self.keys[key.as_str()], item)?;
        }
        // Only where nothing else could tell an empty object from an empty list.
        if map.is_empty() && self.nulls == Nulls::Kept {
            table.set_metatable(Some(self.marks.object.clone()))?;
        }
        Ok(LuaValue::Table(table))
    }
}

/// The value of what Lua holds.
pub fn from_lua(lua: &Lua, value: &LuaValue) -> Result<Value, PathError> {
    from_lua_at(lua, value, "")
}

/// As [`from_lua`], with the name of the value as the start of every path.
pub fn from_lua_at(lua: &Lua, value: &LuaValue, path: &str) -> Result<Value, PathError> {
    let fault = |e: mlua::Error| PathError { path: path.to_owned(), message: e.to_string() };
    let state = Marks::of(lua).map_err(fault)?;
    let marks = state.marks.get().expect("the marks were just made");
    Reader { marks, open: Vec::new() }.value(value).map_err(|mut fault| {
        if !path.is_empty() {
            fault.inside(path);
        }
        fault
    })
}

/// What a table is: a list of so many items, or a map, sorted so that of two faults inside the same
/// one is told each time.
pub(crate) enum Shape {
    List(usize),
    Map(BTreeMap<String, LuaValue>),
}

impl Shape {
    /// Looks at a table: its mark, its length, its keys.
    pub(crate) fn of(marks: &Marks, table: &Table) -> Result<Self, String> {
        let length = table.raw_len();
        let mark = table.metatable().map(|m| m.to_pointer());
        let list = mark == Some(marks.list.to_pointer());
        if list || (length > 0 && mark != Some(marks.object.to_pointer())) {
            return Self::list(table, length);
        }
        let mut map = BTreeMap::new();
        let mut wrong = None;
        let read = table.for_each(|key: LuaValue, item: LuaValue| {
            match key_text(&key) {
                Ok(name) => {
                    map.insert(name, item);
                }
                // Of two faults the same one each time, whatever the order of the table is.
                Err(fault) => wrong = wrong.take().max(Some(fault)),
            }
            Ok(())
        });
        match (read, wrong) {
            (_, Some(fault)) => Err(fault),
            (Err(_), None) => Err("the table can't be read".to_owned()),
            (Ok(()), None) => Ok(Self::Map(map)),
        }
    }

    fn list(table: &Table, length: usize) -> Result<Self, String> {
        let (mut seen, mut others, mut named) = (0, false, None);
        let read = table.for_each(|key: LuaValue, _: LuaValue| {
            match &key {
                LuaValue::Integer(n) if *n >= 1 && *n as usize <= length => seen += 1,
                LuaValue::String(s) => named = named.take().max(Some(s.to_string_lossy())),
                _ => others = true,
            }
            Ok(())
        });
        match (read, named) {
            (_, Some(key)) => Err(format!(
                "a list has the named key \"{key}\" as well; a table is a list or a map"
            )),
            (Ok(()), None) if seen == length && !others => Ok(Self::List(length)),
            _ => Err(gap(table, length)),
        }
    }
}

/// Why a table is no list: the first number that is missing in it.
fn gap(table: &Table, length: usize) -> String {
    let is_nil = |index: &usize| table.raw_get(*index).is_ok_and(|item: LuaValue| item.is_nil());
    let missing = (1..=length).find(is_nil).unwrap_or(length + 1);
    format!(
        "a list must be numbered from 1 without gaps: [{missing}] is missing; json.null stands for \
         nothing"
    )
}

/// The text of a map's key.
fn key_text(key: &LuaValue) -> Result<String, String> {
    match key {
        LuaValue::String(s) => match s.to_str() {
            Ok(name) => Ok(name.to_owned()),
            Err(_) => Err("a key must be text in UTF-8".to_owned()),
        },
        LuaValue::Integer(n) => Err(format!(
            "a list must be numbered from 1 without gaps: it has a [{n}] and no [1]; the keys of a map \
             are text"
        )),
        other => Err(format!("{} can't be a key; use text", describe(other))),
    }
}

struct Reader<'a> {
    marks: &'a Marks,
    /// The tables that we are inside of.
    open: Vec<*const c_void>,
}

impl Reader<'_> {
    fn value(&mut self, value: &LuaValue) -> Result<Value, PathError> {
        match value {
            LuaValue::Nil => Ok(Value::Null),
            LuaValue::Boolean(b) => Ok(Value::Bool(*b)),
            LuaValue::Integer(n) => Ok(Value::Int(*n)),
            LuaValue::Number(x) => Ok(Value::Float(*x)),
            LuaValue::String(s) => {
                let bytes = s.as_bytes();
                Ok(match std::str::from_utf8(&bytes) {
                    Ok(text) => Value::String(text.to_owned()),
                    Err(_) => Value::Bytes(bytes.to_vec()),
                })
            }
            LuaValue::UserData(u) if u.is::<Null>() => Ok(Value::Null),
            LuaValue::UserData(u) => match values::of_userdata(u) {
                Some(value) => Ok(value),
                None => Err(PathError::new(format!("{} can't be sent", describe(value)))),
            },
            LuaValue::Table(table) => self.table(table),
            other => Err(PathError::new(format!("{} can't be sent", describe(other)))),
        }
    }

    fn table(&mut self, table: &Table) -> Result<Value, PathError> {
        enter(&mut self.open, table).map_err(PathError::new)?;
        let result = match Shape::of(self.marks, table).map_err(PathError::new)? {
            Shape::List(length) => {
                let mut items = Vec::with_capacity(length);
                for index in 1..=length {
                    let item: LuaValue = table.raw_get(index).unwrap_or(LuaValue::Nil);
                    items.push(self.value(&item).map_err(|e| e.at_index(index))?);
                }
                Value::List(items)
            }
            Shape::Map(sorted) => {
                let mut map = Map::new();
                for (key, item) in sorted {
                    let item = self.value(&item).map_err(|e| e.at_key(&key))?;
                    map.insert(key, item);
                }
                Value::Map(map)
            }
        };
        self.open.pop();
        Ok(result)
    }
}

/// Goes into a table; refuses one that we are inside of already, and one too deep.
pub(crate) fn enter(open: &mut Vec<*const c_void>, table: &Table) -> Result<(), String> {
    let pointer = table.to_pointer();
    if open.contains(&pointer) {
        return Err("the table contains itself".to_owned());
    }
    if open.len() >= DEEPEST {
        return Err(format!("nested deeper than {DEEPEST} tables"));
    }
    open.push(pointer);
    Ok(())
}

/// A value by its type, in the words of a message: `a function`, `a reference`.
pub fn describe(value: &LuaValue) -> String {
    match value {
        LuaValue::Nil => "nil".to_owned(),
        LuaValue::UserData(u) => match values::of_userdata(u) {
            Some(v) => format!("a {}", v.type_name()),
            None => match u.type_name() {
                Ok(name) => format!("a value of type {}", name.to_string_lossy()),
                _ => "a userdata value".to_owned(),
            },
        },
        LuaValue::Integer(_) => "an integer".to_owned(),
        other => format!("a {}", other.type_name()),
    }
}
