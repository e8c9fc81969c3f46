//! Every code of the table mappings: a document that has it and a neighbour that has not. A code
//! without a case fails the test.
#![allow(clippy::unwrap_used)]

mod catalogues;
mod documents;
mod rules;

use dmsrun_dms::{Catalogue, Context, EngineVersion, MigrationType, codes, mappings};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// `KIND ACTION OBJECT`: a rule in short. Objects are `schema.table.column`.
fn rule(text: &str, more: Value) -> Value {
    let mut words = text.split(' ');
    let kind = words.next().unwrap();
    let (action, object) = (words.next().unwrap(), words.next().unwrap_or_default());
    let parts: Vec<&str> = object.split('.').collect();
    let mut locator = Map::new();
    for (key, part) in ["schema-name", "table-name", "column-name"].iter().zip(parts.iter()) {
        if !part.is_empty() {
            locator.insert((*key).to_owned(), json!(part));
        }
    }
    let kinds = [
        ("sel", "selection"),
        ("schema", "transformation"),
        ("table", "transformation"),
        ("column", "transformation"),
        ("set", "table-settings"),
        ("map", "object-mapping"),
        ("tag", "post-processing"),
        ("val", "validation"),
    ];
    let word = kinds.iter().find(|(k, _)| *k == kind).unwrap().1;
    let mut rule = json!({ "rule-type": word, "object-locator": locator });
    if action != "-" {
        rule["rule-action"] = json!(action);
    }
    match kind {
        "schema" | "table" | "column" => rule["rule-target"] = json!(kind),
        "val" => rule["rule-target"] = json!("column"),
        _ => {}
    }
    for (key, value) in more.as_object().unwrap() {
        match (key.as_str(), value) {
            // Merged into what is there.
            ("object-locator", Value::Object(more)) => {
                for (k, v) in more {
                    rule["object-locator"][k] = v.clone();
                }
            }
            _ => rule[key] = value.clone(),
        }
    }
    rule
}

/// The rules as a document, behind an include of all of `s`; ids in order where none are given.
fn document(rules: &[Value]) -> Value {
    let mut list = vec![rule("sel include s.%", json!({}))];
    list.extend(rules.iter().cloned());
    numbered(list)
}

fn numbered(mut list: Vec<Value>) -> Value {
    for (n, rule) in list.iter_mut().enumerate() {
        let Some(map) = rule.as_object_mut() else { continue };
        map.entry("rule-id").or_insert(json!((n + 1).to_string()));
        map.entry("rule-name").or_insert(json!(format!("r{}", n + 1)));
    }
    json!({ "rules": list })
}

/// `mysql>mysql full-load-and-cdc 3.5.4`, all parts may be absent.
fn context(text: &str) -> Context {
    let mut context = Context::default();
    for part in text.split(' ').filter(|p| !p.is_empty()) {
        if let Some((source, target)) = part.split_once('>') {
            let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
            (context.source_engine, context.target_engine) = (some(source), some(target));
        } else if let Some(kind) = MigrationType::from_word(part) {
            context.migration_type = Some(kind);
        } else if part == "catalogue" {
            context.catalogue = Some(catalogue());
        } else {
            context.engine_version = Some(EngineVersion::parse(part).unwrap());
        }
    }
    context
}

fn catalogue() -> Catalogue {
    Catalogue::read(
        "TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,COLUMN_TYPE,COLUMN_KEY,IS_NULLABLE,LOB_KB\n\
         s,t,id,int,PRI,NO,\n\
         s,t,c,varchar(20),,YES,\n\
         s,t,body,longtext,,YES,900\n\
         s,t,day,date,,YES,\n\
         s,t,ratio,double,,YES,\n\
         s,t,n-o,int,,YES,\n\
         s,user_log,a,int,PRI,NO,\n\
         s,userXlog,a,int,PRI,NO,\n\
         s,bare,a,int,,YES,\n\
         s,bare,b,longtext,,YES,5\n",
        "columns.csv",
    )
    .unwrap()
}

struct Case {
    code: &'static str,
    context: &'static str,
    bad: Value,
    good: Value,
}

fn filter(column: &str, conditions: Value) -> Value {
    json!({ "filter-type": "source", "column-name": column, "filter-conditions": conditions })
}

fn op(operator: &str, value: Option<&str>) -> Value {
    match value {
        Some(value) => json!({ "filter-operator": operator, "value": value }),
        None => json!({ "filter-operator": operator }),
    }
}

/// An include of one table outside `s` with filters.
fn filtered(filters: Value) -> Value {
    numbered(vec![rule("sel include s.t", json!({ "filters": filters }))])
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    all.extend(documents::envelope());
    all.extend(documents::selections());
    all.extend(rules::transformations());
    all.extend(rules::settings_of_tables());
    all.extend(rules::records());
    all.extend(catalogues::with_a_catalogue());
    all
}

fn case(code: &'static str, context: &'static str, bad: Value, good: Value) -> Case {
    Case { code, context, bad, good }
}

fn good() -> Value {
    document(&[])
}

fn has(case: &Case, document: &Value) -> bool {
    let mut context = context(case.context);
    if case.code == "M220" && context.catalogue.is_some() {
        let table = "a_table_with_a_name_of_more_than_30_bytes".to_owned();
        let mut tables = context.catalogue.take().unwrap();
        tables.tables[3].table = table;
        context.catalogue = Some(tables);
    }
    mappings::check(document, &context).iter().any(|f| f.code == case.code)
}

#[test]
fn every_code_has_a_document_that_has_it_and_one_that_has_not() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in cases() {
        seen.insert(case.code);
        if !has(&case, &case.bad) {
            let found = mappings::check(&case.bad, &context(case.context));
            wrong.push(format!("{} is not found: {found:#?}", case.code));
        }
        if has(&case, &case.good) {
            let found = mappings::check(&case.good, &context(case.context));
            wrong.push(format!("{} is found in the good document: {found:#?}", case.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Those that need a text, several tasks or thousands of rules have tests of their own.
    let elsewhere = ["M130", "M131", "M133", "T101", "T102"];
    let missing: Vec<&str> = codes::MAPPING_CODES
        .iter()
        .map(|c| c.code)
        .filter(|c| !seen.contains(c) && !elsewhere.contains(c))
        .collect();
    assert!(missing.is_empty(), "codes without a case: {missing:?}");
}
