//! Records of AWS made Lua tables as they are read, and pages that are asked for while the one before is
//! walked through.

use super::collector::Collector;
use crate::{
    calls::Raise,
    convert::with_marks,
    door::{Aws, CallOptions, Error},
};
use dmsrun_aws::records::{ReadError, Records, Scalar, Shape, Sink};
use dmsrun_base::{Timestamp, Value};
use mlua::{Either, Lua, LuaString, Table};
use tokio::task::JoinHandle;

/// The records of a page, and the input that asks for the next one.
pub(crate) fn make(lua: &Lua, page: &Records) -> Result<(Table, Option<Value>), Raise> {
    let list = list(lua)?;
    let next = fill(lua, page, &list)?;
    Ok((list, next))
}

/// Appends the records of a page to a list; gives the input that asks for the next page.
pub(crate) fn append(
    lua: &Lua,
    page: &Records,
    list: &Table,
    collector: &Collector,
) -> Result<Option<Value>, Raise> {
    let _quiet = collector.quiet(lua)?;
    fill(lua, page, list)
}

fn fill(lua: &Lua, page: &Records, list: &Table) -> Result<Option<Value>, Raise> {
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
    /// What each member held last.
    last: Vec<Last>,
    /// The members of the record under construction: a table that is made of all at once takes half the
    /// time of one that is filled.
    members: Vec<(usize, Held)>,
    /// The texts of the record under construction.
    texts: String,
}

/// What a member held last: neighbours often hold the same, and to make text of a time, or to look for a
/// text among all that Lua has, costs more than the rest of a member.
#[derive(Default)]
struct Last {
    time: Option<(Timestamp, LuaString)>,
    text: Option<(String, LuaString)>,
    /// How often in a row the text was another one.
    changes: usize,
}

/// A member whose text changes so often has one of its own in each record, such as a name.
const MOST_CHANGES: usize = 8;

/// What a member of the record under construction holds.
#[derive(Clone, Copy)]
enum Held {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A place among the texts.
    Text(usize, usize),
    /// The last text of the member.
    LastText,
    /// The last time of the member.
    LastTime,
}

/// What can be pushed without a Lua value of its own in between.
type Pushed<'a> = Either<Option<i64>, Either<&'a str, Either<&'a LuaString, Either<f64, bool>>>>;

impl<'a> Rows<'a> {
    fn new(lua: &'a Lua, shape: &'static Shape, list: &'a Table) -> mlua::Result<Self> {
        let keys: Vec<LuaString> =
            shape.members().map(|name| lua.create_string(name)).collect::<mlua::Result<_>>()?;
        let last = keys.iter().map(|_| Last::default()).collect();
        let members = Vec::with_capacity(keys.len());
        Ok(Self { lua, list, length: list.raw_len(), keys, last, members, texts: String::new() })
    }

    fn time(&mut self, member: usize, time: Timestamp) -> mlua::Result<Held> {
        let last = &mut self.last[member];
        if last.time.as_ref().is_none_or(|(known, _)| *known != time) {
            last.time = Some((time, self.lua.create_string(time.to_string())?));
        }
        Ok(Held::LastTime)
    }

    #[inline]
    fn text(&mut self, member: usize, text: &str) -> mlua::Result<Held> {
        let last = &mut self.last[member];
        if last.changes < MOST_CHANGES {
            if last.text.as_ref().is_some_and(|(known, _)| known == text) {
                last.changes = 0;
                return Ok(Held::LastText);
            }
            last.changes += 1;
            last.text = Some((text.to_owned(), self.lua.create_string(text)?));
            return Ok(Held::LastText);
        }
        let from = self.texts.len();
        self.texts.push_str(text);
        Ok(Held::Text(from, self.texts.len()))
    }

    fn known(text: Option<&LuaString>) -> Pushed<'_> {
        match text {
            Some(text) => Either::Right(Either::Right(Either::Left(text))),
            None => Either::Left(None),
        }
    }

    fn pushed(&self, member: usize, held: Held) -> Pushed<'_> {
        match held {
            Held::Int(it) => Either::Left(Some(it)),
            Held::Text(from, to) => Either::Right(Either::Left(&self.texts[from..to])),
            Held::LastText => Self::known(self.last[member].text.as_ref().map(|(_, text)| text)),
            Held::LastTime => Self::known(self.last[member].time.as_ref().map(|(_, text)| text)),
            Held::Float(it) => Either::Right(Either::Right(Either::Right(Either::Left(it)))),
            Held::Bool(it) => Either::Right(Either::Right(Either::Right(Either::Right(it)))),
            Held::Nil => Either::Left(None),
        }
    }
}

impl Sink for Rows<'_> {
    type Record = ();
    type Error = mlua::Error;

    #[inline]
    fn begin(&mut self) -> mlua::Result<()> {
        self.members.clear();
        self.texts.clear();
        Ok(())
    }

    #[inline]
    fn set(&mut self, (): &mut (), member: usize, value: Scalar<'_>) -> mlua::Result<()> {
        let held = match value {
            Scalar::Text(it) => self.text(member, it)?,
            Scalar::Int(it) => Held::Int(it),
            Scalar::Bool(it) => Held::Bool(it),
            Scalar::Float(it) => Held::Float(it),
            Scalar::Time(it) => self.time(member, it)?,
            Scalar::Null => Held::Nil,
        };
        self.members.push((member, held));
        Ok(())
    }

    fn end(&mut self, (): ()) -> mlua::Result<()> {
        let members = self.members.iter();
        let pairs = members.map(|&(member, held)| (&self.keys[member], self.pushed(member, held)));
        let record = self.lua.create_table_from(pairs)?;
        self.length += 1;
        self.list.raw_seti(self.length, record)
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
