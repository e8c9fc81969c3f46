//! Rules that name columns, against the columns of the tables that they match.

use super::{expression, simulated::Sight};
use crate::{
    catalogue::{CatalogueTable, Column, dms_type},
    codes,
    engines::Family,
    mappings::{
        evaluate::TableOutcome,
        evaluator::{Compiled, Tally},
        model::{Action, Body, Filter, LobMode, ParallelType, Selection, Target, Transformation},
    },
};

/// One rule on one table that is taken.
struct Here<'h, 's, 'a> {
    sight: &'h mut Sight<'s>,
    at: usize,
    rule: &'a Compiled<'a>,
    table: &'h CatalogueTable,
    outcome: &'h TableOutcome,
}

pub(super) fn check(
    sight: &mut Sight<'_>,
    at: usize,
    table: &CatalogueTable,
    outcome: &TableOutcome,
) {
    let rule = sight.rule(at);
    let mut here = Here { sight, at, rule, table, outcome };
    match &rule.rule.body {
        Body::Selection(s) if !s.filters.is_empty() => here.filters(s),
        Body::Transformation(t) => here.transformation(t),
        Body::TableSettings(settings) => {
            if let Some(load) =
                settings.parallel_load.as_ref().filter(|l| l.kind == ParallelType::Ranges)
            {
                for name in &load.columns {
                    here.range_column(name);
                }
            }
            here.lobs();
        }
        Body::Validation(_) => here.validation(),
        Body::ObjectMapping(o) => {
            let names = o.parameters.iter().flat_map(super::other::columns_in);
            for (key, name) in names {
                here.exists(&format!("mapping-parameters.{key}"), &name);
            }
        }
        _ => {}
    }
}

impl<'h> Here<'h, '_, '_> {
    fn find(&self, name: &str) -> Option<&'h Column> {
        let naming = self.sight.evaluator.naming;
        let table: &'h CatalogueTable = self.table;
        table.columns.iter().find(|c| naming.fold(&c.name) == naming.fold(name))
    }

    /// The column of this name; that there is none is a finding.
    fn exists(&mut self, key: &str, name: &str) -> Option<&'h Column> {
        let found = self.find(name);
        if found.is_none() {
            let table = self.table;
            self.sight.note(self.at, &codes::M610, key, || {
                let names = table.columns.iter().map(|c| c.name.as_str());
                let hint = dmsrun_diag::did_you_mean(name, names);
                (format!("{} has no column \"{name}\"", table.full_name()), hint)
            });
        }
        found
    }

    fn filters(&mut self, selection: &Selection) {
        for (index, filter) in selection.filters.iter().enumerate() {
            let at = format!("filters[{index}].column-name");
            let Some(column) = self.exists(&at, &filter.column) else { continue };
            let name = format!("{}.{}", self.table.full_name(), column.name);
            if column.is_lob() {
                self.sight.note(self.at, &codes::M611, &at, || {
                    (format!("{name} is a LOB ({})", column.data_type), None)
                });
                continue;
            }
            self.values(index, filter, column);
            let context = self.sight.context;
            let follows = context.is_some_and(|c| c.migration_type.is_some_and(|m| m.replicates()));
            let postgres = context.is_some_and(|c| c.source_is(&[Family::Postgres]));
            if follows && postgres && self.table.has_key() && !column.primary_key {
                self.sight.note(self.at, &codes::M229, &at, || {
                    let message = format!("{name} is not part of the primary key");
                    (message, Some("set REPLICA IDENTITY so that it covers the column".into()))
                });
            }
        }
    }

    /// Values of a filter that the column's type does not have.
    fn values(&mut self, index: usize, filter: &Filter, column: &Column) {
        let fits: fn(&str) -> bool = match column.dms_type() {
            Some("date") => super::selection::is_date,
            Some("datetime") => super::selection::is_datetime,
            Some(kind) if is_number(kind) => |v| v.trim().parse::<f64>().is_ok(),
            _ => return,
        };
        for (n, condition) in filter.conditions.iter().enumerate() {
            let values = [&condition.value, &condition.start, &condition.end];
            for value in values.into_iter().flatten().filter(|v| !fits(v)) {
                let at = format!("filters[{index}].filter-conditions[{n}]");
                let kind = &column.data_type;
                self.sight.note(self.at, &codes::M225, &at, || {
                    (format!("\"{value}\" is no value of {} ({kind})", column.name), None)
                });
            }
        }
    }

    fn range_column(&mut self, name: &str) {
        let at = "parallel-load.columns";
        let Some(column) = self.exists(at, name) else { return };
        let full = format!("{}.{name}", self.table.full_name());
        if column.is_lob() || matches!(column.dms_type(), Some("real4" | "real8")) {
            self.sight.note(self.at, &codes::M416, at, || {
                (format!("{full} is {}", column.data_type), None)
            });
        }
        let key_known = !self.table.keys_unknown;
        let may_be_null = column.nullable.unwrap_or(key_known && !column.primary_key);
        if may_be_null && !column.primary_key {
            self.sight.note(self.at, &codes::M420, at, || {
                let hint = "bound the ranges by columns that are never NULL, such as the key";
                (format!("rows with NULL in {full} are not loaded"), Some(hint.into()))
            });
        }
    }

    fn lobs(&mut self) {
        let Some(lob) = self.rule.rule.table_settings().and_then(|t| t.lob.as_ref()) else {
            return;
        };
        let name = self.table.full_name();
        if self.table.lacks_key() {
            self.sight.note(self.at, &codes::M411, "lob-settings", || {
                (format!("{name} has no primary key"), None)
            });
        }
        // A type that is not known may be one of a LOB.
        let known = |c: &Column| c.lob_kb.is_some() || c.dms_type().is_some();
        if self.table.columns.iter().all(|c| known(c) && !c.is_lob()) {
            self.sight.note(self.at, &codes::M423, "lob-settings", || {
                (format!("{name} has no LOB columns"), None)
            });
        }
        let limited = lob.mode.unwrap_or(LobMode::Limited) == LobMode::Limited;
        let (Some(size), Some(largest)) = (lob.bulk_max_size, self.table.largest_lob_kb()) else {
            return;
        };
        if limited && size > 0 && size.unsigned_abs() < largest {
            self.sight.note(self.at, &codes::M412, "lob-settings.bulk-max-size", || {
                let message =
                    format!("LOBs above {size} KB are cut; {name} holds LOBs up to {largest} KB");
                (message, Some(format!("bulk-max-size {largest} or more")))
            });
        }
    }

    fn validation(&mut self) {
        let at = "object-locator.column-name";
        let column = self.rule.rule.locator.column.as_deref().unwrap_or_default();
        if let Some(c) = self.exists(at, column).filter(|c| c.primary_key) {
            self.sight.note(self.at, &codes::M508, at, || {
                (format!("{} belongs to the primary key", c.name), None)
            });
        }
    }

    fn transformation(&mut self, t: &Transformation) {
        for name in t.primary_key.iter().flat_map(|p| &p.columns) {
            self.exists("primary-key-def.columns", name);
        }
        if let Some(text) = t.expression.as_deref().filter(|_| t.action == Action::AddColumn) {
            for name in expression::columns(text) {
                self.exists("expression", &name);
            }
            if expression::calls(text, "operation_indicator") && self.table.lacks_key() {
                let name = self.table.full_name();
                self.sight.note(self.at, &codes::M614, "expression", || {
                    (format!("{name} has no primary key"), None)
                });
            }
        }
        if t.target == Target::Column {
            self.columns(t);
        }
    }

    fn columns(&mut self, t: &Transformation) {
        let harmless =
            matches!(t.action, Action::RemoveColumn | Action::IncludeColumn | Action::AddColumn);
        let Some(pattern) = self.rule.column.as_ref().filter(|_| !harmless) else { return };
        let naming = self.sight.evaluator.naming;
        let at = "object-locator.column-name";
        let table: &'h CatalogueTable = self.table;
        for (n, c) in table.columns.iter().enumerate() {
            if !pattern.matches(&naming.fold(&c.name)) {
                continue;
            }
            let wanted = self.rule.rule.locator.data_type.as_deref();
            if wanted.is_some_and(|w| !crate::mappings::transform::is_type(c, w)) {
                continue;
            }
            let outcome = self.outcome.columns.get(n);
            let kind = outcome.map_or(c.data_type.as_str(), |o| o.data_type.as_str());
            let name = format!("{}.{}", table.full_name(), c.name);
            // A pattern reaches LOBs by the way; only who names one is told.
            if c.is_lob() && pattern.exact().is_some() {
                self.sight.note(self.at, &codes::M613, at, || {
                    (format!("{name} is a LOB: only remove-column works on it"), None)
                });
            } else if super::transformation::is_odd(&c.name) {
                self.sight.note(self.at, &codes::M318, at, || {
                    (format!("{name} can't be transformed: its name has special characters"), None)
                });
            } else if t.action.is_masking() {
                self.mask(t.action, c, kind, &name);
            }
        }
    }

    fn mask(&mut self, action: Action, column: &Column, kind: &str, name: &str) {
        let at = "object-locator.column-name";
        if column.primary_key && action != Action::MaskHash {
            self.sight.note(self.at, &codes::M314, at, || {
                let hint = "use data-masking-hash-mask";
                (format!("{name} belongs to the primary key"), Some(hint.into()))
            });
        } else if !maskable(action, kind) {
            self.sight.note(self.at, &codes::M315, at, || {
                let message = format!("{name} is {kind}, which {} does not take", action.word());
                (message, Some("change its type to string first, by a change-data-type".into()))
            });
        } else if action == Action::MaskHash && length(kind).is_some_and(|n| n < 64) {
            self.sight.note(self.at, &codes::M330, at, || {
                let hint = "change its type to string of length 64 or more first";
                (format!("{name} is {kind}; the hash has 64 characters"), Some(hint.into()))
            });
        }
    }
}

/// What becomes of the key of a table.
pub(super) fn keys(
    sight: &mut Sight<'_>,
    table: &CatalogueTable,
    outcome: &TableOutcome,
    tally: &Tally,
) {
    let removed =
        |name: &str| outcome.columns.iter().any(|c| c.removed && c.source.as_deref() == Some(name));
    let defining = tally.found[1].iter().copied().find(|at| {
        let t = sight.rule(*at).rule.transformation();
        t.is_some_and(|t| t.action == Action::DefinePrimaryKey)
    });
    let name = table.full_name();
    if let Some(columns) = &outcome.primary_key {
        if let Some(lost) = columns.iter().find(|c| removed(c)) {
            sight.note_table(defining, &codes::M612, "primary-key-def.columns", &name, || {
                (format!("another rule leaves the column {lost} of {name} out"), None)
            });
        }
        return;
    }
    let lost = table.columns.iter().find(|c| c.primary_key && removed(&c.name));
    if let Some(lost) = lost {
        let by = tally.found[1].iter().copied().find(|at| {
            let rule = sight.rule(*at).rule.transformation();
            rule.is_some_and(|t| matches!(t.action, Action::RemoveColumn | Action::IncludeColumn))
        });
        sight.note_table(by, &codes::M608, "object-locator.column-name", &name, || {
            let message = format!("the key column {} of {name} is left out", lost.name);
            (message, Some("keep it, or define another primary key".into()))
        });
    }
}

fn is_number(kind: &str) -> bool {
    kind == "numeric" || kind.starts_with("int") || kind.starts_with("uint")
}

fn length(kind: &str) -> Option<u64> {
    Column { data_type: kind.to_owned(), ..Column::default() }.length()
}

/// Whether a mask goes with a type; true where the type is not known.
fn maskable(action: Action, kind: &str) -> bool {
    let Some(kind) = dms_type(kind) else { return true };
    matches!(kind, "string" | "wstring") || (action == Action::MaskRandom && is_number(kind))
}
