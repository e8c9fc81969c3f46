//! The settings that an endpoint of an engine can have: their types, values, defaults and ranges.

use super::{Answer, faults::Fault, input::Input, paging};
use dmsrun_dms::{Engine, Family, engine};
use serde_json::{Map, Value as Json, json};

/// The type of a setting with its values or its range.
#[derive(Clone, Copy, Debug)]
enum Type {
    Text,
    Secret,
    Flag,
    Int,
    Range(i64, i64),
    OneOf(&'static [&'static str]),
}

use Type::{Flag, Int, OneOf, Range, Secret, Text};

/// Name, type, default.
type Row = (&'static str, Type, &'static str);

/// What every engine with a server of its own has.
const LOGIN: &[Row] = &[
    ("ServerName", Text, ""),
    ("Port", Range(0, 65_535), ""),
    ("DatabaseName", Text, ""),
    ("Username", Text, ""),
    ("Password", Secret, ""),
    ("SecretsManagerAccessRoleArn", Text, ""),
    ("SecretsManagerSecretId", Text, ""),
];

#[rustfmt::skip]
const MYSQL: &[Row] = &[
    ("AfterConnectScript", Text, ""),
    ("CleanSourceMetadataOnMismatch", Flag, "false"),
    ("EventsPollInterval", Range(1, 60), "5"),
    ("TargetDbType", OneOf(&["specific-database", "multiple-databases"]), "specific-database"),
    ("MaxFileSize", Int, ""),
    ("ParallelLoadThreads", Int, "1"),
    ("ServerTimezone", Text, ""),
    ("ExecuteTimeout", Int, "60"),
    ("ServiceAccessRoleArn", Text, ""),
    ("AuthenticationMethod", OneOf(&["password", "iam"]), "password"),
];

#[rustfmt::skip]
const POSTGRES: &[Row] = &[
    ("AfterConnectScript", Text, ""),
    ("CaptureDdls", Flag, "true"),
    ("DdlArtifactsSchema", Text, "public"),
    ("MaxFileSize", Int, "32768"),
    ("ExecuteTimeout", Int, "60"),
    ("FailTasksOnLobTruncation", Flag, "false"),
    ("HeartbeatEnable", Flag, "false"),
    ("HeartbeatSchema", Text, "public"),
    ("HeartbeatFrequency", Int, "5"),
    ("SlotName", Text, ""),
    ("PluginName", OneOf(&["no-preference", "test-decoding", "pglogical"]), "pglogical"),
    ("TrimSpaceInChar", Flag, "true"),
    ("MapBooleanAsBoolean", Flag, "false"),
    ("MapJsonbAsClob", Flag, "false"),
    ("MapLongVarcharAs", OneOf(&["wstring", "clob", "nclob"]), "wstring"),
    ("DatabaseMode", OneOf(&["default", "babelfish"]), "default"),
    ("BabelfishDatabaseName", Text, ""),
    ("DisableUnicodeSourceFilter", Flag, "false"),
    ("ServiceAccessRoleArn", Text, ""),
    ("AuthenticationMethod", OneOf(&["password", "iam"]), "password"),
];

#[rustfmt::skip]
const ORACLE: &[Row] = &[
    ("AddSupplementalLogging", Flag, "false"),
    ("ArchivedLogDestId", Int, "1"),
    ("AdditionalArchivedLogDestId", Int, ""),
    ("AllowSelectNestedTables", Flag, "false"),
    ("ParallelAsmReadThreads", Range(2, 8), "2"),
    ("ReadAheadBlocks", Range(1_000, 2_000_000), "1000"),
    ("AccessAlternateDirectly", Flag, "true"),
    ("UseAlternateFolderForOnline", Flag, "false"),
    ("OraclePathPrefix", Text, ""),
    ("UsePathPrefix", Text, ""),
    ("ReplacePathPrefix", Flag, "false"),
    ("EnableHomogenousTablespace", Flag, "false"),
    ("ReadTableSpaceName", Flag, "false"),
    ("DirectPathNoLog", Flag, "false"),
    ("DirectPathParallelLoad", Flag, "false"),
    ("UseDirectPathFullLoad", Flag, "true"),
    ("ArchivedLogsOnly", Flag, "false"),
    ("AsmUser", Text, ""),
    ("AsmPassword", Secret, ""),
    ("AsmServer", Text, ""),
    ("CharLengthSemantics", OneOf(&["default", "char", "byte"]), "default"),
    ("FailTasksOnLobTruncation", Flag, "false"),
    ("NumberDatatypeScale", Range(-2, 38), "10"),
    ("RetryInterval", Int, "5"),
    ("SecurityDbEncryption", Secret, ""),
    ("SecurityDbEncryptionName", Text, ""),
    ("SpatialDataOptionToGeoJsonFunctionName", Text, "SDO2GEOJSON"),
    ("StandbyDelayTime", Int, "0"),
    ("UseBFile", Flag, "false"),
    ("UseLogminerReader", Flag, "true"),
    ("SecretsManagerOracleAsmAccessRoleArn", Text, ""),
    ("SecretsManagerOracleAsmSecretId", Text, ""),
    ("TrimSpaceInChar", Flag, "true"),
    ("ConvertTimestampWithZoneToUTC", Flag, "false"),
    ("OpenTransactionWindow", Range(0, 240), "0"),
    ("AuthenticationMethod", OneOf(&["password", "kerberos"]), "password"),
];

#[rustfmt::skip]
const SQL_SERVER: &[Row] = &[
    ("BcpPacketSize", Int, ""),
    ("UseBcpFullLoad", Flag, "true"),
    ("ControlTablesFileGroup", Text, ""),
    ("QuerySingleAlwaysOnNode", Flag, "false"),
    ("ReadBackupOnly", Flag, "false"),
    ("SafeguardPolicy", OneOf(&["rely-on-sql-server-replication-agent", "exclusive-automatic-truncation", "shared-automatic-truncation"]), "rely-on-sql-server-replication-agent"),
    ("UseThirdPartyBackupDevice", Flag, "false"),
    ("TrimSpaceInChar", Flag, "true"),
    ("TlogAccessMode", OneOf(&["BackupOnly", "PreferBackup", "PreferTlog", "TlogOnly"]), "PreferTlog"),
    ("ForceLobLookup", Flag, "false"),
    ("AuthenticationMethod", OneOf(&["password", "kerberos"]), "password"),
];

#[rustfmt::skip]
const DB2: &[Row] = &[
    ("SetDataCaptureChanges", Flag, "true"),
    ("CurrentLsn", Text, ""),
    ("MaxKBytesPerRead", Int, "64"),
    ("LoadTimeout", Int, "1200"),
    ("WriteBufferSize", Int, "1024"),
    ("MaxFileSize", Int, ""),
    ("KeepCsvFiles", Flag, "false"),
];

#[rustfmt::skip]
const MONGODB: &[Row] = &[
    ("AuthType", OneOf(&["no", "password"]), "password"),
    ("AuthMechanism", OneOf(&["default", "mongodb_cr", "scram_sha_1"]), "default"),
    ("NestingLevel", OneOf(&["none", "one"]), "none"),
    ("ExtractDocId", Text, "false"),
    ("DocsToInvestigate", Text, "1000"),
    ("AuthSource", Text, "admin"),
    ("KmsKeyId", Text, ""),
    ("UseUpdateLookUp", Flag, "false"),
    ("ReplicateShardCollections", Flag, "false"),
];

#[rustfmt::skip]
const DOCDB: &[Row] = &[
    ("NestingLevel", OneOf(&["none", "one"]), "none"),
    ("ExtractDocId", Flag, "false"),
    ("DocsToInvestigate", Int, "1000"),
    ("KmsKeyId", Text, ""),
    ("UseUpdateLookUp", Flag, "false"),
    ("ReplicateShardCollections", Flag, "false"),
];

#[rustfmt::skip]
const S3: &[Row] = &[
    ("ServiceAccessRoleArn", Text, ""),
    ("BucketName", Text, ""),
    ("BucketFolder", Text, ""),
    ("ExternalTableDefinition", Text, ""),
    ("CsvRowDelimiter", Text, "\\n"),
    ("CsvDelimiter", Text, ","),
    ("CompressionType", OneOf(&["none", "gzip"]), "none"),
    ("EncryptionMode", OneOf(&["sse-s3", "sse-kms"]), "sse-s3"),
    ("ServerSideEncryptionKmsKeyId", Text, ""),
    ("DataFormat", OneOf(&["csv", "parquet"]), "csv"),
    ("EncodingType", OneOf(&["plain", "plain-dictionary", "rle-dictionary"]), "rle-dictionary"),
    ("DictPageSizeLimit", Int, "1048576"),
    ("RowGroupLength", Int, "10000"),
    ("DataPageSize", Int, "1048576"),
    ("ParquetVersion", OneOf(&["parquet-1-0", "parquet-2-0"]), "parquet-1-0"),
    ("EnableStatistics", Flag, "true"),
    ("IncludeOpForFullLoad", Flag, "false"),
    ("CdcInsertsOnly", Flag, "false"),
    ("CdcInsertsAndUpdates", Flag, "false"),
    ("TimestampColumnName", Text, ""),
    ("ParquetTimestampInMillisecond", Flag, "false"),
    ("DatePartitionEnabled", Flag, "false"),
    ("DatePartitionSequence", OneOf(&["YYYYMMDD", "YYYYMMDDHH", "YYYYMM", "MMYYYYDD", "DDMMYYYY"]), "YYYYMMDD"),
    ("DatePartitionDelimiter", OneOf(&["SLASH", "UNDERSCORE", "DASH", "NONE"]), "SLASH"),
    ("DatePartitionTimezone", Text, ""),
    ("UseCsvNoSupValue", Flag, "false"),
    ("CsvNoSupValue", Text, ""),
    ("CsvNullValue", Text, "NULL"),
    ("PreserveTransactions", Flag, "false"),
    ("CdcPath", Text, ""),
    ("UseTaskStartTimeForFullLoadTimestamp", Flag, "false"),
    ("CannedAclForObjects", OneOf(&["none", "private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"]), "none"),
    ("AddColumnName", Flag, "false"),
    ("AddTrailingPaddingCharacter", Flag, "false"),
    ("GlueCatalogGeneration", Flag, "false"),
    ("CdcMaxBatchInterval", Int, "60"),
    ("CdcMinFileSize", Int, "32000"),
    ("IgnoreHeaderRows", Range(0, 1), "0"),
    ("MaxFileSize", Range(1, 1_048_576), "1048576"),
    ("Rfc4180", Flag, "true"),
    ("ExpectedBucketOwner", Text, ""),
];

#[rustfmt::skip]
const REDSHIFT: &[Row] = &[
    ("AcceptAnyDate", Flag, "false"),
    ("AfterConnectScript", Text, ""),
    ("BucketFolder", Text, ""),
    ("BucketName", Text, ""),
    ("CaseSensitiveNames", Flag, "false"),
    ("CompUpdate", Flag, "true"),
    ("ConnectionTimeout", Int, ""),
    ("DateFormat", Text, ""),
    ("EmptyAsNull", Flag, "false"),
    ("EncryptionMode", OneOf(&["sse-s3", "sse-kms"]), "sse-s3"),
    ("ExplicitIds", Flag, "false"),
    ("FileTransferUploadStreams", Range(1, 64), "10"),
    ("LoadTimeout", Int, ""),
    ("MaxFileSize", Int, "1048576"),
    ("RemoveQuotes", Flag, "false"),
    ("ReplaceInvalidChars", Text, ""),
    ("ReplaceChars", Text, "?"),
    ("ServiceAccessRoleArn", Text, ""),
    ("ServerSideEncryptionKmsKeyId", Text, ""),
    ("TimeFormat", Text, ""),
    ("TrimBlanks", Flag, "false"),
    ("TruncateColumns", Flag, "false"),
    ("WriteBufferSize", Int, "1000"),
    ("MapBooleanAsBoolean", Flag, "false"),
];

/// What both streams say of their messages.
#[rustfmt::skip]
const STREAM: &[Row] = &[
    ("MessageFormat", OneOf(&["json", "json-unformatted"]), "json"),
    ("IncludeTransactionDetails", Flag, "false"),
    ("IncludePartitionValue", Flag, "false"),
    ("PartitionIncludeSchemaTable", Flag, "false"),
    ("IncludeTableAlterOperations", Flag, "false"),
    ("IncludeControlDetails", Flag, "false"),
    ("IncludeNullAndEmpty", Flag, "false"),
    ("NoHexPrefix", Flag, "false"),
    ("UseLargeIntegerValue", Flag, "false"),
];

#[rustfmt::skip]
const KINESIS: &[Row] = &[
    ("StreamArn", Text, ""),
    ("ServiceAccessRoleArn", Text, ""),
];

#[rustfmt::skip]
const KAFKA: &[Row] = &[
    ("Broker", Text, ""),
    ("Topic", Text, "kafka-default-topic"),
    ("MessageMaxBytes", Int, "1000000"),
    ("SecurityProtocol", OneOf(&["plaintext", "ssl-authentication", "ssl-encryption", "sasl-ssl"]), "plaintext"),
    ("SslCaCertificateArn", Text, ""),
    ("SslClientCertificateArn", Text, ""),
    ("SslClientKeyArn", Text, ""),
    ("SslClientKeyPassword", Secret, ""),
    ("SaslUsername", Text, ""),
    ("SaslPassword", Secret, ""),
    ("SaslMechanism", OneOf(&["scram-sha-512", "plain"]), "scram-sha-512"),
    ("SslEndpointIdentificationAlgorithm", OneOf(&["none", "https"]), "https"),
];

#[rustfmt::skip]
const REDIS: &[Row] = &[
    ("ServerName", Text, ""),
    ("Port", Range(0, 65_535), ""),
    ("SslSecurityProtocol", OneOf(&["plaintext", "ssl-encryption"]), "ssl-encryption"),
    ("AuthType", OneOf(&["none", "auth-role", "auth-token"]), "none"),
    ("AuthUserName", Text, ""),
    ("AuthPassword", Secret, ""),
    ("SslCaCertificateArn", Text, ""),
];

#[rustfmt::skip]
const SEARCH: &[Row] = &[
    ("ServiceAccessRoleArn", Text, ""),
    ("EndpointUri", Text, ""),
    ("FullLoadErrorPercentage", Range(0, 100), ""),
    ("ErrorRetryDuration", Int, ""),
    ("UseNewMappingType", Flag, "false"),
];

#[rustfmt::skip]
const NEPTUNE: &[Row] = &[
    ("S3BucketName", Text, ""),
    ("S3BucketFolder", Text, ""),
    ("ServiceAccessRoleArn", Text, ""),
    ("ErrorRetryDuration", Int, "250"),
    ("MaxFileSize", Int, "1048576"),
    ("MaxRetryCount", Int, "5"),
    ("IamAuthEnabled", Flag, "false"),
];

#[rustfmt::skip]
const TIMESTREAM: &[Row] = &[
    ("DatabaseName", Text, ""),
    ("MemoryDuration", Int, ""),
    ("MagneticDuration", Int, ""),
    ("CdcInsertsAndUpdates", Flag, "false"),
    ("EnableMagneticStoreWrites", Flag, "false"),
];

/// The tables of an engine; those that log in have the common one as well.
fn tables(engine: &Engine) -> [&'static [Row]; 2] {
    match engine.family {
        Family::Mysql => [LOGIN, MYSQL],
        Family::Postgres | Family::Babelfish => [LOGIN, POSTGRES],
        Family::Oracle => [LOGIN, ORACLE],
        Family::SqlServer => [LOGIN, SQL_SERVER],
        Family::Db2 | Family::Db2Zos => [LOGIN, DB2],
        Family::Sybase => [LOGIN, &[]],
        Family::Mongodb => [LOGIN, MONGODB],
        Family::Docdb => [LOGIN, DOCDB],
        Family::Redshift => [LOGIN, REDSHIFT],
        Family::S3 => [&[], S3],
        Family::Kinesis => [STREAM, KINESIS],
        Family::Kafka => [STREAM, KAFKA],
        Family::Redis => [&[], REDIS],
        Family::Opensearch => [&[], SEARCH],
        Family::Neptune => [&[], NEPTUNE],
        Family::Timestream => [&[], TIMESTREAM],
        Family::Dynamodb | Family::DmsTransfer => {
            [&[], &[("ServiceAccessRoleArn", Text, ""), ("BucketName", Text, "")]]
        }
    }
}

fn rows(engine: &Engine) -> impl Iterator<Item = &'static Row> {
    tables(engine).into_iter().flatten()
}

/// Whether a setting is never shown.
pub(crate) fn is_secret(name: &str) -> bool {
    const SECRETS: &[&str] = &[
        "Password",
        "AsmPassword",
        "SecurityDbEncryption",
        "SslClientKeyPassword",
        "SaslPassword",
        "AuthPassword",
    ];
    SECRETS.contains(&name)
}

/// Checks settings against the engine's table. What the table does not know passes, as in the service.
pub(crate) fn check(engine: &Engine, settings: &Map<String, Json>) -> Result<(), Fault> {
    for (name, kind, _) in rows(engine) {
        let Some(value) = settings.get(*name).filter(|v| !v.is_null()) else { continue };
        match kind {
            Text | Secret if !value.is_string() => return Err(Fault::wrong_type(name, "a string")),
            Flag if !value.is_boolean() => return Err(Fault::wrong_type(name, "a boolean")),
            Int | Range(..) if !value.is_i64() => {
                return Err(Fault::wrong_type(name, "an integer"));
            }
            Range(least, most) => {
                let n = value.as_i64().unwrap_or_default();
                if !(*least..=*most).contains(&n) {
                    return Err(Fault::value(format!(
                        "Invalid value {n} for {name}. It must be between {least} and {most}."
                    )));
                }
            }
            OneOf(values) => {
                let text = value.as_str().ok_or_else(|| Fault::wrong_type(name, "a string"))?;
                if !values.iter().any(|v| same(v, text)) {
                    return Err(Fault::value(format!(
                        "Invalid value {text} for {name}. Valid values: {}.",
                        values.join(", ")
                    )));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Enumerations are told apart neither by case nor by `-` and `_`.
fn same(a: &str, b: &str) -> bool {
    let plain = |s: &str| s.to_ascii_lowercase().replace('_', "-");
    plain(a) == plain(b)
}

pub(crate) fn describe(input: &Input) -> Answer {
    let name = input.required("EngineName")?;
    let engine =
        engine(name).ok_or_else(|| Fault::value(format!("engine name \"{name}\" is not valid")))?;
    let items: Vec<Json> = rows(engine).map(answer).collect();
    paging::page_fixed(input, &paging::USUAL, "EndpointSettings", items)
}

fn answer((name, kind, default): &Row) -> Json {
    let mut answer = json!({"Name": name, "Sensitive": matches!(kind, Secret)});
    answer["Type"] = json!(match kind {
        Text | Secret => "string",
        Flag => "boolean",
        Int | Range(..) => "integer",
        OneOf(_) => "enum",
    });
    match kind {
        OneOf(values) => answer["EnumValues"] = json!(values),
        Range(least, most) => {
            answer["IntValueMin"] = json!(least);
            answer["IntValueMax"] = json!(most);
        }
        _ => {}
    }
    if !default.is_empty() {
        answer["DefaultValue"] = json!(default);
    }
    answer
}
