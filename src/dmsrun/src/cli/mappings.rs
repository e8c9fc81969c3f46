//! `dmsrun mappings`: table mappings as a script, and what they make of a source's tables.

use super::{
    CommandLine, Options,
    arguments::{self, Given},
    check::{
        Sort, catalogue,
        evaluate::{Evaluated, Script, evaluate},
        input,
    },
};
use crate::ui::Terminal;
use clap::{Parser, Subcommand};
use dmsrun_base::Value;
use dmsrun_diag::{Diagnostic, Exit, did_you_mean};
use dmsrun_dms::{
    Catalogue,
    mappings::{self, explain},
};
use dmsrun_lua::ui::{Column, TableView, Ui as _};
use serde_json::Value as Json;

/// The arguments behind `mappings`.
#[derive(Debug, Parser)]
#[command(
    name = "dmsrun mappings",
    about = "Table mappings: as a script, and what they make of a source's tables.",
    no_binary_name = true,
    after_help = AFTER_HELP
)]
pub struct MappingsLine {
    #[command(subcommand)]
    wanted: Wanted,
}

#[derive(Debug, Subcommand)]
enum Wanted {
    /// Print the Lua script that builds the document.
    ToLua {
        /// A JSON document, or a script that builds one; `-` is the standard input.
        #[arg(value_name = "FILE")]
        file: String,
        #[command(flatten)]
        options: Options,
    },
    /// Say what becomes of every table of a source, or tell the story of one.
    Explain {
        /// The source's tables: a file, or `demo` for the database of the local AWS.
        #[arg(long, value_name = "FILE")]
        catalogue: String,
        /// A JSON document, or a script that builds one; `-` is the standard input.
        #[arg(value_name = "FILE")]
        file: String,
        /// One table, as schema.table.
        #[arg(value_name = "TABLE")]
        table: Option<String>,
        #[command(flatten)]
        options: Options,
    },
}

const AFTER_HELP: &str = "\
Examples:
  dmsrun mappings to-lua mappings.json > mappings.lua
  dmsrun mappings explain mappings.json --catalogue demo
  dmsrun mappings explain migrate.lua --catalogue tables.csv production.orders";

/// What follows `mappings`.
const VERBS: [&str; 2] = ["to-lua", "explain"];

/// Does what the line asks for and gives the exit code.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let verb = line.rest.get(1).filter(|v| !v.starts_with('-') && *v != "help");
    if let Some(verb) = verb.filter(|v| !VERBS.contains(&v.as_str())) {
        let near =
            did_you_mean(verb, VERBS).unwrap_or_else(|| format!("there are: {}", VERBS.join(", ")));
        return Err(Diagnostic::error("The command line is not understood")
            .what(format!("mappings has no \"{verb}\""))
            .hint(near)
            .command("all of its options are shown by", "dmsrun mappings --help")
            .exit(Exit::Usage));
    }
    let Given::Line(asked) = arguments::read::<MappingsLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    match asked.wanted {
        Wanted::ToLua { options, file } => {
            let options = line.options.overlaid(options);
            let document = document(&file, &options, ui)?;
            ui.print_line(mappings::to_lua::to_lua(&document).trim_end());
        }
        Wanted::Explain { options, catalogue: source, file, table } => {
            let options = line.options.overlaid(options);
            let document = document(&file, &options, ui)?;
            let source = catalogue(&source)?;
            match table {
                Some(table) => story(&document, &source, &table, options.json, ui)?,
                None => all(&document, &source, options.json, ui)?,
            }
        }
    }
    Ok(Exit::Success.code())
}

fn unfit(file: &str, what: impl Into<String>) -> Diagnostic {
    Diagnostic::error("These are no table mappings")
        .what(what)
        .command("what is wrong is said by", format!("dmsrun check {file}"))
        .exit(Exit::Usage)
}

/// The document of a file: JSON, or what a script builds.
fn document(file: &str, options: &Options, ui: &Terminal) -> Result<Json, Diagnostic> {
    let checked = input::read(file);
    if let Some(found) = checked.found.iter().find(|f| f.severity == dmsrun_diag::Severity::Error) {
        return Err(found.diagnostic().exit(Exit::Usage));
    }
    let text = checked.text.unwrap_or_default();
    if checked.sort != Sort::Json {
        return built(file, &text, options, ui);
    }
    let json: Json = serde_json::from_str(&text)
        .map_err(|error| unfit(file, format!("{file} is not JSON: {error}")))?;
    if json.get("rules").is_some_and(Json::is_array) {
        Ok(json)
    } else {
        Err(unfit(file, format!("{file} has no list \"rules\"")))
    }
}

/// What a script returns or builds, evaluated as a check evaluates it: nothing is sent or written.
fn built(file: &str, text: &str, options: &Options, ui: &Terminal) -> Result<Json, Diagnostic> {
    let script = Script {
        name: file.to_owned(),
        file: Some(file.to_owned()).filter(|name| name != "-"),
        text: text.to_owned(),
        args: Vec::new(),
    };
    let Evaluated { handed, ended } = evaluate(script, options, ui)?;
    let documents: Vec<Json> = handed.built.iter().map(|b| b.document.to_json()).collect();
    let mappings: Vec<&Json> =
        documents.iter().filter(|d| d.get("rules").is_some_and(Json::is_array)).collect();
    match (mappings.last(), ended) {
        // The last one is the whole: what it was built of came before.
        (Some(document), _) => Ok((*document).clone()),
        // Its code is for programs that tell ends of a check apart.
        (None, Some(diagnostic)) => Err(Diagnostic { code: None, ..diagnostic }),
        (None, None) => Err(unfit(file, format!("{file} builds no table mappings"))
            .hint("a script builds them with `map.rules { … }`")),
    }
}

/// A table of all tables, and the rules that matched nothing.
fn all(document: &Json, source: &Catalogue, json: bool, ui: &Terminal) -> Result<(), Diagnostic> {
    let explained = explain::explain(document, source);
    if json {
        return print_json(serde_json::to_value(&explained), ui);
    }
    ui.table(&table(&explained.tables));
    let taken = explained.tables.iter().filter(|t| t.migrated).count();
    let rows: u64 = explained.tables.iter().filter(|t| t.migrated).map(|t| t.rows).sum();
    ui.print_line("");
    ui.print_line(&format!(
        "{taken} of {} tables are migrated, {} rows",
        explained.tables.len(),
        thousands(rows)
    ));
    ui.print_line("");
    ui.table(&TableView {
        columns: ["rule", "", "matched", "counted for"]
            .iter()
            .enumerate()
            .map(|(n, title)| Column { title: (*title).to_owned(), right: n > 1, drop: 0 })
            .collect(),
        rows: explained
            .rules
            .iter()
            .map(|r| {
                let rule = format!("rules[{}]", r.index);
                vec![rule, r.text.clone(), r.matched.to_string(), r.applied.to_string()]
            })
            .collect(),
    });
    Ok(())
}

/// The table, without the columns that would be empty in every row.
fn table(lines: &[explain::TableLine]) -> TableView {
    let titles = ["table", "rows", "on the target", "by", "load", "columns", "filter"];
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    let filled = |n: &usize| rows.iter().any(|r| !r[*n].is_empty() && r[*n] != "–");
    let kept: Vec<usize> = (0..titles.len()).filter(filled).collect();
    TableView {
        columns: kept
            .iter()
            .map(|n| Column {
                title: titles[*n].to_owned(),
                right: matches!(titles[*n], "rows" | "load" | "columns"),
                drop: match titles[*n] {
                    "columns" => 3,
                    "load" => 2,
                    "by" => 1,
                    _ => 0,
                },
            })
            .collect(),
        rows: rows.iter().map(|r| kept.iter().map(|n| r[*n].clone()).collect()).collect(),
    }
}

fn row(table: &explain::TableLine) -> Vec<String> {
    let by = match (&table.excluded_by, &table.rule) {
        (Some(rule), _) => format!("not, rules[{}]", rule.index),
        (None, Some(rule)) => format!("rules[{}]", rule.index),
        (None, None) => "–".to_owned(),
    };
    let load = match (table.position, table.segments) {
        (Some(position), Some(segments)) => format!("{position} in {segments}"),
        (Some(position), None) => position.to_string(),
        _ => "–".to_owned(),
    };
    vec![
        format!("{}.{}", table.schema, table.table),
        thousands(table.rows),
        table.target.clone().unwrap_or_else(|| "–".to_owned()),
        by,
        load,
        if table.migrated { table.columns.to_string() } else { "–".to_owned() },
        table.filters.join(" and "),
    ]
}

/// `1,204,118`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The story of one table.
fn story(
    document: &Json,
    source: &Catalogue,
    name: &str,
    json: bool,
    ui: &Terminal,
) -> Result<(), Diagnostic> {
    let story = explain::story(document, source, name)
        .map_err(|what| Diagnostic::error("There is no such table").what(what).exit(Exit::Usage))?;
    if json {
        return print_json(serde_json::to_value(&story), ui);
    }
    for sentence in &story.sentences {
        ui.print_line(sentence);
    }
    Ok(())
}

fn print_json(json: serde_json::Result<Json>, ui: &Terminal) -> Result<(), Diagnostic> {
    let json =
        json.map_err(|error| Diagnostic::bug(format!("an explanation is no JSON: {error}")))?;
    ui.json(&Value::from_json(json));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart_at_a_glance() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(61_204_118), "61,204,118");
    }
}
