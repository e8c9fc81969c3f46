//! The nouns of the engine: schemas, declared resources and live resources.

use dmsrun_base::{Map, ResourceId, Value};
use dmsrun_diag::Span;
use std::collections::BTreeMap;

/// The names of the tags that make a live resource ours.
pub mod tags {
    /// The stack that the resource belongs to.
    pub const STACK: &str = "dmsrun:stack";
    /// The identity within the stack, `kind/id`.
    pub const RESOURCE: &str = "dmsrun:resource";
    /// Who runs the stack; another owner is refused.
    pub const OWNER: &str = "dmsrun:owner";
    /// How often the resource was replaced; absent for the first.
    pub const GENERATION: &str = "dmsrun:generation";
    /// `true` refuses to delete the resource.
    pub const PROTECT: &str = "dmsrun:protect";
    /// `true` leaves the resource behind when it is no longer declared.
    pub const RETAIN: &str = "dmsrun:retain";
    /// What a resource waits for beside its references, as identities separated by spaces.
    pub const DEPENDS: &str = "dmsrun:depends";
    /// The version of these tags.
    pub const VERSION: &str = "dmsrun:version";
    /// The version that this engine writes, and the newest that it understands.
    pub const CURRENT_VERSION: u32 = 1;
}

/// The schemas of every kind that is known, by name.
pub type Schemas = BTreeMap<String, Schema>;

/// The type of a property.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A list.
    List,
    /// A table with names.
    Map,
    /// Anything.
    #[default]
    Any,
}

impl Type {
    /// Every type with its name in a kind's definition.
    pub const ALL: [(&'static str, Self); 7] = [
        ("string", Self::String),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("list", Self::List),
        ("map", Self::Map),
        ("any", Self::Any),
    ];

    /// The type of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, t)| *t)
    }

    /// The name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, t)| *t == self).map_or("any", |(n, _)| n)
    }
}

/// How a declared value is compared with a live one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// The same value.
    #[default]
    Exact,
    /// The same members in any order.
    Set,
    /// The same text, whatever its case.
    Case,
    /// The same JSON document, given as text or as a table.
    Json,
    /// The same IAM policy document.
    Policy,
    /// The live text begins with the declared one, at a dot: `3.5` and `3.5.4`.
    Prefix,
    /// Declared keys are compared, other live keys are left alone.
    Merged,
    /// The same network, however its address is written.
    Cidr,
    /// A comparison that the caller makes, through [`crate::Comparators`].
    Custom(String),
}

impl Compare {
    /// The comparison of a name; a name that is not built in is the caller's.
    pub fn parse(name: &str) -> Self {
        match name {
            "exact" => Self::Exact,
            "set" => Self::Set,
            "case" => Self::Case,
            "json" => Self::Json,
            "policy" => Self::Policy,
            "prefix" => Self::Prefix,
            "merged" => Self::Merged,
            "cidr" => Self::Cidr,
            other => Self::Custom(other.to_owned()),
        }
    }
}

/// One property of a kind, or a field inside one.
#[derive(Clone, Debug, Default)]
pub struct Property {
    /// What it may be.
    pub ty: Type,
    /// Whether it must be declared.
    pub required: bool,
    /// The values that are allowed; empty for any.
    pub values: Vec<Value>,
    /// Whether it must not be shown.
    pub secret: bool,
    /// Whether it is sent and never read back, and so never compared.
    pub write_only: bool,
    /// How it is compared.
    pub compare: Compare,
    /// Why a change replaces the resource; `None` where it is changed in place.
    pub replaces: Option<String>,
    /// Whether the resource is replaced with what the property refers to, although another value is
    /// taken in place: the subnets of a group can be changed, but not while something stands in them.
    pub follows: bool,
    /// The fields of a table whose shape is known.
    pub fields: Option<BTreeMap<String, Property>>,
    /// The shape of each member of a list, or of each value of a table.
    pub items: Option<Box<Property>>,
}

/// What the engine knows of a kind.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The kind's name, such as `dms.endpoint`.
    pub name: String,
    /// The properties that a script may declare.
    pub properties: BTreeMap<String, Property>,
    /// The names of what is known after apply; `id` and `name` exist for every kind.
    pub outputs: BTreeMap<String, String>,
    /// Whether a replacement deletes first.
    pub exclusive: bool,
    /// The properties in which two of the kind collide; an exclusive kind deletes first only where all
    /// of them do. Empty: always.
    pub collides: Vec<String>,
    /// Whether one that is to be created is never the one that something live already refers to: its id
    /// is new each time, or it can't vanish while it is used.
    pub fresh: bool,
    /// Whether it is a thing of the whole account: ensured, never deleted, never taken over.
    pub shared: bool,
}

impl Schema {
    /// Whether `name` is an output of this kind.
    pub fn has_output(&self, name: &str) -> bool {
        name == "id" || name == "name" || self.outputs.contains_key(name)
    }

    /// Every output's name.
    pub fn output_names(&self) -> impl Iterator<Item = &str> {
        ["id", "name"].into_iter().chain(self.outputs.keys().map(String::as_str))
    }
}

/// A resource as the script declares it.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its identity.
    pub id: ResourceId,
    /// What was declared; may hold references.
    pub properties: Map,
    /// Where in the script.
    pub span: Option<Span>,
    /// What it waits for beside its references.
    pub depends_on: Vec<ResourceId>,
    /// What it is replaced together with, although nothing of it differs.
    pub replace_with: Vec<ResourceId>,
    /// Properties that were declared before and are to go back to nothing.
    pub reset: Vec<String>,
    /// Whether its deletion is refused.
    pub protect: bool,
    /// Whether it stays when it is no longer declared.
    pub retain: bool,
    /// Properties whose changes are left alone.
    pub ignore_changes: Vec<String>,
    /// A word or two that tells it apart in a summary, such as `10.0.0.0/16`.
    pub brief: Option<String>,
}

impl Declared {
    /// A declared resource with its properties and nothing else.
    pub fn new(id: ResourceId, properties: Map) -> Self {
        Self {
            id,
            properties,
            span: None,
            depends_on: Vec::new(),
            replace_with: Vec::new(),
            reset: Vec::new(),
            protect: false,
            retain: false,
            ignore_changes: Vec::new(),
            brief: None,
        }
    }

    /// Everything that it waits for: what it refers to and what it names, each once.
    pub fn targets(&self) -> Vec<&ResourceId> {
        let mut out: Vec<&ResourceId> = Vec::new();
        let referred = self.properties.values().flat_map(Value::references).map(|r| &r.target);
        for target in referred.chain(&self.depends_on).chain(&self.replace_with) {
            if !out.contains(&target) {
                out.push(target);
            }
        }
        out
    }
}

/// A resource as it is found.
#[derive(Clone, Debug)]
pub struct Live {
    /// Its identity, from its tags.
    pub id: ResourceId,
    /// The id that AWS knows it by.
    pub physical: String,
    /// Its properties, in the shape of the schema.
    pub properties: Map,
    /// What others may refer to.
    pub outputs: Map,
    /// All of its tags.
    pub tags: BTreeMap<String, String>,
    /// The physical ids of what it stands on.
    pub parents: Vec<String>,
    /// How often it was replaced, from 1.
    pub generation: u32,
    /// The state that AWS reports, where there is one.
    pub state: Option<String>,
    /// Why it can't be used as it is and must be replaced.
    pub broken: Option<String>,
    /// Properties that can't be changed in the state that it is in, each with the reason.
    pub fixed: BTreeMap<String, String>,
}

impl Live {
    /// A live resource with nothing but its identity.
    pub fn new(id: ResourceId, physical: impl Into<String>) -> Self {
        Self {
            id,
            physical: physical.into(),
            properties: Map::new(),
            outputs: Map::new(),
            tags: BTreeMap::new(),
            parents: Vec::new(),
            generation: 1,
            state: None,
            broken: None,
            fixed: BTreeMap::new(),
        }
    }

    /// Whether it is on its way out.
    pub fn is_deleting(&self) -> bool {
        self.state.as_deref().is_some_and(|s| matches!(s, "deleting" | "shutting-down"))
    }

    /// Whether something is in progress on it that a step must wait for. A task that starts or
    /// stops is none of these: that is its operation, not its making.
    pub fn is_pending(&self) -> bool {
        const PENDING: [&str; 7] = [
            "pending",
            "creating",
            "modifying",
            "moving",
            "provisioning",
            "rebooting",
            "upgrading",
        ];
        self.state.as_deref().is_some_and(|s| PENDING.contains(&s))
    }

    /// Whether its tags refuse its deletion.
    pub fn is_protected(&self) -> bool {
        self.has_mark(tags::PROTECT)
    }

    /// Whether its tags leave it behind.
    pub fn is_retained(&self) -> bool {
        self.has_mark(tags::RETAIN)
    }

    /// Its properties, with the engine's own marks among its tags: kinds show the user's tags only.
    pub fn compared(&self) -> Map {
        let mut properties = self.properties.clone();
        let marks: Map = [tags::PROTECT, tags::RETAIN, tags::DEPENDS]
            .iter()
            .filter_map(|tag| Some(((*tag).to_owned(), self.tags.get(*tag)?.as_str().into())))
            .collect();
        if !marks.is_empty() {
            let tags = properties.entry("tags".to_owned()).or_insert_with(|| Map::new().into());
            match tags {
                Value::Map(map) => map.extend(marks),
                other => *other = marks.into(),
            }
        }
        properties
    }

    /// What it waited for beside its references when it was made.
    pub fn depends(&self) -> Vec<ResourceId> {
        let text = self.tags.get(tags::DEPENDS).map_or("", String::as_str);
        text.split(' ').filter_map(ResourceId::parse).collect()
    }

    fn has_mark(&self, tag: &str) -> bool {
        self.tags.get(tag).is_some_and(|v| v == "true")
    }
}
