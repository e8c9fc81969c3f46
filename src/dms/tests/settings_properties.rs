//! Properties of task settings: any valid document survives merging and comparison, and nothing that
//! comes as text makes a check panic.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::{Context, MigrationType, place, settings};
use proptest::prelude::*;
use serde_json::{Value, json};
use settings::{Key, Kind};

fn value(key: &'static Key) -> BoxedStrategy<Value> {
    match key.kind {
        Kind::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Integer => {
            let (least, most) = key.range.unwrap_or((0, 1000));
            (least..=most.min(1_000_000)).prop_map(Value::from).boxed()
        }
        Kind::Word(words) => prop::sample::select(words).prop_map(Value::from).boxed(),
        Kind::Words(words) => prop::sample::subsequence(words, 1..words.len())
            .prop_map(|w| Value::from(w.join(",")))
            .boxed(),
        Kind::Text => "[a-z]{1,8}".prop_map(Value::from).boxed(),
        Kind::LogComponents => {
            let ids = prop::sample::subsequence(settings::schema::COMPONENTS, 0..6);
            let severity = prop::sample::select(settings::schema::SEVERITIES);
            (ids, severity)
                .prop_map(|(ids, severity)| {
                    ids.into_iter().map(|id| json!({ "Id": id, "Severity": severity })).collect()
                })
                .boxed()
        }
        Kind::List => {
            Just(json!([{ "SourceCharacterCodePoint": 35, "TargetCharacterCodePoint": 52 }]))
                .boxed()
        }
        Kind::Object => Just(json!({ "x": 1 })).boxed(),
    }
}

/// A document of some keys of the schema, each with a value that it takes, and one unknown key.
fn document() -> impl Strategy<Value = Value> {
    let keys: Vec<&'static Key> = settings::keys().iter().filter(|k| !k.read_only).collect();
    let some = prop::sample::subsequence(keys, 0..24);
    let filled = some.prop_flat_map(|keys| {
        let values: Vec<_> = keys.iter().map(|k| value(k)).collect();
        (Just(keys), values)
    });
    (filled, "x[a-z]{1,4}").prop_map(|((keys, values), extra)| {
        let mut document = json!({});
        for (key, value) in keys.iter().zip(values) {
            let mut at = &mut document;
            for step in key.path.split('.') {
                at = at.as_object_mut().unwrap().entry(step).or_insert(json!({}));
            }
            *at = value;
        }
        document["ControlTablesSettings"][extra] = json!([1, { "y": null }]);
        document
    })
}

/// Text that looks like settings, and isn't quite.
fn almost() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\""),
        Just("null"),
        Just("\"Logging\""),
        Just("\"LogComponents\""),
        Just("\"Id\""),
        Just("\"TargetMetadata\""),
        Just("\"LobMaxSize\""),
        Just("1e999"),
        Just("-0"),
        Just("9223372036854775808"),
        Just("\"\\ud800\""),
        Just("true"),
        Just("\u{feff}"),
        Just("\0"),
        Just("\n"),
    ];
    prop::collection::vec(pieces, 0..24).prop_map(|p| p.concat())
}

proptest! {
    #[test]
    fn a_valid_document_has_no_finding_of_its_keys(document in document()) {
        let own = ["S001", "S002", "S004", "S005", "S006", "S007", "S008", "S024", "S025", "S026"];
        for finding in settings::check(&document, &Context::default()) {
            prop_assert!(!own.contains(&finding.code), "{finding}");
        }
    }

    #[test]
    fn a_document_survives_text_merging_and_the_service(document in document(), other in document()) {
        let text = serde_json::to_string(&document).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), &document);
        prop_assert_eq!(&settings::merge(&json!({}), &document), &document);
        prop_assert_eq!(&settings::merge(&document, &document), &document);
        // What the service makes of it has nothing to change, whatever was there before.
        let live = settings::merge(&settings::merge(&settings::defaults(), &other), &document);
        prop_assert_eq!(settings::diff(&document, &live), vec![]);
        // Unknown keys are kept.
        for (name, value) in document["ControlTablesSettings"].as_object().unwrap() {
            if name.starts_with('x') {
                prop_assert_eq!(&live["ControlTablesSettings"][name], value);
            }
        }
    }

    #[test]
    fn what_differs_is_found_and_mends(declared in document(), live in document()) {
        let changed = settings::diff(&declared, &live);
        let mended = settings::merge(&live, &declared);
        prop_assert_eq!(settings::diff(&declared, &mended), vec![]);
        for change in changed {
            prop_assert!(!change.path.contains("CloudWatchLog"), "{change}");
        }
    }

    #[test]
    fn any_text_and_any_bytes_are_answered(text in almost(), bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let context = Context {
            source_engine: Some("oracle".into()),
            target_engine: Some("postgres".into()),
            migration_type: Some(MigrationType::FullLoadAndCdc),
            ..Context::default()
        };
        for text in [text.as_str(), &String::from_utf8_lossy(&bytes)] {
            for finding in settings::check_text(text, &context) {
                prop_assert!(dmsrun_dms::codes::code(finding.code).is_some());
                let found = place::find(text, &finding.path);
                prop_assert!(found.is_none_or(|(line, column)| line > 0 && column > 0));
            }
        }
    }
}
