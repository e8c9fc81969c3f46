//! Task settings for the usual purposes, to merge one's own over.

use serde::Serialize;
use serde_json::{Value, json};

/// A preset and why it is as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// What it is for, and what it does.
    pub text: &'static str,
    /// The keys it sets.
    pub settings: Value,
}

/// Every preset.
pub fn presets() -> Vec<Preset> {
    vec![
        Preset {
            name: "default",
            text: "Logs are on, and keys whose default changed over time are said: the task does the same everywhere.",
            settings: base(),
        },
        Preset {
            name: "full-load-fast",
            text: "Loads as fast as it goes: more tables side by side, larger commits, keys after the load. Wants a bigger instance and a target without other work.",
            settings: over(json!({
                "FullLoadSettings": {
                    "MaxFullLoadSubTasks": 16,
                    "CommitRate": 50000,
                    "CreatePkAfterFullLoad": true,
                },
                "StreamBufferSettings": { "StreamBufferCount": 6, "StreamBufferSizeInMB": 16 },
            })),
        },
        Preset {
            name: "cdc-low-latency",
            text: "Keeps changes short behind the source: small transactions, sent at once, and enough memory to keep them off the disk.",
            settings: over(json!({
                "ChangeProcessingTuning": {
                    "MinTransactionSize": 100,
                    "CommitTimeout": 1,
                    "MemoryLimitTotal": 4096,
                    "MemoryKeepTime": 60,
                    "StatementCacheSize": 200,
                },
            })),
        },
        Preset {
            name: "lob-heavy",
            text: "Whole LOBs: small ones inline up to 32 KB, larger ones in chunks. Slower than limited mode, but nothing is cut.",
            settings: over(json!({
                "TargetMetadata": {
                    "SupportLobs": true,
                    "FullLobMode": true,
                    "LimitedSizeLobMode": false,
                    "LobChunkSize": 64,
                    "InlineLobMaxSize": 32,
                },
                "StreamBufferSettings": { "StreamBufferCount": 4, "StreamBufferSizeInMB": 16 },
            })),
        },
        Preset {
            name: "validate-only",
            text: "Compares source and target without moving anything. The migration type must be full-load or cdc.",
            settings: over(json!({
                "FullLoadSettings": { "TargetTablePrepMode": "DO_NOTHING" },
                "ValidationSettings": {
                    "EnableValidation": true,
                    "ValidationOnly": true,
                    "ThreadCount": 8,
                },
            })),
        },
    ]
}

/// The preset of this name.
pub fn preset(name: &str) -> Option<Preset> {
    presets().into_iter().find(|p| p.name == name)
}

fn base() -> Value {
    json!({
        "Logging": { "EnableLogging": true },
        "ErrorBehavior": {
            "FailOnNoTablesCaptured": true,
            "RecoverableErrorStopRetryAfterThrottlingMax": true,
        },
    })
}

fn over(settings: Value) -> Value {
    super::merge(&base(), &settings)
}
