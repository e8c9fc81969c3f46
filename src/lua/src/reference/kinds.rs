//! Our kinds as data, read by loading them: what they say of themselves is what the engine goes by.

use crate::{Host, HostConfig, calls};
use dmsrun_base::Value;
use dmsrun_diag::Diagnostic;
use std::path::Path;

/// A kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// Such as `ec2.vpc`.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Where AWS documents it.
    pub source: String,
    /// Whether a stack shares it with others and never deletes it.
    pub shared: bool,
    /// Its properties, sorted by name, the required ones first.
    pub properties: Vec<Property>,
    /// Its outputs, with what they are.
    pub outputs: Vec<(String, String)>,
}

/// A property of a kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Its name; empty for the items of a list.
    pub name: String,
    /// Its type, as the schema says.
    pub ty: String,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is never shown.
    pub secret: bool,
    /// The values that are allowed.
    pub values: Vec<String>,
    /// Why a change makes another resource.
    pub replaces: Option<String>,
    /// What it is.
    pub doc: String,
    /// The shape of a map.
    pub fields: Vec<Property>,
    /// The shape of a list's items.
    pub items: Option<Box<Property>>,
}

/// Turns the kinds into plain tables.
const READ: &str = r#"
local kind = require "kind"
local function plain(property)
	local made = {
		type = property.type or "any",
		required = property.required or false,
		secret = property.secret or false,
		doc = property.doc,
		values = property.enum,
	}
	if property.replaces then
		made.replaces = property.replaces == true and "" or tostring(property.replaces)
	end
	if property.fields then
		made.fields = {}
		for name, field in pairs(property.fields) do
			made.fields[name] = plain(field)
		end
	end
	made.items = property.items and plain(property.items)
	return made
end
local list = {}
for index, name in ipairs(kind.all()) do
	local one = kind.get(name)
	local properties = {}
	for key, property in pairs(one.properties) do
		properties[key] = plain(property)
	end
	list[index] = {
		name = name,
		doc = one.doc,
		source = one.source,
		shared = one.shared and true or false,
		properties = properties,
		outputs = one.outputs,
	}
end
return list
"#;

/// All kinds of the library, in the order in which a plan groups them.
pub(super) fn read(stdlib: Option<&Path>) -> Result<Vec<Kind>, Diagnostic> {
    let mut config = HostConfig::bare();
    config.stdlib = stdlib.map(Path::to_path_buf);
    config.local = true;
    let host = Host::new(config)?;
    let bug = |e: mlua::Error| Diagnostic::bug(calls::root(&e));
    let chunk = host.lua().load(READ).set_name("=kinds").into_function().map_err(bug)?;
    let values = host
        .protected(&chunk, ())?
        .map_err(|_| Diagnostic::bug("a kind ends the program when it is loaded"))?;
    let list = values.into_iter().next().unwrap_or(mlua::Value::Nil);
    let list = crate::from_lua(host.lua(), &list).map_err(|e| Diagnostic::bug(e.to_string()))?;
    let list = list.as_list().map(<[Value]>::to_vec).unwrap_or_default();
    Ok(list.iter().map(kind).collect())
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn kind(value: &Value) -> Kind {
    let outputs = match value.get("outputs") {
        Some(Value::Map(map)) => map
            .iter()
            .map(|(name, doc)| (name.clone(), doc.as_str().unwrap_or_default().to_owned()))
            .collect(),
        _ => Vec::new(),
    };
    Kind {
        name: text(value, "name"),
        doc: text(value, "doc"),
        source: text(value, "source"),
        shared: flag(value, "shared"),
        properties: value.get("properties").map(properties).unwrap_or_default(),
        outputs,
    }
}

fn properties(value: &Value) -> Vec<Property> {
    let Value::Map(map) = value else { return Vec::new() };
    let mut list: Vec<Property> = map.iter().map(|(name, value)| property(name, value)).collect();
    list.sort_by(|a, b| (!a.required, &a.name).cmp(&(!b.required, &b.name)));
    list
}

fn property(name: &str, value: &Value) -> Property {
    let values = value.get("values").and_then(Value::as_list).unwrap_or_default();
    Property {
        name: name.to_owned(),
        ty: text(value, "type"),
        required: flag(value, "required"),
        secret: flag(value, "secret"),
        values: values.iter().map(word).collect(),
        replaces: value.get("replaces").and_then(Value::as_str).map(str::to_owned),
        doc: text(value, "doc"),
        fields: value.get("fields").map(properties).unwrap_or_default(),
        items: value.get("items").map(|items| Box::new(property("", items))),
    }
}

fn word(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_json().to_string(),
    }
}
