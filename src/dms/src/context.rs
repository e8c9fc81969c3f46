//! What a check may know of the migration around a document.

use crate::{
    catalogue::Catalogue,
    engines::{Engine, Family, engine},
    words::words,
};
use std::fmt;

words! {
    /// What a task does.
    MigrationType {
        /// Loads what there is.
        FullLoad = "full-load",
        /// Applies changes only.
        Cdc = "cdc",
        /// Both, one after the other.
        FullLoadAndCdc = "full-load-and-cdc",
    }
}

impl MigrationType {
    /// Whether it loads tables.
    pub fn loads(self) -> bool {
        self != Self::Cdc
    }

    /// Whether it applies changes.
    pub fn replicates(self) -> bool {
        self != Self::FullLoad
    }
}

/// The version of a replication instance's engine, comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EngineVersion(pub u32, pub u32, pub u32);

impl EngineVersion {
    /// Reads `3.5.4`; missing parts count as 0.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.').map(|p| p.parse::<u32>().ok());
        let major = parts.next()??;
        let minor = parts.next().map_or(Some(0), |p| p)?;
        let patch = parts.next().map_or(Some(0), |p| p)?;
        Some(Self(major, minor, patch))
    }
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// What is known around a document. Everything may be absent; a check that needs it is then left out.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The source's engine name, such as `mysql`.
    pub source_engine: Option<String>,
    /// The target's engine name.
    pub target_engine: Option<String>,
    /// What the task does.
    pub migration_type: Option<MigrationType>,
    /// The replication instance's engine version.
    pub engine_version: Option<EngineVersion>,
    /// The source's tables.
    pub catalogue: Option<Catalogue>,
    /// The table mappings of the same task, for the checks of its settings.
    pub mappings: Option<serde_json::Value>,
    /// The settings of the live task, where the document is to replace them.
    pub live_settings: Option<serde_json::Value>,
}

impl Context {
    /// The source engine's entry.
    pub fn source(&self) -> Option<&'static Engine> {
        self.source_engine.as_deref().and_then(engine)
    }

    /// The target engine's entry.
    pub fn target(&self) -> Option<&'static Engine> {
        self.target_engine.as_deref().and_then(engine)
    }

    /// Whether the source is known to be of one of these families.
    pub fn source_is(&self, families: &[Family]) -> bool {
        self.source().is_some_and(|e| families.contains(&e.family))
    }

    /// Whether the target is known to be of one of these families.
    pub fn target_is(&self, families: &[Family]) -> bool {
        self.target().is_some_and(|e| families.contains(&e.family))
    }

    /// Whether the engine version is known to be below this one.
    pub fn older_than(&self, major: u32, minor: u32, patch: u32) -> bool {
        self.engine_version.is_some_and(|v| v < EngineVersion(major, minor, patch))
    }
}
