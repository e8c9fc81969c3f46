//! The engines that an endpoint can name, with what each needs.

use serde::Serialize;

/// Engines that behave alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The names say it.
pub enum Family {
    Mysql,
    Postgres,
    Oracle,
    SqlServer,
    Db2,
    Db2Zos,
    Sybase,
    Mongodb,
    Docdb,
    S3,
    Redshift,
    Dynamodb,
    Kinesis,
    Kafka,
    Opensearch,
    Neptune,
    Redis,
    Timestream,
    Babelfish,
    DmsTransfer,
}

impl Family {
    /// What its engines are called together.
    pub fn label(self) -> &'static str {
        match self {
            Self::Mysql => "MySQL",
            Self::Postgres => "PostgreSQL",
            Self::Oracle => "Oracle",
            Self::SqlServer => "SQL Server",
            Self::Db2 => "Db2 LUW",
            Self::Db2Zos => "Db2 for z/OS",
            Self::Sybase => "SAP ASE",
            Self::Mongodb => "MongoDB",
            Self::Docdb => "DocumentDB",
            Self::S3 => "Amazon S3",
            Self::Redshift => "Redshift",
            Self::Dynamodb => "DynamoDB",
            Self::Kinesis => "Kinesis",
            Self::Kafka => "Kafka",
            Self::Opensearch => "OpenSearch",
            Self::Neptune => "Neptune",
            Self::Redis => "Redis",
            Self::Timestream => "Timestream",
            Self::Babelfish => "Babelfish",
            Self::DmsTransfer => "DMS transfer",
        }
    }
}

/// What is known of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Engine {
    /// The `engine_name` of an endpoint.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it behaves like.
    pub family: Family,
    /// Whether it can be a source. For the two serverless names AWS does not say: both are true.
    pub source: bool,
    /// Whether it can be a target.
    pub target: bool,
    /// Whether it captures changes as a source.
    pub captures_changes: bool,
    /// The endpoint's member for its settings.
    pub settings: &'static str,
    /// Its usual port. DMS has no default: the port is always sent.
    pub port: Option<u16>,
    /// What a source needs at least, by member of the endpoint or `settings_member.key`.
    pub source_required: &'static [&'static str],
    /// What a target needs at least.
    pub target_required: &'static [&'static str],
    /// Whether a secret may stand for server, port, user and password.
    pub secrets: bool,
    /// The legal SSL modes.
    pub ssl_modes: &'static [&'static str],
}

impl Engine {
    /// What an endpoint of this type needs at least; `endpoint_type` is `source` or `target`.
    pub fn required(&self, endpoint_type: &str) -> &'static [&'static str] {
        if endpoint_type.eq_ignore_ascii_case("source") {
            self.source_required
        } else {
            self.target_required
        }
    }

    /// Whether it can stand on this side; `endpoint_type` is `source` or `target`.
    pub fn allows(&self, endpoint_type: &str) -> bool {
        if endpoint_type.eq_ignore_ascii_case("source") { self.source } else { self.target }
    }
}

const LOGIN: &[&str] = &["server_name", "port", "username", "password"];
const DATABASE: &[&str] = &["server_name", "port", "username", "password", "database_name"];
const NONE: &[&str] = &[];
const S3_SOURCE: &[&str] = &[
    "s3_settings.service_access_role_arn",
    "s3_settings.bucket_name",
    "s3_settings.external_table_definition",
];
const S3_TARGET: &[&str] = &["s3_settings.service_access_role_arn", "s3_settings.bucket_name"];
const BABELFISH: &[&str] = DATABASE;
const TRANSFER: &[&str] =
    &["dms_transfer_settings.service_access_role_arn", "dms_transfer_settings.bucket_name"];
const SEARCH: &[&str] =
    &["elasticsearch_settings.service_access_role_arn", "elasticsearch_settings.endpoint_uri"];
const NEPTUNE: &[&str] = &[
    "server_name",
    "port",
    "neptune_settings.s3_bucket_name",
    "neptune_settings.s3_bucket_folder",
    "neptune_settings.service_access_role_arn",
];
const TIMESTREAM: &[&str] = &[
    "timestream_settings.database_name",
    "timestream_settings.memory_duration",
    "timestream_settings.magnetic_duration",
];
const KINESIS: &[&str] = &[
    "kinesis_settings.stream_arn",
    "kinesis_settings.service_access_role_arn",
    "kinesis_settings.message_format",
];

const SSL_MYSQL: &[&str] = &["none", "verify-ca", "verify-full"];
const SSL_ALL: &[&str] = &["none", "require", "verify-ca", "verify-full"];
const SSL_SQLSERVER: &[&str] = &["none", "require", "verify-full"];
const SSL_CA: &[&str] = &["none", "verify-ca"];
const SSL_FULL: &[&str] = &["none", "verify-full"];
const SSL_MONGO: &[&str] = &["none", "require", "verify-full"];
const SSL_NONE: &[&str] = &["none"];

/// Sides: source, target, captures changes.
const BOTH: (bool, bool, bool) = (true, true, true);
const SOURCE: (bool, bool, bool) = (true, false, true);
const LOAD_ONLY: (bool, bool, bool) = (true, false, false);
const TARGET: (bool, bool, bool) = (false, true, false);

type Row = (
    &'static str,
    &'static str,
    Family,
    (bool, bool, bool),
    &'static str,
    u16,
    &'static [&'static str],
    &'static [&'static str],
    bool,
    &'static [&'static str],
);

const MY: &str = "my_sql_settings";
const PG: &str = "postgre_sql_settings";
const MS: &str = "microsoft_sql_server_settings";
const ES: &str = "elasticsearch_settings";
const RS: &str = "redshift_settings";

use Family as F;

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("mysql", "MySQL", F::Mysql, BOTH, MY, 3306, LOGIN, LOGIN, true, SSL_MYSQL),
    ("mariadb", "MariaDB", F::Mysql, BOTH, MY, 3306, LOGIN, LOGIN, true, SSL_MYSQL),
    ("aurora", "Aurora MySQL", F::Mysql, BOTH, MY, 3306, LOGIN, LOGIN, true, SSL_MYSQL),
    ("aurora-serverless", "Aurora MySQL Serverless", F::Mysql, BOTH, MY, 3306, LOGIN, LOGIN, true, SSL_MYSQL),
    ("gcp-mysql", "Google Cloud SQL for MySQL", F::Mysql, SOURCE, "gcp_my_sql_settings", 3306, LOGIN, NONE, true, SSL_MYSQL),
    ("postgres", "PostgreSQL", F::Postgres, BOTH, PG, 5432, DATABASE, DATABASE, true, SSL_ALL),
    ("aurora-postgresql", "Aurora PostgreSQL", F::Postgres, BOTH, PG, 5432, DATABASE, DATABASE, true, SSL_ALL),
    ("aurora-postgresql-serverless", "Aurora PostgreSQL Serverless", F::Postgres, BOTH, PG, 5432, DATABASE, DATABASE, true, SSL_ALL),
    ("babelfish", "Babelfish", F::Babelfish, TARGET, PG, 1433, NONE, BABELFISH, true, SSL_ALL),
    ("oracle", "Oracle", F::Oracle, BOTH, "oracle_settings", 1521, DATABASE, DATABASE, true, SSL_CA),
    ("sqlserver", "SQL Server", F::SqlServer, BOTH, MS, 1433, DATABASE, DATABASE, true, SSL_SQLSERVER),
    ("azuredb", "Azure SQL Database", F::SqlServer, LOAD_ONLY, MS, 1433, DATABASE, NONE, true, SSL_SQLSERVER),
    ("azure-sql-managed-instance", "Azure SQL Managed Instance", F::SqlServer, SOURCE, MS, 1433, DATABASE, NONE, true, SSL_SQLSERVER),
    ("db2", "Db2 LUW", F::Db2, BOTH, "ibm_db2_settings", 50000, DATABASE, DATABASE, true, SSL_CA),
    ("db2-zos", "Db2 for z/OS", F::Db2Zos, LOAD_ONLY, "ibm_db2_settings", 0, DATABASE, NONE, false, SSL_CA),
    ("sybase", "SAP ASE", F::Sybase, BOTH, "sybase_settings", 5000, DATABASE, DATABASE, true, SSL_FULL),
    ("mongodb", "MongoDB", F::Mongodb, SOURCE, "mongo_db_settings", 27017, &["server_name", "port", "database_name"], NONE, true, SSL_MONGO),
    ("docdb", "DocumentDB", F::Docdb, BOTH, "doc_db_settings", 27017, DATABASE, DATABASE, true, SSL_FULL),
    ("s3", "Amazon S3", F::S3, BOTH, "s3_settings", 0, S3_SOURCE, S3_TARGET, false, SSL_NONE),
    ("redshift", "Redshift", F::Redshift, TARGET, RS, 5439, NONE, DATABASE, true, SSL_NONE),
    ("redshift-serverless", "Redshift Serverless", F::Redshift, TARGET, RS, 5439, NONE, DATABASE, true, SSL_NONE),
    ("dynamodb", "DynamoDB", F::Dynamodb, TARGET, "dynamo_db_settings", 0, NONE, &["dynamo_db_settings.service_access_role_arn"], false, SSL_NONE),
    ("kinesis", "Kinesis Data Streams", F::Kinesis, TARGET, "kinesis_settings", 0, NONE, KINESIS, false, SSL_NONE),
    ("kafka", "Kafka", F::Kafka, TARGET, "kafka_settings", 9092, NONE, &["kafka_settings.broker"], false, SSL_NONE),
    ("opensearch", "OpenSearch", F::Opensearch, TARGET, ES, 443, NONE, SEARCH, false, SSL_NONE),
    ("elasticsearch", "Elasticsearch", F::Opensearch, TARGET, ES, 443, NONE, SEARCH, false, SSL_NONE),
    ("neptune", "Neptune", F::Neptune, TARGET, "neptune_settings", 8182, NONE, NEPTUNE, false, SSL_NONE),
    ("redis", "Redis", F::Redis, TARGET, "redis_settings", 6379, NONE, &["redis_settings.server_name", "redis_settings.port"], false, SSL_NONE),
    ("timestream", "Timestream", F::Timestream, TARGET, "timestream_settings", 0, NONE, TIMESTREAM, false, SSL_NONE),
    ("dms-transfer", "DMS transfer", F::DmsTransfer, SOURCE, "dms_transfer_settings", 0, TRANSFER, NONE, false, SSL_NONE),
];

const fn build(row: Row) -> Engine {
    let (
        name,
        label,
        family,
        sides,
        settings,
        port,
        source_required,
        target_required,
        secrets,
        ssl,
    ) = row;
    Engine {
        name,
        label,
        family,
        source: sides.0,
        target: sides.1,
        captures_changes: sides.2,
        settings,
        port: if port == 0 { None } else { Some(port) },
        source_required,
        target_required,
        secrets,
        ssl_modes: ssl,
    }
}

const ENGINES: [Engine; ROWS.len()] = {
    let mut all = [build(ROWS[0]); ROWS.len()];
    let mut i = 1;
    while i < ROWS.len() {
        all[i] = build(ROWS[i]);
        i += 1;
    }
    all
};

static TABLE: [Engine; ROWS.len()] = ENGINES;

/// Every engine, in the order of the reference.
pub fn engines() -> &'static [Engine] {
    &TABLE
}

/// The engine of this name. `documentdb`, which some of AWS's texts use, is `docdb`.
pub fn engine(name: &str) -> Option<&'static Engine> {
    let name = if name == "documentdb" { "docdb" } else { name };
    TABLE.iter().find(|e| e.name == name)
}

/// The engine names nearest to a misspelt one, best first.
pub fn nearest(name: &str) -> Vec<&'static str> {
    dmsrun_diag::nearest(name, TABLE.iter().map(|e| e.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_engine() {
        assert_eq!(nearest("oracel"), ["oracle"]);
        assert_eq!(engine("mysql").map(|e| e.settings), Some("my_sql_settings"));
        assert!(engine("oracel").is_none());
    }

    #[test]
    fn every_side_has_what_it_needs() {
        for e in engines() {
            assert!(e.source || e.target, "{}", e.name);
            assert!(e.ssl_modes.contains(&"none"), "{}", e.name);
            assert!(!e.source || !e.source_required.is_empty(), "{}", e.name);
            assert!(!e.target || !e.target_required.is_empty(), "{}", e.name);
        }
    }

    #[test]
    fn ssl_modes_are_those_of_the_reference() {
        let modes = |n: &str| engine(n).map(|e| e.ssl_modes.to_vec()).unwrap_or_default();
        assert!(!modes("mysql").contains(&"require"));
        assert!(!modes("sqlserver").contains(&"verify-ca"));
        assert_eq!(modes("redshift"), ["none"]);
        assert_eq!(modes("oracle"), ["none", "verify-ca"]);
    }
}
