//! The databases that the local AWS can reach, and what they hold.
//!
//! Known servers: `source-db.example.com` and `target-db.example.com` (MySQL, port 3306: the names of the
//! original's configuration), and every host that ends in `.demo.internal`, which answers for any engine
//! on that engine's usual port. Any other name is unknown, and any non-empty password is right. Every
//! source holds the same schema `production`; a MySQL one has its system schemas beside it.

use dmsrun_dms::{Catalogue, CatalogueTable, Column, Family, engine};
use serde::{Deserialize, Serialize};

/// Where a database listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The `EngineName` of the endpoint.
    pub engine: String,
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Why a server was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No server has that name.
    UnknownHost,
    /// The server does not listen on that port.
    WrongPort,
}

/// A table of a source, with what a load of it and changes to it look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// How many rows it holds.
    pub rows: u64,
    /// The average size of a row without its LOBs, in bytes.
    pub row_bytes: u64,
    /// The average size of its LOBs together, in bytes a row.
    pub lob_bytes: u64,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Inserts an hour.
    pub inserts: u64,
    /// Updates an hour.
    pub updates: u64,
    /// Deletes an hour.
    pub deletes: u64,
}

impl Table {
    /// The largest LOB in KB, where it has LOBs.
    pub fn largest_lob_kb(&self) -> Option<u64> {
        self.columns.iter().filter_map(|c| c.lob_kb).max()
    }

    /// Whether it has a primary key.
    pub fn has_key(&self) -> bool {
        self.columns.iter().any(|c| c.primary_key)
    }
}

/// Where rows come from. The demo is one; real databases are to be others.
pub trait Source: Send + Sync {
    /// Tries to reach the server.
    fn connect(&self, address: &Address) -> Result<(), Refusal>;
    /// The tables that a task reads there, sorted by schema and name.
    fn tables(&self, address: &Address) -> Vec<Table>;
}

/// The demo databases.
#[derive(Clone, Copy, Debug, Default)]
pub struct Demo;

/// The servers known by name: host, family of engines, port.
const SERVERS: &[(&str, Family, u16)] = &[
    ("source-db.example.com", Family::Mysql, 3306),
    ("target-db.example.com", Family::Mysql, 3306),
];

/// Hosts that end so answer for any engine.
const ANY: &str = ".demo.internal";

impl Source for Demo {
    fn connect(&self, address: &Address) -> Result<(), Refusal> {
        let host = address.host.to_ascii_lowercase();
        let facts = engine(&address.engine);
        if let Some((_, family, port)) = SERVERS.iter().find(|(name, ..)| *name == host) {
            let speaks = facts.is_some_and(|e| e.family == *family);
            return if speaks && address.port == *port { Ok(()) } else { Err(Refusal::WrongPort) };
        }
        if host.ends_with(ANY) && host.len() > ANY.len() {
            let usual = facts.and_then(|e| e.port).is_none_or(|p| p == address.port);
            return if usual { Ok(()) } else { Err(Refusal::WrongPort) };
        }
        Err(Refusal::UnknownHost)
    }

    fn tables(&self, address: &Address) -> Vec<Table> {
        if self.connect(address).is_err() {
            return Vec::new();
        }
        let mut tables: Vec<Table> = PRODUCTION.iter().map(|t| build("production", t)).collect();
        if engine(&address.engine).is_some_and(|e| e.family == Family::Mysql) {
            for (schema, list) in SYSTEM {
                tables.extend(list.iter().map(|t| build(schema, t)));
            }
        }
        tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        tables
    }
}

/// What table mappings are evaluated against.
pub fn to_catalogue(tables: &[Table]) -> Catalogue {
    let table = |t: &Table| CatalogueTable {
        schema: t.schema.clone(),
        table: t.name.clone(),
        rows: t.rows,
        columns: t.columns.clone(),
        ..CatalogueTable::default()
    };
    Catalogue { tables: tables.iter().map(table).collect(), ..Catalogue::default() }
}

/// The catalogue of a demo server, for checks before anything is created; `None` where the server is
/// not one of the demo's.
pub fn demo(engine: &str, host: &str, port: u16) -> Option<Catalogue> {
    let address = Address { engine: engine.to_owned(), host: host.to_owned(), port };
    Demo.connect(&address).ok()?;
    Some(to_catalogue(&Demo.tables(&address)))
}

/// Name, rows, bytes a row, bytes of LOBs a row, inserts, updates and deletes an hour, columns. A column
/// is `name type`, with `!` for the key and `^KB` for the largest LOB.
type Row = (&'static str, u64, u64, u64, [u64; 3], &'static [&'static str]);

/// The schema `production`: 21 tables of the shop, 61,204,118 rows, and 10 left over from one-off work.
#[rustfmt::skip]
const PRODUCTION: &[Row] = &[
    ("addresses", 1_204_118, 142, 0, [540, 360, 18], &["id bigint!", "user_id bigint", "line1 varchar(120)", "line2 varchar(120)", "city varchar(80)", "country_code char(2)", "postcode varchar(16)"]),
    ("audit_log", 1_500_000, 210, 0, [14_400, 0, 0], &["logged_at datetime", "actor varchar(64)", "action varchar(32)", "subject varchar(64)", "detail varchar(400)"]),
    ("brands", 420, 96, 0, [0, 2, 0], &["id int!", "name varchar(80)", "website varchar(120)"]),
    ("carts", 310_000, 110, 0, [3_600, 9_000, 3_000], &["id bigint!", "user_id bigint", "state varchar(16)", "updated_at datetime"]),
    ("categories", 1_280, 104, 0, [0, 4, 0], &["id int!", "parent_id int", "name varchar(80)"]),
    ("countries", 249, 48, 0, [0, 0, 0], &["code char(2)!", "name varchar(80)", "currency_code char(3)"]),
    ("coupons", 12_500, 120, 0, [12, 240, 6], &["id int!", "code varchar(32)", "percent_off decimal(5,2)", "expires_at datetime"]),
    ("currencies", 179, 40, 0, [0, 24, 0], &["code char(3)!", "name varchar(60)", "rate decimal(18,8)"]),
    ("documents", 85_000, 180, 46_000, [360, 60, 12], &["id bigint!", "order_id bigint", "kind varchar(24)", "content longblob^4096", "preview mediumblob^96", "created_at datetime"]),
    ("inventory", 240_000, 72, 0, [60, 18_000, 30], &["product_id bigint!", "warehouse_id int!", "on_hand int", "reserved int"]),
    ("invoices", 1_100_000, 164, 0, [1_800, 900, 0], &["id bigint!", "order_id bigint", "number varchar(24)", "total decimal(12,2)", "issued_at datetime"]),
    ("order_notes", 260_000, 260, 900, [720, 120, 12], &["id bigint!", "order_id bigint", "author varchar(64)", "note text^24"]),
    ("orders", 50_000_000, 180, 0, [7_200, 21_600, 180], &["id bigint!", "user_id bigint", "status varchar(16)", "total decimal(12,2)", "currency_code char(3)", "placed_at datetime", "region varchar(24)", "updated_at datetime"]),
    ("payments", 1_150_000, 156, 0, [7_200, 3_600, 0], &["id bigint!", "order_id bigint", "method varchar(16)", "amount decimal(12,2)", "state varchar(16)", "paid_at datetime"]),
    ("products", 125_000, 320, 1_400, [24, 1_200, 6], &["id bigint!", "brand_id int", "category_id int", "sku varchar(40)", "title varchar(200)", "description text^16", "price decimal(12,2)"]),
    ("refunds", 96_000, 124, 0, [180, 90, 0], &["id bigint!", "payment_id bigint", "amount decimal(12,2)", "reason varchar(120)"]),
    ("reviews", 480_000, 240, 600, [540, 60, 24], &["id bigint!", "product_id bigint", "user_id bigint", "stars tinyint", "body text^12"]),
    ("sessions", 350_000, 132, 0, [10_800, 21_600, 10_200], &["id char(36)!", "user_id bigint", "started_at datetime", "seen_at datetime", "agent varchar(200)"]),
    ("shipments", 186_172, 148, 0, [3_600, 10_800, 0], &["id bigint!", "order_id bigint", "carrier varchar(24)", "tracking varchar(40)", "state varchar(16)"]),
    ("suppliers", 3_200, 190, 0, [1, 8, 0], &["id int!", "name varchar(120)", "contact varchar(120)", "country_code char(2)"]),
    ("users", 4_100_000, 193, 0, [900, 5_400, 36], &["id bigint!", "email varchar(160)", "name varchar(120)", "country_code char(2)", "created_at datetime", "last_login_at datetime"]),
    ("temp_cart_merge", 18_400, 90, 0, [0, 0, 0], &["cart_id bigint!", "merged_into bigint"]),
    ("temp_dedup_users", 412_000, 80, 0, [0, 0, 0], &["user_id bigint!", "twin_id bigint"]),
    ("temp_export_2024", 2_600_000, 220, 0, [0, 0, 0], &["line bigint!", "payload varchar(400)"]),
    ("temp_import_batch", 96_000, 300, 0, [120, 0, 120], &["batch_id bigint", "payload varchar(800)"]),
    ("temp_import_errors", 3_100, 260, 0, [6, 0, 0], &["batch_id bigint", "error varchar(400)"]),
    ("temp_invoice_fix", 1_050, 60, 0, [0, 0, 0], &["invoice_id bigint!", "total decimal(12,2)"]),
    ("temp_order_backfill", 750_000, 64, 0, [0, 0, 0], &["order_id bigint!", "region varchar(24)"]),
    ("temp_price_update", 41_000, 56, 0, [0, 0, 0], &["product_id bigint!", "price decimal(12,2)"]),
    ("temp_report_daily", 6_900, 150, 0, [24, 0, 24], &["day date!", "metric varchar(40)!", "value decimal(18,4)"]),
    ("temp_session_dump", 880_000, 140, 0, [0, 0, 0], &["id char(36)!", "dump varchar(400)"]),
];

/// What every MySQL server has beside the user's schemas; a mapping of `%.%` takes these too.
#[rustfmt::skip]
const SYSTEM: &[(&str, &[Row])] = &[
    ("information_schema", &[
        ("COLUMNS", 3_420, 300, 0, [0, 0, 0], &["TABLE_SCHEMA varchar(64)", "TABLE_NAME varchar(64)", "COLUMN_NAME varchar(64)"]),
        ("TABLES", 352, 280, 0, [0, 0, 0], &["TABLE_SCHEMA varchar(64)", "TABLE_NAME varchar(64)"]),
    ]),
    ("mysql", &[
        ("db", 6, 120, 0, [0, 0, 0], &["Host char(255)!", "Db char(64)!", "User char(32)!"]),
        ("general_log", 0, 200, 0, [0, 0, 0], &["event_time timestamp", "argument mediumblob^64"]),
        ("user", 14, 400, 0, [0, 0, 0], &["Host char(255)!", "User char(32)!", "plugin char(64)"]),
    ]),
    ("performance_schema", &[
        ("accounts", 24, 90, 0, [0, 0, 0], &["USER char(32)", "HOST char(255)"]),
        ("threads", 48, 260, 0, [0, 0, 0], &["THREAD_ID bigint!", "NAME varchar(128)"]),
    ]),
    ("sys", &[("sys_config", 6, 100, 0, [0, 1, 0], &["variable varchar(128)!", "value varchar(128)"])]),
];

fn build(schema: &str, row: &Row) -> Table {
    let (name, rows, row_bytes, lob_bytes, [inserts, updates, deletes], columns) = *row;
    Table {
        schema: schema.to_owned(),
        name: name.to_owned(),
        rows,
        row_bytes,
        lob_bytes,
        columns: columns.iter().map(|text| column(text)).collect(),
        inserts,
        updates,
        deletes,
    }
}

fn column(text: &str) -> Column {
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (rest, lob) = rest.split_once('^').map_or((rest, None), |(r, kb)| (r, kb.parse().ok()));
    Column {
        name: name.to_owned(),
        data_type: rest.trim_end_matches('!').to_owned(),
        primary_key: rest.ends_with('!'),
        lob_kb: lob,
        ..Column::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn address(engine: &str, host: &str, port: u16) -> Address {
        Address { engine: engine.into(), host: host.into(), port }
    }

    #[test]
    fn the_demo_shop_is_what_the_documentation_says() {
        let tables = Demo.tables(&address("mysql", "source-db.example.com", 3306));
        let production: Vec<_> = tables.iter().filter(|t| t.schema == "production").collect();
        assert_eq!(production.len(), 31);
        let kept: Vec<_> = production.iter().filter(|t| !t.name.starts_with("temp_")).collect();
        assert_eq!(kept.len(), 21);
        assert_eq!(kept.iter().map(|t| t.rows).sum::<u64>(), 61_204_118);
        assert_eq!(kept.iter().filter(|t| !t.has_key()).count(), 1);
        let documents = kept.iter().find(|t| t.name == "documents").unwrap();
        assert_eq!(documents.largest_lob_kb(), Some(4096));
        let id = &documents.columns[0];
        assert_eq!(
            (id.name.as_str(), id.data_type.as_str(), id.primary_key),
            ("id", "bigint", true)
        );
    }

    #[test]
    fn servers_answer_on_their_port_only() {
        let connect = |e, h, p| Demo.connect(&address(e, h, p));
        assert_eq!(connect("mysql", "Target-DB.example.com", 3306), Ok(()));
        assert_eq!(connect("mysql", "source-db.example.com", 3307), Err(Refusal::WrongPort));
        assert_eq!(connect("postgres", "crm.demo.internal", 5432), Ok(()));
        assert_eq!(connect("postgres", "crm.demo.internal", 3306), Err(Refusal::WrongPort));
        assert_eq!(connect("mysql", "db1.internal", 3306), Err(Refusal::UnknownHost));
        assert_eq!(connect("mysql", ".demo.internal", 3306), Err(Refusal::UnknownHost));
    }
}
