#![allow(clippy::unwrap_used)]
use super::*;
use dmsrun_base::Secret;
use std::{collections::BTreeSet, fs};

fn now() -> Timestamp {
    "2026-11-22T20:08:08Z".parse().unwrap()
}

fn opened(dir: &Path) -> Journal {
    Journal::open(dir, "orders", "orders@1-eu", Redactor::new()).unwrap()
}

fn begin<'a>(resource: &str, properties: &'a Map) -> Begin<'a> {
    Begin {
        resource: ResourceId::new("t.x", resource),
        action: "create",
        generation: 1,
        physical: Some(format!("orders-{resource}")),
        properties,
    }
}

fn write(journal: &mut Journal, resource: &str) -> Intent {
    journal.begin(&begin(resource, &Map::new()), "1ca1", now()).unwrap()
}

fn resources(journal: &Journal) -> Vec<&str> {
    journal.unresolved().iter().map(|i| i.resource.id.as_str()).collect()
}

#[test]
fn an_intent_without_a_result_is_there_at_the_next_run() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = opened(dir.path());
    let first = write(&mut journal, "a");
    let second = write(&mut journal, "b");
    journal.result(&first.id, Ok((Some("x-1"), &Map::new())), now()).unwrap();
    let again = opened(dir.path());
    assert_eq!(again.unresolved(), [&second]);
}

#[test]
fn an_id_never_comes_again_though_the_seed_does() {
    let dir = tempfile::tempdir().unwrap();
    let mut ids = BTreeSet::new();
    for _ in 0..2 {
        let mut journal = opened(dir.path());
        for chance in ["1ca1", "1ca1", "6faf"] {
            let intent = journal.begin(&begin("a", &Map::new()), chance, now()).unwrap();
            assert!(ids.insert(intent.id));
        }
    }
    assert_eq!(opened(dir.path()).unresolved().len(), 6);
}

#[test]
fn a_line_that_a_crash_cut_off_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = opened(dir.path());
    write(&mut journal, "a");
    let path = journal.path().to_owned();
    fs::write(&path, format!("{}{{\"type\":\"int", fs::read_to_string(&path).unwrap())).unwrap();
    write(&mut opened(dir.path()), "b");
    assert_eq!(opened(dir.path()).unresolved().len(), 2);
}

#[test]
fn a_power_cut_at_any_byte_loses_at_most_the_last_line() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = opened(dir.path());
    for resource in ["a", "b", "c"] {
        write(&mut journal, resource);
    }
    let path = journal.path().to_owned();
    let bytes = fs::read(&path).unwrap();
    for cut in 0..=bytes.len() {
        let lines = bytes[..cut].iter().filter(|byte| **byte == b'\n').count();
        let whole = ["a", "b", "c"].get(..lines.saturating_sub(1)).unwrap();
        let short = bytes[..cut].to_vec();
        let mut zeros = short.clone();
        zeros.resize(bytes.len() + 7, 0);
        for left in [short, zeros] {
            fs::write(&path, &left).unwrap();
            let mut again = opened(dir.path());
            // The last line is whole but for its end.
            let known: Vec<String> = resources(&again).into_iter().map(str::to_owned).collect();
            assert!(known.starts_with(&whole.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()));
            write(&mut again, "d");
            let third = opened(dir.path());
            let mut wanted = known;
            wanted.push("d".to_owned());
            let mut found = resources(&third);
            found.sort_unstable();
            assert_eq!(found, wanted, "cut at {cut}");
        }
    }
}

#[test]
fn a_journal_of_zeros_or_of_half_a_line_is_an_empty_one() {
    for left in [&[0; 33][..], b"{\"dmsrun\":\"jour", b"", b"\0\0\n\0"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("orders@1-eu.ndjson");
        fs::write(&path, left).unwrap();
        write(&mut opened(dir.path()), "a");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("{\"dmsrun\":\"journal\",\"version\":1}\n"), "{text}");
        assert_eq!(resources(&opened(dir.path())), ["a"]);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}

#[test]
fn what_is_no_journal_and_what_is_a_newer_one_is_refused() {
    for (text, summary) in [
        ("hello\nworld\n", "The journal can't be read"),
        ("{\"dmsrun\":\"journal\",\"version\":2}\n", "The journal was written by a newer dmsrun"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("x.ndjson"), text).unwrap();
        let problem = Journal::open(dir.path(), "x", "x", Redactor::new()).unwrap_err();
        assert_eq!(problem.summary, summary);
    }
}

#[test]
fn two_places_settle_nothing_of_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| Journal::open(dir.path(), "orders", name, Redactor::new()).unwrap();
    write(&mut at("orders@1-eu"), "a");
    write(&mut at("orders@2-us"), "b");
    at("orders@2-us").settle("done", now()).unwrap();
    assert_eq!(resources(&at("orders@1-eu")), ["a"]);
    assert!(resources(&at("orders@2-us")).is_empty());
}

#[test]
fn what_a_journal_of_no_known_place_left_open_is_open_in_every_place() {
    let dir = tempfile::tempdir().unwrap();
    let old = dir.path().join("orders.ndjson");
    let mut journal = Journal::open(dir.path(), "orders", "orders", Redactor::new()).unwrap();
    let closed = write(&mut journal, "closed");
    journal.result(&closed.id, Ok((None, &Map::new())), now()).unwrap();
    write(&mut journal, "a");
    let before = fs::read(&old).unwrap();
    for name in ["orders@1-eu", "orders@2-us"] {
        let at = || Journal::open(dir.path(), "orders", name, Redactor::new()).unwrap();
        assert_eq!(resources(&at()), ["a"]);
        write(&mut at(), "b");
        let again = at();
        assert_eq!(resources(&again), ["a", "b"]);
        let ids: BTreeSet<&str> = again.unresolved().iter().map(|i| i.id.as_str()).collect();
        assert_eq!(ids.len(), 2);
        let text = fs::read_to_string(again.path()).unwrap();
        assert_eq!(text.matches("\"carried\":true").count(), 1, "{text}");
        at().settle("done", now()).unwrap();
        assert!(at().unresolved().is_empty());
    }
    assert_eq!(fs::read(&old).unwrap(), before);
}

#[test]
fn no_secret_reaches_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let redactor = Redactor::new();
    redactor.learn("hunter2!");
    let mut journal = Journal::open(dir.path(), "orders", "orders", redactor).unwrap();
    let properties = Map::from([
        ("password".to_owned(), Value::Secret(Secret::new("hunter2!"))),
        ("note".to_owned(), "with hunter2! inside".into()),
        ("list".to_owned(), Value::List(vec!["hunter2!".into()])),
    ]);
    let intent = journal.begin(&begin("a", &properties), "1ca1", now()).unwrap();
    journal.result(&intent.id, Err("refused hunter2!"), now()).unwrap();
    let text = fs::read_to_string(journal.path()).unwrap();
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_password_that_equals_a_name_hides_no_intent() {
    for secret in ["orders", "intent", "create", "resource", "1ca1", "t.x/vpc", "properties"] {
        let dir = tempfile::tempdir().unwrap();
        let redactor = Redactor::new();
        redactor.learn(secret);
        let open = || Journal::open(dir.path(), "orders", "orders", redactor.clone()).unwrap();
        let properties = Map::from([("password".to_owned(), Value::Secret(Secret::new(secret)))]);
        let intent = open().begin(&begin("vpc", &properties), "1ca1", now()).unwrap();
        assert_eq!(open().unresolved(), [&intent], "{secret}");
        open().result(&intent.id, Ok((Some("vpc-1"), &Map::new())), now()).unwrap();
        assert!(open().unresolved().is_empty(), "{secret}");
    }
}

#[test]
fn a_token_is_used_again_only_for_the_very_same_request() {
    let secret = |text: &str| {
        Map::from([("p".to_owned(), Value::Secret(Secret::new(text))), ("q".into(), 1.into())])
    };
    let plain = Map::from([("p".to_owned(), Value::Int(1))]);
    let none = Map::new();
    for (first, second, same) in [
        (&plain, &plain, true),
        (&plain, &none, false),
        (&secret("a"), &secret("a"), true),
        (&secret("a"), &secret("b"), false),
        (&plain, &secret("a"), false),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let earlier = opened(dir.path()).begin(&begin("a", first), "1ca1", now()).unwrap();
        let later: Timestamp = "2026-11-22T20:09:08Z".parse().unwrap();
        let again = opened(dir.path()).begin(&begin("a", second), "2bb2", later).unwrap();
        assert_eq!(again.token == earlier.token, same, "{first:?} {second:?}");
        // A third run knows the token by the second's own fingerprint.
        let third = opened(dir.path()).begin(&begin("a", second), "3cc3", later).unwrap();
        assert_eq!(third.token, again.token);
    }
}

#[test]
fn the_journal_does_not_confirm_a_guessed_password() {
    let dir = tempfile::tempdir().unwrap();
    let of = |journal: &mut Journal| {
        let password = Map::from([("p".to_owned(), Value::Secret(Secret::new("change-me")))]);
        journal.begin(&begin("a", &password), "1ca1", now()).unwrap()
    };
    let mut journal = opened(dir.path());
    let (one, other) = (of(&mut journal), of(&mut journal));
    assert_eq!(one.token, other.token);
    // Salted: the same password has another fingerprint in every intent; and slow to guess from.
    assert_ne!(one.fingerprint, other.fingerprint);
    let (salt, digits) = one.fingerprint.split_once('.').unwrap();
    let clear = Map::from([("p".to_owned(), "change-me".into())]);
    assert_eq!(digits, crate::fingerprint(salt, &Value::Map(clear)));
}

#[test]
fn a_fleeting_journal_holds_what_any_other_holds() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = opened(dir.path()).fleeting();
    let first = write(&mut journal, "a");
    let second = write(&mut journal, "b");
    journal.result(&first.id, Ok((Some("x-1"), &Map::new())), now()).unwrap();
    // Another one sees it while it is open, as a script does that a spec runs after a crash.
    assert_eq!(opened(dir.path()).unresolved(), [&second]);
}
