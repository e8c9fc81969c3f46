//! Any bytes are answered with findings, never with a panic.
//!
//! Inputs are mutations of the files in `tests/corpus`, and of what proptest generates: bytes are
//! changed, cut, doubled and spliced, words of the grammar put in. In CI this runs for a few seconds
//! over the same inputs each time. A long run takes other inputs each time:
//!
//! ```text
//! DMSRUN_FUZZ_SECONDS=3600 cargo test -p dmsrun-dms fuzz -- --nocapture
//! ```
//!
//! An input that panics is written to `tests/corpus/crash-*.json`; it is kept there, as a case for
//! every later run.
#![allow(clippy::unwrap_used)]

mod documents;

use dmsrun_dms::{
    Catalogue, CatalogueTable, Column, Context, MigrationType, TaskTables, codes, mappings, place,
    settings, shared_tables,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::Value;
use std::{
    panic::catch_unwind,
    path::PathBuf,
    time::{Duration, Instant},
};

const WORDS: &[&str] = &[
    "\"rules\"",
    "\"rule-type\"",
    "\"rule-id\"",
    "\"rule-action\"",
    "\"object-locator\"",
    "\"filters\"",
    "\"selection\"",
    "\"transformation\"",
    "\"table-settings\"",
    "\"include\"",
    "\"exclude\"",
    "\"explicit\"",
    "\"rename\"",
    "\"column\"",
    "\"schema\"",
    "\"%\"",
    "\"_\"",
    "\"[a-\"",
    "\"${\"",
    "\"'\"",
    "\"$\"",
    "\"\"",
    "null",
    "true",
    "-1",
    "1e999",
    "18446744073709551616",
    "[]",
    "{}",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "é",
    "\u{5d0}",
    "\n",
    "\r\n",
    "\t",
    ";",
    "|",
    "NULL",
    "999999999999999999999",
];

/// Chance of our own: a run can be repeated from its seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    files.iter().map(|f| std::fs::read(f).unwrap()).collect()
}

fn mutated(chance: &mut Chance, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = corpus[chance.below(corpus.len())].clone();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        let to = (at + chance.below(40)).min(bytes.len());
        match chance.below(8) {
            0 if at < bytes.len() => bytes[at] = chance.next() as u8,
            1 => drop(bytes.drain(at..to)),
            2 => {
                let piece = bytes[at..to].to_vec();
                let place = chance.below(bytes.len() + 1);
                bytes.splice(place..place, piece);
            }
            3 => {
                let other = &corpus[chance.below(corpus.len())];
                let from = chance.below(other.len());
                let end = (from + chance.below(300)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            4 => bytes.truncate(at),
            5 | 6 => swap_value(chance, &mut bytes),
            _ => {
                let word = WORDS[chance.below(WORDS.len())];
                bytes.splice(at..at, word.bytes());
            }
        }
        bytes.truncate(40_000);
    }
    bytes
}

/// Puts a word for a quoted text or a number, so that the document stays JSON more often.
fn swap_value(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let quotes: Vec<usize> = (0..bytes.len()).filter(|n| bytes[*n] == b'"').collect();
    let pairs = quotes.len() / 2;
    if pairs == 0 {
        return;
    }
    let n = chance.below(pairs) * 2;
    let word = WORDS[chance.below(WORDS.len())];
    bytes.splice(quotes[n]..=quotes[n + 1], word.bytes());
}

fn catalogue() -> Catalogue {
    let column = |name: &str, kind: &str, primary_key| Column {
        name: name.into(),
        data_type: kind.into(),
        primary_key,
        ..Column::default()
    };
    let columns = vec![
        column("a", "int", true),
        column("c", "varchar(20)", false),
        column("d-x", "longtext", false),
        column("day", "date", false),
    ];
    let names = ["s.t", "s.u", "hr.emp", "S.T", "a.b_tmp_1", "ROOT.TEST_T1"];
    let table = |name: &str| {
        let (schema, table) = name.split_once('.').unwrap();
        CatalogueTable {
            schema: schema.into(),
            table: table.into(),
            columns: columns.clone(),
            ..CatalogueTable::default()
        }
    };
    Catalogue { tables: names.into_iter().map(table).collect(), ..Catalogue::default() }
}

fn contexts() -> Vec<Context> {
    let pairs = [
        ("mysql", "postgres"),
        ("oracle", "oracle"),
        ("postgres", "kinesis"),
        ("mongodb", "dynamodb"),
    ];
    let with = |(source, target): (&str, &str)| Context {
        source_engine: Some(source.into()),
        target_engine: Some(target.into()),
        migration_type: Some(MigrationType::FullLoadAndCdc),
        catalogue: Some(catalogue()),
        ..Context::default()
    };
    let mut all: Vec<Context> = pairs.into_iter().map(with).collect();
    all.push(Context::default());
    all
}

/// Everything that takes a text of a user's.
fn answer(bytes: &[u8], context: &Context) -> usize {
    let found = mappings::check_bytes(bytes, context);
    for f in &found {
        assert!(codes::code(f.code).is_some() && !f.message.is_empty());
        assert!(f.line.is_none_or(|l| l >= 1) && f.column.is_none_or(|c| c >= 1));
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = Catalogue::read(&text, "fuzz");
    settings::check_text(&text, context);
    place::repeated(&text);
    let Ok(document) = serde_json::from_slice::<Value>(bytes) else {
        assert!(found.iter().any(|f| f.code == "M101" && f.line.is_some()), "{found:?}");
        return found.len();
    };
    let (model, _, _) = mappings::read(&document);
    let written = model.to_json();
    mappings::read(&written);
    mappings::to_lua(&document);
    assert!(mappings::equal(&document, &document));
    mappings::diff(&document, &written);
    let Some(catalogue) = &context.catalogue else { return found.len() };
    mappings::evaluate(&model, catalogue);
    mappings::explain(&document, catalogue);
    for table in ["s.t", "hr.emp", "nothing"] {
        let _ = mappings::story(&document, catalogue, table);
    }
    let task = |name| TaskTables {
        name,
        migration_type: MigrationType::Cdc,
        source: "x",
        target: "x",
        mappings: &document,
    };
    shared_tables(&[task("a"), task("b")], None);
    shared_tables(&[task("a"), task("b")], Some(catalogue));
    found.len()
}

/// Answers an input; one that panics is kept.
fn survive(bytes: &[u8], context: &Context) {
    if catch_unwind(|| answer(bytes, context)).is_err() {
        let sum = bytes.iter().fold(7_u64, |h, b| h.wrapping_mul(31).wrapping_add((*b).into()));
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
        let file = folder.join(format!("crash-{sum:016x}.json"));
        std::fs::write(&file, bytes).unwrap();
        panic!("this input is not answered: {}", file.display());
    }
}

#[test]
fn fuzz_any_bytes_are_answered() {
    let seconds: Option<u64> =
        std::env::var("DMSRUN_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let (corpus, contexts) = (corpus(), contexts());
    for (n, bytes) in corpus.iter().enumerate() {
        for context in &contexts {
            survive(bytes, context);
        }
        for end in (0..bytes.len()).step_by(97) {
            survive(&bytes[..end], &contexts[n % contexts.len()]);
        }
    }
    let begun = Instant::now();
    let seed = seconds.map_or(0x9e37_79b9_7f4a_7c15, |_| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.unwrap().as_nanos() as u64 | 1
    });
    let mut chance = Chance(seed);
    let mut runner = TestRunner::deterministic();
    let mut corpus = corpus;
    let kept = corpus.len();
    let mut count = 0_usize;
    let more = |count: usize| match seconds {
        Some(seconds) => begun.elapsed() < Duration::from_secs(seconds),
        None => count < 1500,
    };
    while more(count) {
        // Fresh documents among the kept ones, a few at a time.
        if count.is_multiple_of(200) {
            corpus.truncate(kept);
            for _ in 0..12 {
                let tree = documents::document().prop_map(|d| d.to_string()).new_tree(&mut runner);
                corpus.push(tree.unwrap().current().into_bytes());
            }
        }
        let bytes = mutated(&mut chance, &corpus);
        survive(&bytes, &contexts[count % contexts.len()]);
        count += 1;
    }
    println!("{count} inputs answered in {:?}, seed {seed:#x}", begun.elapsed());
}
