//! Transformation rules: what each action needs, and what it can't do.

use super::{One, expression};
use crate::{
    codes,
    engines::Family,
    finding::Severity,
    mappings::{
        model::{Action, DATA_TYPES, DataType, Target, Transformation},
        pattern::{has_brackets, has_percent},
        reader::unknown_word,
    },
};

/// Whether the locator of a column rule goes without a column.
pub(super) fn names_no_column(action: Action) -> bool {
    matches!(action, Action::AddColumn | Action::AddBeforeImageColumns)
}

pub(super) fn check(one: &mut One<'_, '_>, t: &Transformation) {
    let word = t.action.word();
    if !t.action.allowed_on(t.target) {
        let message = format!("{word} has no meaning for the rule-target \"{}\"", t.target.word());
        let right = if t.action == Action::DefinePrimaryKey { "table" } else { "column" };
        one.report(&codes::M123, "rule-target", message).hint =
            Some(format!("the rule-target of {word} is \"{right}\""));
        return;
    }
    undocumented(one, t);
    keys(one, t);
    new_name(one, t);
    tablespaces(one, t);
    odd_columns(one, t);
    if let Some(data_type) = &one.rule.locator.data_type
        && (has_percent(data_type) || has_brackets(data_type))
    {
        let message = format!("data-type \"{data_type}\" is a pattern");
        one.report(&codes::M316, "object-locator.data-type", message);
    }
    located_type(one, t);
    match t.action {
        Action::DefinePrimaryKey => primary_key(one, t),
        Action::AddColumn => add_column(one, t),
        Action::AddBeforeImageColumns => before_image(one, t),
        _ => {}
    }
    if t.action.is_masking() {
        mask(one, t);
    }
    expression::check(one, t);
}

/// Actions on targets of which the documentation has no statement or example.
fn undocumented(one: &mut One<'_, '_>, t: &Transformation) {
    use Action as A;
    let shown = match t.target {
        Target::Schema => t.action == A::Rename,
        Target::Table => !matches!(t.action, A::ReplacePrefix | A::ReplaceSuffix),
        Target::Column => !matches!(
            t.action,
            A::AddPrefix | A::RemovePrefix | A::AddSuffix | A::RemoveSuffix | A::ReplaceSuffix
        ),
        Target::TableTablespace | Target::IndexTablespace => t.action == A::Rename,
    };
    if !shown {
        let (word, target) = (t.action.word(), t.target.word());
        let message = format!("that {word} works on a {target} is ambiguous: no example shows it");
        one.report(&codes::M326, "rule-action", message);
    }
}

/// A type in the locator: for columns, and best for all of them.
fn located_type(one: &mut One<'_, '_>, t: &Transformation) {
    let Some(kind) = one.rule.locator.data_type.clone() else { return };
    let column = one.rule.locator.column.clone();
    if !DATA_TYPES.contains(&kind.as_str()) && !has_percent(&kind) && !has_brackets(&kind) {
        let hint = match crate::catalogue::dms_type(&kind) {
            Some(dms) => format!("DMS calls it \"{dms}\""),
            None => unknown_word(&kind, DATA_TYPES),
        };
        let message = format!("data-type \"{kind}\" is none of DMS's: no column may have it");
        let finding = one.report(&codes::M309, "object-locator.data-type", message);
        finding.hint = Some(hint);
        finding.severity = Severity::Warning;
    }
    if t.target != Target::Column || names_no_column(t.action) {
        let message = format!("{} on a {} ignores data-type", t.action.word(), t.target.word());
        one.report(&codes::M126, "object-locator.data-type", message);
    } else if column.is_some_and(|c| c != "%") {
        let message = format!("the locator names a column and its type {kind}");
        one.report(&codes::M325, "object-locator.data-type", message).hint =
            Some("use data-type with the column-name \"%\"".into());
    }
}

/// Which keys the action needs, and which it ignores.
fn keys(one: &mut One<'_, '_>, t: &Transformation) {
    let typed = matches!(t.action, Action::AddColumn | Action::ChangeDataType);
    let has_value = t.value.as_deref().is_some_and(|v| !v.is_empty());
    // A replaced affix may well become nothing.
    let replaces = t.action.needs_old_value() && t.value.is_some();
    let names_by_expression = t.action == Action::Rename && t.expression.is_some();
    let old = t.old_value.as_deref().unwrap_or_default();
    let table = [
        (
            "value",
            has_value || replaces,
            t.value.is_some(),
            t.action.needs_value() && !names_by_expression,
        ),
        ("old-value", !old.is_empty(), !old.is_empty(), t.action.needs_old_value()),
        ("data-type", t.data_type.is_some(), t.data_type.is_some(), typed),
        (
            "primary-key-def",
            t.primary_key.is_some(),
            t.primary_key.is_some(),
            t.action == Action::DefinePrimaryKey,
        ),
    ];
    for (key, usable, there, needed) in table {
        if needed && !usable {
            let message = format!("{} needs {key}", t.action.word());
            one.report(&codes::M125, key, message);
        } else if there && !needed && !(key == "value" && t.action.needs_value()) {
            let message = format!("{} ignores {key}", t.action.word());
            one.report(&codes::M126, key, message);
        }
    }
    if t.before_image.is_some() && t.action != Action::AddBeforeImageColumns {
        let message = format!("{} ignores before-image-def", t.action.word());
        one.report(&codes::M126, "before-image-def", message);
    }
    if let Some(data_type) = &t.data_type {
        check_type(one, data_type);
    }
}

fn check_type(one: &mut One<'_, '_>, data_type: &DataType) {
    sizes(one, data_type);
    if DATA_TYPES.contains(&data_type.kind.as_str()) {
        return;
    }
    let hint = match crate::catalogue::dms_type(&data_type.kind) {
        Some(known) => format!("DMS calls it \"{known}\""),
        None => unknown_word(&data_type.kind, DATA_TYPES),
    };
    let message = format!("data type \"{}\" is none of DMS's", data_type.kind);
    one.report(&codes::M309, "data-type.type", message).hint = Some(hint);
}

/// Lengths, precisions and scales that no type has.
fn sizes(one: &mut One<'_, '_>, data_type: &DataType) {
    let text = matches!(data_type.kind.as_str(), "string" | "wstring" | "bytes");
    for (key, value, least) in [
        // Types without a length are seen with 0.
        ("length", data_type.length, i64::from(text)),
        ("precision", data_type.precision, 0),
        ("scale", data_type.scale, 0),
    ] {
        if let Some(value) = value.filter(|v| *v < least) {
            let message = format!("{key} is {value}; it is at least {least}");
            one.report(&codes::M134, &format!("data-type.{key}"), message);
        }
    }
    if let (Some(precision @ 1..), Some(scale)) = (data_type.precision, data_type.scale)
        && data_type.kind == "numeric"
        && scale > precision
    {
        let message = format!("scale {scale} lies above precision {precision}");
        one.report(&codes::M134, "data-type.scale", message);
    }
}

/// Names with placeholders, and one name for many objects.
fn new_name(one: &mut One<'_, '_>, t: &Transformation) {
    let Some(value) = t.value.as_deref().filter(|_| t.action.is_naming()) else { return };
    if let Some(start) = value.find("${") {
        let target = t.target.word();
        let message =
            format!("DMS knows no placeholder here: the {target} would be called \"{value}\"");
        let before = &value[..start];
        let after = value.split_once('}').map_or("", |(_, rest)| rest);
        let hint = match (before.is_empty(), after.is_empty()) {
            (false, true) => format!("use rule-action \"add-prefix\" with value \"{before}\""),
            (true, false) => format!("use rule-action \"add-suffix\" with value \"{after}\""),
            _ => "use add-prefix or add-suffix".to_owned(),
        };
        one.report(&codes::M301, "value", message).hint = Some(hint);
    }
    let locator = &one.rule.locator;
    let name = match t.target {
        Target::Schema => &locator.schema,
        Target::Table => &locator.table,
        Target::Column => &locator.column,
        _ => &None,
    };
    // Several schemas into one are a use; several tables or columns into one are a collision.
    let many = name.as_deref().is_some_and(has_percent);
    if t.action == Action::Rename && many && t.target != Target::Schema && t.expression.is_none() {
        let message = format!("every {} that matches would be called \"{value}\"", t.target.word());
        one.report(&codes::M324, "value", message).hint =
            Some("rename one object by its exact name, or use a prefix".into());
    }
}

fn primary_key(one: &mut One<'_, '_>, t: &Transformation) {
    let names = [
        ("schema-name", one.rule.schema().to_owned()),
        ("table-name", one.rule.table().to_owned()),
    ];
    for (key, text) in names {
        if has_percent(&text) || has_brackets(&text) {
            let message = format!("{key} \"{text}\" is a pattern");
            one.report(&codes::M305, &format!("object-locator.{key}"), message);
        }
    }
    let Some(def) = &t.primary_key else { return };
    if def.columns.is_empty() {
        one.report(&codes::M306, "primary-key-def", "primary-key-def has no columns");
    }
    if let Some(twice) = super::table_settings::repeated(&def.columns) {
        let message = format!("the key has the column \"{twice}\" twice");
        one.report(&codes::M306, "primary-key-def.columns", message);
    }
    const ORIGINS: &[&str] = &["primary-key", "unique-index"];
    if let Some(origin) = def.origin.as_deref().filter(|o| !ORIGINS.contains(o)) {
        let message = format!("origin \"{origin}\" does not exist");
        one.report(&codes::M127, "primary-key-def.origin", message).hint =
            Some(unknown_word(origin, ORIGINS));
    }
}

fn add_column(one: &mut One<'_, '_>, t: &Transformation) {
    if one.rule.locator.column.is_some() {
        let message = "add-column takes the new name from value, not from the locator";
        one.report(&codes::M307, "object-locator.column-name", message);
    }
    if t.expression.as_deref().is_none_or(|e| e.trim().is_empty()) {
        let name = t.value.as_deref().unwrap_or_default();
        let message = format!("no expression says what \"{name}\" holds");
        one.report(&codes::M308, "expression", message);
    }
}

fn before_image(one: &mut One<'_, '_>, t: &Transformation) {
    let def = t.before_image.as_ref();
    let prefix = def.and_then(|d| d.prefix.as_deref()).unwrap_or("BI_");
    let suffix = def.and_then(|d| d.suffix.as_deref()).unwrap_or_default();
    if prefix.is_empty() && suffix.is_empty() {
        let message = "column-prefix and column-suffix are both empty";
        one.report(&codes::M310, "before-image-def", message);
    }
    const FILTERS: &[&str] = &["pk-only", "non-lob", "all"];
    if let Some(filter) = def.and_then(|d| d.filter.as_deref()).filter(|f| !FILTERS.contains(f)) {
        let message = format!("column-filter \"{filter}\" does not exist");
        one.report(&codes::M127, "before-image-def.column-filter", message).hint =
            Some(unknown_word(filter, FILTERS));
    }
    if def.and_then(|d| d.filter.as_deref()) == Some("all") {
        let message = "the before-images of LOB columns stay empty";
        one.report(&codes::M329, "before-image-def.column-filter", message).hint =
            Some("column-filter \"non-lob\" leaves them out".into());
    }
    if one.context.migration_type.is_some_and(|m| !m.replicates()) {
        let message = "a full-load task has no before-images";
        one.report(&codes::M311, "rule-action", message);
    } else if one.context.target_is(&[Family::Kinesis, Family::Kafka]) {
        let message = "for Kinesis and Kafka targets before-images are a task setting";
        one.report(&codes::M311, "rule-action", message).hint =
            Some("set BeforeImageSettings.EnableBeforeImage".into());
    }
}

fn mask(one: &mut One<'_, '_>, t: &Transformation) {
    if let Some(value) = t.value.as_deref().filter(|_| t.action == Action::MaskDigits) {
        let mut chars = value.chars();
        let ok = matches!((chars.next(), chars.next()), (Some(c), None) if c.is_ascii_graphic());
        if !ok && !value.is_empty() {
            let message = format!("\"{value}\" is not one printable ASCII character");
            one.report(&codes::M312, "value", message);
        }
    }
    if one.context.older_than(3, 5, 4) {
        let message = "masking needs engine version 3.5.4";
        one.report(&codes::M129, "rule-action", message);
    }
}

fn tablespaces(one: &mut One<'_, '_>, t: &Transformation) {
    let locator = &one.rule.locator;
    let (table, index) = (&locator.table_tablespace, &locator.index_tablespace);
    let message = match t.target {
        Target::TableTablespace if table.is_none() || index.is_some() => {
            "a table-tablespace rule names table-tablespace-name, and that alone"
        }
        Target::IndexTablespace if index.is_none() || table.is_some() => {
            "an index-tablespace rule names index-tablespace-name, and that alone"
        }
        Target::TableTablespace | Target::IndexTablespace => {
            let known = one.context.source().is_some() || one.context.target().is_some();
            let oracle = [one.context.source(), one.context.target()];
            let all = oracle.into_iter().flatten().all(|e| e.family == Family::Oracle);
            if !known || all {
                return;
            }
            "tablespaces can be renamed from Oracle to Oracle only"
        }
        _ if table.is_some() || index.is_some() => {
            "a tablespace is named by rules with a tablespace target only"
        }
        _ => return,
    };
    one.report(&codes::M317, "object-locator", message);
}

/// Names of columns that transformations can't reach.
fn odd_columns(one: &mut One<'_, '_>, t: &Transformation) {
    if t.target != Target::Column {
        return;
    }
    let Some(column) = one.rule.locator.column.clone() else { return };
    if !has_brackets(&column) && is_odd(&column) {
        let message = format!("columns named like \"{column}\" can't be transformed");
        one.report(&codes::M318, "object-locator.column-name", message);
    }
}

/// Whether transformations can't reach a column of this name.
pub(super) fn is_odd(name: &str) -> bool {
    name.chars().any(|c| matches!(c, '#' | '\\' | '/' | '-') || is_right_to_left(c))
}

/// Whether a character is of a script that is written from right to left.
pub(super) fn is_right_to_left(c: char) -> bool {
    ('\u{590}'..='\u{8ff}').contains(&c) || ('\u{fb1d}'..='\u{fefc}').contains(&c)
}
