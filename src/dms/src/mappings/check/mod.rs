//! What is wrong with a table-mapping document, as far as it can be told without AWS.
//!
//! [`rules`] judges what every rule has, the file of each rule type the rest; [`overlap`] and
//! [`precedence`] look at rules beside each other, [`simulated`] and [`columns`] at what they do to a
//! catalogue.

mod columns;
mod expression;
mod named;
mod other;
mod overlap;
mod precedence;
mod rules;
mod selection;
pub(super) mod simulated;
mod table_settings;
mod transformation;

use super::{
    evaluator::Evaluator,
    model::{Body, Mappings, Rule},
    parse::read,
};
use crate::{
    catalogue::Catalogue,
    codes::{self, Code},
    context::Context,
    finding::Finding,
    place,
};
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// The most bytes that DMS takes.
const LARGEST: usize = 2 * 1024 * 1024;

/// Everything found in a document, in the order of its rules.
pub fn check(document: &Value, context: &Context) -> Vec<Finding> {
    check_sized(document, size(document), context)
}

fn check_sized(document: &Value, size: usize, context: &Context) -> Vec<Finding> {
    let (mappings, places, mut findings) = read(document);
    if size > LARGEST {
        let message = format!("the document has {size} bytes; DMS takes {LARGEST}");
        findings.push(Finding::new(&codes::M119, "", message));
    }
    if findings.iter().any(|f| f.code == "M101" || f.code == "M102") {
        return findings;
    }
    let excluded_schemas = selection::excluded_schemas(&mappings);
    let mut checks =
        Checks { mappings: &mappings, places: &places, context, findings, excluded_schemas };
    rules::check(&mut checks, document);
    for at in 0..mappings.rules.len() {
        let mut one = checks.rule(at);
        match &one.rule.body {
            Body::Selection(s) => selection::check(&mut one, s),
            Body::Transformation(t) => transformation::check(&mut one, t),
            Body::TableSettings(t) => table_settings::check(&mut one, t),
            Body::ObjectMapping(o) => other::object_mapping(&mut one, o),
            Body::PostProcessing(p) => other::post_processing(&mut one, p),
            Body::Validation(v) => other::validation(&mut one, v),
        }
    }
    overlap::check(&mut checks);
    let mut findings = checks.findings;
    if let Some(catalogue) = &context.catalogue {
        findings.extend(simulate(&mappings, &places, catalogue, context, false));
    } else {
        findings.extend(named::collisions(&mappings, &places, context));
    }
    tidy(findings)
}

/// The bytes of a document as it is sent.
fn size(document: &Value) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Nothing can fail: it only counts.
    let _ = serde_json::to_writer(&mut count, document);
    count.0
}

/// What the catalogue shows, of everything or of names on the target only, table by table: no outcome
/// outlives its table.
fn simulate(
    mappings: &Mappings,
    places: &[usize],
    catalogue: &Catalogue,
    context: &Context,
    names_only: bool,
) -> Vec<Finding> {
    let evaluator = Evaluator::new(mappings, catalogue);
    let mut tally = evaluator.tally();
    let mut sight = simulated::Sight::new(&evaluator, places, catalogue).within(context);
    if names_only {
        sight = sight.names_only();
    }
    for table in &catalogue.tables {
        let outcome = evaluator.table(table, &mut tally);
        sight.see(table, &outcome, &tally);
    }
    sight.end(&tally)
}

/// The same for the text of a document, with the line and column of each finding. What is no JSON
/// is a finding, and so are keys that an object has twice.
pub fn check_text(text: &str, context: &Context) -> Vec<Finding> {
    let document = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => return vec![no_json(text, &error)],
    };
    // Without blanks it is no longer than its text.
    let size = if text.len() > LARGEST { size(&document) } else { text.len() };
    let mut findings = check_sized(&document, size, context);
    let again = place::repeated(text);
    let tidied = again.is_empty();
    findings.extend(again.into_iter().map(twice));
    place::locate(text, &mut findings);
    if tidied { findings } else { tidy(findings) }
}

/// The same for the bytes of a file.
pub fn check_bytes(bytes: &[u8], context: &Context) -> Vec<Finding> {
    match std::str::from_utf8(bytes) {
        Ok(text) => check_text(text, context),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line = good.matches('\n').count() + 1;
            let column = good.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let message = "the file is not text in UTF-8";
            vec![
                Finding::new(&codes::M101, "", message).hint("save it as UTF-8").at((line, column)),
            ]
        }
    }
}

fn twice(again: place::Repeated) -> Finding {
    let key = again.path.rsplit('.').next().unwrap_or(&again.path).to_owned();
    let (line, column) = again.first;
    let (code, what) = if again.same {
        (&codes::M131, "and says the same")
    } else {
        (&codes::M130, "and says something else")
    };
    let message = format!("\"{key}\" is there already (line {line}, column {column}) {what}");
    Finding::new(code, again.path, message).hint("leave one of them out").at(again.place)
}

fn no_json(text: &str, error: &serde_json::Error) -> Finding {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or(&said);
    let place = (error.line().max(1), error.column().max(1));
    let finding = Finding::new(&codes::M101, "", format!("the text is not JSON: {said}")).at(place);
    let line = text.lines().nth(place.0 - 1).unwrap_or_default();
    let hint = if text.trim().is_empty() {
        Some("the file is empty")
    } else if text.starts_with('\u{feff}') {
        Some("the file begins with a byte order mark: save it without one")
    } else if said.starts_with("trailing comma") {
        Some("take the comma before the bracket away")
    } else if line.trim_start().starts_with("//") || line.contains("/*") {
        Some("JSON has no comments")
    } else if line.contains('\'') && said.starts_with("expected") || said.starts_with("key must") {
        Some("keys and texts stand in double quotes")
    } else if line.contains('“') || line.contains('”') {
        Some("the quotes are typographic: write \"")
    } else {
        None
    };
    finding.maybe_hint(hint.map(str::to_owned))
}

/// In document order, each once. That a rule is about nothing selected says more than that it
/// matches nothing.
fn tidy(mut findings: Vec<Finding>) -> Vec<Finding> {
    let idle: BTreeSet<String> =
        findings.iter().filter(|f| f.code == "M304").map(|f| f.path.clone()).collect();
    findings.retain(|f| f.code != "M602" || !idle.contains(&f.path));
    not_absent(&mut findings);
    let index = |f: &Finding| {
        let digits = f.path.strip_prefix("rules[").and_then(|p| p.split(']').next());
        digits.and_then(|d| d.parse::<usize>().ok())
    };
    findings.sort_by_cached_key(|f| (index(f), f.path.starts_with("tables.")));
    // Several keys of one object may be missing.
    fn each(f: &Finding) -> Option<&str> {
        matches!(f.code, "M116" | "M502").then_some(f.message.as_str())
    }
    let mut seen = HashSet::with_capacity(findings.len());
    let first: Vec<bool> =
        findings.iter().map(|f| seen.insert((f.code, f.path.as_str(), each(f)))).collect();
    let mut first = first.into_iter();
    findings.retain(|_| first.next().unwrap_or(true));
    findings
}

/// What is there but could not be read is not missing: of the two findings the second says nothing.
fn not_absent(findings: &mut Vec<Finding>) {
    let unread = |f: &&Finding| {
        matches!(f.code, "M117" | "M127" | "M402" | "M404")
            || (f.code == "M125" && f.path.contains(".tag-set["))
    };
    let unread: BTreeSet<String> = findings.iter().filter(unread).map(|f| f.path.clone()).collect();
    let below = |path: &str| {
        let mut after = unread.range(path.to_owned()..).take_while(|p| p.starts_with(path));
        after.any(|p| matches!(p.as_bytes().get(path.len()), None | Some(b'.' | b'[')))
    };
    findings.retain(|f| match f.code {
        "M403" | "M409" | "M413" | "M505" => !below(&f.path),
        "M125" => !unread.contains(&f.path) || f.path.contains(".tag-set["),
        _ => true,
    });
}

/// A document under check.
struct Checks<'a> {
    mappings: &'a Mappings,
    /// The place in the document of each rule that could be read.
    places: &'a [usize],
    context: &'a Context,
    findings: Vec<Finding>,
    excluded_schemas: Vec<&'static str>,
}

impl<'a> Checks<'a> {
    fn rule(&mut self, at: usize) -> One<'a, '_> {
        One {
            rule: &self.mappings.rules[at],
            index: self.places[at],
            context: self.context,
            excluded_schemas: &self.excluded_schemas,
            findings: &mut self.findings,
        }
    }
}

/// One rule under check.
struct One<'a, 'f> {
    rule: &'a Rule,
    index: usize,
    context: &'a Context,
    /// The system schemas of MySQL that exclude rules take out whole.
    excluded_schemas: &'f [&'static str],
    findings: &'f mut Vec<Finding>,
}

impl One<'_, '_> {
    /// Reports something about a key of the rule; the empty key is the rule itself.
    fn report(&mut self, code: &Code, key: &str, message: impl Into<String>) -> &mut Finding {
        let dot = if key.is_empty() { "" } else { "." };
        let path = format!("rules[{}]{dot}{key}", self.index);
        self.findings.push(Finding::new(code, path, message));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }
}

/// `"a", "b" and 3 more`.
fn some_of(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(3).map(|n| format!("\"{n}\"")).collect();
    let more = names.len().saturating_sub(shown.len());
    let list = shown.join(", ");
    if more == 0 { list } else { format!("{list} and {more} more") }
}

#[cfg(test)]
mod tests;
