//! Writes the model as the JSON that DMS accepts: rules in their order, ids as texts, what was not
//! known behind what was.

use super::model::*;
use serde_json::{Map, Value, json};

/// A JSON object under construction.
#[derive(Default)]
struct Out(Map<String, Value>);

impl Out {
    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    fn some(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    fn list(&mut self, key: &str, values: &[String]) {
        if !values.is_empty() {
            self.put(key, values.to_vec());
        }
    }

    fn end(mut self, extra: &Map<String, Value>) -> Value {
        for (key, value) in extra {
            if !self.0.contains_key(key) {
                self.0.insert(key.clone(), value.clone());
            }
        }
        Value::Object(self.0)
    }
}

impl Mappings {
    /// The document as DMS accepts it.
    pub fn to_json(&self) -> Value {
        let mut out = Out::default();
        out.put("rules", self.rules.iter().map(Rule::to_json).collect::<Vec<_>>());
        out.end(&self.extra)
    }
}

impl Rule {
    /// The rule as DMS accepts it.
    pub fn to_json(&self) -> Value {
        let mut out = Out::default();
        out.put("rule-type", self.body.rule_type().word());
        out.put("rule-id", self.id.to_string());
        if !self.name.is_empty() {
            out.put("rule-name", self.name.clone());
        }
        match &self.body {
            Body::Selection(s) => {
                out.put("rule-action", s.action.word());
                out.put("object-locator", self.locator.to_json());
                out.some("load-order", s.load_order.map(|n| n.to_string()));
                if !s.filters.is_empty() {
                    out.put("filters", s.filters.iter().map(filter).collect::<Vec<_>>());
                }
            }
            Body::Transformation(t) => {
                out.put("rule-action", t.action.word());
                out.put("rule-target", t.target.word());
                out.put("object-locator", self.locator.to_json());
                transformation(&mut out, t);
            }
            Body::TableSettings(t) => {
                out.put("object-locator", self.locator.to_json());
                out.some("parallel-load", t.parallel_load.as_ref().map(parallel_load));
                out.some("lob-settings", t.lob.as_ref().map(lob));
            }
            Body::ObjectMapping(o) => {
                out.put("rule-action", o.action.word());
                out.put("object-locator", self.locator.to_json());
                out.some("target-table-name", o.target_table.clone());
                out.some("kafka-target-topic", o.topic.clone());
                out.some("mapping-parameters", o.parameters.clone());
            }
            Body::PostProcessing(p) => {
                out.put("rule-action", "add-tag");
                out.put("object-locator", self.locator.to_json());
                let tags = p.tags.iter().map(|(k, v)| json!({ "key": k, "value": v }));
                out.put("tag-set", tags.collect::<Vec<_>>());
            }
            Body::Validation(v) => {
                out.put("rule-action", "override-validation-function");
                out.put("rule-target", "column");
                out.put("object-locator", self.locator.to_json());
                out.some("source-function", v.source_function.clone());
                out.some("target-function", v.target_function.clone());
            }
        }
        out.end(&self.extra)
    }
}

impl Locator {
    fn to_json(&self) -> Value {
        let mut out = Out::default();
        out.some("schema-name", self.schema.clone());
        out.some("table-name", self.table.clone());
        out.some("table-type", self.table_type.map(TableType::word));
        out.some("column-name", self.column.clone());
        out.some("data-type", self.data_type.clone());
        out.some("table-tablespace-name", self.table_tablespace.clone());
        out.some("index-tablespace-name", self.index_tablespace.clone());
        out.end(&self.extra)
    }
}

fn filter(f: &Filter) -> Value {
    let mut out = Out::default();
    out.put("filter-type", "source");
    out.put("column-name", f.column.clone());
    out.put("filter-conditions", f.conditions.iter().map(condition).collect::<Vec<_>>());
    out.end(&f.extra)
}

fn condition(c: &Condition) -> Value {
    let mut out = Out::default();
    out.put("filter-operator", c.operator.word());
    out.some("value", c.value.clone());
    out.some("start-value", c.start.clone());
    out.some("end-value", c.end.clone());
    out.end(&c.extra)
}

fn transformation(out: &mut Out, t: &Transformation) {
    out.some("value", t.value.clone());
    out.some("old-value", t.old_value.clone());
    out.some("expression", t.expression.clone());
    if let Some(d) = &t.data_type {
        let mut of = Out::default();
        of.put("type", d.kind.clone());
        of.some("length", d.length);
        of.some("precision", d.precision);
        of.some("scale", d.scale);
        out.put("data-type", of.end(&d.extra));
    }
    if let Some(p) = &t.primary_key {
        let mut of = Out::default();
        of.some("name", p.name.clone());
        of.some("origin", p.origin.clone());
        of.list("columns", &p.columns);
        out.put("primary-key-def", of.end(&p.extra));
    }
    if let Some(b) = &t.before_image {
        let mut of = Out::default();
        of.some("column-prefix", b.prefix.clone());
        of.some("column-suffix", b.suffix.clone());
        of.some("column-filter", b.filter.clone());
        out.put("before-image-def", of.end(&b.extra));
    }
}

pub(super) fn parallel_load(p: &ParallelLoad) -> Value {
    let mut out = Out::default();
    out.put("type", p.kind.word());
    out.list("partitions", &p.partitions);
    out.list("subpartitions", &p.subpartitions);
    out.list("columns", &p.columns);
    if !p.boundaries.is_empty() {
        out.put("boundaries", json!(p.boundaries));
    }
    out.some("number-of-partitions", p.number_of_partitions);
    out.some("collection-count-from-metadata", p.collection_count_from_metadata);
    out.some("max-records-skip-per-page", p.max_records_skip_per_page);
    out.some("batch-size", p.batch_size);
    out.end(&p.extra)
}

pub(super) fn lob(l: &LobSettings) -> Value {
    let mut out = Out::default();
    out.some("mode", l.mode.map(LobMode::word));
    out.some("bulk-max-size", l.bulk_max_size.map(|n| n.to_string()));
    out.end(&l.extra)
}
