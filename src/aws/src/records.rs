//! Pages of hundreds of small records, read from the answer's own JSON straight into what the caller
//! builds.
//!
//! A task has a row of statistics for each of its tables, 100,000 of them, and a log has its events. Typed
//! structures and dynamic values of each would be made and thrown away. So what these records hold is
//! written down here, and a test shows for each that reading gives what the typed way gives.

mod read;

use crate::{
    Aws, CallOptions, Error, capture,
    pages::{items_of, next},
    registry,
    service::Operation,
};
use dmsrun_base::{Map, Timestamp, Value};
use read::Fault;

/// What a member of a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Text,
    Integer,
    /// A whole number that is 0 where it is absent.
    Count,
    Number,
    Boolean,
    Time,
}

/// A member: its name here, its name on the wire, what it holds.
type Member = (&'static str, &'static str, Sort);

/// The records of an operation's pages.
pub struct Shape {
    operation: (&'static str, &'static str),
    /// The list of records on the wire.
    pub(crate) items: &'static str,
    pub(crate) members: &'static [Member],
    /// The most records that a page can have, where the service gives fewer by itself.
    most: Option<(&'static str, i64)>,
}

const TABLE_STATISTICS: &[Member] = &[
    ("schema_name", "SchemaName", Sort::Text),
    ("table_name", "TableName", Sort::Text),
    ("inserts", "Inserts", Sort::Count),
    ("deletes", "Deletes", Sort::Count),
    ("updates", "Updates", Sort::Count),
    ("ddls", "Ddls", Sort::Count),
    ("applied_inserts", "AppliedInserts", Sort::Integer),
    ("applied_deletes", "AppliedDeletes", Sort::Integer),
    ("applied_updates", "AppliedUpdates", Sort::Integer),
    ("applied_ddls", "AppliedDdls", Sort::Integer),
    ("full_load_rows", "FullLoadRows", Sort::Count),
    ("full_load_condtnl_chk_failed_rows", "FullLoadCondtnlChkFailedRows", Sort::Count),
    ("full_load_error_rows", "FullLoadErrorRows", Sort::Count),
    ("full_load_start_time", "FullLoadStartTime", Sort::Time),
    ("full_load_end_time", "FullLoadEndTime", Sort::Time),
    ("full_load_reloaded", "FullLoadReloaded", Sort::Boolean),
    ("last_update_time", "LastUpdateTime", Sort::Time),
    ("table_state", "TableState", Sort::Text),
    ("validation_pending_records", "ValidationPendingRecords", Sort::Count),
    ("validation_failed_records", "ValidationFailedRecords", Sort::Count),
    ("validation_suspended_records", "ValidationSuspendedRecords", Sort::Count),
    ("validation_state", "ValidationState", Sort::Text),
    ("validation_state_details", "ValidationStateDetails", Sort::Text),
    ("resync_state", "ResyncState", Sort::Text),
    ("resync_rows_attempted", "ResyncRowsAttempted", Sort::Integer),
    ("resync_rows_succeeded", "ResyncRowsSucceeded", Sort::Integer),
    ("resync_rows_failed", "ResyncRowsFailed", Sort::Integer),
    ("resync_progress", "ResyncProgress", Sort::Number),
];

static SHAPES: &[Shape] = &[
    Shape {
        operation: ("dms", "describe_table_statistics"),
        items: "TableStatistics",
        members: TABLE_STATISTICS,
        most: Some(("max_records", 500)),
    },
    Shape {
        operation: ("dms", "describe_replication_table_statistics"),
        items: "ReplicationTableStatistics",
        members: TABLE_STATISTICS,
        // 500 is known of the statistics of tasks only; this is what describe calls of DMS usually take.
        most: Some(("max_records", 100)),
    },
    Shape {
        operation: ("logs", "filter_log_events"),
        items: "events",
        members: &[
            ("log_stream_name", "logStreamName", Sort::Text),
            ("timestamp", "timestamp", Sort::Integer),
            ("message", "message", Sort::Text),
            ("ingestion_time", "ingestionTime", Sort::Integer),
            ("event_id", "eventId", Sort::Text),
        ],
        most: None,
    },
    Shape {
        operation: ("logs", "get_log_events"),
        items: "events",
        members: &[
            ("timestamp", "timestamp", Sort::Integer),
            ("message", "message", Sort::Text),
            ("ingestion_time", "ingestionTime", Sort::Integer),
        ],
        most: None,
    },
];

/// The records of an operation's pages, where it is one of those that have many.
pub fn shape(service: &str, operation: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.operation == (service, operation))
}

impl Shape {
    /// The members of a record by name; a [`Sink`] is told their places in this list.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &'static str> {
        self.members.iter().map(|(name, ..)| *name)
    }

    /// The members as they are named on the wire, with what they hold in a word.
    pub fn wire(&self) -> impl ExactSizeIterator<Item = (&'static str, &'static str)> {
        self.members.iter().map(|(_, wire, sort)| {
            (
                *wire,
                match sort {
                    Sort::Text => "text",
                    Sort::Integer | Sort::Count => "integer",
                    Sort::Number => "number",
                    Sort::Boolean => "boolean",
                    Sort::Time => "time",
                },
            )
        })
    }

    /// The input with the largest pages, unless it says something of its own.
    fn largest(&self, mut input: Value) -> Value {
        if let (Some((name, most)), Value::Map(members)) = (self.most, &mut input) {
            members.entry(name.to_owned()).or_insert(Value::Int(most));
        }
        input
    }

    fn unreadable(&self, fault: &Fault, region: &str) -> Error {
        Error::Service {
            service: self.operation.0,
            operation: self.operation.1,
            code: "ClientError".into(),
            message: format!("the answer can't be read: {fault}"),
            request_id: None,
            retryable: false,
            region: region.into(),
        }
    }
}

/// What a member is set to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// Nothing: the member is absent.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(&'a str),
    /// A point in time.
    Time(Timestamp),
}

/// Builds records of whatever sort.
pub trait Sink {
    /// One under construction.
    type Record;
    /// Why it can't be built.
    type Error;
    /// Starts a record.
    fn begin(&mut self) -> Result<Self::Record, Self::Error>;
    /// Sets a member, by its place among [`Shape::members`]. What is set twice counts the second time.
    fn set(
        &mut self,
        record: &mut Self::Record,
        member: usize,
        value: Scalar<'_>,
    ) -> Result<(), Self::Error>;
    /// Ends a record.
    fn end(&mut self, record: Self::Record) -> Result<(), Self::Error>;
}

/// One page of records, as it came.
pub struct Records {
    shape: &'static Shape,
    operation: &'static Operation,
    input: Value,
    body: Body,
    region: Box<str>,
}

enum Body {
    Json(String),
    /// The way there put nothing aside: what the typed way gave.
    Values(Vec<Value>, Value),
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").field("shape", &self.shape).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Shape").field(&self.operation).finish()
    }
}

/// Why records could not be read.
#[derive(Debug)]
pub enum ReadError<E> {
    /// The answer is none.
    Answer(Error),
    /// The sink's own.
    Sink(E),
}

impl Aws {
    /// Calls an operation that has [records](shape) once: a page of them, and how to go on.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn records(
        &self,
        shape: &'static Shape,
        input: Value,
        options: &CallOptions,
    ) -> Result<Records, Error> {
        let (service, operation) = registry::find(shape.operation.0, shape.operation.1)?;
        let input = shape.largest(input);
        let call = self.call(service.name, operation.name, input.clone(), options);
        let (answer, body) = capture::body_of(operation.wire_name, call).await;
        let mut page = answer?;
        let region = match &options.region {
            Some(region) => region.clone(),
            None => self.region().await.unwrap_or_default(),
        };
        let body = match body {
            Some(bytes) => {
                Body::Json(text_of(bytes).map_err(|fault| shape.unreadable(&fault, &region))?)
            }
            None => {
                let items = typed(&mut page, &items_of(service, operation)?);
                Body::Values(items, page)
            }
        };
        Ok(Records { shape, operation, input, body, region: region.into() })
    }
}

/// The answer as text, looked through once: then no string in it has to be.
fn text_of(bytes: Vec<u8>) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|error| serde::de::Error::custom(error.utf8_error()))
}

/// The items of an answer that was read the typed way.
fn typed(page: &mut Value, members: &[&'static str]) -> Vec<Value> {
    let Value::Map(page) = page else { return Vec::new() };
    let mut items = Vec::new();
    for member in members {
        if let Some(Value::List(list)) = page.remove(*member) {
            items.extend(list);
        }
    }
    items
}

impl Records {
    /// The members of a record.
    pub fn shape(&self) -> &'static Shape {
        self.shape
    }

    /// The input that asks for the next page, as a look at both ends of the answer tells: good enough to ask
    /// for that page ahead of time. [`Records::read`] tells for certain.
    // Made where it is called: that crate is the one that is built for speed. So is `read`.
    #[inline]
    pub fn likely_next(&self) -> Option<Value> {
        match &self.body {
            Body::Json(body) => self.following(&read::guess(body, self.shape)?),
            Body::Values(_, page) => self.continued(page),
        }
    }

    /// The input of the next page by the texts beside the records, as they are named on the wire.
    fn following(&self, texts: &[(String, String)]) -> Option<Value> {
        let outputs = self.operation.outputs.iter();
        let named = outputs.filter_map(|field| {
            let plain = field.name.replace('_', "");
            let (_, text) = texts.iter().rfind(|(wire, _)| wire.to_lowercase() == plain)?;
            Some((field.name.to_owned(), Value::String(text.clone())))
        });
        self.continued(&Value::Map(named.collect()))
    }

    fn continued(&self, page: &Value) -> Option<Value> {
        let Value::Map(mut map) = self.input.clone() else { return None };
        next(self.operation, &mut map, page).then_some(Value::Map(map))
    }

    /// Hands every record to a sink, and gives the input that asks for the next page; `None` after the last
    /// one.
    ///
    /// # Errors
    /// An answer that is not what the service promises, and what the sink itself refuses.
    pub fn read<S: Sink>(&self, sink: &mut S) -> Result<Option<Value>, ReadError<S::Error>> {
        match &self.body {
            Body::Json(body) => match read::records(body, self.shape, sink) {
                Ok(texts) => Ok(self.following(&texts)),
                Err(read::Stop::Sink(error)) => Err(ReadError::Sink(error)),
                Err(read::Stop::Fault(fault)) => {
                    Err(ReadError::Answer(self.shape.unreadable(&fault, &self.region)))
                }
            },
            Body::Values(values, page) => {
                let mut values = values.iter();
                values.try_for_each(|value| self.value(value, sink)).map_err(ReadError::Sink)?;
                Ok(self.continued(page))
            }
        }
    }

    fn value<S: Sink>(&self, value: &Value, sink: &mut S) -> Result<(), S::Error> {
        let empty = Map::new();
        let members = value.as_map().unwrap_or(&empty);
        let mut record = sink.begin()?;
        for (index, (name, ..)) in self.shape.members.iter().enumerate() {
            let scalar = match members.get(*name) {
                Some(Value::Bool(it)) => Scalar::Bool(*it),
                Some(Value::Int(it)) => Scalar::Int(*it),
                Some(Value::Float(it)) => Scalar::Float(*it),
                Some(Value::String(it)) => Scalar::Text(it),
                Some(Value::Time(it)) => Scalar::Time(*it),
                _ => continue,
            };
            sink.set(&mut record, index, scalar)?;
        }
        sink.end(record)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::registry::Type;

    #[test]
    fn every_member_of_the_structures_is_written_down_with_its_type() {
        for shape in SHAPES {
            let (service, operation) =
                registry::find(shape.operation.0, shape.operation.1).unwrap();
            let items = items_of(service, operation).unwrap();
            let list = operation.outputs.iter().find(|field| field.name == items[0]).unwrap();
            let Type::List(item) = list.ty else { panic!("{items:?} is no list") };
            let mut have: Vec<(&str, &str)> = shape
                .members
                .iter()
                .map(|(name, _, sort)| {
                    (
                        *name,
                        match sort {
                            Sort::Text => "string",
                            Sort::Integer | Sort::Count => "integer",
                            Sort::Number => "number",
                            Sort::Boolean => "boolean",
                            Sort::Time => "timestamp",
                        },
                    )
                })
                .collect();
            let described: Vec<(&str, String)> =
                item.fields().iter().map(|field| (field.name, field.ty.describe())).collect();
            let mut want: Vec<(&str, &str)> =
                described.iter().map(|(name, ty)| (*name, ty.as_str())).collect();
            have.sort_unstable();
            want.sort_unstable();
            assert_eq!(have, want, "{:?}", shape.operation);
            assert!(
                item.fields().iter().all(|field| !field.secret),
                "a secret would not be learned"
            );
            let plain = |wire: &str| wire.to_lowercase();
            assert!(
                shape.members.iter().all(|(name, wire, _)| name.replace('_', "") == plain(wire)),
                "a name on the wire is another one: {:?}",
                shape.operation
            );
            assert_eq!(items[0].replace('_', ""), plain(shape.items));
        }
    }
}
