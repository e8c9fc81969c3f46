//! What a key of the task settings is: type, default, range, words and limits.

use super::rows::ROWS;
use crate::{
    context::{Context, EngineVersion},
    engines::Family,
};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::{Map, Value, json};

/// A key of the task settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    /// Its full path: `TargetMetadata.LobMaxSize`, `TTSettings.TTS3Settings.BucketName`.
    pub path: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What the service returns for it when nothing is given.
    pub default: Default,
    /// The least and the most.
    pub range: Option<(i64, i64)>,
    /// Whether the documentation gives the range; otherwise it is what makes sense.
    pub strict: bool,
    /// The first engine version that knows it.
    pub since: Option<EngineVersion>,
    /// Whether only the service sets it.
    pub read_only: bool,
    /// The engines that it counts for.
    pub only: Only,
    /// What it does.
    pub doc: &'static str,
}

/// The engines that a key counts for; the documentation names them for a few keys only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// All, as far as is known.
    Any,
    /// Sources of these families.
    Source(&'static [Family]),
    /// Targets of these families.
    Target(&'static [Family]),
    /// Migrations with one of these families on either side.
    Either(&'static [Family]),
}

impl Only {
    /// The engine that makes the key idle, with its side; `None` where it counts, or where too little
    /// is known to say.
    pub fn refuses(self, context: &Context) -> Option<(&'static str, &'static str)> {
        let (source, target) = (context.source(), context.target());
        match self {
            Self::Any => None,
            Self::Source(fits) => {
                source.filter(|e| !fits.contains(&e.family)).map(|e| (e.name, "source"))
            }
            Self::Target(fits) => {
                target.filter(|e| !fits.contains(&e.family)).map(|e| (e.name, "target"))
            }
            Self::Either(fits) => {
                let (source, target) = (source?, target?);
                let fit = fits.contains(&source.family) || fits.contains(&target.family);
                (!fit).then_some((target.name, "target"))
            }
        }
    }

    /// The side and the families, for documentation: `("target", ["kinesis", "kafka"])`.
    pub fn parts(self) -> Option<(&'static str, &'static [Family])> {
        match self {
            Self::Any => None,
            Self::Source(fits) => Some(("source", fits)),
            Self::Target(fits) => Some(("target", fits)),
            Self::Either(fits) => Some(("source or target", fits)),
        }
    }
}

/// The type of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A boolean.
    Boolean,
    /// A whole number.
    Integer,
    /// A text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Words of this list, with commas between.
    Words(&'static [&'static str]),
    /// The list of log components.
    LogComponents,
    /// A list of objects.
    List,
    /// An object that nothing more is known of.
    Object,
}

/// A default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// Not documented, or nothing.
    None,
    /// A boolean.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A text.
    Text(&'static str),
}

impl Default {
    /// As JSON.
    pub fn json(self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Bool(b) => json!(b),
            Self::Int(i) => json!(i),
            Self::Text(t) => json!(t),
        }
    }
}

/// The severities of a log component, low to high.
pub const SEVERITIES: &[&str] = &[
    "LOGGER_SEVERITY_ERROR",
    "LOGGER_SEVERITY_WARNING",
    "LOGGER_SEVERITY_INFO",
    "LOGGER_SEVERITY_DEFAULT",
    "LOGGER_SEVERITY_DEBUG",
    "LOGGER_SEVERITY_DETAILED_DEBUG",
];

/// The log components.
pub const COMPONENTS: &[&str] = &[
    "TRANSFORMATION",
    "SOURCE_UNLOAD",
    "IO",
    "TARGET_LOAD",
    "PERFORMANCE",
    "SOURCE_CAPTURE",
    "SORTER",
    "REST_SERVER",
    "VALIDATOR_EXT",
    "TARGET_APPLY",
    "TASK_MANAGER",
    "TABLES_MANAGER",
    "METADATA_MANAGER",
    "FILE_FACTORY",
    "COMMON",
    "ADDONS",
    "DATA_STRUCTURE",
    "COMMUNICATION",
    "FILE_TRANSFER",
    "VALIDATOR",
    "DATA_RESYNC",
    "RESYNC_UNLOAD",
    "RESYNC_APPLY",
];

/// The components that came with resync, in 3.6.1; a document by default does not list them.
pub(super) const RESYNC_COMPONENTS: &[&str] = &["DATA_RESYNC", "RESYNC_UNLOAD", "RESYNC_APPLY"];

/// The sections in the order of the reference. `true`: null when it is not used.
pub const SECTIONS: &[(&str, bool)] = &[
    ("TargetMetadata", false),
    ("FullLoadSettings", false),
    ("TTSettings", true),
    ("Logging", false),
    ("ControlTablesSettings", false),
    ("StreamBufferSettings", false),
    ("ChangeProcessingTuning", false),
    ("ChangeProcessingDdlHandlingPolicy", false),
    ("LoopbackPreventionSettings", true),
    ("CharacterSetSettings", true),
    ("BeforeImageSettings", true),
    ("ErrorBehavior", false),
    ("ValidationSettings", false),
    ("ResyncSettings", true),
    ("PostProcessingRules", true),
];

impl Key {
    /// Its section; for the one key at the top level, itself.
    pub fn section(&self) -> &'static str {
        self.path.split('.').next().unwrap_or(self.path)
    }

    /// The last part of its path.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let words = match self.kind {
            Kind::Word(w) | Kind::Words(w) => w,
            _ => &[],
        };
        let mut out = to.serialize_struct("Key", 9)?;
        out.serialize_field("path", self.path)?;
        out.serialize_field("type", self.kind.word())?;
        out.serialize_field("default", &self.default.json())?;
        out.serialize_field("range", &self.range)?;
        out.serialize_field("values", words)?;
        out.serialize_field("since", &self.since.map(|v| v.to_string()))?;
        out.serialize_field("read_only", &self.read_only)?;
        let only =
            self.only.parts().map(|(side, families)| json!({ "side": side, "families": families }));
        out.serialize_field("only", &only)?;
        out.serialize_field("doc", self.doc)?;
        out.end()
    }
}

impl Kind {
    /// The type in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Text | Self::Word(_) | Self::Words(_) => "string",
            Self::LogComponents | Self::List => "list",
            Self::Object => "object",
        }
    }
}

/// Every key, in the order of the reference.
pub fn keys() -> &'static [Key] {
    ROWS
}

/// The names of the sections.
pub fn sections() -> impl Iterator<Item = &'static str> {
    SECTIONS.iter().map(|(name, _)| *name)
}

/// The key of this path.
pub fn key(path: &str) -> Option<&'static Key> {
    ROWS.iter().find(|k| k.path == path)
}

/// The document that the service returns for a task that was created without settings.
pub fn defaults() -> Value {
    let mut out = Map::new();
    for (section, unused) in SECTIONS {
        let value = if *unused { Value::Null } else { json!({}) };
        out.insert((*section).to_owned(), value);
    }
    for key in ROWS {
        let unused = SECTIONS.iter().any(|(s, unused)| *s == key.section() && *unused);
        if unused {
            continue;
        }
        let value = match key.kind {
            Kind::LogComponents => log_components(),
            _ if key.path == "Logging.LogConfiguration" => {
                json!({ "TraceOnErrorMb": 10, "EnableTraceOnError": false })
            }
            _ => key.default.json(),
        };
        match out.get_mut(key.section()) {
            Some(Value::Object(section)) => {
                section.insert(key.name().to_owned(), value);
            }
            _ => {
                out.insert(key.path.to_owned(), value);
            }
        }
    }
    Value::Object(out)
}

fn log_components() -> Value {
    COMPONENTS
        .iter()
        .filter(|id| !RESYNC_COMPONENTS.contains(id))
        .map(|id| json!({ "Severity": "LOGGER_SEVERITY_DEFAULT", "Id": id }))
        .collect()
}
