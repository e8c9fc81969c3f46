//! The individual assessments: which apply to a task, and what each says of its source.

use super::super::{
    catalogue::{Address, Table},
    region::Shard,
    selection,
    tasks::Task,
};
use dmsrun_dms::Family;

const ANY: &[&str] = &[
    "all-check-source-selection-rules",
    "all-check-secondary-constraints",
    "all-check-target-read-replica",
    "full-lob-not-nullable-at-target",
    "table-with-lob-but-without-primary-key-or-unique-constraint",
    "unsupported-data-types-in-source",
];
/// Those that matter only when changes are replicated.
const CHANGES: &[&str] = &[
    "table-with-no-primary-key-or-unique-constraint",
    "target-table-has-unique-key-or-primary-key-for-cdc",
];
const MYSQL: &[&str] = &[
    "mysql-batch-apply-lob-mode",
    "mysql-check-10k-tables",
    "mysql-check-binlog-enabled",
    "mysql-check-binlog-format",
    "mysql-check-binlog-image",
    "mysql-check-binlog-retention-time",
    "mysql-check-pk-validity",
    "mysql-check-server-id",
    "mysql-tblnum-for-max-fullload-subtasks",
];
const POSTGRES: &[&str] = &[
    "postgres-batch-apply-lob-mode",
    "postgres-check-limited-lob-size",
    "postgres-check-maxwalsenders",
    "postgres-check-pk-validity",
    "postgres-check-replication-slots-count",
    "postgres-check-wallevel",
    "postgres-check-walsenderstimeout",
];
const ORACLE: &[&str] = &[
    "oracle-batch-apply-lob-999",
    "oracle-batch-apply-lob-mode",
    "oracle-check-archivelog-mode",
    "oracle-check-object-30-bytes-limit",
    "oracle-supplemental-db-level",
    "oracle-validate-supplemental-logging-for-pk",
];
const SQL_SERVER: &[&str] = &[
    "sqlserver-batch-apply-lob-mode",
    "sqlserver-check-for-full-backup",
    "sqlserver-check-for-special-characters",
    "sqlserver-check-user-permission-for-cdc",
    "sqlserver-large-number-of-tables",
];

/// The names that apply, sorted.
pub(crate) fn applicable(family: Option<Family>, replicates: bool) -> Vec<&'static str> {
    let own = match family {
        Some(Family::Mysql) => MYSQL,
        Some(Family::Postgres) => POSTGRES,
        Some(Family::Oracle) => ORACLE,
        Some(Family::SqlServer) => SQL_SERVER,
        _ => &[],
    };
    let changes = if replicates { CHANGES } else { &[] };
    let mut all: Vec<&str> = ANY.iter().chain(changes).chain(own).copied().collect();
    all.sort_unstable();
    all
}

impl Shard<'_> {
    /// What a check says of the demo's source, where it stands.
    pub(crate) fn verdict(
        &self,
        name: &str,
        task: &Task,
        address: Option<&Address>,
    ) -> &'static str {
        let Some(address) = address else { return "error" };
        let tables = self.source.tables(address);
        let chosen = selection::evaluate(&task.mappings, &tables);
        let some = |test: &dyn Fn(&Table) -> bool| chosen.iter().any(|c| test(&tables[c.at]));
        let limit = task.settings.int("TargetMetadata", "LobMaxSize");
        let cuts = |t: &Table| {
            t.largest_lob_kb().is_some_and(|kb| i64::try_from(kb).is_ok_and(|kb| kb > limit))
        };
        match name {
            "all-check-source-selection-rules" if chosen.is_empty() => "failed",
            "table-with-no-primary-key-or-unique-constraint" if some(&|t| !t.has_key()) => {
                "warning"
            }
            "table-with-lob-but-without-primary-key-or-unique-constraint"
                if some(&|t| !t.has_key() && t.largest_lob_kb().is_some()) =>
            {
                "warning"
            }
            "postgres-check-limited-lob-size" if some(&cuts) => "warning",
            "mysql-tblnum-for-max-fullload-subtasks" => {
                let subtasks = task.settings.int("FullLoadSettings", "MaxFullLoadSubTasks");
                let tables = i64::try_from(chosen.len()).unwrap_or(i64::MAX);
                if subtasks > tables { "warning" } else { "passed" }
            }
            _ => "passed",
        }
    }
}
