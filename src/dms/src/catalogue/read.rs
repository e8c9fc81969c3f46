//! Recognises the form of a catalogue's text, and says what is wrong with it.

use super::{Catalogue, CatalogueTable, csv, described};
use serde_json::Value;
use std::fmt;

/// Why a text is no catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueError {
    /// The line of the text, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong there.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl CatalogueError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into(), hint: None }
    }

    pub(super) fn at(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for CatalogueError {}

const FORMS: &str = "a catalogue is { \"tables\": [ { \"schema\": …, \"table\": …, \"columns\": […] } ] }, \
     an answer of describe-table-statistics or describe-schemas, or the CSV of a query on \
     information_schema.columns";

impl Catalogue {
    /// Reads a catalogue in any of its forms, which it recognises by what the text holds: our own
    /// JSON (`{ "tables": […] }` or the list alone), an answer of `describe_table_statistics` or
    /// `describe_schemas` as the AWS CLI prints it, or the CSV or TSV of a query on
    /// `information_schema.columns`. `name` is the file's, for messages.
    pub fn read(text: &str, name: &str) -> Result<Self, CatalogueError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match text.trim_start().chars().next() {
            None => Err(CatalogueError::new(format!("{name} is empty")).hint(FORMS)),
            Some('{' | '[') => Self::from_json_text(text),
            Some(_) => Self::from_csv(text),
        }
    }

    /// Reads the CSV or TSV of a query on `information_schema.columns`, as `mysql --batch` and
    /// `psql --csv` print it: the first line names the columns, in any case and order. Needed are
    /// `TABLE_SCHEMA` and `TABLE_NAME`; `COLUMN_NAME`, `DATA_TYPE`, `COLUMN_TYPE`, `COLUMN_KEY`,
    /// `IS_NULLABLE`, `CHARACTER_MAXIMUM_LENGTH`, `ORDINAL_POSITION`, `TABLE_TYPE`, `TABLE_ROWS` and
    /// `LOB_KB` are used where they are there, others are passed over.
    pub fn from_csv(text: &str) -> Result<Self, CatalogueError> {
        csv::read(text)
    }

    /// Reads an answer of `describe_table_statistics` (or of its serverless sister), or its list
    /// alone, in PascalCase or snake_case: schemas, tables and rows; columns are not in it.
    pub fn from_table_statistics(json: &Value) -> Result<Self, CatalogueError> {
        described::table_statistics(json)
    }

    /// Reads an answer of `describe_schemas`: names of schemas, without tables.
    pub fn from_schemas(json: &Value) -> Result<Self, CatalogueError> {
        described::schemas(json)
    }

    fn from_json_text(text: &str) -> Result<Self, CatalogueError> {
        let json: Value = serde_json::from_str(text).map_err(|error| {
            CatalogueError::new(format!("the text is not JSON: {error}")).at(error.line())
        })?;
        let has = |keys: &[&str]| keys.iter().any(|k| json.get(*k).is_some_and(|v| !v.is_null()));
        if has(&["tables"]) {
            return ours(text);
        }
        if has(described::STATISTICS) {
            return Self::from_table_statistics(&json);
        }
        if has(described::SCHEMAS) {
            return Self::from_schemas(&json);
        }
        let first = json.as_array().and_then(|list| list.first());
        match first {
            Some(Value::String(_)) => Self::from_schemas(&json),
            Some(item) if described::is_statistic(item) => Self::from_table_statistics(&json),
            Some(_) => list(text),
            None => Err(CatalogueError::new("the JSON is no catalogue").hint(FORMS)),
        }
    }
}

fn ours(text: &str) -> Result<Catalogue, CatalogueError> {
    let catalogue: Catalogue = serde_json::from_str(text).map_err(wrong)?;
    Ok(catalogue)
}

fn list(text: &str) -> Result<Catalogue, CatalogueError> {
    let tables: Vec<CatalogueTable> = serde_json::from_str(text).map_err(wrong)?;
    Ok(Catalogue { tables, ..Catalogue::default() })
}

fn wrong(error: serde_json::Error) -> CatalogueError {
    CatalogueError::new(error.to_string()).at(error.line()).hint(FORMS)
}
