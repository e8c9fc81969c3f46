//! Reads a catalogue from the answers of DMS's describe operations, spelled as the AWS CLI prints
//! them or in snake_case.

use super::{Catalogue, CatalogueError, CatalogueTable};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) const STATISTICS: &[&str] = &[
    "TableStatistics",
    "table_statistics",
    "ReplicationTableStatistics",
    "replication_table_statistics",
];
pub(super) const SCHEMAS: &[&str] = &["Schemas", "schemas"];

/// The first of these keys that a value has.
fn member<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v Value> {
    keys.iter().find_map(|key| value.get(*key)).filter(|v| !v.is_null())
}

fn text<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v str> {
    member(value, keys).and_then(Value::as_str)
}

/// Whether an entry of a list is one of table statistics.
pub(super) fn is_statistic(item: &Value) -> bool {
    member(item, &["SchemaName", "schema_name"]).is_some()
}

/// A page that says that there is more would make a catalogue that lacks tables.
fn whole(json: &Value) -> Result<(), CatalogueError> {
    if member(json, &["Marker", "marker", "NextToken", "next_token"]).is_none() {
        return Ok(());
    }
    let message = "the answer is one page of several: it ends with a marker";
    Err(CatalogueError::new(message).hint("ask without --max-items or --no-paginate"))
}

fn list<'v>(json: &'v Value, keys: &[&str]) -> Result<&'v Vec<Value>, CatalogueError> {
    let list = if json.is_array() { Some(json) } else { member(json, keys) };
    list.and_then(Value::as_array)
        .ok_or_else(|| CatalogueError::new(format!("the answer has no list {}", keys[0])))
}

pub(super) fn table_statistics(json: &Value) -> Result<Catalogue, CatalogueError> {
    whole(json)?;
    let mut tables = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, item) in list(json, STATISTICS)?.iter().enumerate() {
        let schema = text(item, &["SchemaName", "schema_name"]);
        let table = text(item, &["TableName", "table_name"]);
        let (Some(schema), Some(table)) = (schema, table) else {
            let message =
                format!("table {} of the statistics has no SchemaName or TableName", index + 1);
            return Err(CatalogueError::new(message));
        };
        if !seen.insert((schema, table)) {
            continue;
        }
        let rows = member(item, &["FullLoadRows", "full_load_rows"]).and_then(Value::as_u64);
        tables.push(CatalogueTable {
            schema: schema.to_owned(),
            table: table.to_owned(),
            rows: rows.unwrap_or(0),
            keys_unknown: true,
            ..CatalogueTable::default()
        });
    }
    Ok(Catalogue { tables, ..Catalogue::default() })
}

pub(super) fn schemas(json: &Value) -> Result<Catalogue, CatalogueError> {
    whole(json)?;
    let mut schemas = Vec::new();
    for (index, item) in list(json, SCHEMAS)?.iter().enumerate() {
        let Some(name) = item.as_str() else {
            let message = format!("schema {} of the list is not text", index + 1);
            return Err(CatalogueError::new(message));
        };
        schemas.push(name.to_owned());
    }
    Ok(Catalogue { schemas, ..Catalogue::default() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn answers_of_dms_are_read_in_both_spellings() {
        let cli = r#"{ "ReplicationTaskArn": "arn", "TableStatistics": [
            { "SchemaName": "s", "TableName": "a", "FullLoadRows": 7, "TableState": "Table completed" },
            { "SchemaName": "s", "TableName": "b" } ] }"#;
        let c = Catalogue::read(cli, "stats.json").unwrap();
        assert_eq!(c.tables.len(), 2);
        assert_eq!((c.tables[0].full_name(), c.tables[0].rows), ("s.a".to_owned(), 7));
        assert!(!c.tables[0].lacks_key());
        let snake = r#"{ "table_statistics": [{ "schema_name": "s", "table_name": "a" }] }"#;
        assert_eq!(Catalogue::read(snake, "x").unwrap().tables[0].table, "a");
        let alone = r#"[{ "schema_name": "s", "table_name": "a", "full_load_rows": 1 }]"#;
        assert_eq!(Catalogue::read(alone, "x").unwrap().tables[0].rows, 1);
        let schemas = r#"{ "Schemas": ["production", "crm"] }"#;
        assert_eq!(Catalogue::read(schemas, "x").unwrap().schemas, ["production", "crm"]);
    }

    #[test]
    fn a_page_of_several_is_refused() {
        let page = r#"{ "Marker": "xyz", "Schemas": ["production"] }"#;
        let error = Catalogue::read(page, "x").unwrap_err();
        assert!(error.message.contains("one page of several"), "{error}");
        let error = Catalogue::read(r#"{ "TableStatistics": [{}] }"#, "x").unwrap_err();
        assert_eq!(error.to_string(), "table 1 of the statistics has no SchemaName or TableName");
    }

    #[test]
    fn our_own_form_and_what_is_none() {
        let c = Catalogue::read(r#"{ "tables": [{ "schema": "s", "table": "t" }] }"#, "x").unwrap();
        assert_eq!(c.tables.len(), 1);
        let c = Catalogue::read(r#"[{ "schema": "s", "table": "t" }]"#, "x").unwrap();
        assert_eq!(c.tables.len(), 1);
        let error = Catalogue::read("{ \"tables\": [\n {} ] }", "x").unwrap_err();
        assert_eq!(error.line, Some(2));
        assert!(error.message.contains("missing field `schema`"), "{error}");
        assert_eq!(Catalogue::read("{", "x").unwrap_err().line, Some(1));
        assert!(Catalogue::read("{ \"rules\": [] }", "x").unwrap_err().hint.is_some());
        assert_eq!(Catalogue::read(" \n", "c.json").unwrap_err().message, "c.json is empty");
    }
}
