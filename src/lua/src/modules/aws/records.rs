//! Records of AWS made Lua tables as they are read, and pages that are asked for while the one before is
//! walked through.

use crate::{
    calls::Raise,
    convert::with_marks,
    door::{Aws, CallOptions, Error},
};
use dmsrun_aws::records::{ReadError, Records, Scalar, Shape, Sink};
use dmsrun_base::{Timestamp, Value};
use mlua::{Either, Lua, LuaString, Table};
use tokio::task::JoinHandle;

/// The records of a page.
pub(crate) fn make(lua: &Lua, page: &Records) -> Result<Table, Raise> {
    let list = list(lua)?;
    fill(lua, page, &list)?;
    Ok(list)
}

/// Appends the records of a page to a list.
pub(crate) fn append(lua: &Lua, page: &Records, list: &Table) -> Result<(), Raise> {
    let _pause = Pause::new(lua);
    fill(lua, page, list)
}

fn fill(lua: &Lua, page: &Records, list: &Table) -> Result<(), Raise> {
    let mut rows = Rows::new(lua, page.shape(), list)?;
    page.read(&mut rows).map_err(|error| match error {
        ReadError::Answer(error) => Raise::from(error),
        ReadError::Sink(error) => Raise::from(error),
    })
}

/// An empty list that says so.
fn list(lua: &Lua) -> mlua::Result<Table> {
    let list = lua.create_table()?;
    list.set_metatable(Some(with_marks(lua, |marks| marks.list.clone())?))?;
    Ok(list)
}

/// Stops the collector while a list grows, of which nothing is garbage: it would look in vain, at all the
/// pages before too. Where the script had stopped it, it stays so.
struct Pause<'a>(Option<&'a Lua>);

impl<'a> Pause<'a> {
    fn new(lua: &'a Lua) -> Self {
        let running = lua.gc_is_running();
        if running {
            lua.gc_stop();
        }
        Self(running.then_some(lua))
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        if let Some(lua) = self.0 {
            lua.gc_restart();
        }
    }
}

struct Rows<'a> {
    lua: &'a Lua,
    list: &'a Table,
    length: usize,
    keys: Vec<LuaString>,
    /// The last time of each member: neighbours often have the same, and text of a time costs more than
    /// the rest of a record.
    times: Vec<Option<(Timestamp, LuaString)>>,
    /// The members of the record under construction: a table that is made of all at once takes half the
    /// time of one that is filled.
    members: Vec<(usize, Held)>,
    /// The texts of the record under construction.
    texts: String,
}

/// What a member of the record under construction holds.
#[derive(Clone, Copy)]
enum Held {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A place among the texts.
    Text(usize, usize),
    /// The last time of the member.
    Time,
}

/// What can be pushed without a Lua value of its own in between.
type Pushed<'a> = Either<Option<i64>, Either<&'a str, Either<&'a LuaString, Either<f64, bool>>>>;

impl<'a> Rows<'a> {
    fn new(lua: &'a Lua, shape: &'static Shape, list: &'a Table) -> mlua::Result<Self> {
        let keys: Vec<LuaString> =
            shape.members().map(|name| lua.create_string(name)).collect::<mlua::Result<_>>()?;
        let times = keys.iter().map(|_| None).collect();
        let members = Vec::with_capacity(keys.len());
        Ok(Self { lua, list, length: list.raw_len(), keys, times, members, texts: String::new() })
    }

    fn learn(&mut self, member: usize, time: Timestamp) -> mlua::Result<()> {
        if self.times[member].as_ref().is_none_or(|(known, _)| *known != time) {
            self.times[member] = Some((time, self.lua.create_string(time.to_string())?));
        }
        Ok(())
    }

    fn pushed(&self, member: usize, held: Held) -> Pushed<'_> {
        match held {
            Held::Int(it) => Either::Left(Some(it)),
            Held::Text(from, to) => Either::Right(Either::Left(&self.texts[from..to])),
            Held::Time => match &self.times[member] {
                Some((_, text)) => Either::Right(Either::Right(Either::Left(text))),
                None => Either::Left(None),
            },
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
            Scalar::Text(it) => {
                let from = self.texts.len();
                self.texts.push_str(it);
                Held::Text(from, self.texts.len())
            }
            Scalar::Int(it) => Held::Int(it),
            Scalar::Bool(it) => Held::Bool(it),
            Scalar::Float(it) => Held::Float(it),
            Scalar::Time(it) => {
                self.learn(member, it)?;
                Held::Time
            }
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
