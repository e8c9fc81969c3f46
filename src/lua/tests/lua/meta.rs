//! The descriptions of the host's modules say what is there, and their examples are true.

use super::support::{Bench, line};
use dmsrun_base::{Map, Value};
use dmsrun_lua::meta;
use mlua::{Table, Value as LuaValue};
use std::collections::BTreeSet;

/// A rehearsal: on the local AWS, with every module that there can be.
fn bench() -> Bench {
    Bench::with(|c| {
        c.local = true;
        c.options = Value::Map(Map::from([("config".to_owned(), Value::Map(Map::new()))]));
        c.catalogue = Some(std::rc::Rc::new(|_| None));
    })
}

/// The functions and fields of a module, tables in it included: `mappings.check`.
fn members(table: &Table, prefix: &str, out: &mut BTreeSet<String>, fields: &mut BTreeSet<String>) {
    for pair in table.pairs::<String, LuaValue>() {
        let (name, value) = pair.unwrap();
        match value {
            LuaValue::Function(_) => {
                out.insert(format!("{prefix}{name}"));
            }
            // A table of functions, not one of data.
            LuaValue::Table(inner)
                if inner.pairs::<LuaValue, LuaValue>().flatten().any(|(_, v)| v.is_function()) =>
            {
                members(&inner, &format!("{prefix}{name}."), out, fields);
            }
            _ => {
                fields.insert(format!("{prefix}{name}"));
            }
        }
    }
}

/// The names of the parameters in `function json.encode(value, options) end`.
fn declared(name: &str, text: &str) -> Vec<(String, Vec<String>)> {
    let head = format!("function {name}.");
    let lines = text.lines().filter_map(|line| line.strip_prefix(&head));
    lines
        .map(|line| {
            let (function, rest) = line.split_once('(').unwrap();
            let (parameters, end) = rest.split_once(')').unwrap();
            assert_eq!(end, " end", "{name}.{function}");
            let parameters = parameters.split(", ").filter(|p| !p.is_empty());
            (function.to_owned(), parameters.map(str::to_owned).collect())
        })
        .collect()
}

#[test]
fn every_module_is_described_and_nothing_that_is_not_there() {
    let bench = bench();
    for module in meta::MODULES {
        let name = module.name;
        let value: Table =
            bench.host.lua().load(format!("return require '{name}'")).eval().unwrap();
        let (mut functions, mut fields) = (BTreeSet::new(), BTreeSet::new());
        members(&value, "", &mut functions, &mut fields);
        let described = declared(name, module.text);
        let names: BTreeSet<String> = described.iter().map(|(f, _)| f.clone()).collect();
        assert_eq!(described.len(), names.len(), "{name}: a function stands twice");
        assert_eq!(names, functions, "{name}: meta/{name}.lua (left) against the module (right)");
        for field in fields {
            let line = format!("---@field {field}");
            let there =
                |l: &str| l.strip_prefix(&line).is_some_and(|rest| rest.starts_with([' ', '?']));
            assert!(module.text.lines().any(there), "{name}.{field} is not described");
        }
        assert!(module.text.starts_with(&format!("---@meta {name}\n\n--- ")), "{name}");
        assert!(module.text.ends_with(&format!("\n\nreturn {name}\n")), "{name}");
        assert!(module.text.lines().all(|l| l.chars().count() <= 200), "{name}");
    }
    let names: Vec<&str> = meta::MODULES.iter().map(|m| m.name).collect();
    assert!(names.is_sorted());
}

#[test]
fn every_function_says_what_it_does_and_each_parameter_its_type() {
    for module in meta::MODULES {
        let lines: Vec<&str> = module.text.lines().collect();
        for (function, parameters) in declared(module.name, module.text) {
            let head = format!("function {}.{function}(", module.name);
            let at = lines.iter().position(|l| l.starts_with(&head)).unwrap();
            let above = lines[..at].iter().rev().take_while(|l| l.starts_with("---"));
            let above: Vec<&str> = above.copied().collect();
            let who = format!("{}.{function}", module.name);
            assert!(above.iter().any(|l| l.starts_with("--- ")), "{who} has no words");
            let typed: Vec<&str> = above
                .iter()
                .rev()
                .filter_map(|l| l.strip_prefix("---@param "))
                .map(|l| l.split(' ').next().unwrap().trim_end_matches('?'))
                .collect();
            assert_eq!(typed, parameters, "{who}");
        }
    }
}

/// The Lua code of a header.
fn example(text: &str) -> Vec<String> {
    text.lines()
        .skip_while(|l| *l != "--- ```lua")
        .skip(1)
        .take_while(|l| *l != "--- ```")
        .map(|l| l.strip_prefix("---").map_or("", |l| l.strip_prefix(' ').unwrap_or(l)).to_owned())
        .collect()
}

/// Makes of `expression --> result` a check: the shortest end of the lines so far that is an
/// expression is what has the result.
fn checked(bench: &Bench, lines: &[String]) -> (String, usize) {
    let lua = bench.host.lua();
    let mut out: Vec<String> = Vec::new();
    let mut results = 0;
    for (number, line) in lines.iter().enumerate() {
        let Some((code, expected)) = line.split_once(" --> ") else {
            out.push(line.clone());
            continue;
        };
        results += 1;
        out.push(code.to_owned());
        let start = (0..out.len()).rev().find(|start| {
            let text = format!("return {}", out[*start..].join("\n"));
            lua.load(text).into_function().is_ok()
        });
        let start = start.unwrap_or_else(|| panic!("line {number} has no expression: {line}"));
        let expression = out.split_off(start);
        let name = if expected.starts_with("error: ") { "__fails" } else { "__gives" };
        let expected = expected.strip_prefix("error: ").unwrap_or(expected).trim();
        // On as many lines as before, so that `host.where` stays true.
        out.extend(
            format!("{name}({expected:?}, function() return {} end)", expression.join("\n"))
                .lines()
                .map(str::to_owned),
        );
    }
    (out.join("\n"), results)
}

fn prepare(bench: &Bench) {
    bench
        .host
        .lua()
        .load(
            r##"
            local inspect = require "inspect"
            local function show(value)
                return type(value) == "userdata" and tostring(value) or inspect(value)
            end
            function __gives(expected, f)
                local values = table.pack(f())
                local texts = {}
                for i = 1, values.n do texts[i] = show(values[i]) end
                local got = table.concat(texts, ", ")
                -- Either sort of quotes.
                local same = load("return " .. expected)
                local other = same and pcall(same) and select("#", same()) == 1 and show((same()))
                if got ~= expected and got ~= other then
                    error(("expected %s, got %s"):format(expected, got), 0)
                end
            end
            function __fails(expected, f)
                local ok, failure = pcall(f)
                if ok then error("no error, where expected: " .. expected, 0) end
                local text = tostring(failure)
                for _, hint in ipairs(type(failure) == "table" and failure.hints or {}) do
                    text = text .. " " .. tostring(hint[1])
                end
                if not text:find(expected, 1, true) then
                    error(("expected the error %s, got %s"):format(expected, text), 0)
                end
            end
            "##,
        )
        .exec()
        .unwrap();
}

/// What is wrong with the example in a header.
fn run(name: &str, text: &str) -> Result<(), String> {
    let bench = bench();
    prepare(&bench);
    let lines = example(text);
    let (code, results) = checked(&bench, &lines);
    if results == 0 {
        return Err(format!("{name}: no example that shows a result"));
    }
    let ended = bench.host.run_string(name, &code);
    ended.map(|_| ()).map_err(|failure| format!("{}\n{code}", line(&failure)))
}

fn none(wrong: impl Iterator<Item = Result<(), String>>) {
    let wrong: Vec<String> = wrong.filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_example_of_a_module_is_true() {
    none(meta::MODULES.iter().map(|module| run(module.name, module.text)));
}

#[test]
fn the_examples_of_the_small_helpers_are_true() {
    let text = |name| dmsrun_lua::library::find(None, name).unwrap().text;
    none(
        ["check", "wait", "retry", "template", "prompt", "cdc"]
            .iter()
            .map(|name| run(name, &text(name))),
    );
}

#[test]
fn an_example_that_is_not_true_is_found() {
    let wrong = run("wrong", "--- ```lua\n--- 2 + 2 --> 5\n--- ```").unwrap_err();
    assert!(wrong.contains("expected 5, got 4"), "{wrong}");
    let wrong = run("wrong", "--- ```lua\n--- error('no') --> error: yes\n--- ```").unwrap_err();
    assert!(wrong.contains("expected the error yes"), "{wrong}");
}
