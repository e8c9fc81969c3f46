//! `ui`: what is shown to people and asked of them. Every text is scrubbed of secrets here.

use crate::{
    calls::{self, Raise},
    convert::from_lua,
    modules::options::member,
    state::State,
    ui::{Column, Progress, ProgressStart, TableView},
};
use dmsrun_base::Value;
use dmsrun_diag::{Diagnostic, Exit, Span};
use mlua::{FromLua, Lua, Table, UserData, UserDataFields, Value as LuaValue};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, state: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("out", calls::function(lua, "ui.out", out)?)?;
    module.raw_set("err", calls::function(lua, "ui.err", err)?)?;
    module.raw_set("label", calls::function(lua, "ui.label", label)?)?;
    module.raw_set("table", calls::function(lua, "ui.table", table)?)?;
    module.raw_set("json", calls::function(lua, "ui.json", json)?)?;
    module.raw_set("progress", calls::function(lua, "ui.progress", progress)?)?;
    module.raw_set("confirm", calls::function(lua, "ui.confirm", confirm)?)?;
    module.raw_set("type_name", calls::function(lua, "ui.type_name", type_name)?)?;
    module.raw_set("ask", calls::function(lua, "ui.ask", ask)?)?;
    module.raw_set("interactive", state.ui.interactive())?;
    module.raw_set("width", state.ui.width())?;
    Ok(module)
}

/// A text, or whatever prints as one.
pub(crate) struct Text(pub(crate) String);

impl FromLua for Text {
    fn from_lua(value: LuaValue, lua: &Lua) -> mlua::Result<Self> {
        let text = match &value {
            LuaValue::String(s) => s.to_string_lossy(),
            LuaValue::Nil => "nil".to_owned(),
            _ => {
                let tostring: mlua::Function = lua.globals().raw_get("tostring")?;
                tostring.call::<mlua::LuaString>(value)?.to_string_lossy()
            }
        };
        Ok(Self(text))
    }
}

fn out(lua: &Lua, text: Text) -> Result<(), Raise> {
    let state = State::of(lua);
    state.ui.out(&state.scrub(&text.0));
    Ok(())
}

fn err(lua: &Lua, text: Text) -> Result<(), Raise> {
    let state = State::of(lua);
    state.ui.err(&state.scrub(&text.0));
    Ok(())
}

fn label(lua: &Lua, (label, text): (String, Text)) -> Result<(), Raise> {
    let state = State::of(lua);
    state.ui.label(&label, &state.scrub(&text.0));
    Ok(())
}

const COLUMN: &str = "ui.table: a column";

fn table(lua: &Lua, spec: Table) -> Result<(), Raise> {
    let state = State::of(lua);
    let mut view = TableView::default();
    for column in member::<Table>("ui.table", &spec, "columns")?.sequence_values::<LuaValue>() {
        view.columns.push(match column? {
            LuaValue::Table(t) => Column {
                title: member::<Option<Text>>(COLUMN, &t, "title")?
                    .map(|t| t.0)
                    .unwrap_or_default(),
                right: member::<Option<String>>(COLUMN, &t, "align")?.as_deref() == Some("right"),
                drop: member::<Option<u8>>(COLUMN, &t, "drop")?.unwrap_or(0),
            },
            other => Column { title: Text::from_lua(other, lua)?.0, ..Column::default() },
        });
    }
    let rows: Table = member("ui.table", &spec, "rows")?;
    for index in 1..=rows.raw_len() {
        let row: Table = member("ui.table: rows", &rows, index)?;
        let cells = (1..=view.columns.len()).map(|index| {
            Ok(match row.get::<LuaValue>(index)? {
                LuaValue::Nil => String::new(),
                cell => state.scrub(&Text::from_lua(cell, lua)?.0),
            })
        });
        view.rows.push(cells.collect::<mlua::Result<_>>()?);
    }
    state.ui.table(&view);
    Ok(())
}

fn json(lua: &Lua, value: LuaValue) -> Result<(), Raise> {
    let state = State::of(lua);
    let value = from_lua(lua, &value).map_err(|e| Raise::Misuse(format!("ui.json: {e}")))?;
    state.ui.json(&scrubbed(&state, value));
    Ok(())
}

/// A value without any secret in its texts.
pub(super) fn scrubbed(state: &State, value: Value) -> Value {
    match value {
        Value::String(s) => Value::String(state.scrub(&s)),
        Value::List(l) => Value::List(l.into_iter().map(|v| scrubbed(state, v)).collect()),
        Value::Map(m) => Value::Map(m.into_iter().map(|(k, v)| (k, scrubbed(state, v))).collect()),
        other => other,
    }
}

/// A progress display in Lua's hands.
struct Handle(Box<dyn Progress>);

impl UserData for Handle {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "progress");
    }
    fn add_methods<M: mlua::UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("set", |lua, me, (done, text): (u64, Option<Text>)| {
            let text = text.map(|t| State::of(lua).scrub(&t.0));
            me.0.set(done, text.as_deref());
            Ok(())
        });
        methods.add_method("total", |_, me, total: u64| {
            me.0.total(total);
            Ok(())
        });
        methods.add_method("event", |lua, me, text: Text| {
            me.0.event(&State::of(lua).scrub(&text.0));
            Ok(())
        });
        methods.add_method("finish", |lua, me, text: Option<Text>| {
            let text = text.map(|t| State::of(lua).scrub(&t.0));
            me.0.finish(text.as_deref());
            Ok(())
        });
    }
}

fn progress(lua: &Lua, spec: Table) -> Result<LuaValue, Raise> {
    let start = ProgressStart {
        label: member::<Option<String>>("ui.progress", &spec, "label")?.unwrap_or_default(),
        total: member("ui.progress", &spec, "total")?,
        unit: member("ui.progress", &spec, "unit")?,
    };
    let handle = Handle(State::of(lua).ui.progress(&start));
    Ok(LuaValue::UserData(lua.create_userdata(handle)?))
}

fn confirm(lua: &Lua, question: String) -> Result<bool, Raise> {
    let state = State::of(lua);
    // On the local AWS nothing is at stake; it asks where the command line wants it.
    let wanted = state.options().get("require_approval").and_then(Value::as_str).is_some();
    if (state.is_local() && !wanted) || state.option("yes") {
        return Ok(true);
    }
    if !state.ui.interactive() {
        let diagnostic = Diagnostic::error("Approval is needed")
            .what(format!("there is no terminal to ask: {}", state.scrub(&question)))
            .hint("look at the plan, then run the same command with --yes")
            .exit(Exit::Approval);
        return Err(diagnostic.into());
    }
    Ok(state.ui.confirm(&state.scrub(&question)))
}

/// Asks a person for a line; nil where the input has ended. The module `prompt` knows what to do
/// where there is nobody.
fn ask(lua: &Lua, question: Text) -> Result<Option<String>, Raise> {
    let state = State::of(lua);
    if !state.ui.interactive() {
        let span = crate::place::user(lua).map(|p| Span::line(p.file, p.line));
        let diagnostic = Diagnostic::error("An answer is needed")
            .at(span)
            .what(format!("there is no terminal to ask: {}", state.scrub(&question.0)))
            .hint("prompt.text and prompt.choose take an answer that is given beforehand")
            .exit(Exit::Approval);
        return Err(diagnostic.into());
    }
    Ok(state.ui.ask(&state.scrub(&question.0)))
}

fn type_name(lua: &Lua, (question, expected): (String, String)) -> Result<bool, Raise> {
    let state = State::of(lua);
    if !state.ui.interactive() {
        let span = crate::place::user(lua).map(|p| Span::line(p.file, p.line));
        let diagnostic = Diagnostic::error("Approval is needed")
            .at(span)
            .what(format!("there is no terminal to type the name \"{expected}\" at"))
            .hint("--yes does not cover what loses data; --allow names it beforehand")
            .exit(Exit::Approval);
        return Err(diagnostic.into());
    }
    Ok(state.ui.type_name(&state.scrub(&question), &expected))
}
