//! Table settings: parallel load and LOBs.

use super::One;
use crate::{
    codes,
    engines::Family,
    mappings::{
        model::{LobMode, LobSettings, ParallelLoad, ParallelType, TableSettings},
        parallel::lexical,
        pattern::{has_brackets, has_percent},
    },
};

pub(super) fn check(one: &mut One<'_, '_>, settings: &TableSettings) {
    let names = [
        ("schema-name", one.rule.schema().to_owned()),
        ("table-name", one.rule.table().to_owned()),
    ];
    for (key, text) in names {
        if has_percent(&text) || has_brackets(&text) {
            let message =
                format!("{key} \"{text}\" is a pattern; table settings name one table exactly");
            one.report(&codes::M401, &format!("object-locator.{key}"), message).hint =
                Some("write a rule for each table".into());
        }
    }
    if settings.parallel_load.is_none() && settings.lob.is_none() {
        one.report(&codes::M413, "", "the rule has neither parallel-load nor lob-settings");
    }
    if let Some(load) = &settings.parallel_load {
        parallel(one, load);
        segments(one, load);
        partitions(one, load);
        parallel_engines(one, load);
    }
    if let Some(lob) = &settings.lob {
        lobs(one, lob);
    }
}

fn parallel(one: &mut One<'_, '_>, load: &ParallelLoad) {
    let ranges = load.kind == ParallelType::Ranges;
    if ranges {
        check_ranges(one, load);
    }
    let listed = load.kind == ParallelType::PartitionsList;
    let auto = load.kind == ParallelType::PartitionsAuto;
    for (key, there, belongs) in [
        ("columns", !load.columns.is_empty(), ranges),
        ("boundaries", !load.boundaries.is_empty(), ranges),
        ("partitions", !load.partitions.is_empty(), listed),
        ("subpartitions", !load.subpartitions.is_empty(), listed),
        ("number-of-partitions", load.number_of_partitions.is_some(), auto),
        ("collection-count-from-metadata", load.collection_count_from_metadata.is_some(), auto),
        ("max-records-skip-per-page", load.max_records_skip_per_page.is_some(), auto),
        ("batch-size", load.batch_size.is_some(), auto),
    ] {
        if there && !belongs {
            let message = format!("type \"{}\" ignores {key}", load.kind.word());
            one.report(&codes::M407, &format!("parallel-load.{key}"), message);
        }
    }
}

/// Loads without a load, keys of other engines, and more segments than load at a time.
fn segments(one: &mut One<'_, '_>, load: &ParallelLoad) {
    if load.kind == ParallelType::None {
        return;
    }
    if one.context.migration_type.is_some_and(|m| !m.loads()) {
        let message = "the task loads nothing: parallel-load has no effect";
        one.report(&codes::M132, "parallel-load", message);
    }
    let documents = one.context.source_is(&[Family::Mongodb, Family::Docdb]);
    if load.kind == ParallelType::PartitionsAuto
        && !documents
        && let Some(engine) = one.context.source()
    {
        for (key, there) in [
            ("number-of-partitions", load.number_of_partitions.is_some()),
            ("collection-count-from-metadata", load.collection_count_from_metadata.is_some()),
            ("max-records-skip-per-page", load.max_records_skip_per_page.is_some()),
            ("batch-size", load.batch_size.is_some()),
        ] {
            if there {
                let message = format!("{} sources ignore {key}: it is for MongoDB", engine.name);
                one.report(&codes::M407, &format!("parallel-load.{key}"), message);
            }
        }
    }
    for (key, value, least) in [
        ("number-of-partitions", load.number_of_partitions, 1),
        ("max-records-skip-per-page", load.max_records_skip_per_page, 1),
        ("batch-size", load.batch_size, 0),
    ] {
        if let Some(value) = value.filter(|v| *v < least) {
            let message = format!("{key} is {value}; it is at least {least}");
            one.report(&codes::M134, &format!("parallel-load.{key}"), message);
        }
    }
    if let Some(count) = load.segments().filter(|n| *n > 49) {
        let message = format!("{count} segments; at most 49 load at a time");
        one.report(&codes::M422, "parallel-load", message);
    }
}

fn check_ranges(one: &mut One<'_, '_>, load: &ParallelLoad) {
    let width = load.columns.len();
    if !(1..=10).contains(&width) {
        let message = format!("ranges has {width} columns; it takes 1 to 10");
        one.report(&codes::M403, "parallel-load.columns", message);
    }
    if let Some(twice) = repeated(&load.columns) {
        let message = format!("the column \"{twice}\" bounds the ranges twice");
        one.report(&codes::M403, "parallel-load.columns", message);
    }
    if load.boundaries.is_empty() {
        one.report(&codes::M403, "parallel-load", "ranges has no boundaries");
    }
    for (index, boundary) in load.boundaries.iter().enumerate() {
        let at = format!("parallel-load.boundaries[{index}]");
        if width > 0 && boundary.len() != width {
            let message = format!("the boundary has {} values for {width} columns", boundary.len());
            one.report(&codes::M404, &at, message);
        }
        // Texts and dates compare as the source does, which is not known here; numbers are.
        let numbers = |b: &[String]| b.iter().all(|v| v.parse::<f64>().is_ok());
        if let Some(before) = index.checked_sub(1).and_then(|i| load.boundaries.get(i))
            && numbers(before)
            && numbers(boundary)
            && lexical(before, boundary).is_ge()
        {
            let message = format!("boundary {} does not lie above the one before", index + 1);
            one.report(&codes::M405, &at, message);
        }
    }
}

/// The first name that is there twice.
pub(super) fn repeated(names: &[String]) -> Option<&String> {
    let mut seen = std::collections::BTreeSet::new();
    names.iter().find(|n| !seen.insert(*n))
}

fn partitions(one: &mut One<'_, '_>, load: &ParallelLoad) {
    let listed = load.kind == ParallelType::PartitionsList;
    if listed && load.partitions.is_empty() && load.subpartitions.is_empty() {
        one.report(&codes::M406, "parallel-load", "partitions-list names no partitions");
    }
    for (key, names) in [("partitions", &load.partitions), ("subpartitions", &load.subpartitions)] {
        if let Some(twice) = repeated(names) {
            let message = format!("\"{twice}\" is listed twice: its rows would be loaded twice");
            one.report(&codes::M421, &format!("parallel-load.{key}"), message);
        }
    }
    let sub = load.kind == ParallelType::SubpartitionsAuto || !load.subpartitions.is_empty();
    if sub && one.context.source().is_some() && !one.context.source_is(&[Family::Oracle]) {
        one.report(&codes::M417, "parallel-load", "subpartitions are for Oracle sources");
    }
    if let Some(twice) = load.subpartitions.iter().find(|s| load.partitions.contains(s)) {
        let message = format!("\"{twice}\" is in partitions and in subpartitions");
        one.report(&codes::M417, "parallel-load.subpartitions", message);
    }
}

fn parallel_engines(one: &mut One<'_, '_>, load: &ParallelLoad) {
    use Family as F;
    const SOURCES: &[F] =
        &[F::Oracle, F::SqlServer, F::Mysql, F::Postgres, F::Db2, F::Sybase, F::Mongodb, F::Docdb];
    const TARGETS: &[F] = &[
        F::Oracle,
        F::SqlServer,
        F::Mysql,
        F::Postgres,
        F::S3,
        F::Sybase,
        F::Redshift,
        F::Mongodb,
        F::Docdb,
        F::Db2,
    ];
    if load.kind == ParallelType::None {
        return;
    }
    let kind = load.kind.word();
    let (source, target) = (one.context.source(), one.context.target());
    if let Some(engine) = source {
        let only: Option<&[ParallelType]> = match engine.family {
            F::Postgres => Some(&[ParallelType::Ranges]),
            F::Mongodb | F::Docdb => Some(&[ParallelType::PartitionsAuto, ParallelType::Ranges]),
            _ => None,
        };
        let allowed = only.is_none_or(|o| o.contains(&load.kind));
        if !SOURCES.contains(&engine.family) {
            let message = format!("parallel load is not supported for {} sources", engine.name);
            one.report(&codes::M408, "parallel-load", message);
        } else if !allowed {
            let message = format!("{} sources don't support the type \"{kind}\"", engine.name);
            one.report(&codes::M408, "parallel-load.type", message);
        }
    }
    if let Some(engine) = target.filter(|e| !TARGETS.contains(&e.family)) {
        let message = format!("parallel load is not supported for {} targets", engine.name);
        one.report(&codes::M408, "parallel-load", message);
    }
}

fn lobs(one: &mut One<'_, '_>, lob: &LobSettings) {
    use Family as F;
    const SOURCES: &[F] =
        &[F::Oracle, F::SqlServer, F::Mysql, F::Postgres, F::Db2, F::Db2Zos, F::Sybase];
    const TARGETS: &[F] = &[F::Oracle, F::SqlServer, F::Mysql, F::Postgres, F::Sybase];
    let size = lob.bulk_max_size.unwrap_or(0);
    match lob.mode.unwrap_or(LobMode::Limited) {
        LobMode::Limited if size <= 0 => {
            let message = "limited LOBs need a bulk-max-size above 0, in KB";
            one.report(&codes::M409, "lob-settings", message).hint =
                Some("a good size is three times the largest LOB".into());
        }
        LobMode::Unlimited if size > 0 => {
            let fits = one.context.source_is(&[F::Db2, F::Db2Zos, F::Sybase])
                || one.context.target_is(&[F::Sybase]);
            if !fits && one.context.source().is_some() {
                let message = "a bulk-max-size beside unlimited is for Db2 and SAP ASE";
                one.report(&codes::M418, "lob-settings.bulk-max-size", message);
            }
        }
        LobMode::None if lob.bulk_max_size.is_some_and(|n| n > 0) => {
            let message = "mode \"none\" ignores bulk-max-size";
            one.report(&codes::M126, "lob-settings.bulk-max-size", message);
        }
        _ => {}
    }
    for (engine, families, side) in
        [(one.context.source(), SOURCES, "source"), (one.context.target(), TARGETS, "target")]
    {
        if let Some(engine) = engine.filter(|e| !families.contains(&e.family)) {
            let message = format!("LOB settings are not supported for {} as a {side}", engine.name);
            one.report(&codes::M410, "lob-settings", message);
        }
    }
}
