//! What a check may know of the migration around a document.

use crate::{
    catalogue::Catalogue,
    engines::{Engine, Family, engine, engines},
    words::words,
};
use serde_json::Value;
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

/// What is known around a document. Everything may be absent; a check that needs it is then left
/// out.
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
    pub mappings: Option<Value>,
    /// The settings of the live task, where the document is to replace them.
    pub live_settings: Option<Value>,
}

impl Context {
    /// Reads a context from JSON with the keys of this structure; what is absent or null is not known.
    /// The error says which key is wrong, and how.
    pub fn from_json(json: &Value) -> Result<Self, String> {
        const KEYS: [&str; 7] = [
            "source_engine",
            "target_engine",
            "migration_type",
            "engine_version",
            "catalogue",
            "mappings",
            "live_settings",
        ];
        let map = match json {
            Value::Null => return Ok(Self::default()),
            Value::Object(map) => map,
            _ => return Err("a context is an object".to_owned()),
        };
        if let Some(key) = map.keys().find(|k| !KEYS.contains(&k.as_str())) {
            let near = dmsrun_diag::did_you_mean(key, KEYS).unwrap_or_default();
            return Err(format!("a context has no {key}. {near}").trim_end().to_owned());
        }
        let value = |key: &str| map.get(key).filter(|v| !v.is_null());
        let text = |key: &str| match value(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{key} must be text")),
        };
        let engine_name = |key: &str| match text(key)? {
            Some(name) if engine(&name).is_none() => {
                let near = dmsrun_diag::did_you_mean(&name, engines().iter().map(|e| e.name));
                Err(format!("{key} \"{name}\" is no engine. {}", near.unwrap_or_default())
                    .trim_end()
                    .to_owned())
            }
            name => Ok(name),
        };
        let migration_type = text("migration_type")?.map(|word| {
            MigrationType::from_word(&word).ok_or_else(|| {
                format!("migration_type is one of {}", MigrationType::WORDS.join(", "))
            })
        });
        let engine_version = text("engine_version")?.map(|version| {
            EngineVersion::parse(&version)
                .ok_or_else(|| "engine_version looks like 3.5.4".to_owned())
        });
        let catalogue = value("catalogue").map(|v| {
            serde_json::from_value(v.clone()).map_err(|error| format!("catalogue: {error}"))
        });
        Ok(Self {
            source_engine: engine_name("source_engine")?,
            target_engine: engine_name("target_engine")?,
            migration_type: migration_type.transpose()?,
            engine_version: engine_version.transpose()?,
            catalogue: catalogue.transpose()?,
            mappings: value("mappings").cloned(),
            live_settings: value("live_settings").cloned(),
        })
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_context_is_read_and_refuses_what_it_does_not_know() {
        let good =
            json!({ "source_engine": "mysql", "migration_type": "cdc", "engine_version": "3.5.4" });
        let context = Context::from_json(&good).expect("a good context");
        assert_eq!(context.migration_type, Some(MigrationType::Cdc));
        assert!(context.older_than(3, 6, 0) && !context.older_than(3, 5, 4));
        for (bad, text) in [
            (
                json!({ "source_engin": "mysql" }),
                "a context has no source_engin. Did you mean \"source_engine\"?",
            ),
            (
                json!({ "source_engine": "mysq" }),
                "source_engine \"mysq\" is no engine. Did you mean \"mysql\" or \"gcp-mysql\"?",
            ),
            (
                json!({ "migration_type": "full" }),
                "migration_type is one of full-load, cdc, full-load-and-cdc",
            ),
        ] {
            assert_eq!(Context::from_json(&bad).expect_err("a bad context"), text);
        }
    }
}
