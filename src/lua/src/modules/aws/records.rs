//! Records of AWS made Lua tables as they are read, and pages that are asked for while the one before is
//! walked through.

use crate::{
    calls::Raise,
    convert::with_marks,
    door::{Aws, CallOptions, Error},
};
use dmsrun_aws::records::{ReadError, Records, Scalar, Shape, Sink};
use dmsrun_base::{Timestamp, Value};
use mlua::{IntoLua as _, Lua, LuaString, Table};
use tokio::task::JoinHandle;

/// Appends the records of a page to a list.
pub(crate) fn append(lua: &Lua, page: &Records, list: &Table) -> Result<(), Raise> {
    let mut rows = Rows::new(lua, page.shape(), list)?;
    page.read(&mut rows).map_err(|error| match error {
        ReadError::Answer(error) => Raise::from(error),
        ReadError::Sink(error) => Raise::from(error),
    })
}

/// An empty list that says so.
pub(crate) fn list(lua: &Lua) -> mlua::Result<Table> {
    let list = lua.create_table()?;
    list.set_metatable(Some(with_marks(lua, |marks| marks.list.clone())?))?;
    Ok(list)
}

struct Rows<'a> {
    lua: &'a Lua,
    list: &'a Table,
    length: usize,
    keys: Vec<LuaString>,
    /// The last time of each member: neighbours often have the same, and text of a time costs more than
    /// the rest of a record.
    times: Vec<Option<(Timestamp, LuaString)>>,
    /// How many members the last record had.
    width: usize,
}

impl<'a> Rows<'a> {
    fn new(lua: &'a Lua, shape: &'static Shape, list: &'a Table) -> mlua::Result<Self> {
        let keys: Vec<LuaString> =
            shape.members().map(|name| lua.create_string(name)).collect::<mlua::Result<_>>()?;
        let times = keys.iter().map(|_| None).collect();
        let width = keys.len();
        Ok(Self { lua, list, length: list.raw_len(), keys, times, width })
    }

    fn time(&mut self, member: usize, time: Timestamp) -> mlua::Result<LuaString> {
        if let Some((known, text)) = &self.times[member]
            && *known == time
        {
            return Ok(text.clone());
        }
        let text = self.lua.create_string(time.to_string())?;
        self.times[member] = Some((time, text.clone()));
        Ok(text)
    }
}

/// A record under construction, and how many members it has.
struct Row {
    table: Table,
    members: usize,
}

impl Sink for Rows<'_> {
    type Record = Row;
    type Error = mlua::Error;

    fn begin(&mut self) -> mlua::Result<Row> {
        Ok(Row { table: self.lua.create_table_with_capacity(0, self.width)?, members: 0 })
    }

    fn set(&mut self, row: &mut Row, member: usize, value: Scalar<'_>) -> mlua::Result<()> {
        row.members += 1;
        let key = &self.keys[member];
        match value {
            Scalar::Text(it) => row.table.raw_set(key, it),
            Scalar::Int(it) => row.table.raw_set(key, it),
            Scalar::Bool(it) => row.table.raw_set(key, it),
            Scalar::Float(it) => row.table.raw_set(key, it),
            Scalar::Time(it) => {
                let text = self.time(member, it)?;
                row.table.raw_set(&self.keys[member], &text)
            }
            Scalar::Null => row.table.raw_set(key, mlua::Nil.into_lua(self.lua)?),
        }
    }

    fn end(&mut self, row: Row) -> mlua::Result<()> {
        self.width = row.members;
        self.length += 1;
        self.list.raw_seti(self.length, row.table)
    }
}

/// A page that is asked for already. Dropped, it is asked for no longer.
pub(crate) struct Ahead(JoinHandle<Result<Records, Error>>);

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A page to ask for.
pub(crate) struct Request {
    pub aws: Aws,
    pub shape: &'static Shape,
    pub input: Value,
    pub options: CallOptions,
}

impl Request {
    /// Asks, or waits for what was asked for ahead of time. If that failed, for instance since a long time
    /// went by between two pages, it is asked again: then it is this call that fails.
    pub(crate) async fn page(&self, ahead: Option<Ahead>) -> Result<Records, Error> {
        if let Some(mut ahead) = ahead
            && let Ok(Ok(page)) = (&mut ahead.0).await
        {
            return Ok(page);
        }
        self.aws.records(self.shape, self.input.clone(), &self.options).await
    }

    /// Asks for the page while Lua goes on: the request is on its way when this ends. Not with the local
    /// AWS, whose clock stands still while a call is under way.
    pub(crate) async fn ahead(&self) -> Option<Ahead> {
        /// A turn for the call to write its request, one for its connection to send it, and one to spare.
        const TURNS: usize = 3;
        if self.aws.is_local() {
            return None;
        }
        let (aws, shape) = (self.aws.clone(), self.shape);
        let (input, options) = (self.input.clone(), self.options.clone());
        let call = async move { aws.records(shape, input, &options).await };
        let ahead = Ahead(tokio::spawn(call));
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
        Some(ahead)
    }
}
