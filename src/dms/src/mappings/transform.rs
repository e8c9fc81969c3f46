//! What transformations make of names and columns. On one object one action counts, the one with
//! the lowest rule id; a mask may stand beside `add-column` and `change-data-type`; structural
//! actions (add, include, remove, before-image, primary key) stand beside anything.

use super::{
    evaluate::{ColumnOrigin, ColumnOutcome},
    evaluator::{Compiled, Tally},
    model::{Action, Body, Target, Transformation},
    pattern::Naming,
};
use crate::catalogue::{CatalogueTable, Column};

/// The name that a naming action makes of a name.
pub fn rename(t: &Transformation, name: &str) -> String {
    let value = t.value.as_deref().unwrap_or_default();
    let old = t.old_value.as_deref().unwrap_or_default();
    let without = |rest: Option<&str>| rest.unwrap_or(name).to_owned();
    match t.action {
        Action::Rename => value.to_owned(),
        Action::ConvertLowercase => name.to_lowercase(),
        Action::ConvertUppercase => name.to_uppercase(),
        Action::AddPrefix => format!("{value}{name}"),
        Action::AddSuffix => format!("{name}{value}"),
        Action::RemovePrefix => without(name.strip_prefix(value)),
        Action::RemoveSuffix => without(name.strip_suffix(value)),
        Action::ReplacePrefix => {
            name.strip_prefix(old).map_or(name.to_owned(), |rest| format!("{value}{rest}"))
        }
        Action::ReplaceSuffix => {
            name.strip_suffix(old).map_or(name.to_owned(), |rest| format!("{rest}{value}"))
        }
        _ => name.to_owned(),
    }
}

/// A transformation rule that is about the table at hand.
pub(super) struct Applying<'m> {
    /// Its place in the evaluator's order of precedence.
    pub at: usize,
    pub rule: &'m Compiled<'m>,
    pub t: &'m Transformation,
}

impl<'m> Applying<'m> {
    pub fn of(at: usize, rule: &'m Compiled<'m>) -> Option<Self> {
        match &rule.rule.body {
            Body::Transformation(t) => Some(Self { at, rule, t }),
            _ => None,
        }
    }

    fn takes(&self, column: &Column, naming: Naming) -> bool {
        let pattern = self.rule.column.as_ref();
        pattern.is_some_and(|p| p.matches(&naming.fold(&column.name)))
            && self.rule.rule.locator.data_type.as_deref().is_none_or(|t| is_type(column, t))
    }
}

/// Whether a column is of a type, as the source, DMS or the rule may call it.
pub(super) fn is_type(column: &Column, wanted: &str) -> bool {
    let base = column.data_type.split('(').next().unwrap_or_default().trim();
    column.data_type.eq_ignore_ascii_case(wanted)
        || base.eq_ignore_ascii_case(wanted)
        || column.dms_type().is_some_and(|t| t.eq_ignore_ascii_case(wanted))
}

/// The name that the first naming rule of this target makes; the others are dropped and counted.
pub(super) fn name_on(
    target: Target,
    rules: &[Applying<'_>],
    name: &str,
    object: impl Fn() -> String,
    tally: &mut Tally,
) -> String {
    let mut winner: Option<&Applying<'_>> = None;
    for a in rules.iter().filter(|a| a.t.target == target && a.t.action.is_naming()) {
        tally.matched[a.at] += 1;
        match winner {
            None => winner = Some(a),
            Some(w) => tally.beaten(a.at, w.at, &object),
        }
    }
    let Some(w) = winner else { return name.to_owned() };
    let renamed = rename(w.t, name);
    if renamed != name {
        tally.namers[usize::from(target == Target::Table)] = Some(w.at);
    }
    tally.applied(w.at, || {
        let word = target.word();
        if renamed == name {
            format!("leaves the {word}'s name as it is, \"{name}\"")
        } else {
            format!("names the {word} \"{renamed}\"")
        }
    });
    renamed
}

/// The columns of a table on the target, those that are dropped included.
pub(super) fn columns(
    table: &CatalogueTable,
    rules: &[Applying<'_>],
    naming: Naming,
    tally: &mut Tally,
) -> Vec<ColumnOutcome> {
    let rules: Vec<&Applying<'_>> = rules.iter().filter(|a| a.t.target == Target::Column).collect();
    if rules.is_empty() {
        return table.columns.iter().map(ColumnOutcome::unchanged).collect();
    }
    let keeps_few = rules.iter().any(|a| a.t.action == Action::IncludeColumn);
    let mut out = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let object = || format!("{}.{}", table.full_name(), column.name);
        let hits: Vec<&Applying<'_>> =
            rules.iter().copied().filter(|a| a.takes(column, naming)).collect();
        out.push(one_column(column, &hits, keeps_few, object, tally));
    }
    for a in rules.iter().filter(|a| a.t.action == Action::AddColumn) {
        out.push(added(a, &rules, naming, tally));
        tally.columns.push(Some(a.at));
    }
    for a in rules.iter().filter(|a| a.t.action == Action::AddBeforeImageColumns) {
        tally.matched[a.at] += 1;
        let before = out.len();
        before_images(a, table, naming, &mut out);
        tally.columns.resize(out.len(), Some(a.at));
        tally.applied(a.at, || {
            let names: Vec<&str> =
                out[before..].iter().filter_map(|c| c.target.as_deref()).collect();
            format!("adds columns with the values before a change: {}", names.join(", "))
        });
    }
    out
}

fn one_column(
    column: &Column,
    hits: &[&Applying<'_>],
    keeps_few: bool,
    object: impl Fn() -> String,
    tally: &mut Tally,
) -> ColumnOutcome {
    let mut outcome = ColumnOutcome::unchanged(column);
    let mut named: Option<&Applying<'_>> = None;
    let mut included = false;
    let mut mask: Option<&Applying<'_>> = None;
    for a in hits {
        let action = a.t.action;
        if matches!(action, Action::AddColumn | Action::AddBeforeImageColumns) {
            continue;
        }
        tally.matched[a.at] += 1;
        let rival = match action {
            Action::IncludeColumn | Action::RemoveColumn => None,
            // A mask goes with a change of type, but with no other action and no other mask.
            _ if action.is_masking() => {
                mask.or(named.filter(|n| n.t.action != Action::ChangeDataType))
            }
            Action::ChangeDataType => named,
            _ => named.or(mask),
        };
        if let Some(rival) = rival {
            tally.beaten(a.at, rival.at, &object);
            continue;
        }
        match action {
            Action::IncludeColumn => included = true,
            Action::RemoveColumn => outcome.removed = true,
            _ if action.is_masking() => {
                mask = Some(a);
                outcome.masked_by = Some(action);
            }
            Action::ChangeDataType => {
                named = Some(a);
                if let Some(to) = &a.t.data_type {
                    outcome.data_type = to.text();
                }
            }
            _ => {
                named = Some(a);
                outcome.target = Some(rename(a.t, &column.name));
            }
        }
        tally.applied(a.at, || done(action, column, &outcome));
    }
    outcome.removed |= keeps_few && !included;
    if outcome.removed {
        outcome.target = None;
    }
    let naming = named.filter(|n| n.t.action != Action::ChangeDataType);
    tally.columns.push(naming.map(|n| n.at));
    outcome
}

/// What an action did to a column, as the rest of a sentence.
fn done(action: Action, column: &Column, outcome: &ColumnOutcome) -> String {
    let name = &column.name;
    match action {
        Action::IncludeColumn => format!("keeps the column {name}"),
        Action::RemoveColumn => format!("leaves the column {name} out"),
        Action::MaskDigits => format!("masks the digits of the column {name}"),
        Action::MaskRandom => format!("masks the digits of the column {name} by chance"),
        Action::MaskHash => format!("masks the column {name} by a hash"),
        Action::ChangeDataType => {
            format!("makes the column {name} a {}", outcome.data_type)
        }
        _ => match &outcome.target {
            Some(target) if target != name => format!("names the column {name} \"{target}\""),
            _ => format!("leaves the name of the column {name} as it is"),
        },
    }
}

fn added(
    a: &Applying<'_>,
    rules: &[&Applying<'_>],
    naming: Naming,
    tally: &mut Tally,
) -> ColumnOutcome {
    tally.matched[a.at] += 1;
    let name = a.t.value.clone().unwrap_or_default();
    tally.applied(a.at, || match &a.t.expression {
        Some(expression) => format!("adds the column {name}, filled by {}", expression.trim()),
        None => format!("adds the column {name}; nothing fills it"),
    });
    let as_column = Column { name: name.clone(), ..Column::default() };
    let mask = rules.iter().find(|m| m.t.action.is_masking() && m.takes(&as_column, naming));
    if let Some(mask) = mask {
        tally.matched[mask.at] += 1;
        tally.applied(mask.at, || format!("masks the column {name}"));
    }
    ColumnOutcome {
        source: None,
        target: Some(name),
        data_type: a.t.data_type.as_ref().map(|d| d.text()).unwrap_or_default(),
        removed: false,
        origin: ColumnOrigin::Added,
        masked_by: mask.map(|m| m.t.action),
        expression: a.t.expression.clone(),
    }
}

fn before_images(
    a: &Applying<'_>,
    table: &CatalogueTable,
    naming: Naming,
    out: &mut Vec<ColumnOutcome>,
) {
    let def = a.t.before_image.as_ref();
    let prefix = def.and_then(|d| d.prefix.as_deref()).unwrap_or("BI_");
    let suffix = def.and_then(|d| d.suffix.as_deref()).unwrap_or_default();
    let filter = def.and_then(|d| d.filter.as_deref()).unwrap_or("pk-only");
    let column = a.rule.column.as_ref();
    for (index, c) in table.columns.iter().enumerate() {
        let wanted = match filter {
            "all" => true,
            "non-lob" => !c.is_lob(),
            _ => c.primary_key,
        };
        let named = column.is_none_or(|p| p.matches(&naming.fold(&c.name)));
        if !wanted || !named {
            continue;
        }
        let Some(target) = out.get(index).and_then(|o| o.target.clone()) else { continue };
        out.push(ColumnOutcome {
            source: Some(c.name.clone()),
            target: Some(format!("{prefix}{target}{suffix}")),
            data_type: c.data_type.clone(),
            removed: false,
            origin: ColumnOrigin::BeforeImage,
            masked_by: None,
            expression: None,
        });
    }
}
