//! Keys beside each other, beside the migration around them, and beside the source's catalogue.

use super::{check::as_integer, merge, schema::defaults};
use crate::{
    codes::{self, Code},
    context::{Context, EngineVersion, MigrationType},
    engines::Family,
    finding::Finding,
    mappings::{self, Action, Body, LobMode, Mappings, Target},
};
use serde_json::Value;

/// A document beside its defaults.
pub(super) struct Sight<'a> {
    /// What is written.
    declared: &'a Value,
    /// What the service makes of it.
    full: Value,
    pub context: &'a Context,
    mappings: Option<Mappings>,
    findings: &'a mut Vec<Finding>,
}

pub(super) fn check(document: &Value, context: &Context, findings: &mut Vec<Finding>) {
    let mappings = context.mappings.as_ref().map(|m| mappings::read(m).0);
    let full = merge(&defaults(), document);
    let mut sight = Sight { declared: document, full, context, mappings, findings };
    lobs(&mut sight);
    lobs_of_the_catalogue(&mut sight);
    parallel(&mut sight);
    batches(&mut sight);
    stops(&mut sight);
    errors(&mut sight);
    validation(&mut sight);
    keyless(&mut sight);
    super::features::check(&mut sight);
}

impl<'a> Sight<'a> {
    pub fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
        let found = path.split('.').try_fold(value, |v, key| v.get(key));
        found.filter(|v| !v.is_null())
    }

    /// Whether the document itself says something of the key.
    pub fn says(&self, path: &str) -> bool {
        Self::at(self.declared, path).is_some()
    }

    pub fn is(&self, path: &str) -> bool {
        match Self::at(&self.full, path) {
            Some(Value::Bool(value)) => *value,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    pub fn number(&self, path: &str) -> i64 {
        Self::at(&self.full, path).and_then(as_integer).unwrap_or(0)
    }

    pub fn text(&self, path: &str) -> String {
        Self::at(&self.full, path).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub fn report(&mut self, code: &Code, path: &str, message: impl Into<String>) -> &mut Finding {
        self.findings.push(Finding::new(code, path, message));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    pub fn type_is(&self, wanted: MigrationType) -> bool {
        self.context.migration_type == Some(wanted)
    }

    fn mapping_actions(&self, wanted: impl Fn(Action, Target) -> bool) -> bool {
        let rules = self.mappings.iter().flat_map(|m| &m.rules);
        let mut found = rules.filter_map(|r| r.transformation()).map(|t| (t.action, t.target));
        found.any(|(a, t)| wanted(a, t))
    }
}

const META: &str = "TargetMetadata";

fn lobs(s: &mut Sight<'_>) {
    if s.is("TargetMetadata.SupportLobs") {
        let (full, limited) =
            (s.is("TargetMetadata.FullLobMode"), s.is("TargetMetadata.LimitedSizeLobMode"));
        if full == limited {
            let message = if full {
                "FullLobMode and LimitedSizeLobMode are both true"
            } else {
                "SupportLobs is true, but neither FullLobMode nor LimitedSizeLobMode is"
            };
            let hint = if full && !s.says("TargetMetadata.LimitedSizeLobMode") {
                "LimitedSizeLobMode is true by default: set it to false"
            } else {
                "set one of the two to true"
            };
            s.report(&codes::S011, META, message).hint = Some(hint.to_owned());
        }
        let size = s.number("TargetMetadata.LobMaxSize");
        let stated = s.says("TargetMetadata.LobMaxSize");
        let asked = s.says("TargetMetadata.LimitedSizeLobMode") || stated;
        if limited && asked && (!stated || !(1..=102_400).contains(&size)) {
            let message = if stated {
                format!("LimitedSizeLobMode needs a LobMaxSize between 1 and 102400 KB, not {size}")
            } else {
                "LimitedSizeLobMode is set without a LobMaxSize".to_owned()
            };
            s.report(&codes::S012, "TargetMetadata.LobMaxSize", message).hint =
                Some("say how large a LOB may be, in KB".to_owned());
        }
        let chunk = s.number("TargetMetadata.LobChunkSize");
        if full && !(1..=64).contains(&chunk) {
            let message = format!("LobChunkSize is {chunk} KB; 1 to 64 are advised");
            s.report(&codes::S013, "TargetMetadata.LobChunkSize", message);
        }
    }
    let inline = s.number("TargetMetadata.InlineLobMaxSize") > 0;
    if inline && !s.is("TargetMetadata.FullLobMode") {
        let message = "InlineLobMaxSize has no effect without FullLobMode";
        s.report(&codes::S015, "TargetMetadata.InlineLobMaxSize", message);
    } else if inline && s.context.target_is(&[Family::S3, Family::Redshift]) {
        let message = "InlineLobMaxSize has no effect for this target";
        s.report(&codes::S015, "TargetMetadata.InlineLobMaxSize", message);
    }
}

/// Tables of the catalogue that the task takes, with the rows of their outcome where mappings are
/// known.
fn taken<'c>(s: &Sight<'c>) -> Vec<(&'c crate::CatalogueTable, Option<mappings::LobSettings>)> {
    let Some(catalogue) = &s.context.catalogue else { return Vec::new() };
    let Some(mappings) = &s.mappings else {
        return catalogue.tables.iter().map(|t| (t, None)).collect();
    };
    let evaluator = mappings::Evaluator::new(mappings, catalogue);
    let mut tally = evaluator.tally();
    let outcomes = catalogue.tables.iter().map(|t| (t, evaluator.table(t, &mut tally)));
    outcomes.filter(|(_, o)| o.selected).map(|(t, o)| (t, o.lob_settings)).collect()
}

fn lobs_of_the_catalogue(s: &mut Sight<'_>) {
    let tables = taken(s);
    // A rule for the table alone comes before the task's settings.
    let by_task = |lob: &Option<mappings::LobSettings>| {
        lob.as_ref().is_none_or(|l| l.mode == Some(LobMode::None))
    };
    let with_lobs: Vec<(String, u64)> = tables
        .iter()
        .filter(|(_, lob)| by_task(lob))
        .filter_map(|(t, _)| Some((t.full_name(), t.largest_lob_kb()?)))
        .collect();
    let limited = s.is("TargetMetadata.SupportLobs") && s.is("TargetMetadata.LimitedSizeLobMode");
    let size = s.number("TargetMetadata.LobMaxSize");
    let over: Vec<&(String, u64)> =
        with_lobs.iter().filter(|(_, kb)| i64::try_from(*kb).is_ok_and(|kb| kb > size)).collect();
    if limited
        && size > 0
        && let Some((name, largest)) = over.iter().max_by_key(|(_, kb)| kb)
    {
        let more = match over.len() - 1 {
            0 => String::new(),
            1 => " (and 1 more table has larger ones)".to_owned(),
            n => format!(" (and {n} more tables have larger ones)"),
        };
        let message = format!(
            "limited LOB size is {size} KB; {name} holds LOBs up to {}{more}",
            kilobytes(*largest)
        );
        let hint = format!(
            "settings {{ TargetMetadata = {{ LobMaxSize = {largest} }} }}, \
             or lobs{{}} for that table alone"
        );
        s.report(&codes::S014, "TargetMetadata.LobMaxSize", message).hint = Some(hint);
    }
    let batch = s.is("TargetMetadata.BatchApplyEnabled");
    if batch && s.is("TargetMetadata.FullLobMode") {
        let message = match with_lobs.first() {
            Some((name, _)) => {
                format!("batch apply does not work in full LOB mode, and {name} has LOBs")
            }
            None if tables.is_empty() => {
                "batch apply does not work in full LOB mode for tables with LOBs".to_owned()
            }
            None => return,
        };
        s.report(&codes::S018, "TargetMetadata.BatchApplyEnabled", message).hint =
            Some("use limited LOB mode".to_owned());
    }
    if s.text("ErrorBehavior.ApplyErrorUpdatePolicy") == "UPDATE_RECORD"
        && s.is("TargetMetadata.SupportLobs")
        && (!with_lobs.is_empty() || tables.is_empty())
    {
        let message = "UPDATE_RECORD switches LOB columns off for the task";
        s.report(&codes::S034, "ErrorBehavior.ApplyErrorUpdatePolicy", message);
    }
}

/// `4 MB`, `300 KB`.
fn kilobytes(kb: u64) -> String {
    if kb >= 1024 && kb.is_multiple_of(1024) {
        format!("{} MB", kb / 1024)
    } else {
        format!("{kb} KB")
    }
}

/// The most threads a target takes: for the load, to apply; 0 where it does neither.
fn threads(family: Family) -> Option<(i64, i64)> {
    use Family as F;
    Some(match family {
        F::Kinesis | F::Kafka | F::Opensearch | F::Redshift => (32, 32),
        F::Dynamodb => (200, 0),
        F::Docdb => (i64::MAX, 32), // Parallel load is not for it: the schema says so.
        F::Mysql | F::Postgres | F::Oracle | F::SqlServer | F::Db2 | F::Sybase => (i64::MAX, 0),
        _ => return None,
    })
}

fn parallel(s: &mut Sight<'_>) {
    let (load, apply) = (
        s.number("TargetMetadata.ParallelLoadThreads"),
        s.number("TargetMetadata.ParallelApplyThreads"),
    );
    if let Some(target) = s.context.target()
        && let Some((most_load, most_apply)) = threads(target.family)
    {
        if load > most_load {
            let message = format!("{load} threads; a {} target takes {most_load}", target.name);
            s.report(&codes::S016, "TargetMetadata.ParallelLoadThreads", message);
        }
        if apply > most_apply && most_apply > 0 {
            let message = format!("{apply} threads; a {} target takes {most_apply}", target.name);
            s.report(&codes::S016, "TargetMetadata.ParallelApplyThreads", message);
        }
        if apply > 0 && most_apply == 0 {
            let message = format!("a {} target has no parallel apply", target.name);
            s.report(&codes::S017, "TargetMetadata.ParallelApplyThreads", message);
        }
        for path in [
            "TargetMetadata.ParallelLoadQueuesPerThread",
            "TargetMetadata.ParallelApplyQueuesPerThread",
        ] {
            if s.number(path) > 512 {
                let message = format!("{} queues; a target takes 512", s.number(path));
                s.report(&codes::S016, path, message);
            }
        }
    }
    let version = s.context.engine_version.filter(|v| *v < EngineVersion(3, 5, 0));
    if let Some(version) = version.filter(|_| apply > 0 && s.context.target_is(&[Family::Docdb])) {
        let message =
            format!("parallel apply to DocumentDB needs engine version 3.5.0, not {version}");
        s.report(&codes::S010, "TargetMetadata.ParallelApplyThreads", message);
    }
    let loads = s.context.migration_type.is_none_or(MigrationType::loads);
    if loads && load == 0 && s.context.target_is(&[Family::Opensearch]) {
        let message = "without ParallelLoadThreads OpenSearch gets one record at a time";
        s.report(&codes::S051, "TargetMetadata.ParallelLoadThreads", message).hint =
            Some("set it to 1 or more, up to 32".to_owned());
    }
    for (threads, word, keys) in [
        (load, "ParallelLoadThreads", ["ParallelLoadBufferSize", "ParallelLoadQueuesPerThread"]),
        (
            apply,
            "ParallelApplyThreads",
            ["ParallelApplyBufferSize", "ParallelApplyQueuesPerThread"],
        ),
    ] {
        for key in keys {
            let path = format!("TargetMetadata.{key}");
            // One queue, and no buffer, is what one thread has anyway.
            let least = i64::from(key.ends_with("QueuesPerThread"));
            if threads <= 1 && s.number(&path) > least {
                let message = format!("{key} has no effect: {word} is {threads}");
                s.report(&codes::S050, &path, message).hint =
                    Some(format!("set {word} above 1, or leave {key} out"));
            }
        }
    }
    if apply > 0 && s.type_is(MigrationType::FullLoad) {
        let message = "a full-load task applies no changes";
        s.report(&codes::S017, "TargetMetadata.ParallelApplyThreads", message);
    }
}

fn batches(s: &mut Sight<'_>) {
    const BATCH: &[&str] = &[
        "BatchApplyPreserveTransaction",
        "BatchApplyTimeoutMin",
        "BatchApplyTimeoutMax",
        "BatchApplyMemoryLimit",
        "BatchSplitSize",
    ];
    const SINGLE: &[&str] = &["MinTransactionSize", "CommitTimeout"];
    let batch = s.is("TargetMetadata.BatchApplyEnabled");
    let (idle, word) = if batch { (SINGLE, "true") } else { (BATCH, "false") };
    for key in idle {
        let path = format!("ChangeProcessingTuning.{key}");
        let default = super::schema::key(&path).map(|k| k.default.json());
        // A document of the service has all keys; only one that is not the default was meant.
        let meant = Sight::at(s.declared, &path)
            .is_some_and(|v| Some(v.to_string()) != default.as_ref().map(Value::to_string));
        if meant {
            let message = format!("{key} has no effect while BatchApplyEnabled is {word}");
            s.report(&codes::S020, &path, message);
        }
    }
    if !batch {
        return;
    }
    if s.is("LoopbackPreventionSettings.EnableLoopbackPrevention") {
        let message = "loopback prevention does not work with batch apply";
        s.report(&codes::S019, "TargetMetadata.BatchApplyEnabled", message);
    }
    let (least, most) = (
        s.number("ChangeProcessingTuning.BatchApplyTimeoutMin"),
        s.number("ChangeProcessingTuning.BatchApplyTimeoutMax"),
    );
    if least > most {
        let message =
            format!("BatchApplyTimeoutMin {least} lies above BatchApplyTimeoutMax {most}");
        s.report(&codes::S046, "ChangeProcessingTuning.BatchApplyTimeoutMin", message);
    }
    let preserve = "ChangeProcessingTuning.BatchApplyPreserveTransaction";
    if s.says(preserve) && s.context.target().is_some() && !s.context.target_is(&[Family::Oracle]) {
        s.report(&codes::S047, preserve, "BatchApplyPreserveTransaction is for Oracle targets");
    }
    let policies = [
        "DataErrorPolicy",
        "ApplyErrorDeletePolicy",
        "ApplyErrorInsertPolicy",
        "ApplyErrorUpdatePolicy",
    ];
    let all = policies.iter().all(|p| s.text(&format!("ErrorBehavior.{p}")) == "SUSPEND_TABLE");
    if !all {
        let message = "a data error switches the task to applying changes one by one";
        s.report(&codes::S040, "TargetMetadata.BatchApplyEnabled", message).hint =
            Some(format!("to keep batches, set {} to SUSPEND_TABLE", policies.join(", ")));
    }
}

fn stops(s: &mut Sight<'_>) {
    let (done, not_done) = (
        "FullLoadSettings.StopTaskCachedChangesApplied",
        "FullLoadSettings.StopTaskCachedChangesNotApplied",
    );
    if s.is(done) && s.is(not_done) {
        let message = "StopTaskCachedChangesApplied and …NotApplied are both true";
        s.report(&codes::S021, not_done, message);
    }
    let other = s.context.migration_type.filter(|t| *t != MigrationType::FullLoadAndCdc);
    for path in [done, not_done] {
        if let Some(kind) = other.filter(|_| s.is(path)) {
            let message = format!("it has no effect in a {} task", kind.word());
            s.report(&codes::S022, path, message);
        }
    }
}

fn errors(s: &mut Sight<'_>) {
    let masks = s.mapping_actions(|a, _| a.is_masking());
    let policy = s.text("ErrorBehavior.DataMaskingErrorPolicy");
    if masks && policy == "LOG_ERROR" {
        let message = "a value that can't be masked is loaded as it is";
        s.report(&codes::S035, "ErrorBehavior.DataMaskingErrorPolicy", message).hint =
            Some("use STOP_TASK or SUSPEND_TABLE".to_owned());
    }
    if !s.says("ErrorBehavior.FailOnNoTablesCaptured") {
        let message = "FailOnNoTablesCaptured is not set; its default changed over time";
        s.report(&codes::S037, "ErrorBehavior.FailOnNoTablesCaptured", message).hint =
            Some("set it to true".to_owned());
    }
    let schema = "TargetMetadata.TargetSchema";
    if !s.text(schema).is_empty() {
        if s.context.target_is(&[Family::Mysql]) {
            s.report(&codes::S036, schema, "MySQL-type targets want no TargetSchema");
        }
        if s.mapping_actions(|a, t| t == Target::Schema && a == Action::Rename) {
            let message = "the mappings rename schemas, and that wins";
            s.report(&codes::S043, schema, message);
        }
    }
}

fn validation(s: &mut Sight<'_>) {
    let only = "ValidationSettings.ValidationOnly";
    if s.is(only) {
        if !s.is("ValidationSettings.EnableValidation") {
            s.report(&codes::S027, only, "ValidationOnly needs EnableValidation");
        }
        let prep = s.text("FullLoadSettings.TargetTablePrepMode");
        if prep != "DO_NOTHING" {
            let message =
                format!("ValidationOnly needs TargetTablePrepMode DO_NOTHING, not {prep}");
            s.report(&codes::S027, "FullLoadSettings.TargetTablePrepMode", message);
        }
        if s.type_is(MigrationType::FullLoadAndCdc) {
            let message = "ValidationOnly needs the migration type full-load or cdc";
            s.report(&codes::S027, only, message);
        }
    }
    let live = s.context.live_settings.as_ref().and_then(|l| Sight::at(l, only)).cloned();
    if s.says(only) && live.is_some_and(|l| l.as_bool() != Some(s.is(only))) {
        s.report(&codes::S028, only, "ValidationOnly is fixed when a task is created");
    }
    if !s.is("ValidationSettings.EnableValidation") {
        return;
    }
    let (task, table) = (
        s.number("ValidationSettings.FailureMaxCount"),
        s.number("ValidationSettings.TableFailureMaxCount"),
    );
    if table > task {
        let message = format!("TableFailureMaxCount {table} lies above FailureMaxCount {task}");
        s.report(&codes::S030, "ValidationSettings.TableFailureMaxCount", message);
    }
    groups(s);
    let enable = "ValidationSettings.EnableValidation";
    if s.mapping_actions(|a, _| a.is_masking()) {
        let message = "masked columns are not validated; a masked key stops its table's validation";
        s.report(&codes::S029, enable, message);
    }
    let views = s.mappings.iter().flat_map(|m| &m.rules).any(|r| {
        let kind = r.locator.table_type.is_some_and(|t| t != mappings::TableType::Table);
        matches!(r.body, Body::Selection(_)) && kind
    });
    if views {
        s.report(&codes::S029, enable, "views are not validated");
    }
    if s.says("CharacterSetSettings") {
        let message = "validation does not work with character substitution";
        s.report(&codes::S029, "CharacterSetSettings", message);
    }
}

/// Validation by groups of rows goes between a few pairs of engines only.
fn groups(s: &mut Sight<'_>) {
    use Family as F;
    let mode = "ValidationSettings.ValidationMode";
    let (Some(source), Some(target)) = (s.context.source(), s.context.target()) else { return };
    let pair = (source.family, target.family);
    let fits =
        [F::Oracle, F::SqlServer].contains(&pair.0) && (pair.1 == F::Postgres || pair.1 == pair.0);
    if s.text(mode) == "GROUP_LEVEL" && !fits {
        let message = format!("{} to {} is validated row by row", source.name, target.name);
        s.report(&codes::S052, mode, message).hint = Some("use ROW_LEVEL".to_owned());
    }
}

/// Tables without a key, where one is wanted.
fn keyless(s: &mut Sight<'_>) {
    let names: Vec<String> = taken(s)
        .into_iter()
        .map(|(t, _)| t)
        .filter(|t| !t.columns.is_empty() && !t.has_key() && t.kind == crate::TableKind::Table)
        .map(crate::CatalogueTable::full_name)
        .collect();
    let Some(first) = names.first() else { return };
    let who = match names.len() {
        1 => format!("{first} has no primary key"),
        n => format!("{first} and {} more have no primary key", n - 1),
    };
    if s.is("TargetMetadata.BatchApplyEnabled") && !s.type_is(MigrationType::FullLoad) {
        s.report(&codes::S041, "TargetMetadata.BatchApplyEnabled", who.clone());
    }
    if s.is("ValidationSettings.EnableValidation") {
        s.report(&codes::S042, "ValidationSettings.EnableValidation", who);
    }
}
