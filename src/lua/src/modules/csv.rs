//! `csv`: records as text, with a line of names above them; read whole, or one by one from a file.

mod quotes;

use super::options::{Options, failed, number, show};
use crate::{
    calls::{self, Raise},
    convert::Null,
    state::State,
};
use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use mlua::{Function, Lua, LuaString, Table, Value};
use quotes::{Fault, Quotes};
use std::{cell::RefCell, collections::BTreeSet, fs::File, io::Read, rc::Rc};

pub(crate) fn module(lua: &Lua, state: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("parse", calls::function(lua, "csv.parse", parse)?)?;
    module.raw_set("format", calls::function(lua, "csv.format", format)?)?;
    if !state.sandbox.is_untrusted() {
        module.raw_set("read", calls::function(lua, "csv.read", read)?)?;
        module.raw_set("rows", calls::function(lua, "csv.rows", rows)?)?;
        module.raw_set("write", calls::function(lua, "csv.write", write)?)?;
    }
    Ok(module)
}

const READ_OPTIONS: [&str; 2] = ["header", "separator"];
const WRITE_OPTIONS: [&str; 4] = ["header", "separator", "columns", "crlf"];

fn separator(options: &Options) -> Result<u8, Raise> {
    match options.text("separator")?.as_deref().map(str::as_bytes) {
        None => Ok(b','),
        Some([byte]) if byte.is_ascii() && !b"\"\r\n".contains(byte) => Ok(*byte),
        Some(_) => Err(options.wrong("separator", "one character such as \";\" or a tab")),
    }
}

/// Whether the first line has the names of the columns: so where nothing is said.
fn header(options: &Options) -> Result<bool, Raise> {
    Ok(options.value("header").is_none() || options.flag("header")?)
}

/// Records one after the other.
struct Rows<R> {
    reader: csv::Reader<Quotes<R>>,
    /// What is wrong with the quotes.
    fault: Fault,
    /// The file's name, for messages.
    name: Option<String>,
    names: Option<Vec<LuaString>>,
    record: StringRecord,
}

impl<R: Read> Rows<R> {
    fn new(lua: &Lua, options: &Options, name: Option<String>, from: R) -> Result<Self, Raise> {
        let separator = separator(options)?;
        let fault = Fault::default();
        let reader = ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .from_reader(Quotes::new(from, separator, Rc::clone(&fault)));
        let mut rows = Self { reader, fault, name, names: None, record: StringRecord::new() };
        if header(options)? {
            rows.read_names(lua)?;
        }
        Ok(rows)
    }

    fn read_names(&mut self, lua: &Lua) -> Result<(), Raise> {
        if !self.advance(lua)? {
            self.names = Some(Vec::new());
            return Ok(());
        }
        let mut seen = BTreeSet::new();
        for name in &self.record {
            if !seen.insert(name.to_owned()) {
                let what = self.place(1, &format!("the column \"{name}\" stands twice"));
                let hint = "{ header = false } gives each row as a list";
                return Err(failed(lua, UNREADABLE, what).hint(hint).into());
            }
        }
        let names = self.record.iter().map(|name| lua.create_string(name));
        self.names = Some(names.collect::<mlua::Result<_>>()?);
        Ok(())
    }

    fn place(&self, line: u64, message: &str) -> String {
        match &self.name {
            Some(name) => format!("{name}:{line}: {message}"),
            None => format!("line {line}: {message}"),
        }
    }

    /// Goes to the next record; false behind the last one.
    fn advance(&mut self, lua: &Lua) -> Result<bool, Raise> {
        let first = self.reader.position().byte() == 0;
        let read = self.reader.read_record(&mut self.record);
        if let Some((line, message)) = self.fault.borrow().as_ref() {
            // Before what the reader says: it takes what stands behind such a quote for a part of the text.
            return Err(failed(lua, UNREADABLE, self.place(*line, message)).into());
        }
        let more = match read {
            Ok(more) => more,
            Err(error) => return Err(failed(lua, UNREADABLE, self.fault(&error)).into()),
        };
        if more && first && self.record.get(0).is_some_and(|f| f.starts_with('\u{FEFF}')) {
            // An editor's byte order mark is no part of the first name.
            let fields = self.record.iter().enumerate();
            let plain =
                fields.map(|(i, f)| if i == 0 { f.trim_start_matches('\u{FEFF}') } else { f });
            self.record = plain.collect();
        }
        Ok(more)
    }

    fn fault(&self, error: &csv::Error) -> String {
        let line = error.position().map_or(0, csv::Position::line);
        match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => self.place(
                line,
                &format!("{len} fields, where the first line has {expected_len}; a field with the separator in it needs quotes"),
            ),
            csv::ErrorKind::Utf8 { .. } => self.place(line, "the text is not UTF-8"),
            csv::ErrorKind::Io(e) => match &self.name {
                Some(name) => format!("{name}: {e}"),
                None => e.to_string(),
            },
            _ => error.to_string(),
        }
    }

    /// The next row: by the names of the columns, or a list.
    fn next(&mut self, lua: &Lua) -> Result<Option<Table>, Raise> {
        if !self.advance(lua)? {
            return Ok(None);
        }
        let table = lua.create_table()?;
        match &self.names {
            Some(names) => {
                for (name, field) in names.iter().zip(&self.record) {
                    table.raw_set(name, field)?;
                }
            }
            None => {
                for field in &self.record {
                    table.raw_push(field)?;
                }
            }
        }
        Ok(Some(table))
    }

    fn all(mut self, lua: &Lua) -> Result<Table, Raise> {
        let list = super::empty_list(lua)?;
        let mut count = 0;
        while let Some(row) = self.next(lua)? {
            count += 1;
            list.raw_set(count, row)?;
        }
        Ok(list)
    }
}

const UNREADABLE: &str = "CSV could not be read";

fn parse(lua: &Lua, (text, options): (LuaString, Option<Table>)) -> Result<Table, Raise> {
    let options = Options::read("csv.parse", options.as_ref(), &READ_OPTIONS)?;
    let bytes = text.as_bytes().to_vec();
    Rows::new(lua, &options, None, bytes.as_slice())?.all(lua)
}

fn open(
    lua: &Lua,
    function: &'static str,
    path: String,
    options: Option<&Table>,
) -> Result<Rows<File>, Raise> {
    let options = Options::read(function, options, &READ_OPTIONS)?;
    crate::sandbox::readable(lua, function, &path)?;
    let file = File::open(&path).map_err(|e| failed(lua, UNREADABLE, format!("{path}: {e}")))?;
    Rows::new(lua, &options, Some(path), file)
}

fn read(lua: &Lua, (path, options): (String, Option<Table>)) -> Result<Table, Raise> {
    open(lua, "csv.read", path, options.as_ref())?.all(lua)
}

/// An iterator that holds one row at a time.
fn rows(lua: &Lua, (path, options): (String, Option<Table>)) -> Result<Function, Raise> {
    let rows = RefCell::new(Some(open(lua, "csv.rows", path, options.as_ref())?));
    let next = move |lua: &Lua, _: Value| {
        let mut open = rows.borrow_mut();
        let row = match open.as_mut() {
            Some(rows) => rows.next(lua)?,
            None => None,
        };
        if row.is_none() {
            // The file is closed as soon as nothing more comes of it.
            *open = None;
        }
        Ok(row)
    };
    Ok(calls::function(lua, "csv.rows", next)?)
}

fn format(lua: &Lua, (rows, options): (Table, Option<Table>)) -> Result<LuaString, Raise> {
    let options = Options::read("csv.format", options.as_ref(), &WRITE_OPTIONS)?;
    Ok(lua.create_string(text(&rows, "csv.format", &options)?)?)
}

fn write(lua: &Lua, (path, rows, options): (String, Table, Option<Table>)) -> Result<(), Raise> {
    let options = Options::read("csv.write", options.as_ref(), &WRITE_OPTIONS)?;
    let bytes = text(&rows, "csv.write", &options)?;
    super::fs::replace(lua, &path, &bytes)
}

/// The columns: those asked for, or every name that a row has, sorted; none where rows are lists.
fn columns(rows: &Table, function: &str, options: &Options) -> Result<Option<Vec<String>>, Raise> {
    if let Some(columns) = options.table("columns")? {
        let columns: mlua::Result<Vec<String>> = columns.sequence_values::<String>().collect();
        return columns.map(Some).map_err(|_| options.wrong("columns", "a list of names"));
    }
    let mut names = BTreeSet::new();
    for (index, row) in list(rows, function)?.into_iter().enumerate() {
        if row.raw_len() > 0 {
            return Ok(None);
        }
        for pair in row.pairs::<Value, Value>() {
            match pair?.0 {
                Value::String(name) => names.insert(name.to_string_lossy()),
                other => {
                    return Err(Raise::Misuse(format!(
                        "{function}: row {}: {} is no name of a column",
                        index + 1,
                        show(&other)
                    )));
                }
            };
        }
    }
    Ok(Some(names.into_iter().collect()))
}

/// The rows, all of them: what is no list of tables would be passed over without a word.
fn list(rows: &Table, function: &str) -> Result<Vec<Table>, Raise> {
    let length = rows.raw_len();
    for pair in rows.pairs::<Value, Value>() {
        match pair?.0 {
            Value::Integer(n) if usize::try_from(n).is_ok_and(|n| (1..=length).contains(&n)) => {}
            other => {
                return Err(Raise::Misuse(format!(
                    "{function}: a list of rows expected, got a table with the key {}",
                    show(&other)
                )));
            }
        }
    }
    let row = |index: usize| match rows.raw_get(index)? {
        Value::Table(row) => Ok(row),
        other => {
            Err(Raise::Misuse(format!("{function}: row {index} is no table: {}", show(&other))))
        }
    };
    (1..=length).map(row).collect()
}

fn text(rows: &Table, function: &str, options: &Options) -> Result<Vec<u8>, Raise> {
    let columns = columns(rows, function, options)?;
    let end = if options.flag("crlf")? { Terminator::CRLF } else { Terminator::Any(b'\n') };
    let mut writer =
        WriterBuilder::new().delimiter(separator(options)?).terminator(end).from_writer(Vec::new());
    let fault = |row: usize, e: csv::Error| match e.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => Raise::Misuse(format!(
            "{function}: row {row}: a row has {len} fields, where the first one has {expected_len}"
        )),
        _ => Raise::Misuse(format!("{function}: {e}")),
    };
    if let (Some(columns), true) = (&columns, header(options)?)
        && !columns.is_empty()
    {
        writer.write_record(columns).map_err(|e| fault(0, e))?;
    }
    for (index, row) in list(rows, function)?.into_iter().enumerate() {
        let place = |column: &str| format!("{function}: row {}, {column}", index + 1);
        let mut record = Vec::new();
        match &columns {
            Some(columns) => {
                check_names(&row, columns, index + 1, function)?;
                for name in columns {
                    record.push(field(row.raw_get(name.as_str())?, || place(name))?);
                }
            }
            None => {
                for at in 1..=row.raw_len() {
                    record.push(field(row.raw_get(at)?, || place(&format!("field {at}")))?);
                }
            }
        }
        writer.write_record(record).map_err(|e| fault(index + 1, e))?;
    }
    writer.into_inner().map_err(|e| Raise::Misuse(format!("{function}: {e}")))
}

/// A column that is not asked for would be lost without a word.
fn check_names(row: &Table, columns: &[String], at: usize, function: &str) -> Result<(), Raise> {
    for pair in row.pairs::<Value, Value>() {
        let (key, _) = pair?;
        let name = key.as_string().map(LuaString::to_string_lossy);
        if !name.as_ref().is_some_and(|name| columns.contains(name)) {
            let known: Vec<&str> = columns.iter().map(String::as_str).collect();
            let near = super::options::nearest(&name.unwrap_or_default(), &known);
            return Err(Raise::Misuse(format!(
                "{function}: row {at} has a column {}, which is not among the columns. {near}",
                show(&key)
            )));
        }
    }
    Ok(())
}

fn field(value: Value, place: impl Fn() -> String) -> Result<Vec<u8>, Raise> {
    match &value {
        Value::Nil => Ok(Vec::new()),
        Value::UserData(u) if u.is::<Null>() => Ok(Vec::new()),
        Value::Boolean(flag) => Ok(flag.to_string().into_bytes()),
        Value::String(text) => Ok(text.as_bytes().to_vec()),
        Value::Integer(n) => Ok(n.to_string().into_bytes()),
        // A float keeps its point, and every digit that it has.
        Value::Number(x) => Ok(number(*x).into_bytes()),
        other => Err(Raise::Misuse(format!(
            "{}: {} has no form in CSV",
            place(),
            crate::convert::describe(other)
        ))),
    }
}
