//! A plan as a tree of what to show: headline, groups, nodes, lines. Renderers only print it.

use crate::{
    diff::{Difference, Side},
    plan::{Action, DESTROYED, Plan, Step},
};
use dmsrun_base::Value;
use std::collections::BTreeMap;

/// From this many creations on, a plan shows them grouped and not one by one; so with the deletions
/// of a destroy that lose nothing.
const GROUP_FROM: usize = 9;

/// How long a value may be in a plan.
const LONGEST: usize = 60;

/// How much to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Many creations are grouped.
    #[default]
    Compact,
    /// Every step and every property.
    Full,
}

/// What to show of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// `2 to change, interrupts replication`.
    pub headline: String,
    /// Creations, or the deletions of a destroy, by group.
    pub groups: Vec<Group>,
    /// The other steps.
    pub nodes: Vec<Node>,
    /// How many resources are as declared, where there are other steps.
    pub unchanged: usize,
    /// What stays although it is not declared.
    pub kept: Vec<String>,
}

/// Steps of one sort in one part of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `+` or `-`.
    pub symbol: &'static str,
    /// `network`.
    pub name: String,
    /// `vpc 10.0.0.0/16`, `6 subnets`.
    pub parts: Vec<String>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// `+`, `~`, `-/~` for what may be replaced, `-/+`, `-` or `…`.
    pub symbol: &'static str,
    /// `create`: the word for the symbol.
    pub word: &'static str,
    /// `dms.task "migration"`.
    pub title: String,
    /// `migrate.lua:52`.
    pub place: Option<String>,
    /// Why, where the lines do not say it.
    pub reason: Option<String>,
    /// What differs.
    pub lines: Vec<Line>,
    /// What it does to replication and to data.
    pub marks: Vec<String>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `settings.FullLoadSettings.MaxFullLoadSubTasks`.
    pub path: String,
    /// `8 → 16`.
    pub text: String,
}

/// The tree of a plan.
pub fn tree(plan: &Plan, detail: Detail) -> Tree {
    let compact = |steps: Vec<usize>| {
        let many = detail == Detail::Compact && steps.len() >= GROUP_FROM;
        if many { steps } else { Vec::new() }
    };
    let these = |wanted: &dyn Fn(&Step) -> bool| {
        let all = plan.steps.iter().enumerate();
        all.filter(|(_, step)| wanted(step)).map(|(at, _)| at).collect::<Vec<_>>()
    };
    let creations = compact(these(&|s| s.action == Action::Create));
    let deletions =
        compact(these(&|s| s.reason == DESTROYED && s.effect.is_none() && s.loses_data.is_none()));
    let nodes = plan.steps.iter().enumerate();
    let nodes = nodes.filter(|(at, _)| !creations.contains(at) && !deletions.contains(at));
    let steps = |of: &[usize]| of.iter().map(|at| &plan.steps[*at]).collect::<Vec<_>>();
    Tree {
        headline: headline(plan),
        groups: [groups("+", &steps(&creations)), groups("-", &steps(&deletions))].concat(),
        nodes: nodes.map(|(_, step)| node(step, detail)).collect(),
        unchanged: if plan.has_changes() { plan.unchanged.len() } else { 0 },
        kept: plan
            .kept
            .iter()
            .map(|(id, why)| format!("{} \"{}\" stays: {why}", id.kind, id.id))
            .collect(),
    }
}

fn headline(plan: &Plan) -> String {
    let words = [
        (Action::Create, "to create"),
        (Action::Update, "to change"),
        (Action::Replace, "to replace"),
        (Action::Delete, "to delete"),
        (Action::Wait, "to wait for"),
    ];
    let maybe = plan.may_replace();
    let mut parts: Vec<String> = words
        .iter()
        .map(|(action, words)| {
            let less = if *action == Action::Update { maybe } else { 0 };
            (plan.count(*action).saturating_sub(less), words)
        })
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    if maybe > 0 {
        parts.push(format!("{maybe} that may be replaced"));
    }
    if parts.is_empty() {
        return match plan.unchanged.len() {
            0 => "nothing to do".to_owned(),
            count => format!("no changes, {count} unchanged"),
        };
    }
    let interrupts = |s: &Step| s.effect.as_ref().is_some_and(|e| e.contains("interrupts"));
    if plan.steps.iter().any(interrupts) {
        parts.push("interrupts replication".to_owned());
    }
    if plan.steps.iter().any(|s| s.loses_data.is_some()) {
        parts.push("loses data".to_owned());
    }
    parts.join(", ")
}

fn node(step: &Step, detail: Detail) -> Node {
    let (symbol, word) = match step.action {
        Action::Create => ("+", "create"),
        Action::Update if step.may_replace.is_some() => ("-/~", "may replace"),
        Action::Update => ("~", "change"),
        Action::Replace => ("-/+", "replace"),
        Action::Delete => ("-", "delete"),
        Action::Wait => ("…", "wait"),
    };
    let reason = match step.action {
        Action::Update => step.may_replace.as_ref().map(|why| format!("may be replaced: {why}")),
        Action::Create => None,
        Action::Replace => Some(format!("replace: {}", step.reason)),
        Action::Delete if step.reason == DESTROYED => None,
        Action::Delete | Action::Wait => Some(step.reason.clone()),
    };
    let show = step.action != Action::Create || detail == Detail::Full;
    Node {
        symbol,
        word,
        title: format!("{} \"{}\"", step.resource.kind, step.resource.id),
        place: step.span().map(|s| format!("{}:{}", s.file, s.line)),
        reason,
        lines: step.differences.iter().filter(|_| show).map(line).collect(),
        marks: [&step.effect, &step.loses_data].into_iter().flatten().cloned().collect(),
    }
}

fn line(difference: &Difference) -> Line {
    let text = match &difference.text {
        Some(text) => text.clone(),
        None => sides(&difference.from, &difference.to),
    };
    Line { path: difference.path.clone(), text }
}

/// `8 → 16`, `+ subnet-3`, `- subnet-1`.
pub fn sides(from: &Side, to: &Side) -> String {
    match (from, to) {
        (Side::Absent, to) => format!("+ {}", side(to)),
        (from, Side::Absent) => format!("- {}", side(from)),
        (from, to) => format!("{} → {}", side(from), side(to)),
    }
}

/// One side of a difference, as it is shown.
pub fn side(side: &Side) -> String {
    match side {
        Side::Absent => "nothing".to_owned(),
        Side::Known(value) => shown(value),
        Side::Sensitive => "(sensitive)".to_owned(),
        Side::Unknown => "(known after apply)".to_owned(),
    }
}

/// A value on one line: plain where that can't be misread, shortened where it is long.
fn shown(value: &Value) -> String {
    let text = match value {
        // AWS reads a threshold of 10 back as 10.0: it is the same number.
        Value::Float(_) if value.as_i64().is_some() => {
            value.as_i64().unwrap_or_default().to_string()
        }
        Value::String(s) if !s.is_empty() && !s.contains([' ', '\n', '"', '\t']) => s.clone(),
        other => other.to_json().to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    format!("{}…", text.chars().take(LONGEST - 1).collect::<String>())
}

fn groups(symbol: &'static str, steps: &[&Step]) -> Vec<Group> {
    const ORDER: [&str; 6] = ["network", "storage", "access", "dms", "monitoring", "other"];
    let mut kinds: BTreeMap<usize, Vec<(&str, Vec<&Step>)>> = BTreeMap::new();
    for step in steps {
        let (service, noun) =
            step.resource.kind.split_once('.').unwrap_or(("", &step.resource.kind));
        let group = match service {
            "ec2" => 0,
            "s3" | "logs" => 1,
            "iam" | "kms" | "secretsmanager" => 2,
            "dms" => 3,
            "cloudwatch" | "sns" => 4,
            _ => 5,
        };
        let parts = kinds.entry(group).or_default();
        match parts.iter_mut().find(|(known, _)| *known == noun) {
            Some((_, steps)) => steps.push(step),
            None => parts.push((noun, vec![step])),
        }
    }
    kinds
        .into_iter()
        .map(|(group, kinds)| Group {
            symbol,
            name: ORDER[group].to_owned(),
            parts: kinds.into_iter().map(|(noun, steps)| part(noun, &steps)).collect(),
        })
        .collect()
}

fn part(noun: &str, steps: &[&Step]) -> String {
    let noun = noun.replace('_', " ");
    match steps {
        [one] => match one.declared.as_ref().and_then(|d| d.brief.as_ref()) {
            Some(brief) => format!("{noun} {brief}"),
            None => format!("1 {noun}"),
        },
        many => format!("{} {}", many.len(), plural(&noun)),
    }
}

fn plural(noun: &str) -> String {
    match noun {
        n if n.ends_with('y') => format!("{}ies", &n[..n.len() - 1]),
        n if n.ends_with('s') || n.ends_with('x') => format!("{n}es"),
        n => format!("{n}s"),
    }
}
