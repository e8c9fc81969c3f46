//! `:save`: the successful entries of a session as a script that runs.

use super::{
    history,
    lexer::{self, Kind},
    session::{self, Form},
};
use dmsrun_base::Redactor;
use mlua::Lua;
use std::collections::BTreeSet;

/// The script of these entries. `modules` and `shortcuts` are the names that the prompt knows and a
/// script must ask for.
pub fn script(
    lua: &Lua,
    entries: &[String],
    redactor: &Redactor,
    modules: &[String],
    shortcuts: &[String],
) -> String {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut body = Vec::new();
    let mut shows = false;
    for (index, entry) in entries.iter().enumerate() {
        if history::is_secret(entry, redactor) {
            body.push("-- An entry with a secret was left out here.".to_owned());
            continue;
        }
        let names = free_names(entry);
        used.extend(names.iter().filter(|n| modules.iter().chain(shortcuts).any(|m| m == *n)));
        let values = values_used(lua, &entries[index + 1..]);
        let piece = piece(lua, entry, values);
        shows |= piece.contains("inspect(");
        body.push(piece);
    }
    let mut lines = vec![
        "#!/usr/bin/env dmsrun".to_owned(),
        "-- Saved from a session of dmsrun: the entries that succeeded, in their order.".to_owned(),
        String::new(),
    ];
    if shows {
        used.insert("inspect");
    }
    for name in &used {
        // What an entry declares itself needs no help.
        let text = match modules.iter().any(|m| m == name) {
            true => format!("local {name} = require \"{name}\""),
            false => format!("local {name} = require(\"repl\").{name}"),
        };
        lines.push(text);
    }
    if !used.is_empty() {
        lines.push(String::new());
    }
    lines.extend(body);
    lines.join("\n") + "\n"
}

/// An entry as a part of the script; `values` of what it gives are asked for later as `_`, `_1` ….
fn piece(lua: &Lua, entry: &str, values: usize) -> String {
    let bare = without_remark(entry);
    let given = bare.strip_prefix("return").filter(|rest| !rest.starts_with(lexer::is_name_part));
    let list = given.unwrap_or(bare).trim().trim_end_matches(';').trim_end();
    let is_value = given.is_some() || is_expression(lua, bare);
    if is_value && !list.is_empty() {
        if values > 0 {
            return keeping(list, values);
        }
        let is_statement = lua.load(list).set_name("=entry").into_function().is_ok();
        if !is_statement {
            let shown: Vec<String> =
                items(list).into_iter().map(|item| format!("inspect({item})")).collect();
            return format!("print({})", shown.join(", "));
        }
    }
    let text = if given.is_some() && is_value { list } else { entry };
    // What ends an entry would end the script, and a label counts for all of it.
    if has_top(text, "return") {
        let call = format!("(function()\n{text}\nend)()");
        return if values > 0 { keeping(&call, values) } else { format!(";{call}") };
    }
    if has_top(text, "::") {
        return format!("do\n{text}\nend");
    }
    // Behind another entry a bracket would call what that one ends with.
    if text.trim_start().starts_with('(') { format!(";{text}") } else { text.to_owned() }
}

/// An expression whose values are asked for later: `_` alone is the first.
fn keeping(list: &str, values: usize) -> String {
    if values == 1 {
        return format!("_ = {list}");
    }
    let names: Vec<String> = (1..values).map(|at| format!("_{at}")).collect();
    format!("{} = {list}\n_ = _1", names.join(", "))
}

/// The entry without blanks and comments at its end.
fn without_remark(entry: &str) -> &str {
    let tokens = lexer::tokens(entry);
    let end = tokens.iter().rev().find(|token| token.counts()).map_or(0, |token| token.end);
    entry[..end].trim()
}

/// The parts of a list of expressions.
fn items(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for token in lexer::tokens(list) {
        match token.text(list) {
            "(" | "{" | "[" | "function" | "if" | "do" | "repeat" => depth += 1,
            ")" | "}" | "]" | "end" | "until" => depth = depth.saturating_sub(1),
            "," if depth == 0 && token.kind == Kind::Symbol => {
                parts.push(list[start..token.start].trim());
                start = token.end;
            }
            _ => {}
        }
    }
    parts.push(list[start..].trim());
    parts
}

/// Whether a word or symbol stands in an entry outside of functions.
fn has_top(entry: &str, wanted: &str) -> bool {
    // Every block that is open, and whether it is a function's.
    let mut open: Vec<bool> = Vec::new();
    for token in lexer::tokens(entry) {
        let text = token.text(entry);
        match (token.kind, text) {
            (Kind::Keyword, "function") => open.push(true),
            (Kind::Keyword, "if" | "do" | "repeat") => open.push(false),
            (Kind::Keyword, "end" | "until") => {
                open.pop();
            }
            _ => {}
        }
        let told = matches!(token.kind, Kind::Keyword | Kind::Symbol) && text == wanted;
        if told && !open.contains(&true) {
            return true;
        }
    }
    false
}

/// What the next entries ask of the values of one, up to the entry that has values itself: nothing,
/// `_` (1), or `_1`, `_2` … up to one less than this.
fn values_used(lua: &Lua, next: &[String]) -> usize {
    let mut most = 0;
    for entry in next {
        for name in free_names(entry) {
            let number = match name.strip_prefix('_') {
                Some("") => Some(1),
                Some(digits) => digits.parse().ok().map(|number: usize| number + 1),
                None => None,
            };
            most = most.max(number.filter(|n| *n < 100).unwrap_or(0));
        }
        if is_expression(lua, entry) || has_top(entry, "return") {
            break;
        }
    }
    most
}

fn is_expression(lua: &Lua, entry: &str) -> bool {
    session::form(lua, entry) == Form::Expression
}

/// The names in an entry that are no members of something.
fn free_names(entry: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut before = "";
    for token in lexer::tokens(entry).iter().filter(|t| t.counts()) {
        let text = token.text(entry);
        if token.kind == Kind::Name && before != "." && before != ":" {
            names.insert(text);
        }
        before = text;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_session_is_a_script_that_asks_for_what_the_prompt_knew() {
        let lua = Lua::new();
        let entries = [
            "local x = json.encode{1}".to_owned(),
            "x".to_owned(),
            "tasks()".to_owned(),
            "print(#_)".to_owned(),
            "p = secret.new \"geheim\"".to_owned(),
        ];
        let text = script(
            &lua,
            &entries,
            &Redactor::new(),
            &["json".to_owned(), "inspect".to_owned()],
            &["tasks".to_owned()],
        );
        assert_eq!(
            text.lines().skip(3).collect::<Vec<_>>(),
            [
                "local inspect = require \"inspect\"",
                "local json = require \"json\"",
                "local tasks = require(\"repl\").tasks",
                "",
                "local x = json.encode{1}",
                "print(inspect(x))",
                "_ = tasks()",
                "print(#_)",
                "-- An entry with a secret was left out here.",
            ]
        );
        assert!(lua.load(text.trim_start_matches("#!/usr/bin/env dmsrun")).into_function().is_ok());
    }

    #[test]
    fn whatever_succeeded_at_the_prompt_runs_as_a_script() {
        let lua = Lua::new();
        let entries = [
            "local a = tostring",
            "(\"x\"):rep(3)",
            "return 1, 2",
            "_1 + _2",
            "x = 1 -- comment",
            "x -- another",
            "goto done; do local z = 1 end ::done::",
            "goto done; do local z = 1 end ::done::",
            "do return 7 end",
            "10, f(1, 2), { 3, 4 }",
            "return",
            "local f = function() return 1 end",
        ];
        let entries = entries.map(str::to_owned);
        let text = script(&lua, &entries, &Redactor::new(), &[], &[]);
        let body: Vec<&str> = text.lines().skip(5).collect();
        assert_eq!(
            body.join("\n"),
            "local a = tostring\n;(\"x\"):rep(3)\n_1, _2 = 1, 2\n_ = _1\nprint(inspect(_1 + _2))\n\
             x = 1 -- comment\nprint(inspect(x))\n\
             do\ngoto done; do local z = 1 end ::done::\nend\n\
             do\ngoto done; do local z = 1 end ::done::\nend\n\
             ;(function()\ndo return 7 end\nend)()\n\
             print(inspect(10), inspect(f(1, 2)), inspect({ 3, 4 }))\n\
             \nlocal f = function() return 1 end"
        );
        let text = text.trim_start_matches("#!/usr/bin/env dmsrun");
        assert!(lua.load(text).into_function().is_ok(), "{text}");
    }
}
