//! How a Rust function becomes a Lua function: arguments checked, errors raised as Lua values,
//! waiting left to the scheduler.
//!
//! A Rust callback of mlua can raise nothing but mlua's own error type. So ours give back `false`
//! and the value, and a wrapper written in Lua (`prelude.lua`) raises it: scripts see error tables
//! that they can branch on, and no Rust frames.

use crate::{diagnosis, door, place, state::State};
use dmsrun_diag::Diagnostic;
use futures_util::future::LocalBoxFuture;
use mlua::{AnyUserData, FromLuaMulti, Function, IntoLua, IntoLuaMulti, Lua, MultiValue, Value};
use std::cell::RefCell;

/// Why a host function fails.
#[derive(Debug)]
pub enum Raise {
    /// It was called wrongly: becomes text with the caller's file and line before it.
    Misuse(String),
    /// A text as it is.
    Text(String),
    /// An error with all that a person must know.
    Diagnostic(Box<Diagnostic>),
    /// AWS said no.
    Aws(Box<door::Error>),
    /// The script ends here.
    Exit(u8),
    /// A Lua value raised again.
    Value(Value),
    /// The VM failed.
    Lua(mlua::Error),
}

impl Raise {
    /// A wrong call.
    pub fn misuse(message: impl Into<String>) -> Self {
        Self::Misuse(message.into())
    }

    /// The value that Lua code catches.
    pub fn into_value(self, lua: &Lua) -> mlua::Result<Value> {
        match self {
            Self::Misuse(message) => {
                let at = place::user(lua).map(|p| format!("{}:{}: ", p.file, p.line));
                format!("{}{message}", at.unwrap_or_default()).into_lua(lua)
            }
            Self::Text(text) => text.into_lua(lua),
            Self::Diagnostic(diagnostic) => diagnosis::to_table(lua, &diagnostic).map(Value::Table),
            Self::Aws(error) => crate::modules::aws_error(lua, &error).map(Value::Table),
            Self::Exit(code) => {
                State::of(lua).exit_code.set(Some(code));
                lua.create_userdata(ExitRequest).map(Value::UserData)
            }
            Self::Value(value) => Ok(value),
            Self::Lua(error) => root(&error).into_lua(lua),
        }
    }
}

/// The text of the innermost cause, without tracebacks.
pub(crate) fn root(error: &mlua::Error) -> String {
    match error {
        mlua::Error::CallbackError { cause, .. } | mlua::Error::WithContext { cause, .. } => {
            root(cause)
        }
        mlua::Error::RuntimeError(text)
        | mlua::Error::MemoryError(text)
        | mlua::Error::SyntaxError { message: text, .. } => {
            text.split("\nstack traceback:").next().unwrap_or_default().to_owned()
        }
        mlua::Error::BadArgument { pos, cause, .. } => {
            format!("bad argument #{pos}: {}", root(cause))
        }
        mlua::Error::FromLuaConversionError { from, to, message } => {
            let to = in_words(to);
            let from = if *from == "nil" { "nothing" } else { from };
            match message {
                Some(message) if message.contains("UTF-8") || message.contains("utf-8") => {
                    format!("{to} expected, got one that is not UTF-8")
                }
                _ => format!("{to} expected, got {from}"),
            }
        }
        mlua::Error::UserDataTypeMismatch => "another sort of userdata expected".to_owned(),
        mlua::Error::UserDataDestructed => "this is over and can't be used any more".to_owned(),
        other => other.to_string(),
    }
}

/// What Lua calls a type of ours.
fn in_words(name: &str) -> String {
    let inner =
        |of: &str| Some(name.strip_prefix(of)?.strip_prefix('<')?.strip_suffix('>')?.trim());
    if let Some(item) = inner("Vec").or_else(|| inner("VecDeque")) {
        return format!("list of {}s", in_words(item));
    }
    if let Some(item) = inner("Option").or_else(|| inner("Box")) {
        return in_words(item);
    }
    let word = match name {
        "String" | "&str" | "str" | "BString" | "LuaString" | "OsString" | "PathBuf" => "string",
        "i64" | "u64" | "i32" | "u32" | "i16" | "u16" | "i8" | "u8" | "isize" | "usize" => {
            "integer"
        }
        "f64" | "f32" => "number",
        "bool" => "boolean",
        name if name.starts_with("HashMap<") || name.starts_with("BTreeMap<") => "table",
        name => name,
    };
    word.to_owned()
}

/// What a userdata of ours holds; where it is another one, `wanted` says which is expected.
pub(crate) fn handle<T: 'static>(
    value: &AnyUserData,
    wanted: &str,
) -> Result<mlua::UserDataRef<T>, Raise> {
    let wrong = |_| Raise::Misuse(format!("{wanted} expected, got another userdata"));
    value.borrow::<T>().map_err(wrong)
}

impl From<mlua::Error> for Raise {
    fn from(error: mlua::Error) -> Self {
        match error {
            mlua::Error::BadArgument { .. }
            | mlua::Error::FromLuaConversionError { .. }
            | mlua::Error::UserDataTypeMismatch
            | mlua::Error::UserDataDestructed => Self::Misuse(root(&error)),
            other => Self::Lua(other),
        }
    }
}

impl From<Diagnostic> for Raise {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Diagnostic(Box::new(diagnostic))
    }
}

impl From<door::Error> for Raise {
    fn from(error: door::Error) -> Self {
        Self::Aws(Box::new(error))
    }
}

impl From<crate::convert::PathError> for Raise {
    fn from(error: crate::convert::PathError) -> Self {
        Self::Misuse(error.to_string())
    }
}

/// What a script that ends itself raises; nothing catches it but our own border.
pub(crate) struct ExitRequest;
impl mlua::UserData for ExitRequest {
    fn add_fields<F: mlua::UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "exit");
    }
}

/// Makes the Lua values of a call that has ended; runs outside the runtime.
pub type Finish = Box<dyn FnOnce(&Lua) -> Result<MultiValue, Raise>>;

/// A call that waits. It must not touch Lua before it ends.
pub type Waiting = LocalBoxFuture<'static, Finish>;

/// Makes a [`Finish`] of a closure.
pub fn finish<R: IntoLuaMulti>(f: impl FnOnce(&Lua) -> Result<R, Raise> + 'static) -> Finish {
    Box::new(move |lua| Ok(f(lua)?.into_lua_multi(lua)?))
}

/// What a waiting host function hands to the scheduler.
pub(crate) enum Operation {
    Future(Waiting),
    Group(std::rc::Rc<crate::scheduler::Group>),
}

/// An [`Operation`] on its way through Lua.
pub(crate) struct OperationCell(RefCell<Option<Operation>>);
impl mlua::UserData for OperationCell {}

impl OperationCell {
    pub(crate) fn take(value: &AnyUserData) -> Option<Operation> {
        value.borrow::<Self>().ok()?.0.borrow_mut().take()
    }
}

/// The result of a call in the form that the wrappers in `prelude.lua` expect.
pub(crate) fn protocol(lua: &Lua, result: Result<MultiValue, Raise>) -> mlua::Result<MultiValue> {
    match result {
        Ok(mut values) => {
            values.push_front(Value::Boolean(true));
            Ok(values)
        }
        Err(raise) => (false, raise.into_value(lua)?).into_lua_multi(lua),
    }
}

fn arguments<A: FromLuaMulti>(lua: &Lua, name: &str, args: MultiValue) -> Result<A, Raise> {
    A::from_lua_args(args, 1, None, lua).map_err(|error| match error {
        mlua::Error::BadArgument { pos, cause, .. } => {
            Raise::Misuse(format!("bad argument #{pos} to '{name}' ({})", root(&cause)))
        }
        other => Raise::Misuse(format!("bad argument to '{name}' ({})", root(&other))),
    })
}

fn wrap(lua: &Lua, wrapper: &str, raw: Function) -> mlua::Result<Function> {
    lua.named_registry_value::<Function>(wrapper)?.call(raw)
}

pub(crate) const GUARD: &str = "dmsrun.guard";
pub(crate) const WAITER: &str = "dmsrun.waiter";

/// A Lua function that answers at once.
pub fn function<A, R, F>(lua: &Lua, name: &'static str, f: F) -> mlua::Result<Function>
where
    A: FromLuaMulti,
    R: IntoLuaMulti,
    F: Fn(&Lua, A) -> Result<R, Raise> + 'static,
{
    let raw = lua.create_function(move |lua, args: MultiValue| {
        let result = arguments::<A>(lua, name, args)
            .and_then(|args| f(lua, args))
            .and_then(|r| Ok(r.into_lua_multi(lua)?));
        protocol(lua, result)
    })?;
    wrap(lua, GUARD, raw)
}

/// A Lua function that waits: `f` checks the arguments and gives the future.
pub fn waiting<A, F>(lua: &Lua, name: &'static str, f: F) -> mlua::Result<Function>
where
    A: FromLuaMulti,
    F: Fn(&Lua, A) -> Result<Waiting, Raise> + 'static,
{
    operation(lua, name, move |lua, args| f(lua, args).map(Operation::Future))
}

pub(crate) fn operation<A, F>(lua: &Lua, name: &'static str, f: F) -> mlua::Result<Function>
where
    A: FromLuaMulti,
    F: Fn(&Lua, A) -> Result<Operation, Raise> + 'static,
{
    wrap(lua, WAITER, prepare(lua, name, f)?)
}

fn prepare<A, F>(lua: &Lua, name: &'static str, f: F) -> mlua::Result<Function>
where
    A: FromLuaMulti,
    F: Fn(&Lua, A) -> Result<Operation, Raise> + 'static,
{
    lua.create_function(move |lua, args: MultiValue| {
        let result = arguments::<A>(lua, name, args).and_then(|args| f(lua, args)).and_then(|op| {
            let cell = OperationCell(RefCell::new(Some(op)));
            Ok(MultiValue::from_iter([Value::UserData(lua.create_userdata(cell)?)]))
        });
        protocol(lua, result)
    })
}

/// A Lua function that raises its text at the caller's place, for our modules that are written in
/// Lua.
pub(crate) fn misuse_function(lua: &Lua) -> mlua::Result<Function> {
    function(lua, "error", |_, message: String| Err::<(), _>(Raise::Misuse(message)))
}
