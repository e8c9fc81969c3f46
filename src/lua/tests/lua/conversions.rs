//! Lua ⇄ Value.

use super::support::{Bench, line};
use dmsrun_base::{Map, Reference, ResourceId, Secret, Value};
use dmsrun_lua::{from_lua, to_lua};
use mlua::Value as LuaValue;

fn eval(bench: &Bench, text: &str) -> LuaValue {
    bench.host.lua().load(text).eval().unwrap()
}

fn value(bench: &Bench, text: &str) -> Result<Value, String> {
    from_lua(bench.host.lua(), &eval(bench, text)).map_err(|e| e.to_string())
}

#[test]
fn every_value_goes_round() {
    let bench = Bench::new();
    let lua = bench.host.lua();
    let reference =
        Reference { target: ResourceId::new("ec2.vpc", "main"), path: vec!["vpc_id".into()] };
    let map = Map::from([
        ("list".to_owned(), Value::List(vec![])),
        ("map".to_owned(), Value::Map(Map::new())),
        ("big".to_owned(), Value::Int(9_007_199_254_740_993)),
        ("least".to_owned(), Value::Int(i64::MIN)),
        ("half".to_owned(), Value::Float(0.5)),
        ("whole".to_owned(), Value::Float(2.0)),
        ("text".to_owned(), Value::from("ä\0b")),
        ("bytes".to_owned(), Value::Bytes(vec![0xff, 0, 0xfe])),
        ("yes".to_owned(), Value::Bool(true)),
        ("secret".to_owned(), Value::Secret(Secret::new("hunter2!"))),
        ("reference".to_owned(), Value::Reference(reference.clone())),
        (
            "template".to_owned(),
            Value::Template(vec!["arn:".into(), Value::Reference(reference), "/*".into()]),
        ),
        ("nested".to_owned(), Value::List(vec![Value::List(vec![Value::Int(1)]), Value::Null])),
    ]);
    let given = Value::Map(map);
    let there = to_lua(lua, &given).unwrap();
    assert_eq!(from_lua(lua, &there).unwrap(), given);
}

#[test]
fn null_in_a_map_is_absent_and_a_time_is_text() {
    let bench = Bench::new();
    let lua = bench.host.lua();
    let time = "2026-11-22T20:08:08Z";
    let given = Value::Map(Map::from([
        ("gone".to_owned(), Value::Null),
        ("at".to_owned(), Value::Time(time.parse().unwrap())),
    ]));
    lua.globals().set("answer", to_lua(lua, &given).unwrap()).unwrap();
    assert_eq!(bench.run("print(answer.gone, answer.at)"), [format!("nil\t{time}")]);
}

#[test]
fn what_cannot_be_sent_says_where_it_is() {
    let bench = Bench::new();
    for (text, message) in [
        (
            "return { filters = { { name = 'a' }, { values = print } } }",
            "filters[2].values: a function can't be sent",
        ),
        (
            "return { a = { 1, 2, x = 3 } }",
            "a: a list has the named key \"x\" as well; a table is a list or a map",
        ),
        (
            "return { a = { 1, nil, 3 } }",
            "a: a list must be numbered from 1 without gaps: [2] is missing; json.null stands for \
             nothing",
        ),
        (
            "return { a = { [1] = 1, [3] = 3 } }",
            "a: a list must be numbered from 1 without gaps: [2] is missing; json.null stands for \
             nothing",
        ),
        ("return { [true] = 1 }", "a boolean can't be a key; use text"),
        ("local t = {} t.a = { b = t } return t", "a.b: the table contains itself"),
        (
            "local t = {} for _ = 1, 1000 do t = { t } end return { x = t }",
            "nested deeper than 120 tables",
        ),
        ("return { co = coroutine.create(print) }", "co: a thread can't be sent"),
        (
            "return { op = require('aws').dms.describe_endpoints }",
            "op: a value of type aws operation can't be sent",
        ),
    ] {
        let error = value(&bench, text).unwrap_err();
        assert!(error.ends_with(message), "{error}");
    }
    // Shared, but not inside itself, is fine.
    assert!(value(&bench, "local t = { 1 } return { t, t }").is_ok());
}

#[test]
fn json_tells_null_empty_lists_and_empty_objects_apart() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local json = require "json"
        local text = '{"big":9007199254740993,"e":[],"n":null,"o":{},"x":1.5,"y":2.0}'
        print(json.encode(json.decode(text)) == text, json.encode(json.decode(text)))
        local t = json.decode(text)
        print(t.n == json.null, tostring(json.null), t.big, math.type(t.big), math.type(t.y))
        print(json.encode(json.array {}), json.encode {}, json.encode(json.object {}))
        print(json.encode({ b = 1, a = { true, "x\n" } }), json.encode("ü"))
        print(json.encode({ a = { 1 } }, { pretty = true }))
        "#,
    );
    let text = r#"{"big":9007199254740993,"e":[],"n":null,"o":{},"x":1.5,"y":2.0}"#;
    assert_eq!(out[0], format!("true\t{text}"));
    assert_eq!(out[1], "true\tnull\t9007199254740993\tinteger\tfloat");
    assert_eq!(out[2], "[]\t{}\t{}");
    assert_eq!(out[3], "{\"a\":[true,\"x\\n\"],\"b\":1}\t\"ü\"");
    assert_eq!(out[4], "{\n  \"a\": [\n    1\n  ]\n}");
}

#[test]
fn json_refuses_what_it_cannot_hold_at_the_callers_line() {
    let bench = Bench::new();
    for (text, expected) in [
        (
            "local j = require 'json'\nj.encode({ a = { b = 0/0 } })",
            "test.lua:2: json.encode: a.b: ",
        ),
        (
            "local j = require 'json'\nj.decode('{\"a\":}')",
            "test.lua:2: json.decode: expected value, got \"}\" at line 1 column 6",
        ),
        (
            "require 'json'.encode({ f = print })",
            "test.lua:1: json.encode: f: a function has no form in JSON",
        ),
        (
            "require 'json'.encode({}, { prety = true })",
            "test.lua:1: json.encode: unknown option \"prety\"",
        ),
    ] {
        let got = line(&bench.fail(text));
        let (place, message) = expected.split_once(": ").unwrap();
        assert!(got.starts_with(place) && got.contains(message), "{got}");
    }
}

#[test]
fn references_join_to_templates_and_nothing_else_can_be_done_with_them() {
    let bench = Bench::new();
    let lua = bench.host.lua();
    let reference =
        Reference { target: ResourceId::new("s3.bucket", "logs"), path: vec!["arn".into()] };
    let there = to_lua(lua, &Value::Reference(reference.clone())).unwrap();
    lua.globals().set("ref", there).unwrap();
    let joined = value(&bench, "return 'a' .. ref .. '/' .. 1").unwrap();
    let expected =
        Value::Template(vec!["a".into(), Value::Reference(reference.clone()), "/1".into()]);
    assert_eq!(joined, expected);
    let json = value(&bench, "return require('json').encode { r = { ref .. '/*' } }").unwrap();
    let expected = Value::Template(vec![
        "{\"r\":[\"".into(),
        Value::Reference(reference.clone()),
        "/*\"]}".into(),
    ]);
    assert_eq!(json, expected);
    assert_eq!(
        bench.run("print(ref == ref, ref == 1, ref.x == ref.x, ref.x == ref.y)"),
        ["true\tfalse\ttrue\tfalse"]
    );
    for text in [
        "local _ = ref + 1",
        "local _ = -ref",
        "local _ = #ref",
        "local _ = ref < ref",
        "local _ = ref()",
        "local _ = tostring(ref)",
        "local _ = ('%s'):format(ref)",
    ] {
        let got = line(&bench.fail(text));
        assert!(
            got.contains("output \"arn\" of s3.bucket \"logs\" is known only after apply"),
            "{text}: {got}"
        );
        assert!(got.starts_with("test.lua:1: "), "{got}");
    }
}
