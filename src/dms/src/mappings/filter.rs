//! Which rows a rule's filters let through: filters are joined by AND, the conditions of one by OR.

use super::model::{Condition, Filter, Operator};
use std::cmp::Ordering;

/// Whether a row is loaded. `value` gives a column's text; `None` is NULL.
pub fn keeps<'a>(filters: &[Filter], value: impl Fn(&str) -> Option<&'a str>) -> bool {
    filters.iter().all(|f| {
        if keeps_nothing(f) {
            return false;
        }
        let own = value(&f.column);
        match own {
            Some(own) => f.conditions.iter().any(|c| holds(c, own)),
            None => keeps_null(f),
        }
    })
}

/// What the filter does with NULL: only a `null` condition that no negative one stands beside lets
/// it in.
pub fn keeps_null(filter: &Filter) -> bool {
    let has = |f: fn(Operator) -> bool| filter.conditions.iter().any(|c| f(c.operator));
    has(|o| o == Operator::Null) && !has(Operator::is_negative)
}

/// Whether the filter, as the reference has it, lets no row through at all: a negative condition
/// beside `null` with no inclusive one.
pub fn keeps_nothing(filter: &Filter) -> bool {
    let has = |f: fn(Operator) -> bool| filter.conditions.iter().any(|c| f(c.operator));
    has(Operator::is_negative) && has(|o| o == Operator::Null) && !has(Operator::is_inclusive)
}

fn holds(condition: &Condition, own: &str) -> bool {
    let with = |other: &Option<String>| other.as_deref().map(|o| compare(own, o));
    let inside = || {
        with(&condition.start).is_some_and(Ordering::is_ge)
            && with(&condition.end).is_some_and(Ordering::is_le)
    };
    match condition.operator {
        Operator::Lte | Operator::Ste => with(&condition.value).is_some_and(Ordering::is_le),
        Operator::Gte => with(&condition.value).is_some_and(Ordering::is_ge),
        Operator::Eq => with(&condition.value).is_some_and(Ordering::is_eq),
        Operator::NotEq => with(&condition.value).is_some_and(Ordering::is_ne),
        Operator::Between => inside(),
        Operator::NotBetween => !inside(),
        Operator::Null => false,
        Operator::NotNull => true,
    }
}

/// Two values: as numbers where both are, as text otherwise.
pub fn compare(a: &str, b: &str) -> Ordering {
    if let (Ok(a), Ok(b)) = (a.parse::<i128>(), b.parse::<i128>()) {
        return a.cmp(&b);
    }
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    }
}
