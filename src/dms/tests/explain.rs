//! Explanations: what becomes of tables, and the story of one of them.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::{Catalogue, Evaluator, mappings};
use insta::assert_snapshot;
use serde_json::{Value, json};

fn catalogue() -> Catalogue {
    Catalogue::read(
        "TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,COLUMN_TYPE,COLUMN_KEY,TABLE_ROWS,TABLE_TYPE\n\
         shop,orders,id,bigint,PRI,120000,BASE TABLE\n\
         shop,orders,region,varchar(2),,120000,BASE TABLE\n\
         shop,orders,email,varchar(80),,120000,BASE TABLE\n\
         shop,orders,col_1,int,,120000,BASE TABLE\n\
         shop,temp_x,id,int,PRI,4,BASE TABLE\n\
         shop,users,id,int,PRI,900,BASE TABLE\n\
         shop,recent,id,int,,0,VIEW\n\
         crm,users,id,int,PRI,7,BASE TABLE\n",
        "columns.csv",
    )
    .unwrap()
}

fn document() -> Value {
    let transform = |id: u64, action: &str, target: &str, locator: Value, more: Value| {
        let mut rule = json!({ "rule-type": "transformation", "rule-id": id.to_string(), "rule-name": format!("t{id}"),
            "rule-action": action, "rule-target": target, "object-locator": locator });
        for (k, v) in more.as_object().unwrap() {
            rule[k] = v.clone();
        }
        rule
    };
    let orders = || json!({ "schema-name": "shop", "table-name": "orders" });
    let column =
        |c: &str| json!({ "schema-name": "shop", "table-name": "orders", "column-name": c });
    json!({ "rules": [
        { "rule-type": "selection", "rule-id": "1", "rule-name": "all", "rule-action": "include",
          "object-locator": { "schema-name": "shop", "table-name": "%" } },
        { "rule-type": "selection", "rule-id": "2", "rule-name": "no temp", "rule-action": "exclude",
          "object-locator": { "schema-name": "shop", "table-name": "temp_%" } },
        { "rule-type": "selection", "rule-id": "3", "rule-name": "orders first", "rule-action": "include",
          "object-locator": orders(), "load-order": "5",
          "filters": [{ "filter-type": "source", "column-name": "region", "filter-conditions": [
              { "filter-operator": "eq", "value": "EU" }, { "filter-operator": "null" }] }] },
        transform(4, "rename", "schema", json!({ "schema-name": "shop" }), json!({ "value": "app" })),
        transform(5, "add-prefix", "table", json!({ "schema-name": "shop", "table-name": "%" }), json!({ "value": "x_" })),
        transform(6, "rename", "table", orders(), json!({ "value": "bills" })),
        transform(7, "remove-column", "column", column("col%"), json!({})),
        transform(8, "convert-uppercase", "column", column("%"), json!({})),
        transform(9, "add-column", "column", orders(), json!({ "value": "src", "expression": "$AR_M_SOURCE_SCHEMA",
            "data-type": { "type": "string", "length": 50 } })),
        { "rule-type": "table-settings", "rule-id": "10", "rule-name": "load", "object-locator": orders(),
          "parallel-load": { "type": "ranges", "columns": ["id"], "boundaries": [["1000"], ["2000"]] } },
        transform(11, "rename", "table", json!({ "schema-name": "shop", "table-name": "nothing" }), json!({ "value": "n" })),
    ]})
}

#[test]
fn the_story_of_a_table_names_each_rule_in_the_order_in_which_it_acts() {
    let story = mappings::story(&document(), &catalogue(), "shop.orders").unwrap();
    assert_snapshot!(story.sentences.join("\n"));
    assert_eq!(story.segments, ["id < 1000", "NOT (id < 1000) AND (id < 2000)", "NOT (id < 2000)"]);
    let acting: Vec<usize> = story.acts.iter().map(|a| a.rule.index).collect();
    assert_eq!(acting[..4], [0, 2, 2, 2]);
    let beaten = story.acts.iter().find(|a| a.rule.index == 5).unwrap();
    assert_eq!(beaten.beaten_by.as_ref().unwrap().index, 4);
}

#[test]
fn the_story_of_a_table_that_stays_says_why() {
    let told =
        |name: &str| mappings::story(&document(), &catalogue(), name).unwrap().sentences.join("\n");
    assert_snapshot!(told("shop.temp_x"), @r#"
    shop.temp_x is a table (4 rows, 1 column).
    exclude "shop.temp_%" (rules[1]) leaves the table out.
    include "shop.%" (rules[0]) would take it, but exclude "shop.temp_%" (rules[1]) wins.
    It is not migrated.
    "#);
    assert_snapshot!(told("recent"), @r"
    shop.recent is a view (0 rows, 1 column).
    No selection rule matches it: it is not migrated.
    ");
    // By any case; where the name alone is not enough, the error says what is near.
    assert!(mappings::story(&document(), &catalogue(), "SHOP.USERS").is_ok());
    let error = mappings::story(&document(), &catalogue(), "users").unwrap_err();
    assert!(error.starts_with("the catalogue has no table \"users\"."), "{error}");
    assert!(
        mappings::story(&document(), &catalogue(), "shop.oders")
            .unwrap_err()
            .contains("shop.orders")
    );
}

#[test]
fn each_table_has_a_line_and_each_rule_what_it_matched() {
    let e = mappings::explain(&document(), &catalogue());
    let lines: Vec<String> = e
        .tables
        .iter()
        .map(|t| {
            let by = t.rule.as_ref().map_or("-".to_owned(), |r| r.index.to_string());
            format!(
                "{}.{} {} by {by} out {:?} target {:?} order {:?} position {:?} segments {:?} columns {} -{} +{}",
                t.schema, t.table, t.migrated, t.excluded_by.as_ref().map(|r| r.index), t.target,
                t.load_order, t.position, t.segments, t.columns, t.dropped, t.added
            )
        })
        .collect();
    assert_snapshot!(lines.join("\n"));
    assert_eq!(e.tables[0].filters, ["(region = 'EU' or region is null)"]);
    let rules: Vec<(usize, usize, usize)> =
        e.rules.iter().map(|r| (r.index, r.matched, r.applied)).collect();
    assert_eq!(rules[..3], [(0, 3, 2), (1, 1, 1), (2, 1, 1)]);
    assert!(e.findings.iter().any(|f| f.code == "M602" && f.path == "rules[10].object-locator"));
    // A rule that can't be read keeps its place: the others are still called by theirs.
    let mut broken = document();
    broken["rules"][0]["rule-type"] = json!("selektion");
    let e = mappings::explain(&broken, &catalogue());
    assert_eq!(e.rules[0].index, 1);
    assert_eq!(e.tables[0].rule.as_ref().unwrap().index, 2);
    assert!(e.findings.iter().any(|f| f.code == "M104"));
}

#[test]
fn an_evaluator_can_keep_its_document() {
    let rules = mappings::parse(&document()).unwrap();
    let catalogue = catalogue();
    let evaluator: Evaluator<'static> = Evaluator::owning(rules, &catalogue);
    let mut tally = evaluator.tally();
    let taken = catalogue.tables.iter().filter(|t| evaluator.table(t, &mut tally).selected).count();
    assert_eq!(taken, 2);
    assert_eq!(evaluator.rule_outcomes(&tally)[1].matched, 1);
}
