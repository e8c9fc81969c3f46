//! What `stack.lua` hands over, read into the engine's own types.

use dmsrun_base::{Map, Redactor, ResourceId, Value, confidential};
use dmsrun_diag::Span;
use dmsrun_stack::{
    Compare, Declared, Live, Property, Schema, Schemas, Type, effective::seal, plan::Shields, tags,
};
use std::collections::{BTreeMap, BTreeSet};

/// A request for a plan.
pub(super) struct Input {
    pub(super) stack: String,
    pub(super) owner: Option<String>,
    pub(super) declared: Vec<Declared>,
    pub(super) live: Vec<Live>,
    pub(super) schemas: Schemas,
    pub(super) shields: Shields,
}

impl Input {
    /// Tells the redactor of every secret in the request, before anything of it is planned, shown or
    /// written down: what is declared, and what is there, which a plan shows beside it.
    pub(super) fn learn(&self, redactor: &Redactor) {
        let declared = self.declared.iter().map(|one| &one.properties);
        let live = self.live.iter().map(|one| &one.properties);
        for (name, value) in declared.chain(live).flatten() {
            confidential::learn(name, value, redactor);
        }
    }
}

/// Reads a request. What is wrong here is wrong in the standard library, so a text is enough.
pub(super) fn input(value: &Value) -> Result<Input, String> {
    let schemas: Schemas = map(value, "kinds")
        .iter()
        .map(|(name, kind)| Ok((name.clone(), schema(name, kind)?)))
        .collect::<Result<_, String>>()?;
    let declared = list(value, "declared")
        .iter()
        .map(|one| declared(one, &schemas))
        .collect::<Result<_, String>>()?;
    let live = list(value, "live").iter().map(live).collect::<Result<_, String>>()?;
    Ok(Input {
        stack: text(value, "stack").ok_or("the stack has no name")?,
        owner: text(value, "owner"),
        declared,
        live,
        schemas,
        shields: Shields { protect: ids(value, "protect"), retain: ids(value, "retain") },
    })
}

fn ids(value: &Value, key: &str) -> BTreeSet<ResourceId> {
    list(value, key).iter().filter_map(Value::as_str).filter_map(ResourceId::parse).collect()
}

fn schema(name: &str, value: &Value) -> Result<Schema, String> {
    let outputs = map(value, "outputs")
        .into_iter()
        .map(|(name, doc)| (name, doc.as_str().unwrap_or_default().to_owned()))
        .collect();
    Ok(Schema {
        name: name.to_owned(),
        properties: properties(&map(value, "properties"), name)?,
        outputs,
        exclusive: flag(value, "exclusive") || !list(value, "exclusive").is_empty(),
        collides: list(value, "exclusive")
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        fresh: flag(value, "fresh"),
        shared: flag(value, "shared"),
    })
}

fn properties(map: &Map, path: &str) -> Result<BTreeMap<String, Property>, String> {
    map.iter()
        .map(|(name, value)| Ok((name.clone(), property(value, &format!("{path}.{name}"))?)))
        .collect()
}

fn property(value: &Value, path: &str) -> Result<Property, String> {
    let ty = match text(value, "type") {
        Some(name) => Type::parse(&name).ok_or_else(|| format!("{path}: no type `{name}`"))?,
        None => Type::Any,
    };
    let replaces = match value.get("replaces") {
        Some(Value::String(reason)) => Some(reason.clone()),
        Some(Value::Bool(true)) => Some(String::new()),
        _ => None,
    };
    let fields = match value.get("fields") {
        Some(Value::Map(fields)) => Some(properties(fields, path)?),
        _ => None,
    };
    let items = match value.get("items") {
        Some(items @ Value::Map(_)) => Some(Box::new(property(items, &format!("{path}[]"))?)),
        _ => None,
    };
    Ok(Property {
        ty,
        required: flag(value, "required"),
        values: list(value, "enum"),
        secret: flag(value, "secret"),
        write_only: flag(value, "write_only"),
        compare: text(value, "compare").map_or(Compare::Exact, |name| Compare::parse(&name)),
        replaces,
        follows: flag(value, "follows"),
        fields,
        items,
    })
}

fn declared(value: &Value, schemas: &Schemas) -> Result<Declared, String> {
    let id = identity(value)?;
    let properties = map(value, "properties");
    let properties = match schemas.get(&id.kind) {
        Some(schema) => seal(&properties, &schema.properties),
        None => properties,
    };
    let span = value.get("at").and_then(|at| {
        let line = u32::try_from(at.get("line")?.as_i64()?).ok()?;
        let mut span = Span::line(at.get("file")?.as_str()?, line);
        span.label = Some(format!("{} \"{}\"", id.kind, id.id));
        Some(span)
    });
    let texts =
        |key| list(value, key).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let names: Vec<String> = texts("depends_on");
    let with: Vec<String> = texts("replace_with");
    Ok(Declared {
        properties,
        span,
        depends_on: names.iter().filter_map(|name| ResourceId::parse(name)).collect(),
        replace_with: with.iter().filter_map(|name| ResourceId::parse(name)).collect(),
        reset: texts("reset"),
        protect: flag(value, "protect"),
        retain: flag(value, "retain"),
        ignore_changes: texts("ignore_changes"),
        brief: text(value, "brief"),
        id,
    })
}

fn live(value: &Value) -> Result<Live, String> {
    let id = identity(value)?;
    let physical = text(value, "physical").ok_or_else(|| format!("{id} has no physical id"))?;
    let mut live = Live::new(id, physical);
    live.properties = map(value, "properties");
    live.outputs = map(value, "outputs");
    live.tags = map(value, "tags")
        .into_iter()
        .filter_map(|(tag, value)| Some((tag, value.as_str()?.to_owned())))
        .collect();
    live.parents =
        list(value, "parents").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    live.generation = live.tags.get(tags::GENERATION).and_then(|g| g.parse().ok()).unwrap_or(1);
    live.state = text(value, "state");
    live.broken = text(value, "broken");
    live.fixed = map(value, "fixed")
        .into_iter()
        .filter_map(|(name, why)| Some((name, why.as_str()?.to_owned())))
        .collect();
    Ok(live)
}

fn identity(value: &Value) -> Result<ResourceId, String> {
    match (text(value, "kind"), text(value, "id")) {
        (Some(kind), Some(id)) => Ok(ResourceId::new(kind, id)),
        _ => Err("a resource has no identity".to_owned()),
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn map(value: &Value, key: &str) -> Map {
    value.get(key).and_then(Value::as_map).cloned().unwrap_or_default()
}

fn list(value: &Value, key: &str) -> Vec<Value> {
    value.get(key).and_then(Value::as_list).map(<[Value]>::to_vec).unwrap_or_default()
}
