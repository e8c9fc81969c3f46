//! Records are read from the answer's own bytes: what comes out is what the typed way gives, for every
//! operation that has them and whatever the bytes are.

#![allow(clippy::unwrap_used, missing_docs, dead_code)]

mod fake;

use dmsrun_aws::{
    CallOptions, Policy,
    records::{self, ReadError, Records, Scalar, Shape, Sink},
};
use dmsrun_base::{Map, Value};
use fake::{Fake, value};
use serde_json::json;
use std::convert::Infallible;

const OPERATIONS: [(&str, &str, &str, &str); 4] = [
    ("dms", "describe_table_statistics", "table_statistics", "TableStatistics"),
    (
        "dms",
        "describe_replication_table_statistics",
        "replication_table_statistics",
        "ReplicationTableStatistics",
    ),
    ("logs", "filter_log_events", "events", "events"),
    ("logs", "get_log_events", "events", "events"),
];

fn input(operation: &str) -> Value {
    value(match operation {
        "describe_table_statistics" => json!({"replication_task_arn": "arn:task"}),
        "describe_replication_table_statistics" => json!({"replication_config_arn": "arn:config"}),
        "filter_log_events" => json!({"log_group_name": "g"}),
        _ => json!({"log_group_name": "g", "log_stream_name": "s"}),
    })
}

/// Builds what the typed way gives.
struct Values {
    names: Vec<&'static str>,
    rows: Vec<Value>,
}

impl Sink for Values {
    type Record = Map;
    type Error = Infallible;

    fn begin(&mut self) -> Result<Map, Infallible> {
        Ok(Map::new())
    }

    fn set(&mut self, record: &mut Map, member: usize, it: Scalar<'_>) -> Result<(), Infallible> {
        let value = match it {
            Scalar::Null => {
                record.remove(self.names[member]);
                return Ok(());
            }
            Scalar::Bool(it) => Value::Bool(it),
            Scalar::Int(it) => Value::Int(it),
            Scalar::Float(it) => Value::Float(it),
            Scalar::Text(it) => Value::from(it),
            Scalar::Time(it) => Value::Time(it),
        };
        record.insert(self.names[member].to_owned(), value);
        Ok(())
    }

    fn end(&mut self, record: Map) -> Result<(), Infallible> {
        self.rows.push(Value::Map(record));
        Ok(())
    }
}

/// What both ways make of the same bytes: the items, or that they can't be read.
type Both = (Result<Vec<Value>, String>, Result<Vec<Value>, String>);

fn both(operation: (&str, &str, &str), body: &str) -> Both {
    let (service, name, items) = operation;
    let options = CallOptions::default();
    let answer = body.to_owned();
    let fake = Fake::new(move |_, _| Ok((200, answer.clone())));
    let aws = fake.aws(Policy::default());
    let typed = fake.run(aws.call(service, name, input(name), &options));
    let typed = typed.map_err(|error| error.to_string()).map(|answer| {
        answer.get(items).and_then(Value::as_list).map(<[Value]>::to_vec).unwrap_or_default()
    });
    let shape = records::shape(service, name).unwrap();
    let read = fake.run(aws.records(shape, input(name), &options));
    let read = read.map_err(|error| error.to_string()).and_then(|page| {
        let mut sink = Values { names: shape.members().collect(), rows: Vec::new() };
        match page.read(&mut sink) {
            Ok(_) => Ok(sink.rows),
            Err(ReadError::Answer(error)) => Err(error.to_string()),
        }
    });
    (typed, read)
}

/// A record with every member, each with the value that `of` gives for its type.
fn record(shape: &'static Shape, of: impl Fn(&str, usize) -> String) -> String {
    let members: Vec<String> = shape
        .wire()
        .enumerate()
        .map(|(index, (wire, sort))| format!("{wire:?}: {}", of(sort, index)))
        .collect();
    format!("{{{}}}", members.join(", "))
}

fn usual(sort: &str, index: usize) -> String {
    match sort {
        "text" => format!("\"text {index} \\u00e4 \\\"quoted\\\" \\ud83d\\ude00\""),
        "integer" => (index * 1_000_003).to_string(),
        "number" => "12.75".to_owned(),
        "boolean" => "true".to_owned(),
        _ => format!("1.795132{index:03}25E9"),
    }
}

#[test]
fn whole_records_are_the_same() {
    for (service, name, items, wire) in OPERATIONS {
        let shape = records::shape(service, name).unwrap();
        let rows = [
            record(shape, usual),
            record(shape, |_, _| "null".to_owned()),
            "{}".to_owned(),
            "{\"Unknown\": {\"deep\": [1, {\"SchemaName\": 2}]}, \"unknown\": null}".to_owned(),
            record(shape, |sort, index| match sort {
                "integer" => "-9223372036854775808".to_owned(),
                "number" => "\"NaN\"".to_owned(),
                "time" => "0".to_owned(),
                other => usual(other, index),
            }),
            record(shape, |sort, index| match sort {
                "integer" => format!("{index}.0"),
                "number" => "-3".to_owned(),
                "time" => "-1.5".to_owned(),
                "text" => "\"\"".to_owned(),
                other => usual(other, index),
            }),
            record(shape, |sort, index| match sort {
                "time" => "99999999999999".to_owned(),
                other => usual(other, index),
            }),
        ];
        for row in &rows {
            let (typed, _) = both((service, name, items), &format!("{{{wire:?}: [{row}]}}"));
            assert!(typed.is_ok(), "{service}.{name}: the typed way refuses {row}");
        }
        let body = format!("{{\"Marker\": null, {wire:?} : [ {} ]}}", rows.join(",\n"));
        let (typed, read) = both((service, name, items), &body);
        let (mut typed, mut read) = (typed.unwrap(), read.unwrap());
        // A number that is none equals nothing.
        for row in typed.iter_mut().chain(&mut read) {
            if let Value::Map(row) = row
                && matches!(row.get("resync_progress"), Some(Value::Float(x)) if x.is_nan())
            {
                row.insert("resync_progress".to_owned(), Value::from("NaN"));
            }
        }
        assert_eq!(read, typed, "{service}.{name}");
        assert_eq!(read.len(), 7, "{service}.{name}");
        for body in ["{}".to_owned(), String::new(), format!("{{{wire:?}: null}}")] {
            let (typed, read) = both((service, name, items), &body);
            assert_eq!((typed, read), (Ok(vec![]), Ok(vec![])), "{service}.{name} {body:?}");
        }
    }
}

/// Seconds with a fraction of two are a little off: what AWS means is the millisecond.
#[test]
fn times_are_those_of_the_wire_to_the_millisecond() {
    for (wire, wanted) in [
        ("1732305600.123", "2024-11-22T20:00:00.123Z"),
        ("1.732305600999E9", "2024-11-22T20:00:00.999Z"),
        ("1732305600.9996", "2024-11-22T20:00:01Z"),
        ("1732305600", "2024-11-22T20:00:00Z"),
        ("1732305600.001", "2024-11-22T20:00:00.001Z"),
        ("-0.001", "1969-12-31T23:59:59.999Z"),
        ("\"2024-11-22T20:00:00.123Z\"", "2024-11-22T20:00:00.123Z"),
    ] {
        let body = format!("{{\"TableStatistics\": [{{\"LastUpdateTime\": {wire}}}]}}");
        let (typed, read) = both(("dms", "describe_table_statistics", "table_statistics"), &body);
        let text = |rows: &[Value]| rows[0].get("last_update_time").unwrap().to_json();
        assert_eq!(text(&read.unwrap()), json!(wanted), "{wire}");
        // The typed way reads no text: an endpoint that writes some is mended on its way.
        if !wire.starts_with('"') {
            assert_eq!(text(&typed.unwrap()), json!(wanted), "{wire}");
        }
    }
}

/// 500 is known of tasks alone; another service's limit would be refused on the first page.
#[test]
fn the_statistics_of_a_serverless_replication_come_in_usual_pages() {
    let fake = Fake::always(200, json!({}));
    let operation = "describe_replication_table_statistics";
    let shape = records::shape("dms", operation).unwrap();
    let aws = fake.aws(Policy::default());
    fake.run(aws.records(shape, input(operation), &CallOptions::default())).unwrap();
    let body = fake.asked.lock().unwrap()[0].body.clone();
    assert_eq!(body, r#"{"ReplicationConfigArn":"arn:config","MaxRecords":100}"#);
}

#[test]
fn a_member_that_stands_twice_counts_the_second_time() {
    let body = r#"{"TableStatistics": [
        {"SchemaName": "a", "SchemaName": "b", "Inserts": 1, "Inserts": null, "TableName": "t", "TableName": null}
    ], "Marker": "m"}"#;
    let (typed, read) = both(("dms", "describe_table_statistics", "table_statistics"), body);
    assert_eq!(read, typed);
    assert_eq!(read.unwrap()[0].get("schema_name"), Some(&Value::from("b")));
}

#[test]
fn what_the_typed_way_refuses_is_refused() {
    for (service, name, items, wire) in OPERATIONS {
        let shape = records::shape(service, name).unwrap();
        let mut bodies = vec![
            "[]".to_owned(),
            "nonsense".to_owned(),
            format!("{{{wire:?}: [{{}}]"),
            format!("{{{wire:?}: {{}}}}"),
            format!("{{{wire:?}: [1]}}"),
            format!("{{{wire:?}: [null]}}"),
            format!("{{{wire:?}: [[]]}}"),
            format!("{{{wire:?}: []}} more"),
        ];
        // Each sort of member with a value of each other sort.
        for wrong in ["true", "\"text\"", "{}", "[]", "1.5"] {
            for (member, sort) in shape.wire() {
                let fits = matches!(
                    (sort, wrong),
                    ("boolean", "true") | ("text", "\"text\"") | ("number" | "time", "1.5")
                );
                if !fits {
                    bodies.push(format!("{{{wire:?}: [{{{member:?}: {wrong}}}]}}"));
                }
            }
        }
        for body in bodies {
            let (typed, read) = both((service, name, items), &body);
            assert!(typed.is_err(), "{service}.{name}: the typed way takes {body}");
            let error = read.expect_err(&body);
            assert!(error.contains("the answer can't be read"), "{error}");
        }
    }
}

fn next_of(page: &Records) -> Option<Value> {
    let mut sink = Values { names: page.shape().members().collect(), rows: Vec::new() };
    let Ok(next) = page.read(&mut sink) else { panic!("the answer can't be read") };
    next
}

/// A look at both ends may miss the token, or see none where there is one: reading is what counts.
#[test]
fn the_next_page_is_what_the_whole_answer_says_wherever_its_token_stands() {
    let rows =
        r#"[{"TableName": "]", "SchemaName": "Marker"}, {"TableName": "\"Marker\":\"x\"]"}]"#;
    for (body, guessed) in [
        (format!(r#"{{"TableStatistics": {rows}, "Marker": "m]"}}"#), false),
        (format!(r#"{{"TableStatistics":{rows},"Marker":"m"}}"#), true),
        (format!(r#"{{"Marker":"m","TableStatistics" : {rows}}}"#), true),
        (
            format!(
                r#"{{"ReplicationTaskArn":"TableStatistics","Marker":"m","TableStatistics":{rows}}}"#
            ),
            false,
        ),
        (format!(r#"{{"TableStatistics":{rows},"Marker":"m","More":[1]}}"#), false),
        (
            format!(r#"{{"TableStatistics":{rows},"Marker":"m","More":{{"TableStatistics":[]}}}}"#),
            false,
        ),
        (r#"{"TableStatistics":null,"Marker":"m","More":[]}"#.to_owned(), false),
    ] {
        let answer = body.clone();
        let fake = Fake::new(move |_, _| Ok((200, answer.clone())));
        let aws = fake.aws(Policy::default());
        let shape = records::shape("dms", "describe_table_statistics").unwrap();
        let options = CallOptions::default();
        let call = aws.records(shape, input("describe_table_statistics"), &options);
        let page = fake.run(call).unwrap();
        let next = next_of(&page).unwrap_or_else(|| panic!("no next page of {body}"));
        let marker = next.get("marker").and_then(Value::as_str).unwrap_or_default().to_owned();
        assert!(marker.starts_with('m'), "{body}");
        assert_eq!(page.likely_next().is_some_and(|likely| likely == next), guessed, "{body}");
    }
}

#[test]
fn pages_go_on_where_the_last_one_ended_and_are_as_large_as_can_be() {
    let fake = Fake::new(|asked, _| {
        let marker =
            if asked.body.contains("\"Marker\":\"two\"") { "" } else { ",\"Marker\":\"two\"" };
        Ok((200, format!("{{\"TableStatistics\":[{{\"TableName\":\"t\"}}]{marker}}}")))
    });
    let aws = fake.aws(Policy::default());
    let shape = records::shape("dms", "describe_table_statistics").unwrap();
    let options = CallOptions::default();
    let page = fake.run(aws.records(shape, input("describe_table_statistics"), &options)).unwrap();
    let next = next_of(&page).expect("a second page");
    assert_eq!(page.likely_next().as_ref(), Some(&next));
    let page = fake.run(aws.records(shape, next, &options)).unwrap();
    assert_eq!((next_of(&page), page.likely_next()), (None, None));
    let bodies: Vec<String> =
        fake.asked.lock().unwrap().iter().map(|asked| asked.body.clone()).collect();
    assert_eq!(
        bodies,
        [
            r#"{"ReplicationTaskArn":"arn:task","MaxRecords":500}"#,
            r#"{"ReplicationTaskArn":"arn:task","MaxRecords":500,"Marker":"two"}"#,
        ]
    );
    assert_eq!(fake.events.lock().unwrap().len(), 2, "each call is told");
}

#[test]
fn a_refusal_of_the_service_is_an_error_like_any_other() {
    let fake = Fake::new(|_, _| {
        Ok((400, r#"{"__type":"ResourceNotFoundFault","message":"no such task"}"#.to_owned()))
    });
    let aws = fake.aws(Policy::default());
    let shape = records::shape("dms", "describe_table_statistics").unwrap();
    let options = CallOptions::default();
    let call = aws.records(shape, input("describe_table_statistics"), &options);
    let error = fake.run(call).unwrap_err();
    assert_eq!(error.fields().code, "ResourceNotFoundFault");
}
