//! Lua ⇄ [`Value`], in one place. Errors carry the path to what is wrong.

use crate::{state::State, values};
use dmsrun_base::{Map, Value};
use mlua::{AnyUserData, IntoLua, Lua, Table, UserData, UserDataFields, Value as LuaValue};
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
    lua_value(lua, marks, value, Nulls::Absent)
}

/// The Lua value; `Null` is `json.null`.
pub fn to_lua_with_null(lua: &Lua, value: &Value) -> mlua::Result<LuaValue> {
    let state = Marks::of(lua)?;
    let marks = state.marks.get().expect("the marks were just made");
    match value {
        Value::Null => Ok(LuaValue::UserData(marks.null.clone())),
        value => lua_value(lua, marks, value, Nulls::Kept),
    }
}

fn lua_value(lua: &Lua, marks: &Marks, value: &Value, nulls: Nulls) -> mlua::Result<LuaValue> {
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
        Value::List(items) => {
            let table = lua.create_table_with_capacity(items.len(), 0)?;
            for (index, item) in items.iter().enumerate() {
                // A hole would cut the list short.
                let item = match item {
                    Value::Null => LuaValue::UserData(marks.null.clone()),
                    item => lua_value(lua, marks, item, nulls)?,
                };
                table.raw_set(index + 1, item)?;
            }
            table.set_metatable(Some(marks.list.clone()))?;
            Ok(LuaValue::Table(table))
        }
        Value::Map(map) => {
            let table = lua.create_table_with_capacity(0, map.len())?;
            for (key, item) in map {
                match item {
                    Value::Null if nulls == Nulls::Absent => {}
                    Value::Null => table.raw_set(key.as_str(), marks.null.clone())?,
                    item => table.raw_set(key.as_str(), lua_value(lua, marks, item, nulls)?)?,
                }
            }
            // Only where nothing else could tell an empty object from an empty list.
            if map.is_empty() && nulls == Nulls::Kept {
                table.set_metatable(Some(marks.object.clone()))?;
            }
            Ok(LuaValue::Table(table))
        }
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
    Reader { marks, path: path.to_owned(), open: Vec::new() }.value(value)
}

struct Reader<'a> {
    marks: &'a Marks,
    path: String,
    /// The tables that we are inside of.
    open: Vec<*const c_void>,
}

impl Reader<'_> {
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, PathError> {
        Err(PathError { path: self.path.clone(), message: message.into() })
    }

    fn value(&mut self, value: &LuaValue) -> Result<Value, PathError> {
        match value {
            LuaValue::Nil => Ok(Value::Null),
            LuaValue::Boolean(b) => Ok(Value::Bool(*b)),
            LuaValue::Integer(n) => Ok(Value::Int(*n)),
            LuaValue::Number(x) => Ok(Value::Float(*x)),
            LuaValue::String(s) => Ok(match std::str::from_utf8(&s.as_bytes()) {
                Ok(text) => Value::String(text.to_owned()),
                Err(_) => Value::Bytes(s.as_bytes().to_vec()),
            }),
            LuaValue::UserData(u) if u.is::<Null>() => Ok(Value::Null),
            LuaValue::UserData(u) => match values::of_userdata(u) {
                Some(value) => Ok(value),
                None => self.fail(format!("{} can't be sent", describe(value))),
            },
            LuaValue::Table(table) => self.table(table),
            other => self.fail(format!("{} can't be sent", describe(other))),
        }
    }

    fn table(&mut self, table: &Table) -> Result<Value, PathError> {
        let pointer = table.to_pointer();
        if self.open.contains(&pointer) {
            return self.fail("the table contains itself");
        }
        if self.open.len() >= DEEPEST {
            return self.fail(format!("nested deeper than {DEEPEST} tables"));
        }
        self.open.push(pointer);
        let mark = table.metatable().map(|m| m.to_pointer());
        let result = if mark == Some(self.marks.list.to_pointer()) {
            self.list(table)
        } else if mark == Some(self.marks.object.to_pointer()) || table.raw_len() == 0 {
            self.map(table)
        } else {
            self.list(table)
        };
        self.open.pop();
        result
    }

    fn inside<T>(
        &mut self,
        step: &str,
        f: impl FnOnce(&mut Self) -> Result<T, PathError>,
    ) -> Result<T, PathError> {
        let length = self.path.len();
        if !step.starts_with('[') && !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(step);
        let result = f(self)?;
        self.path.truncate(length);
        Ok(result)
    }

    fn list(&mut self, table: &Table) -> Result<Value, PathError> {
        let length = table.raw_len();
        let mut seen = 0;
        for pair in table.pairs::<LuaValue, LuaValue>() {
            let Ok((key, _)) = pair else { return self.fail("the table can't be read") };
            match key {
                LuaValue::Integer(n) if n >= 1 && n as usize <= length => seen += 1,
                LuaValue::String(s) => {
                    let key = s.to_string_lossy();
                    return self.fail(format!(
                        "a list has the named key \"{key}\" as well; a table is a list or a map"
                    ));
                }
                _ => return self.fail("a list must be numbered from 1 without gaps"),
            }
        }
        if seen != length {
            return self.fail("a list must be numbered from 1 without gaps");
        }
        let mut items = Vec::with_capacity(length);
        for index in 1..=length {
            let item: LuaValue = table.raw_get(index).unwrap_or(LuaValue::Nil);
            items.push(self.inside(&format!("[{index}]"), |me| me.value(&item))?);
        }
        Ok(Value::List(items))
    }

    fn map(&mut self, table: &Table) -> Result<Value, PathError> {
        // Sorted first, so that of two faults the same one is told each time.
        let mut sorted = BTreeMap::new();
        for pair in table.pairs::<LuaValue, LuaValue>() {
            let Ok((key, item)) = pair else { return self.fail("the table can't be read") };
            match &key {
                LuaValue::String(s) => sorted.insert(s.to_string_lossy(), item),
                LuaValue::Integer(_) => {
                    return self.fail("a list must be numbered from 1 without gaps");
                }
                other => {
                    return self.fail(format!("{} can't be a key; use text", describe(other)));
                }
            };
        }
        let mut map = Map::new();
        for (key, item) in sorted {
            let item = self.inside(&key, |me| me.value(&item))?;
            map.insert(key, item);
        }
        Ok(Value::Map(map))
    }
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
