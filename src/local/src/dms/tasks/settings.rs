//! A task's settings: the service's defaults, what a request lays over them, and what it refuses.
//! Keys, defaults, ranges and words are those of the schema that the checks use.

use super::super::faults::Fault;
use dmsrun_dms::settings::schema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

const NOT_ON_CREATE: &str =
    "Task Settings CloudWatchLogGroup or CloudWatchLogStream cannot be set on create.";

/// A full settings document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Settings(Json);

impl Settings {
    /// What a task has that says nothing.
    pub(crate) fn defaults() -> Self {
        Self(schema::defaults())
    }

    /// The document with a request's text laid over it, checked for a task of that type.
    pub(crate) fn with(&self, text: &str, migration_type: &str) -> Result<Self, Fault> {
        let invalid = || Fault::value("Invalid task settings JSON");
        let over: Json = serde_json::from_str(text).map_err(|_| invalid())?;
        let Json::Object(over) = over else { return Err(invalid()) };
        let mut merged = self.clone();
        merge(&mut merged.0, &Json::Object(over))?;
        merged.check(migration_type)?;
        Ok(merged)
    }

    pub(crate) fn text(&self) -> String {
        self.0.to_string()
    }

    pub(crate) fn int(&self, section: &str, key: &str) -> i64 {
        self.0[section][key].as_i64().unwrap_or_default()
    }

    pub(crate) fn flag(&self, section: &str, key: &str) -> bool {
        self.0[section][key].as_bool().unwrap_or(false)
    }

    pub(crate) fn word(&self, section: &str, key: &str) -> &str {
        self.0[section][key].as_str().unwrap_or_default()
    }

    /// Shows where the log is, once there is one.
    pub(crate) fn set_log(&mut self, group: &str, stream: &str) {
        let logging = &mut self.0["Logging"];
        let on = logging["EnableLogging"] == true;
        let shown = |name: &str| if on { json!(name) } else { Json::Null };
        logging["CloudWatchLogGroup"] = shown(group);
        logging["CloudWatchLogStream"] = shown(stream);
    }

    fn check(&self, migration_type: &str) -> Result<(), Fault> {
        for key in schema::keys() {
            let Some(value) = self.0.pointer(&format!("/{}", key.path.replace('.', "/"))) else {
                continue;
            };
            if !value.is_null() && !allowed(key, value) {
                return Err(Fault::value(format!(
                    "Invalid task settings: {} can't be {value}.",
                    key.path
                )));
            }
        }
        let lobs = |key| self.flag("TargetMetadata", key);
        if lobs("SupportLobs") && lobs("FullLobMode") == lobs("LimitedSizeLobMode") {
            return Err(Fault::value(
                "Invalid task settings: with SupportLobs exactly one of FullLobMode and \
                 LimitedSizeLobMode must be true.",
            ));
        }
        let load = |key| self.flag("FullLoadSettings", key);
        if load("StopTaskCachedChangesApplied") && load("StopTaskCachedChangesNotApplied") {
            return Err(Fault::value(
                "Invalid task settings: StopTaskCachedChangesApplied and \
                 StopTaskCachedChangesNotApplied can't both be true.",
            ));
        }
        if self.flag("Logging", "EnableLogContext") && !self.flag("Logging", "EnableLogging") {
            return Err(Fault::value(
                "Invalid task settings: EnableLogContext can be true only with EnableLogging.",
            ));
        }
        self.check_validation(migration_type)
    }

    fn check_validation(&self, migration_type: &str) -> Result<(), Fault> {
        if !self.flag("ValidationSettings", "ValidationOnly") {
            return Ok(());
        }
        let good = self.flag("ValidationSettings", "EnableValidation")
            && self.word("FullLoadSettings", "TargetTablePrepMode") == "DO_NOTHING"
            && migration_type != "full-load-and-cdc";
        if good {
            return Ok(());
        }
        Err(Fault::value(
            "Invalid task settings: ValidationOnly needs EnableValidation, TargetTablePrepMode \
             DO_NOTHING and the migration type full-load or cdc.",
        ))
    }
}

/// Refuses a new task that names its log: DMS does.
pub(crate) fn check_new(text: &str) -> Result<(), Fault> {
    let over: Json = serde_json::from_str(text).unwrap_or_default();
    let named = |key: &str| !over["Logging"][key].is_null();
    if named("CloudWatchLogGroup") || named("CloudWatchLogStream") {
        return Err(Fault::value(NOT_ON_CREATE));
    }
    Ok(())
}

/// Whether a request changes nothing but the severities of the log.
pub(crate) fn only_severities(text: &str) -> bool {
    let over: Json = serde_json::from_str(text).unwrap_or_default();
    let alone = |map: Option<&Map<String, Json>>, key: &str| {
        map.is_some_and(|m| !m.is_empty() && m.keys().all(|k| k == key))
    };
    alone(over.as_object(), "Logging") && alone(over["Logging"].as_object(), "LogComponents")
}

/// Whether the service takes a value: by its documented range, or the words there are.
fn allowed(key: &schema::Key, value: &Json) -> bool {
    match (key.kind, key.range) {
        (schema::Kind::Word(words), _) => value.as_str().is_some_and(|w| words.contains(&w)),
        (schema::Kind::Integer, Some((least, most))) if key.strict => {
            value.as_i64().is_some_and(|n| (least..=most).contains(&n))
        }
        (schema::Kind::Integer, _) => value.is_i64() || value.is_u64(),
        _ => true,
    }
}

/// Lays `over` over `base`: objects by key, log components by id, everything else whole.
fn merge(base: &mut Json, over: &Json) -> Result<(), Fault> {
    let (Json::Object(base), Json::Object(over)) = (&mut *base, over) else {
        *base = over.clone();
        return Ok(());
    };
    for (key, value) in over {
        match base.get_mut(key) {
            Some(old) if key == "LogComponents" => merge_components(old, value)?,
            Some(old) if old.is_object() && value.is_object() => merge(old, value)?,
            // An object where a plain value belongs, or the reverse, is no document of ours.
            Some(old) if old.is_object() && !value.is_null() => {
                return Err(Fault::value("Invalid task settings JSON"));
            }
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}

fn merge_components(base: &mut Json, over: &Json) -> Result<(), Fault> {
    let invalid = |what: String| Fault::value(format!("Invalid task settings: {what}"));
    if over.is_null() {
        return Ok(());
    }
    let list = over.as_array().ok_or_else(|| invalid("LogComponents must be a list.".into()))?;
    let Json::Array(base) = base else { return Ok(()) };
    for component in list {
        let id = component["Id"].as_str().unwrap_or_default();
        let severity = component["Severity"].as_str().unwrap_or_default();
        if !schema::COMPONENTS.contains(&id) {
            return Err(invalid(format!("unknown log component {id:?}.")));
        }
        if !schema::SEVERITIES.contains(&severity) {
            return Err(invalid(format!("unknown severity {severity:?} of {id}.")));
        }
        match base.iter_mut().find(|c| c["Id"] == id) {
            Some(old) => old["Severity"] = json!(severity),
            None => base.push(json!({"Id": id, "Severity": severity})),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn with(over: Json) -> Result<Settings, Fault> {
        Settings::defaults().with(&over.to_string(), "full-load-and-cdc")
    }

    #[test]
    fn a_partial_document_becomes_a_full_one() {
        let settings = with(json!({
            "FullLoadSettings": {"MaxFullLoadSubTasks": 16},
            "Logging": {"EnableLogging": true, "LogComponents": [
                {"Id": "TARGET_LOAD", "Severity": "LOGGER_SEVERITY_DEBUG"},
            ]},
        }))
        .unwrap();
        assert_eq!(settings.int("FullLoadSettings", "MaxFullLoadSubTasks"), 16);
        assert_eq!(settings.int("FullLoadSettings", "CommitRate"), 10_000);
        let list = settings.0["Logging"]["LogComponents"].as_array().unwrap();
        assert_eq!(list.len(), 20);
        let load = list.iter().find(|c| c["Id"] == "TARGET_LOAD").unwrap();
        assert_eq!(load["Severity"], "LOGGER_SEVERITY_DEBUG");
    }

    #[test]
    fn laying_a_full_document_over_itself_changes_nothing() {
        let settings = Settings::defaults();
        assert_eq!(settings.with(&settings.text(), "cdc").unwrap(), settings);
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for bad in [
            json!({"ValidationSettings": {"ValidationMode": "TABLE_LEVEL"}}),
            json!({"FullLoadSettings": {"MaxFullLoadSubTasks": 50}}),
            json!({"FullLoadSettings": {"CommitRate": 50_001}}),
            json!({"FullLoadSettings": {"TargetTablePrepMode": "DROP"}}),
            json!({"FullLoadSettings": 3}),
            json!({"TargetMetadata": {"FullLobMode": true}}),
            json!({"Logging": {"EnableLogContext": true}}),
            json!({"Logging": {"LogComponents": [{"Id": "X", "Severity": "Y"}]}}),
            json!({"ValidationSettings": {"ValidationOnly": true, "EnableValidation": true}}),
            json!([]),
        ] {
            let fault = with(bad.clone()).unwrap_err();
            assert_eq!(fault.code, "InvalidParameterValueException", "{bad}");
        }
        let fault = Settings::defaults().with("{", "cdc").unwrap_err();
        assert_eq!(fault.message, "Invalid task settings JSON");
    }

    #[test]
    fn a_new_task_can_not_name_its_log() {
        let null = r#"{"Logging":{"CloudWatchLogGroup":null}}"#;
        assert!(check_new(null).is_ok());
        let named = r#"{"Logging":{"CloudWatchLogGroup":"mine"}}"#;
        assert_eq!(check_new(named).unwrap_err().message, NOT_ON_CREATE);
    }

    #[test]
    fn only_severities_change_while_running() {
        assert!(only_severities(r#"{"Logging":{"LogComponents":[]}}"#));
        assert!(!only_severities(r#"{"Logging":{"EnableLogging":true}}"#));
        assert!(!only_severities(r#"{"FullLoadSettings":{}}"#));
        assert!(!only_severities("{}"));
    }
}
