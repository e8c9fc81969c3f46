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
        let last_used = entries[index + 1..]
            .iter()
            .take_while(|next| !is_expression(lua, next) || free_names(next).contains("_"))
            .any(|next| free_names(next).contains("_"));
        let is_statement = lua.load(entry.as_str()).set_name("=entry").into_function().is_ok();
        body.push(match is_expression(lua, entry) {
            true if last_used => format!("_ = {entry}"),
            true if !is_statement => {
                shows = true;
                format!("print(inspect({entry}\n))").replace("\n)", ")")
            }
            _ => entry.clone(),
        });
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
}
