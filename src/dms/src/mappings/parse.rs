//! Reads DMS's JSON into the model. What has no shape that the model can hold is an error here;
//! what has a shape but makes no sense is left to [`super::check()`].

use super::{
    model::*,
    reader::{Reader, kind, scalar},
};
use crate::{codes, finding::Finding};
use serde_json::{Map, Value};

/// The document as a model, or every error of its shape.
pub fn parse(document: &Value) -> Result<Mappings, Vec<Finding>> {
    let (mappings, _, findings) = read(document);
    let errors: Vec<Finding> = findings.into_iter().filter(Finding::is_error).collect();
    if errors.is_empty() { Ok(mappings) } else { Err(errors) }
}

/// As much of the document as can be read, the index in the document of each rule that could be,
/// and everything found on the way.
pub fn read(document: &Value) -> (Mappings, Vec<usize>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut mappings = Mappings::default();
    let mut places = Vec::new();
    let Value::Object(map) = document else {
        let message = format!("a table-mapping document is an object, this is {}", kind(document));
        let hint = "it looks like { \"rules\": [ … ] }";
        findings.push(Finding::new(&codes::M101, "", message).hint(hint));
        return (mappings, places, findings);
    };
    for (key, value) in map {
        if key != "rules" && !value.is_null() {
            mappings.extra.insert(key.clone(), value.clone());
            let hint = dmsrun_diag::did_you_mean(key, ["rules"]);
            let message = format!("the document has one key, rules; this one has \"{key}\"");
            findings.push(Finding::new(&codes::M118, key, message).maybe_hint(hint));
        }
    }
    match map.get("rules") {
        Some(Value::Array(rules)) => {
            for (index, rule) in rules.iter().enumerate() {
                if let Some(rule) = read_rule(rule, index, &mut findings) {
                    mappings.rules.push(rule);
                    places.push(index);
                }
            }
        }
        Some(Value::Null) | None => {
            let message = "the document has no list of rules";
            // What DMS took before 2016, and what people wrap a document into.
            let old = map.contains_key("TableMappings");
            let hint = if old {
                "the format with TableMappings is no longer taken: write { \"rules\": [ … ] }"
            } else {
                "rules must be a list"
            };
            findings.push(Finding::new(&codes::M102, "", message).hint(hint));
        }
        Some(other) => {
            let message = format!("rules is {}, not a list", kind(other));
            findings.push(Finding::new(&codes::M102, "rules", message));
        }
    }
    (mappings, places, findings)
}

/// One rule, where it can be read without an error.
pub(super) fn one(value: &Value) -> Option<Rule> {
    let mut findings = Vec::new();
    let rule = read_rule(value, 0, &mut findings)?;
    (!findings.iter().any(Finding::is_error)).then_some(rule)
}

fn read_rule(value: &Value, index: usize, findings: &mut Vec<Finding>) -> Option<Rule> {
    let path = format!("rules[{index}]");
    if !value.is_object() {
        let message = format!("a rule is an object, this is {}", kind(value));
        findings.push(Finding::new(&codes::M103, path, message));
        return None;
    }
    let mut r = Reader::open(value, path, findings)?;
    let id = rule_id(&mut r);
    let name = rule_name(&mut r);
    let Some(rule_type) = rule_type(&mut r) else {
        // Without its type no other key can be judged.
        return None;
    };
    let locator = locator(&mut r, rule_type);
    let body = match rule_type {
        RuleType::Selection => selection(&mut r).map(Body::Selection),
        RuleType::Transformation => transformation(&mut r).map(|t| Body::Transformation(t.into())),
        RuleType::TableSettings => {
            // Some tools write an action here as well; the service has none.
            table_settings(&mut r).map(|t| Body::TableSettings(t.into()))
        }
        RuleType::ObjectMapping => object_mapping(&mut r).map(|o| Body::ObjectMapping(o.into())),
        RuleType::PostProcessing => post_processing(&mut r).map(Body::PostProcessing),
        RuleType::Validation => validation(&mut r).map(Body::Validation),
    };
    // The console writes every rule's keys with null; those are absent by now, what is left is
    // unknown.
    let extra = r.rest();
    Some(Rule { id: id?, name, locator: locator?, body: body?, extra })
}

fn rule_id(r: &mut Reader<'_, '_>) -> Option<u64> {
    let Some(value) = r.take("rule-id") else {
        r.missing(&codes::M105, "rule-id");
        return None;
    };
    let text = scalar(value).unwrap_or_default();
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let id = text.parse().ok().filter(|_| digits);
    if id.is_none() {
        let message = format!("rule-id {value} is not a whole number");
        r.report(&codes::M106, "rule-id", message).hint =
            Some("write digits, such as \"10\"".into());
    }
    id
}

fn rule_name(r: &mut Reader<'_, '_>) -> String {
    let name = r.loose("rule-name").unwrap_or_default();
    if name.is_empty() {
        r.missing(&codes::M108, "rule-name");
    }
    name
}

fn rule_type(r: &mut Reader<'_, '_>) -> Option<RuleType> {
    let Some(text) = r.text("rule-type") else {
        r.missing(&codes::M104, "rule-type");
        return None;
    };
    let found = RuleType::from_word(&text);
    if found.is_none() {
        let hint = if text.contains("mask") {
            "masking is a transformation: rule-action \"data-masking-hash-mask\" and its kin".into()
        } else {
            super::reader::unknown_word(&text, RuleType::WORDS)
        };
        r.report(&codes::M104, "rule-type", format!("rule-type \"{text}\" does not exist")).hint =
            Some(hint);
    }
    found
}

fn locator(r: &mut Reader<'_, '_>, rule_type: RuleType) -> Option<Locator> {
    let Some(value) = r.take("object-locator") else {
        r.missing(&codes::M115, "object-locator");
        return None;
    };
    let path = r.at("object-locator");
    let mut l = Reader::open(value, path, r.findings())?;
    let mut locator = Locator {
        schema: l.loose("schema-name"),
        table: l.loose("table-name"),
        ..Locator::default()
    };
    match rule_type {
        RuleType::Selection => {
            locator.table_type =
                l.word("table-type", &codes::M127, TableType::WORDS, TableType::from_word);
        }
        RuleType::Transformation => {
            locator.column = l.loose("column-name");
            locator.data_type = l.text("data-type");
            locator.table_tablespace = l.loose("table-tablespace-name");
            locator.index_tablespace = l.loose("index-tablespace-name");
        }
        RuleType::Validation => locator.column = l.loose("column-name"),
        _ => {}
    }
    locator.extra = l.rest();
    Some(locator)
}

/// The word of `rule-action`, reported where it is absent or unknown.
fn action<T>(
    r: &mut Reader<'_, '_>,
    words: &'static [&'static str],
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let Some(text) = r.text("rule-action") else {
        r.missing(&codes::M111, "rule-action");
        return None;
    };
    let found = parse(&text);
    if found.is_none() {
        let lower = text.to_lowercase().replace('_', "-");
        let hint = if parse(&lower).is_some() {
            format!("actions are lower case with hyphens: \"{lower}\"")
        } else if let Some(target) = text.strip_prefix("rename-") {
            format!("write rule-action \"rename\" with rule-target \"{target}\"")
        } else {
            super::reader::unknown_word(&text, words)
        };
        r.report(&codes::M112, "rule-action", format!("rule-action \"{text}\" does not exist"))
            .hint = Some(hint);
    }
    found
}

fn selection(r: &mut Reader<'_, '_>) -> Option<Selection> {
    let action = action(r, SelectionAction::WORDS, SelectionAction::from_word);
    let load_order = load_order(r);
    let mut filters = Vec::new();
    for (index, value) in r.list("filters").unwrap_or_default().iter().enumerate() {
        let path = r.at(&format!("filters[{index}]"));
        filters.extend(filter(value, path, r.findings()));
    }
    Some(Selection { action: action?, load_order, filters })
}

fn load_order(r: &mut Reader<'_, '_>) -> Option<u32> {
    let number = r.integer("load-order")?;
    let order = u32::try_from(number).ok().filter(|n| (1..=2_147_483_647).contains(n));
    if order.is_none() {
        let message = format!("load-order {number} is not between 1 and 2147483647");
        r.report(&codes::M210, "load-order", message);
    }
    order
}

fn filter(value: &Value, path: String, findings: &mut Vec<Finding>) -> Option<Filter> {
    let mut f = Reader::open(value, path, findings)?;
    match f.text("filter-type").as_deref() {
        Some("source") => {}
        Some(other) => {
            let message = format!("filter-type \"{other}\" does not exist");
            f.report(&codes::M204, "filter-type", message).hint = Some("it is \"source\"".into());
        }
        None => f.missing(&codes::M204, "filter-type"),
    }
    let column = f.loose("column-name").filter(|c| !c.is_empty());
    if column.is_none() {
        f.missing(&codes::M125, "column-name");
    }
    let list = f.list("filter-conditions").unwrap_or_default();
    if list.is_empty() {
        f.missing(&codes::M207, "filter-conditions");
    }
    let mut conditions = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let path = f.at(&format!("filter-conditions[{index}]"));
        conditions.extend(condition(value, path, f.findings()));
    }
    Some(Filter { column: column?, conditions, extra: f.rest() })
}

fn condition(value: &Value, path: String, findings: &mut Vec<Finding>) -> Option<Condition> {
    let mut c = Reader::open(value, path, findings)?;
    let operator = operator(&mut c);
    let (value, start, end) = (c.loose("value"), c.loose("start-value"), c.loose("end-value"));
    if let Some(op) = operator {
        let needs: &[(&str, bool)] = if op.is_range() {
            &[("start-value", start.is_some()), ("end-value", end.is_some())]
        } else if op.is_bare() {
            &[]
        } else {
            &[("value", value.is_some())]
        };
        for (key, there) in needs {
            if !there {
                c.report(&codes::M206, "", format!("\"{}\" needs {key}", op.word()));
            }
        }
        let surplus = (value.is_some() && (op.is_range() || op.is_bare()))
            || ((start.is_some() || end.is_some()) && !op.is_range());
        if surplus {
            c.report(&codes::M126, "", format!("\"{}\" ignores some of these values", op.word()));
        }
    }
    Some(Condition { operator: operator?, value, start, end, extra: c.rest() })
}

fn operator(c: &mut Reader<'_, '_>) -> Option<Operator> {
    let Some(text) = c.text("filter-operator") else {
        c.missing(&codes::M205, "filter-operator");
        return None;
    };
    let found = Operator::from_word(&text);
    if found.is_none() {
        let hint = match text.as_str() {
            "lt" | "<" | "<=" => "there is no strict operator; \"lte\" is at most".to_owned(),
            "gt" | ">" | ">=" => "there is no strict operator; \"gte\" is at least".to_owned(),
            "=" | "==" | "equal" => "write \"eq\"".to_owned(),
            "!=" | "<>" | "ne" | "neq" => "write \"noteq\"".to_owned(),
            _ => super::reader::unknown_word(&text, Operator::WORDS),
        };
        let message = format!("filter-operator \"{text}\" does not exist");
        c.report(&codes::M205, "filter-operator", message).hint = Some(hint);
    }
    found
}

fn transformation(r: &mut Reader<'_, '_>) -> Option<Transformation> {
    let action = action(r, Action::WORDS, Action::from_word);
    let target = target(r);
    let (value, old_value) = (r.loose("value"), r.loose("old-value"));
    let data_type = r.take("data-type").and_then(|v| {
        let path = r.at("data-type");
        data_type(v, path, r.findings())
    });
    let expression = r.text("expression");
    let primary_key = r.take("primary-key-def").and_then(|v| {
        let path = r.at("primary-key-def");
        primary_key(v, path, r.findings())
    });
    let before_image = r.take("before-image-def").and_then(|v| {
        let path = r.at("before-image-def");
        before_image(v, path, r.findings())
    });
    null_keys(r);
    Some(Transformation {
        action: action?,
        target: target?,
        value,
        old_value,
        data_type,
        expression,
        primary_key,
        before_image,
    })
}

/// Keys of other rule types, which the console writes as null or empty into every rule.
fn null_keys(r: &mut Reader<'_, '_>) {
    for key in ["load-order", "filters", "tag-set"] {
        if let Some(value) = r.take(key)
            && value.as_array().is_none_or(|list| !list.is_empty())
        {
            r.report(&codes::M126, key, format!("{key} has no effect in this rule"));
        }
    }
}

fn target(r: &mut Reader<'_, '_>) -> Option<Target> {
    let Some(text) = r.text("rule-target") else {
        r.missing(&codes::M113, "rule-target");
        return None;
    };
    let found = Target::from_word(&text);
    if found.is_none() {
        let hint = super::reader::unknown_word(&text, Target::WORDS);
        r.report(&codes::M114, "rule-target", format!("rule-target \"{text}\" does not exist"))
            .hint = Some(hint);
    }
    found
}

fn data_type(value: &Value, path: String, findings: &mut Vec<Finding>) -> Option<DataType> {
    let mut d = Reader::open(value, path, findings)?;
    let kind = d.text("type").filter(|t| !t.is_empty());
    if kind.is_none() {
        d.missing(&codes::M125, "type");
    }
    let (length, precision, scale) =
        (d.integer("length"), d.integer("precision"), d.integer("scale"));
    Some(DataType { kind: kind?, length, precision, scale, extra: d.rest() })
}

fn primary_key(value: &Value, path: String, findings: &mut Vec<Finding>) -> Option<PrimaryKey> {
    let mut p = Reader::open(value, path, findings)?;
    let (name, origin, columns) = (p.text("name"), p.text("origin"), p.texts("columns"));
    Some(PrimaryKey { name, origin, columns, extra: p.rest() })
}

fn before_image(value: &Value, path: String, findings: &mut Vec<Finding>) -> Option<BeforeImage> {
    let mut b = Reader::open(value, path, findings)?;
    let prefix = b.text("column-prefix");
    let suffix = b.text("column-suffix");
    let filter = b.text("column-filter");
    Some(BeforeImage { prefix, suffix, filter, extra: b.rest() })
}

fn table_settings(r: &mut Reader<'_, '_>) -> Option<TableSettings> {
    let parallel_load = r.take("parallel-load").and_then(|v| {
        let path = r.at("parallel-load");
        parallel_load(v, path, r.findings())
    });
    let lob = r.take("lob-settings").and_then(|v| {
        let path = r.at("lob-settings");
        let mut l = Reader::open(v, path, r.findings())?;
        let mode = l.word("mode", &codes::M127, LobMode::WORDS, LobMode::from_word);
        let bulk_max_size = l.integer("bulk-max-size");
        Some(LobSettings { mode, bulk_max_size, extra: l.rest() })
    });
    null_keys(r);
    Some(TableSettings { parallel_load, lob })
}

fn parallel_load(value: &Value, path: String, findings: &mut Vec<Finding>) -> Option<ParallelLoad> {
    let mut p = Reader::open(value, path, findings)?;
    let kind = match p.text("type").as_deref() {
        Some("subpartitions-list") => {
            let message = "parallel-load type \"subpartitions-list\" does not exist";
            p.report(&codes::M402, "type", message).hint =
                Some("write type \"partitions-list\" with subpartitions = [ … ]".into());
            None
        }
        Some(text) => {
            let found = ParallelType::from_word(text);
            if found.is_none() {
                let hint = super::reader::unknown_word(text, ParallelType::WORDS);
                let message = format!("parallel-load type \"{text}\" does not exist");
                p.report(&codes::M402, "type", message).hint = Some(hint);
            }
            found
        }
        None => Some(ParallelType::None),
    };
    let partitions = p.texts("partitions");
    let subpartitions = p.texts("subpartitions");
    let columns = p.texts("columns");
    let boundaries = boundaries(&mut p);
    Some(ParallelLoad {
        kind: kind?,
        partitions,
        subpartitions,
        columns,
        boundaries,
        number_of_partitions: p.integer("number-of-partitions"),
        collection_count_from_metadata: p.boolean("collection-count-from-metadata"),
        max_records_skip_per_page: p.integer("max-records-skip-per-page"),
        batch_size: p.integer("batch-size"),
        extra: p.rest(),
    })
}

fn boundaries(p: &mut Reader<'_, '_>) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for (index, row) in p.list("boundaries").unwrap_or_default().iter().enumerate() {
        let texts: Option<Vec<String>> =
            row.as_array().map(|row| row.iter().map(scalar).collect()).unwrap_or_default();
        match texts {
            Some(texts) => out.push(texts),
            None => {
                let at = format!("boundaries[{index}]");
                let message = "a boundary is a list with one value for each column";
                p.report(&codes::M404, &at, message);
            }
        }
    }
    out
}

fn object_mapping(r: &mut Reader<'_, '_>) -> Option<ObjectMapping> {
    let action = action(r, ObjectAction::WORDS, ObjectAction::from_word);
    let target_table = r.text("target-table-name");
    let topic = r.text("kafka-target-topic");
    let parameters = r.take("mapping-parameters").and_then(|value| match value {
        Value::Object(map) => Some(map.clone()),
        other => {
            let message = format!("mapping-parameters is {}, not an object", kind(other));
            r.report(&codes::M117, "mapping-parameters", message);
            None
        }
    });
    null_keys(r);
    Some(ObjectMapping { action: action?, target_table, topic, parameters })
}

fn post_processing(r: &mut Reader<'_, '_>) -> Option<PostProcessing> {
    let ok = action(r, &["add-tag"], |w| (w == "add-tag").then_some(()));
    let mut tags = Vec::new();
    for (index, tag) in r.list("tag-set").unwrap_or_default().iter().enumerate() {
        let path = r.at(&format!("tag-set[{index}]"));
        if let Some(mut t) = Reader::open(tag, path, r.findings()) {
            match (t.loose("key"), t.loose("value")) {
                (Some(key), Some(value)) => tags.push((key, value)),
                (None, _) => t.missing(&codes::M125, "key"),
                (_, None) => t.missing(&codes::M125, "value"),
            }
            t.rest();
        }
    }
    for key in ["load-order", "filters"] {
        r.take(key);
    }
    ok.map(|()| PostProcessing { tags })
}

fn validation(r: &mut Reader<'_, '_>) -> Option<Validation> {
    const ACTION: &str = "override-validation-function";
    let ok = action(r, &[ACTION], |w| (w == ACTION).then_some(()));
    match target(r) {
        Some(Target::Column) | None => {}
        Some(_) => {
            let message = "a validation rule has the rule-target \"column\"";
            r.report(&codes::M123, "rule-target", message);
        }
    }
    let (source_function, target_function) = (r.text("source-function"), r.text("target-function"));
    ok.map(|()| Validation { source_function, target_function })
}

/// Keeps only what is not null, for comparisons.
pub(super) fn without_nulls(map: &Map<String, Value>) -> Map<String, Value> {
    map.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect()
}
