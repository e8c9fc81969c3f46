//! The examples of the documentation, as specs: every one runs, and what stands behind `-->` is checked.
//!
//! An example is a block of the comments that is indented by four blanks or more, or fenced with
//! ```` ```lua ````; a fence that says `lua no-run` is only compiled, one that says `lua deployed` finds the
//! project of `dmsrun init orders` deployed and its tasks running. A line `EXPRESSION  --> VALUE` holds
//! where the values are equal to what the text means as Lua, or read like it. What follows a value
//! behind a comma or a colon may be a remark. `EXPRESSION  --> error: TEXT` holds where the expression
//! raises an error that contains the text; `…` in it stands for anything.

use super::source::{Item, Module};

/// An example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What it belongs to, such as `mappings` or `map.include`.
    pub name: String,
    /// The file.
    pub file: String,
    /// The line of its first line.
    pub line: u32,
    /// Its lines.
    pub code: Vec<String>,
    /// Whether it is run.
    pub runs: bool,
    /// Whether it needs something that is deployed.
    pub deployed: bool,
}

/// The examples of a module, in order.
pub fn of_module(module: &Module) -> Vec<Example> {
    let mut out = Vec::new();
    blocks(&module.header, &module.name, &module.file, module.header_line, &mut out);
    for item in &module.items {
        let name = format!("{}.{}", module.name, item.name);
        blocks(&lines_of(item), &name, &module.file, item.line, &mut out);
    }
    out
}

fn lines_of(item: &Item) -> Vec<String> {
    let strip = |line: &String| {
        let text = line.strip_prefix("---").unwrap_or(line);
        text.strip_prefix(' ').unwrap_or(text).to_owned()
    };
    item.comment.iter().map(strip).collect()
}

/// The blocks of code in a comment.
fn blocks(lines: &[String], name: &str, file: &str, first: u32, out: &mut Vec<Example>) {
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        if let Some(fence) = line.trim_start().strip_prefix("```") {
            let end = (at + 1..lines.len())
                .find(|i| lines[*i].trim_start().starts_with("```"))
                .unwrap_or(lines.len());
            let words: Vec<&str> = fence.split_whitespace().collect();
            if words.first() == Some(&"lua") {
                out.push(Example {
                    name: name.to_owned(),
                    file: file.to_owned(),
                    line: first + u32::try_from(at + 1).unwrap_or(0),
                    code: lines[at + 1..end].to_vec(),
                    runs: !words.contains(&"no-run"),
                    deployed: words.contains(&"deployed"),
                });
            }
            at = end + 1;
        } else if is_code(line) && (at == 0 || lines[at - 1].trim().is_empty()) {
            let mut end = at;
            while end < lines.len() && (is_code(&lines[end]) || lines[end].trim().is_empty()) {
                end += 1;
            }
            while end > at && lines[end - 1].trim().is_empty() {
                end -= 1;
            }
            let code: Vec<String> = lines[at..end].to_vec();
            if !is_console(&code) {
                out.push(Example {
                    name: name.to_owned(),
                    file: file.to_owned(),
                    line: first + u32::try_from(at).unwrap_or(0),
                    code,
                    runs: true,
                    deployed: false,
                });
            }
            at = end;
        } else {
            at += 1;
        }
    }
}

fn is_code(line: &str) -> bool {
    line.starts_with("    ") || line.starts_with('\t')
}

/// Commands of a shell are shown in the same way.
fn is_console(code: &[String]) -> bool {
    code.first().is_some_and(|line| {
        let line = line.trim_start();
        line.starts_with("dmsrun ") || line.starts_with("$ ")
    })
}

/// A spec that runs the examples of one file; line numbers stay those of the file.
pub fn spec(examples: &[Example]) -> String {
    let mut out = String::from(CHECK);
    let mut line = 1u32;
    for example in examples {
        while line < example.line {
            out.push('\n');
            line += 1;
        }
        let wrap = match example {
            Example { runs: false, .. } => " if false then",
            Example { deployed: true, .. } => " __check.deployed()",
            _ => "",
        };
        let title = format!("{} at line {}", example.name, example.line);
        out.push_str(&format!("it({title:?}, function(){wrap} "));
        for (index, text) in checked(&example.code).iter().enumerate() {
            if index > 0 {
                out.push('\n');
                line += 1;
            }
            out.push_str(text);
        }
        // On a line of its own: the last one may end in a comment.
        out.push_str(if example.runs { "\nend)" } else { "\nend end)" });
        line += 1;
    }
    out.push('\n');
    out
}

/// On the first line of the spec: compares what an expression gives with what stands behind it.
const CHECK: &str = "local __check = require \"spec.example\" ";

/// A block with its expectations as calls; every line stays where it is.
fn checked(code: &[String]) -> Vec<String> {
    let mut lines = code.to_vec();
    for index in 0..lines.len() {
        let Some((text, wanted)) = code[index].split_once("-->") else { continue };
        let text = text.trim_end();
        if text.trim().is_empty() || text.trim_start().starts_with("--") {
            continue;
        }
        // A long text needs no escapes, at a level that the wanted value does not use.
        let raises = wanted.trim().strip_prefix("error:");
        let wanted = raises.unwrap_or(wanted).trim();
        let level = "=".repeat(longest_level(wanted) + 1);
        let wanted = format!("[{level}[{wanted}]{level}]");
        let call = if raises.is_some() { "raises" } else { "gives" };
        match start_of(code, index, text) {
            Some(start) => {
                let open = match raises {
                    Some(_) => format!("__check.raises({wanted}, function() return "),
                    None => format!("__check.gives({wanted}, "),
                };
                let close = if raises.is_some() { " end)" } else { ")" };
                lines[index] = format!("{text}{close}");
                lines[start] = format!("{open}{}", lines[start]);
            }
            None if raises.is_some() => {
                lines[index] = format!("__check.{call}({wanted}, function() {text} end)");
            }
            None => lines[index] = format!("{text} {}", of_assignment(text, &wanted)),
        }
    }
    lines
}

/// The line on which the expression begins that ends on this one; `None` where it is a statement.
fn start_of(code: &[String], index: usize, text: &str) -> Option<usize> {
    let lua = mlua::Lua::new();
    let first = index.saturating_sub(MOST_LINES);
    (first..=index).rev().find(|start| {
        let mut whole = String::from("return ");
        for line in &code[*start..index] {
            whole.push_str(line.split("-->").next().unwrap_or(line));
            whole.push('\n');
        }
        whole.push_str(text);
        lua.load(whole).into_function().is_ok()
    })
}

/// An expression of an example is no longer.
const MOST_LINES: usize = 30;

/// `local a, b = f()` gives what its names then hold.
fn of_assignment(text: &str, wanted: &str) -> String {
    let names = text.trim().trim_start_matches("local ").split('=').next().unwrap_or_default();
    format!("__check.gives({wanted}, {})", names.trim())
}

fn longest_level(text: &str) -> usize {
    let mut longest = 0;
    for (at, _) in text.match_indices(']') {
        let level = text[at + 1..].chars().take_while(|c| *c == '=').count();
        longest = longest.max(level);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::source::parse;

    const TEXT: &str = "--- Adds.\n---\n---     local add = require \"add\"\n---     add.two(1, 2)   --> 3\n---\n---     dmsrun --local add.lua\n\nlocal add = {}\n\n--- Two.\n---\n--- ```lua\n--- local x = 1 --> 1\n--- ```\n--- ```lua no-run\n--- wait()\n--- ```\n--- ```lua deployed\n--- go()\n--- ```\nfunction add.two(a, b) end\n\nreturn add\n";

    #[test]
    fn examples_keep_their_lines() {
        let examples = of_module(&parse("add", "add.lua", TEXT));
        let places: Vec<(u32, bool)> = examples.iter().map(|e| (e.line, e.runs)).collect();
        assert_eq!(places, [(3, true), (13, true), (16, false), (19, true)]);
        let spec = spec(&examples);
        let lines: Vec<&str> = spec.lines().collect();
        assert!(lines[3].contains("__check.gives([=[3]=],     add.two(1, 2))"), "{spec}");
        assert!(lines[18].contains("__check.deployed()"), "{spec}");
        assert!(lines[12].contains("local x = 1 __check.gives([=[1]=], x)"), "{spec}");
    }
}
