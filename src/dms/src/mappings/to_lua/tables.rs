//! Which builders make table settings.

use super::{
    builders::{call, chain, odd_number, table_name},
    lua::{Chain, Lua},
};
use crate::mappings::{model::*, write};

pub(super) fn table_settings(rule: &Rule, t: &TableSettings) -> Option<Chain> {
    let object = table_name(rule)?;
    let mut calls = Vec::new();
    if let Some(load) = &t.parallel_load {
        calls.push(call("parallel_load", vec![parallel_load(load)]));
    }
    if let Some(lob) = &t.lob {
        if lob.mode.is_none() && lob.bulk_max_size.is_none() {
            return None;
        }
        calls.push(call("lobs", vec![lobs(lob)]));
    }
    (!calls.is_empty()).then(|| chain("map.table", object, calls))
}

fn parallel_load(load: &ParallelLoad) -> Lua {
    let bare = ParallelLoad::of(load.kind);
    let own_form = || Lua::of(&write::parallel_load(load));
    let full = |list: &[String]| !list.is_empty() && list.iter().all(|t| !t.is_empty());
    let made = match load.kind {
        ParallelType::None if *load == bare => Some(Lua::text_of("none")),
        ParallelType::PartitionsAuto if *load == bare => Some(Lua::text_of("partitions")),
        ParallelType::SubpartitionsAuto if *load == bare => Some(Lua::text_of("subpartitions")),
        ParallelType::PartitionsList => {
            let (parts, subs) = (&load.partitions, &load.subpartitions);
            let expected =
                ParallelLoad { partitions: parts.clone(), subpartitions: subs.clone(), ..bare };
            let good = [parts, subs].iter().all(|l| l.is_empty() || full(l));
            let fields = [("partitions", parts), ("subpartitions", subs)];
            let fields: Vec<(&str, Lua)> = fields
                .into_iter()
                .filter(|(_, l)| !l.is_empty())
                .map(|(k, l)| (k, Lua::texts(l)))
                .collect();
            (*load == expected && good && !fields.is_empty()).then(|| Lua::fields(fields))
        }
        ParallelType::Ranges => ranges(load, bare),
        _ => None,
    };
    made.unwrap_or_else(own_form)
}

fn ranges(load: &ParallelLoad, bare: ParallelLoad) -> Option<Lua> {
    let (columns, bounds) = (&load.columns, &load.boundaries);
    let expected = ParallelLoad { columns: columns.clone(), boundaries: bounds.clone(), ..bare };
    let width = columns.len();
    let texts = columns.iter().chain(bounds.iter().flatten());
    let good = (1..=10).contains(&width)
        && !bounds.is_empty()
        && bounds.iter().all(|b| b.len() == width)
        && texts.into_iter().all(|t| !t.is_empty() && !odd_number(t))
        && bounds.windows(2).all(|w| ascending(&w[0], &w[1]));
    if *load != expected || !good {
        return None;
    }
    let bound = |b: &Vec<String>| match b.as_slice() {
        [one] => Lua::scalar(one),
        many => Lua::list(many.iter().map(|v| Lua::scalar(v))),
    };
    Some(Lua::fields([
        ("columns", Lua::texts(columns)),
        ("ranges", Lua::list(bounds.iter().map(bound))),
    ]))
}

/// Whether the builder takes one boundary behind another: it compares numbers only.
fn ascending(low: &[String], high: &[String]) -> bool {
    for (a, b) in low.iter().zip(high) {
        let (Ok(a), Ok(b)) = (a.trim().parse::<f64>(), b.trim().parse::<f64>()) else {
            return true;
        };
        if a.total_cmp(&b).is_ne() {
            return b > a;
        }
    }
    false
}

fn lobs(lob: &LobSettings) -> Lua {
    if lob.extra.is_empty() {
        match (lob.mode, lob.bulk_max_size) {
            (Some(LobMode::Limited), Some(kb)) if (1..=2_147_483_647).contains(&kb) => {
                return Lua::fields([("max_kb", Lua::number(kb))]);
            }
            (Some(LobMode::Unlimited), Some(0)) => return Lua::text_of("unlimited"),
            (Some(LobMode::None), None) => return Lua::text_of("task"),
            _ => {}
        }
    }
    Lua::of(&write::lob(lob))
}
