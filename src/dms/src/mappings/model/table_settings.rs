//! Table settings: parallel load and LOBs.

use crate::words::words;
use serde_json::{Map, Value};

/// A table-settings rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableSettings {
    /// `parallel-load`
    pub parallel_load: Option<ParallelLoad>,
    /// `lob-settings`
    pub lob: Option<LobSettings>,
}

impl TableSettings {
    /// What it sets, as the rest of a sentence.
    pub fn text(&self) -> String {
        let load = self.parallel_load.as_ref().map(|p| match p.segments() {
            Some(1) => "loads it in one piece".to_owned(),
            Some(n) => format!("loads it in {n} segments ({})", p.kind.word()),
            None => format!("loads it in parallel ({})", p.kind.word()),
        });
        let lobs = self.lob.as_ref().map(|l| {
            match (l.mode.unwrap_or(LobMode::Limited), l.bulk_max_size) {
                (LobMode::Limited, Some(kb)) => format!("cuts its LOBs at {kb} KB"),
                (LobMode::Limited, None) => "cuts its LOBs".to_owned(),
                (LobMode::Unlimited, _) => "loads its LOBs whole".to_owned(),
                (LobMode::None, _) => "loads its LOBs as the task says".to_owned(),
            }
        });
        match (load, lobs) {
            (Some(load), Some(lobs)) => format!("{load} and {lobs}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => "sets nothing".to_owned(),
        }
    }
}

words! {
    /// The `type` of a parallel load.
    ParallelType {
        /// One thread; the default.
        None = "none",
        /// A thread for each partition.
        PartitionsAuto = "partitions-auto",
        /// A thread for each subpartition (Oracle).
        SubpartitionsAuto = "subpartitions-auto",
        /// A thread for each of the partitions that are listed.
        PartitionsList = "partitions-list",
        /// A thread for each range between boundaries.
        Ranges = "ranges",
    }
}

/// How one table is loaded in parallel.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ParallelLoad {
    /// `type`
    #[serde(rename = "type")]
    pub kind: ParallelType,
    /// `partitions`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partitions: Vec<String>,
    /// `subpartitions`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subpartitions: Vec<String>,
    /// `columns`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// `boundaries`: ascending upper bounds, each as long as `columns`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub boundaries: Vec<Vec<String>>,
    /// `number-of-partitions`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_partitions: Option<i64>,
    /// `collection-count-from-metadata`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection_count_from_metadata: Option<bool>,
    /// `max-records-skip-per-page`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_records_skip_per_page: Option<i64>,
    /// `batch-size`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<i64>,
    /// Keys that are not known here.
    #[serde(skip)]
    pub extra: Map<String, Value>,
}

impl ParallelLoad {
    /// A load of a type, with nothing else said.
    pub fn of(kind: ParallelType) -> Self {
        Self {
            kind,
            partitions: Vec::new(),
            subpartitions: Vec::new(),
            columns: Vec::new(),
            boundaries: Vec::new(),
            number_of_partitions: None,
            collection_count_from_metadata: None,
            max_records_skip_per_page: None,
            batch_size: None,
            extra: Map::new(),
        }
    }
}

words! {
    /// The `mode` of LOB settings.
    LobMode {
        /// Larger LOBs are cut; the default.
        Limited = "limited",
        /// Whole LOBs.
        Unlimited = "unlimited",
        /// What the task's settings say.
        None = "none",
    }
}

/// How the LOBs of one table are loaded.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct LobSettings {
    /// `mode`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<LobMode>,
    /// `bulk-max-size`, KB
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulk_max_size: Option<i64>,
    /// Keys that are not known here.
    #[serde(skip)]
    pub extra: Map<String, Value>,
}
