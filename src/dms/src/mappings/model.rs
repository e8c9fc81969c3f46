//! The typed model of a table-mapping document. What it does not know is kept in `extra`.

use crate::words::words;
use serde_json::{Map, Value};

/// A table-mapping document: its rules in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mappings {
    /// The rules, in document order.
    pub rules: Vec<Rule>,
    /// Keys beside `rules`.
    pub extra: Map<String, Value>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its `rule-id`: where two transformations meet, the lower one wins.
    pub id: u64,
    /// Its `rule-name`; empty where there is none.
    pub name: String,
    /// The objects it is about; `None` for an empty locator `{}`.
    pub locator: Locator,
    /// What it does.
    pub body: Body,
    /// Keys that are not known here.
    pub extra: Map<String, Value>,
}

/// What a rule does, by `rule-type`.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// `selection`
    Selection(Selection),
    /// `transformation`
    Transformation(Box<Transformation>),
    /// `table-settings`
    TableSettings(Box<TableSettings>),
    /// `object-mapping`
    ObjectMapping(Box<ObjectMapping>),
    /// `post-processing`
    PostProcessing(PostProcessing),
    /// `validation`
    Validation(Validation),
}

words! {
    /// A `rule-type`.
    RuleType {
        /// Chooses tables.
        Selection = "selection",
        /// Changes names, columns, types.
        Transformation = "transformation",
        /// Parallel load and LOBs of one table.
        TableSettings = "table-settings",
        /// Records and keys of targets that are not relational.
        ObjectMapping = "object-mapping",
        /// Tags of S3 objects.
        PostProcessing = "post-processing",
        /// The comparison of one column.
        Validation = "validation",
    }
}

impl Body {
    /// Its `rule-type`.
    pub fn rule_type(&self) -> RuleType {
        match self {
            Self::Selection(_) => RuleType::Selection,
            Self::Transformation(_) => RuleType::Transformation,
            Self::TableSettings(_) => RuleType::TableSettings,
            Self::ObjectMapping(_) => RuleType::ObjectMapping,
            Self::PostProcessing(_) => RuleType::PostProcessing,
            Self::Validation(_) => RuleType::Validation,
        }
    }
}

/// An `object-locator`: names or patterns of the source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Locator {
    /// `schema-name`
    pub schema: Option<String>,
    /// `table-name`
    pub table: Option<String>,
    /// `table-type`
    pub table_type: Option<TableType>,
    /// `column-name`
    pub column: Option<String>,
    /// `data-type`: an exact type that a column must have.
    pub data_type: Option<String>,
    /// `table-tablespace-name`
    pub table_tablespace: Option<String>,
    /// `index-tablespace-name`
    pub index_tablespace: Option<String>,
    /// Keys that are not known here.
    pub extra: Map<String, Value>,
}

words! {
    /// A `table-type`.
    TableType {
        /// Tables only; the default.
        Table = "table",
        /// Views only.
        View = "view",
        /// Both.
        All = "all",
    }
}

words! {
    /// What a selection does.
    SelectionAction {
        /// Adds all matches.
        Include = "include",
        /// Removes matches.
        Exclude = "exclude",
        /// Adds the one object that is named, without wildcards.
        Explicit = "explicit",
    }
}

/// A selection rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// What it does.
    pub action: SelectionAction,
    /// `load-order`: higher loads first.
    pub load_order: Option<u32>,
    /// All of them must hold.
    pub filters: Vec<Filter>,
}

/// A source filter; one of its conditions must hold.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Filter {
    /// The column, exact.
    pub column: String,
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// Keys that are not known here.
    #[serde(skip)]
    pub extra: Map<String, Value>,
}

/// One condition of a filter.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Condition {
    /// How it compares.
    pub operator: Operator,
    /// For operators with one value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// For ranges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// For ranges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// Keys that are not known here.
    #[serde(skip)]
    pub extra: Map<String, Value>,
}

words! {
    /// A `filter-operator`.
    Operator {
        /// At most.
        Lte = "lte",
        /// At most, by its old name.
        Ste = "ste",
        /// At least.
        Gte = "gte",
        /// Equal.
        Eq = "eq",
        /// Not equal.
        NotEq = "noteq",
        /// In a range, both ends included.
        Between = "between",
        /// Outside a range.
        NotBetween = "notbetween",
        /// IS NULL.
        Null = "null",
        /// IS NOT NULL.
        NotNull = "notnull",
    }
}

impl Operator {
    /// Whether it takes `start-value` and `end-value`.
    pub fn is_range(self) -> bool {
        matches!(self, Self::Between | Self::NotBetween)
    }

    /// Whether it takes no value at all.
    pub fn is_bare(self) -> bool {
        matches!(self, Self::Null | Self::NotNull)
    }

    /// Whether the reference counts it as negative.
    pub fn is_negative(self) -> bool {
        matches!(self, Self::NotEq | Self::NotBetween | Self::NotNull)
    }

    /// Whether it picks rows by their value.
    pub fn is_inclusive(self) -> bool {
        matches!(self, Self::Lte | Self::Ste | Self::Gte | Self::Eq | Self::Between)
    }
}

words! {
    /// What a transformation does.
    Action {
        /// Gives a name.
        Rename = "rename",
        /// Lower case.
        ConvertLowercase = "convert-lowercase",
        /// Upper case.
        ConvertUppercase = "convert-uppercase",
        /// Puts a prefix before the name.
        AddPrefix = "add-prefix",
        /// Takes a prefix away.
        RemovePrefix = "remove-prefix",
        /// Puts one prefix for another.
        ReplacePrefix = "replace-prefix",
        /// Puts a suffix behind the name.
        AddSuffix = "add-suffix",
        /// Takes a suffix away.
        RemoveSuffix = "remove-suffix",
        /// Puts one suffix for another.
        ReplaceSuffix = "replace-suffix",
        /// Defines the target's primary key.
        DefinePrimaryKey = "define-primary-key",
        /// Adds a column.
        AddColumn = "add-column",
        /// Keeps this column and drops what no such rule names.
        IncludeColumn = "include-column",
        /// Drops a column.
        RemoveColumn = "remove-column",
        /// Changes a column's type.
        ChangeDataType = "change-data-type",
        /// Adds columns with the values before the change.
        AddBeforeImageColumns = "add-before-image-columns",
        /// Masks each digit by a character.
        MaskDigits = "data-masking-digits-mask",
        /// Masks each digit by a random one.
        MaskRandom = "data-masking-digits-randomize",
        /// Masks by a hash.
        MaskHash = "data-masking-hash-mask",
    }
}

impl Action {
    /// Whether it gives the object another name.
    pub fn is_naming(self) -> bool {
        self <= Self::ReplaceSuffix
    }

    /// Whether it masks values.
    pub fn is_masking(self) -> bool {
        self >= Self::MaskDigits
    }

    /// Whether it needs `value`.
    pub fn needs_value(self) -> bool {
        matches!(
            self,
            Self::Rename
                | Self::AddPrefix
                | Self::RemovePrefix
                | Self::ReplacePrefix
                | Self::AddSuffix
                | Self::RemoveSuffix
                | Self::ReplaceSuffix
                | Self::AddColumn
                | Self::MaskDigits
        )
    }

    /// Whether it needs `old-value`.
    pub fn needs_old_value(self) -> bool {
        matches!(self, Self::ReplacePrefix | Self::ReplaceSuffix)
    }

    /// Whether it may stand on this target, by the reference's table: what has no meaning is false.
    pub fn allowed_on(self, target: Target) -> bool {
        match self {
            Self::DefinePrimaryKey => target == Target::Table,
            _ if self.is_naming() => true,
            _ => target == Target::Column,
        }
    }
}

words! {
    /// A `rule-target`.
    Target {
        /// Schemas.
        Schema = "schema",
        /// Tables.
        Table = "table",
        /// Columns.
        Column = "column",
        /// Tablespaces of tables.
        TableTablespace = "table-tablespace",
        /// Tablespaces of indexes.
        IndexTablespace = "index-tablespace",
    }
}

/// A transformation rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Transformation {
    /// What it does.
    pub action: Action,
    /// To what.
    pub target: Target,
    /// The new name, affix or mask.
    pub value: Option<String>,
    /// The affix that is replaced.
    pub old_value: Option<String>,
    /// The type of a new or changed column.
    pub data_type: Option<DataType>,
    /// What a new column holds.
    pub expression: Option<String>,
    /// The key to define.
    pub primary_key: Option<PrimaryKey>,
    /// How before-image columns are made.
    pub before_image: Option<BeforeImage>,
}

/// A DMS data type.
#[derive(Clone, Debug, PartialEq)]
pub struct DataType {
    /// `type`, such as `string`.
    pub kind: String,
    /// `length`
    pub length: Option<i64>,
    /// `precision`
    pub precision: Option<i64>,
    /// `scale`
    pub scale: Option<i64>,
    /// Keys that are not known here.
    pub extra: Map<String, Value>,
}

/// The names of DMS's data types.
pub const DATA_TYPES: &[&str] = &[
    "bytes", "date", "time", "datetime", "int1", "int2", "int4", "int8", "numeric", "real4",
    "real8", "string", "uint1", "uint2", "uint4", "uint8", "wstring", "blob", "nclob", "clob",
    "boolean", "set", "list", "map", "tuple",
];

impl DataType {
    /// `string(40)`, `numeric(10,2)`, `int4`.
    pub fn text(&self) -> String {
        match (self.length, self.precision, self.scale) {
            (Some(length), ..) if length > 0 => format!("{}({length})", self.kind),
            (_, Some(p), Some(s)) if p > 0 => format!("{}({p},{s})", self.kind),
            (_, Some(p), None) if p > 0 => format!("{}({p})", self.kind),
            _ => self.kind.clone(),
        }
    }
}

/// A `primary-key-def`.
#[derive(Clone, Debug, PartialEq)]
pub struct PrimaryKey {
    /// `name`
    pub name: Option<String>,
    /// `origin`: `primary-key` or `unique-index`.
    pub origin: Option<String>,
    /// `columns`, in key order.
    pub columns: Vec<String>,
    /// Keys that are not known here.
    pub extra: Map<String, Value>,
}

/// A `before-image-def`.
#[derive(Clone, Debug, PartialEq)]
pub struct BeforeImage {
    /// `column-prefix`; `BI_` by default.
    pub prefix: Option<String>,
    /// `column-suffix`; empty by default.
    pub suffix: Option<String>,
    /// `column-filter`: `pk-only` by default.
    pub filter: Option<String>,
    /// Keys that are not known here.
    pub extra: Map<String, Value>,
}

/// A table-settings rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableSettings {
    /// `parallel-load`
    pub parallel_load: Option<ParallelLoad>,
    /// `lob-settings`
    pub lob: Option<LobSettings>,
}

words! {
    /// The `type` of a parallel load.
    ParallelType {
        /// One thread; the default.
        None = "none",
        /// A thread for each partition.
        PartitionsAuto = "partitions-auto",
        /// A thread for each subpartition (Oracle).
        SubpartitionsAuto = "subpartitions-auto",
        /// A thread for each of the partitions that are listed.
        PartitionsList = "partitions-list",
        /// A thread for each range between boundaries.
        Ranges = "ranges",
    }
}

/// How one table is loaded in parallel.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ParallelLoad {
    /// `type`
    #[serde(rename = "type")]
    pub kind: ParallelType,
    /// `partitions`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partitions: Vec<String>,
    /// `subpartitions`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subpartitions: Vec<String>,
    /// `columns`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// `boundaries`: ascending upper bounds, each as long as `columns`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub boundaries: Vec<Vec<String>>,
    /// `number-of-partitions`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_partitions: Option<i64>,
    /// `collection-count-from-metadata`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection_count_from_metadata: Option<bool>,
    /// `max-records-skip-per-page`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_records_skip_per_page: Option<i64>,
    /// `batch-size`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<i64>,
    /// Keys that are not known here.
    #[serde(skip)]
    pub extra: Map<String, Value>,
}

words! {
    /// The `mode` of LOB settings.
    LobMode {
        /// Larger LOBs are cut; the default.
        Limited = "limited",
        /// Whole LOBs.
        Unlimited = "unlimited",
        /// What the task's settings say.
        None = "none",
    }
}

/// How the LOBs of one table are loaded.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct LobSettings {
    /// `mode`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<LobMode>,
    /// `bulk-max-size`, KB
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulk_max_size: Option<i64>,
    /// Keys that are not known here.
    #[serde(skip)]
    pub extra: Map<String, Value>,
}

words! {
    /// What an object mapping does.
    ObjectAction {
        /// One record for one row.
        Record = "map-record-to-record",
        /// One document for one row.
        Document = "map-record-to-document",
    }
}

/// An object-mapping rule.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectMapping {
    /// What it does.
    pub action: ObjectAction,
    /// `target-table-name`: a DynamoDB table.
    pub target_table: Option<String>,
    /// `kafka-target-topic`
    pub topic: Option<String>,
    /// `mapping-parameters` as they are; the checks look into them.
    pub parameters: Option<Map<String, Value>>,
}

/// A post-processing rule (`add-tag`).
#[derive(Clone, Debug, PartialEq)]
pub struct PostProcessing {
    /// `tag-set`: keys and values.
    pub tags: Vec<(String, String)>,
}

/// A validation rule (`override-validation-function`).
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// `source-function`
    pub source_function: Option<String>,
    /// `target-function`
    pub target_function: Option<String>,
}

impl Rule {
    /// The selection, where it is one.
    pub fn selection(&self) -> Option<&Selection> {
        if let Body::Selection(s) = &self.body { Some(s) } else { None }
    }

    /// The transformation, where it is one.
    pub fn transformation(&self) -> Option<&Transformation> {
        if let Body::Transformation(t) = &self.body { Some(t) } else { None }
    }

    /// The table settings, where they are.
    pub fn table_settings(&self) -> Option<&TableSettings> {
        if let Body::TableSettings(t) = &self.body { Some(t) } else { None }
    }

    /// The schema it names, or the empty text.
    pub fn schema(&self) -> &str {
        self.locator.schema.as_deref().unwrap_or_default()
    }

    /// The table it names, or the empty text.
    pub fn table(&self) -> &str {
        self.locator.table.as_deref().unwrap_or_default()
    }

    /// Its name, or its id where it has none: how messages call it.
    pub fn label(&self) -> String {
        if self.name.is_empty() { format!("rule {}", self.id) } else { format!("\"{}\"", self.name) }
    }
}
