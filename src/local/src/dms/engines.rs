//! What an endpoint of each engine must have, and what its driver says when the server is not reached.

use super::catalogue::{Address, Refusal};
use dmsrun_dms::{Engine, Family};

/// The members of an endpoint that hold an engine's settings: the name of the domain, the name on the wire.
pub(crate) const SETTINGS: &[(&str, &str)] = &[
    ("my_sql_settings", "MySQLSettings"),
    ("gcp_my_sql_settings", "GcpMySQLSettings"),
    ("postgre_sql_settings", "PostgreSQLSettings"),
    ("oracle_settings", "OracleSettings"),
    ("microsoft_sql_server_settings", "MicrosoftSQLServerSettings"),
    ("sybase_settings", "SybaseSettings"),
    ("ibm_db2_settings", "IBMDb2Settings"),
    ("mongo_db_settings", "MongoDbSettings"),
    ("doc_db_settings", "DocDbSettings"),
    ("dynamo_db_settings", "DynamoDbSettings"),
    ("elasticsearch_settings", "ElasticsearchSettings"),
    ("neptune_settings", "NeptuneSettings"),
    ("kinesis_settings", "KinesisSettings"),
    ("kafka_settings", "KafkaSettings"),
    ("redis_settings", "RedisSettings"),
    ("timestream_settings", "TimestreamSettings"),
    ("redshift_settings", "RedshiftSettings"),
    ("dms_transfer_settings", "DmsTransferSettings"),
    ("s3_settings", "S3Settings"),
];

/// The wire name of an engine's settings member.
pub(crate) fn settings_member(engine: &Engine) -> &'static str {
    SETTINGS.iter().find(|(name, _)| *name == engine.settings).map_or("", |(_, wire)| wire)
}

/// `server_name` → `ServerName`: members of requests from the names of the domain.
pub(crate) fn wire(name: &str) -> String {
    if let Some((_, wire)) = SETTINGS.iter().find(|(n, _)| *n == name) {
        return (*wire).to_owned();
    }
    name.split('_')
        .map(|word| match word.as_bytes() {
            [first, ..] => format!("{}{}", char::from(first.to_ascii_uppercase()), &word[1..]),
            [] => String::new(),
        })
        .collect()
}

/// Whether DMS opens a connection to a server of its own, rather than calling an AWS API.
pub(crate) fn has_server(engine: &Engine) -> bool {
    !matches!(
        engine.family,
        Family::S3
            | Family::Dynamodb
            | Family::Kinesis
            | Family::Opensearch
            | Family::Timestream
            | Family::DmsTransfer
            | Family::Kafka
    )
}

/// The sentence of a failed connection test.
pub(crate) fn refusal(engine: &Engine, address: &Address, why: Refusal) -> String {
    let Address { host, port, .. } = address;
    let unknown = why == Refusal::UnknownHost;
    let (application, detail) = match engine.family {
        Family::Mysql => (ODBC, mysql(host, *port, unknown)),
        Family::Postgres | Family::Redshift => {
            let driver =
                if engine.family == Family::Redshift { "[Amazon][Amazon Redshift]" } else { "" };
            let what = if unknown {
                format!(
                    "could not translate host name \"{host}\" to address: Name or service not known"
                )
            } else {
                format!(
                    "connection to server at \"{host}\", port {port} failed: Connection timed out \
                     Is the server running on that host and accepting TCP/IP connections?"
                )
            };
            (ODBC, odbc("08001", 101, &format!("[unixODBC]{driver}{what}")))
        }
        Family::SqlServer | Family::Babelfish => {
            let what = if unknown {
                "TCP Provider: Error code 0x2AF9".to_owned()
            } else {
                "Login timeout expired TCP Provider: Error code 0x274C".to_owned()
            };
            let driver = "[unixODBC][Microsoft][ODBC Driver 18 for SQL Server]";
            (
                ODBC,
                odbc(
                    "08001",
                    if unknown { 11_001 } else { 258 },
                    &format!("{driver}{what} ({host})"),
                ),
            )
        }
        Family::Oracle => {
            let what = if unknown {
                "ORA-12545: Connect failed because target host or object does not exist"
            } else {
                "ORA-12170: TNS:Connect timeout occurred"
            };
            (
                "Cannot connect to ODBC provider OCI error has occurred",
                format!("RetCode: SQL_ERROR SqlState: 99999 Message: {what} ({host}:{port})"),
            )
        }
        Family::Mongodb | Family::Docdb => {
            let what = if unknown {
                format!("Failed to resolve '{host}'")
            } else {
                format!("connection timeout calling ismaster on '{host}:{port}'")
            };
            (
                "Failed to create new client connection Failed to connect to database.",
                format!("No suitable servers found: `serverSelectionTryOnce` set: [{what}]"),
            )
        }
        _ => {
            let what = if unknown { "Unknown host" } else { "Connection timed out" };
            (
                ODBC,
                odbc("08001", if unknown { 2005 } else { 110 }, &format!("{what} '{host}:{port}'")),
            )
        }
    };
    failed(application, &detail)
}

const ODBC: &str = "Cannot connect to ODBC provider Network error has occurred";

fn odbc(state: &str, native: u32, message: &str) -> String {
    format!("RetCode: SQL_ERROR SqlState: {state} NativeError: {native} Message: {message}")
}

fn mysql(host: &str, port: u16, unknown: bool) -> String {
    let driver = "[unixODBC][MySQL][ODBC 8.0(w) Driver]";
    if unknown {
        return odbc("HY000", 2005, &format!("{driver}Unknown MySQL server host '{host}' (-2)"));
    }
    odbc("HY000", 2003, &format!("{driver}Can't connect to MySQL server on '{host}:{port}' (110)"))
}

/// The sentence around what an application said.
pub(crate) fn failed(application: &str, detail: &str) -> String {
    format!(
        "Test Endpoint failed: Application-Status: 1020912, Application-Message: {application}, \
         Application-Detailed-Message: {detail}"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use dmsrun_dms::{engine, engines};

    #[test]
    fn every_engine_has_a_settings_member() {
        for e in engines() {
            assert!(settings_member(e).ends_with("Settings"), "{}", e.name);
        }
        assert_eq!(wire("server_name"), "ServerName");
        assert_eq!(wire("service_access_role_arn"), "ServiceAccessRoleArn");
    }

    #[test]
    fn an_unknown_mysql_host_fails_as_the_driver_says_it() {
        let address = Address { engine: "mysql".into(), host: "db1".into(), port: 3306 };
        let text = refusal(engine("mysql").unwrap(), &address, Refusal::UnknownHost);
        assert!(text.starts_with("Test Endpoint failed: Application-Status: 1020912, "), "{text}");
        assert!(text.contains("SqlState: HY000 NativeError: 2005"), "{text}");
        assert!(text.ends_with("Unknown MySQL server host 'db1' (-2)"), "{text}");
    }
}
