//! What is wrong with a table-mapping document, as far as it can be told without AWS.
//!
//! [`rules`] judges what every rule has, the file of each rule type the rest; [`overlap`] looks at
//! rules beside each other, [`simulated`] at what they do to a catalogue.

mod expression;
mod other;
mod overlap;
mod rules;
mod selection;
pub(super) mod simulated;
mod table_settings;
mod transformation;

use super::{
    evaluate::evaluate_at,
    model::{Body, Mappings, Rule},
    parse::read,
};
use crate::{
    codes::{self, Code},
    context::Context,
    finding::Finding,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// The most bytes that DMS takes.
const LARGEST: usize = 2 * 1024 * 1024;

/// Everything found in a document, in the order of its rules.
pub fn check(document: &Value, context: &Context) -> Vec<Finding> {
    let (mappings, places, mut findings) = read(document);
    let size = document.to_string().len();
    if size > LARGEST {
        let message = format!("the document has {size} bytes; DMS takes {LARGEST}");
        findings.push(Finding::new(&codes::M119, "", message));
    }
    if findings.iter().any(|f| f.code == "M101" || f.code == "M102") {
        return findings;
    }
    let mut checks = Checks { mappings: &mappings, places: &places, context, findings };
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
        findings.extend(evaluate_at(&mappings, &places, catalogue).findings);
    }
    tidy(findings)
}

/// The same for the text of a document. What is no JSON is a finding.
pub fn check_text(text: &str, context: &Context) -> Vec<Finding> {
    match serde_json::from_str(text) {
        Ok(document) => check(&document, context),
        Err(error) => {
            let message = format!("the text is not JSON: {error}");
            vec![Finding::new(&codes::M101, "", message)]
        }
    }
}

/// In document order, each once. That a rule is about nothing selected says more than that it
/// matches nothing.
fn tidy(mut findings: Vec<Finding>) -> Vec<Finding> {
    let idle: BTreeSet<String> =
        findings.iter().filter(|f| f.code == "M304").map(|f| f.path.clone()).collect();
    findings.retain(|f| f.code != "M602" || !idle.contains(&f.path));
    let index = |f: &Finding| {
        let digits = f.path.strip_prefix("rules[").and_then(|p| p.split(']').next());
        digits.and_then(|d| d.parse::<usize>().ok())
    };
    findings.sort_by_key(index);
    let mut seen = BTreeSet::new();
    findings.retain(|f| seen.insert((f.code, f.path.clone())));
    findings
}

/// A document under check.
struct Checks<'a> {
    mappings: &'a Mappings,
    /// The place in the document of each rule that could be read.
    places: &'a [usize],
    context: &'a Context,
    findings: Vec<Finding>,
}

impl<'a> Checks<'a> {
    fn rule(&mut self, at: usize) -> One<'a, '_> {
        One {
            rule: &self.mappings.rules[at],
            index: self.places[at],
            context: self.context,
            findings: &mut self.findings,
        }
    }
}

/// One rule under check.
struct One<'a, 'f> {
    rule: &'a Rule,
    index: usize,
    context: &'a Context,
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
