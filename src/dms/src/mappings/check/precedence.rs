//! Transformations beside each other: on one object one action is applied, that of the rule that
//! comes first; a mask may stand beside a change of type; of what stands beside structural actions
//! the documentation does not speak.

use super::{
    Checks,
    overlap::{MOST_PAIRS, TO_WIN, UNMASKED},
};
use crate::{
    codes,
    finding::{Finding, Severity},
    mappings::{
        compare::describe,
        located::{Crowd, Located},
        model::{Action, Target, Transformation},
    },
};

pub(super) fn check(checks: &mut Checks<'_>, rules: &[Located<'_>]) {
    let mut pairs = 0;
    for target in [
        Target::Schema,
        Target::Table,
        Target::Column,
        Target::TableTablespace,
        Target::IndexTablespace,
    ] {
        let own = |c: &&Located<'_>| c.rule.transformation().is_some_and(|t| t.target == target);
        let all: Vec<&Located<'_>> = rules.iter().filter(own).collect();
        let single = all.iter().copied().filter(|c| !is(c, structural));
        let single: Vec<&Located<'_>> = single.collect();
        beaten(checks, &single, &mut pairs);
        if target == Target::Column {
            left_out(checks, &all, &mut pairs);
            added_twice(checks, &all);
        }
    }
    if pairs > MOST_PAIRS {
        let message = "so many patterns begin alike that not every pair of rules was compared";
        checks.findings.push(Finding::new(&codes::M133, "rules", message));
    }
}

fn is(c: &Located<'_>, what: impl Fn(&Transformation) -> bool) -> bool {
    c.rule.transformation().is_some_and(what)
}

fn structural(t: &Transformation) -> bool {
    use Action as A;
    matches!(t.action, A::AddColumn | A::IncludeColumn | A::RemoveColumn | A::AddBeforeImageColumns)
}

fn rank(c: &Located<'_>) -> (u64, usize) {
    (c.rule.id, c.at)
}

/// Rules of which another one, that comes first, takes the object.
fn beaten(checks: &mut Checks<'_>, rules: &[&Located<'_>], pairs: &mut usize) {
    let set = Crowd::new(rules.iter().copied());
    for later in rules {
        let mut near: Vec<&Located<'_>> = Vec::new();
        for c in set.near(later) {
            *pairs += 1;
            if *pairs > MOST_PAIRS {
                return;
            }
            if rank(c) < rank(later) && c.meets(later) {
                near.push(c);
            }
        }
        near.sort_by_key(|c| rank(c));
        meeting(checks, later, &near);
    }
}

/// `later` meets rules that come before it: one of its kind beats it; masks go with changes of type.
fn meeting(checks: &mut Checks<'_>, later: &Located<'_>, near: &[&Located<'_>]) {
    let Some(t) = later.rule.transformation() else { return };
    for earlier in near {
        let Some(e) = earlier.rule.transformation() else { continue };
        if t.action.is_masking() && e.action == Action::ChangeDataType {
            continue;
        }
        let (text, winner) = (describe(later.rule), describe(earlier.rule));
        if (t.action == Action::DefinePrimaryKey) != (e.action == Action::DefinePrimaryKey) {
            let message = format!("whether {text} counts beside {winner} is ambiguous");
            checks.rule(later.at).report(&codes::M334, "rule-action", message);
            continue;
        }
        if t.action == Action::ChangeDataType && e.action.is_masking() {
            let message = format!("{text} comes after {winner}: the type must change first");
            checks.rule(later.at).report(&codes::M313, "rule-id", message).hint = Some(
                "put the change of type first (in JSON: give it the lower rule-id)".to_owned(),
            );
            continue;
        }
        let message = if earlier.covers(later) {
            format!("{text} is never applied: {winner} comes first, on everything it matches")
        } else {
            format!("where both match, {winner} comes first and {text} is not applied")
        };
        let unmasked = t.action.is_masking() && !e.action.is_masking();
        let message = if unmasked { format!("{message}: {UNMASKED}") } else { message };
        let mut one = checks.rule(later.at);
        let finding = one.report(&codes::M302, "rule-id", message);
        finding.hint = Some(TO_WIN.into());
        if unmasked {
            finding.severity = Severity::Error;
        }
        return;
    }
}

/// Rules on columns that another rule takes away, and those beside include-column.
fn left_out(checks: &mut Checks<'_>, rules: &[&Located<'_>], pairs: &mut usize) {
    let removing =
        Crowd::new(rules.iter().copied().filter(|c| is(c, |t| t.action == Action::RemoveColumn)));
    let including =
        Crowd::new(rules.iter().copied().filter(|c| is(c, |t| t.action == Action::IncludeColumn)));
    if removing.is_empty() && including.is_empty() {
        return;
    }
    for c in rules {
        let Some(t) = c.rule.transformation() else { continue };
        let text = || describe(c.rule);
        for removal in removing.near(c) {
            *pairs += 1;
            if *pairs > MOST_PAIRS {
                return;
            }
            if t.action == Action::IncludeColumn && removal.meets_table(c) {
                let message = format!("{} stands beside {}", describe(removal.rule), text());
                checks.rule(removal.at).report(&codes::M320, "rule-action", message);
                break;
            }
            let changes = !structural(t) && removal.covers(c);
            if changes {
                let message =
                    format!("{} leaves out all that {} changes", describe(removal.rule), text());
                checks.rule(c.at).report(&codes::M333, "object-locator", message);
                break;
            }
        }
        if structural(t) {
            continue;
        }
        // A table with include-column rules keeps what they name, and nothing else.
        let near: Vec<&Located<'_>> = including.near(c).filter(|i| i.covers_table(c)).collect();
        if near.is_empty() {
            continue;
        }
        match near.iter().find(|i| i.meets(c)) {
            Some(kept) => {
                let kept = describe(kept.rule);
                let message = format!("whether {} counts beside {kept} is ambiguous", text());
                checks.rule(c.at).report(&codes::M334, "rule-action", message);
            }
            None => {
                let message = format!("no include-column rule keeps what {} changes", text());
                checks.rule(c.at).report(&codes::M333, "object-locator", message);
            }
        }
    }
}

/// Columns that two rules add under one name; names that differ by case are one.
fn added_twice(checks: &mut Checks<'_>, rules: &[&Located<'_>]) {
    let adding: Vec<&Located<'_>> =
        rules.iter().copied().filter(|c| is(c, |t| t.action == Action::AddColumn)).collect();
    let name = |c: &Located<'_>| {
        let t = c.rule.transformation();
        t.and_then(|t| t.value.as_deref()).unwrap_or_default().to_lowercase()
    };
    let set = Crowd::new(adding.iter().copied());
    for c in &adding {
        let own = name(c);
        let same = |o: &&Located<'_>| {
            let covers = o.covers_table(c) || c.covers_table(o);
            rank(o) < rank(c) && covers && name(o) == own
        };
        if let Some(first) = set.near(c).find(same) {
            let message = format!("{} adds the column too", describe(first.rule));
            checks.rule(c.at).report(&codes::M328, "value", message);
        }
    }
}
