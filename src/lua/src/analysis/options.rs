//! Tables of options beside what takes them: functions of ours, by the annotations that an editor reads.

use super::{
    Spot, Vocabulary,
    annotations::TypeText,
    calls::{Sink, join, suggest},
    codes,
    literal::{self, Entry, Key, Literal},
};
use full_moon::ast::TableConstructor;

/// What options are checked with.
pub(super) struct Options<'a, 'f> {
    /// Where findings go.
    pub sink: &'a mut Sink<'f>,
    /// What types mean.
    pub vocabulary: &'a Vocabulary,
    /// What takes them, for the messages: `http.get`.
    pub what: &'a str,
}

impl Options<'_, '_> {
    /// A table of this type: its names, and the constants in it.
    pub fn table(&mut self, wanted: &TypeText, table: &TableConstructor) {
        self.inside(wanted, table, "");
    }

    fn inside(&mut self, wanted: &TypeText, table: &TableConstructor, path: &str) {
        let Some(shape) = self.vocabulary.shape(wanted) else { return };
        for entry in literal::entries(table) {
            let place = join(path, &entry.key);
            match &entry.key {
                Key::Item(_) => self.value(&shape.items, &entry, &place),
                // A list alone says nothing of names.
                Key::Name(name) if !shape.fields.is_empty() => match shape.fields.get(name) {
                    Some(types) => self.value(types, &entry, &place),
                    None => {
                        let within =
                            if path.is_empty() { String::new() } else { format!(" in {path}") };
                        let message = format!("{} has no option \"{name}\"{within}", self.what);
                        let finding = self.sink.report(&codes::L301, entry.at, message);
                        finding.hint = suggest(name, shape.fields.keys().map(String::as_str));
                        finding.path = place;
                    }
                },
                _ => {}
            }
        }
    }

    fn value(&mut self, types: &[TypeText], entry: &Entry<'_>, path: &str) {
        let given = literal::of(entry.value);
        let what = self.what;
        if let Some(got) = given.type_name()
            && !types.is_empty()
            && !types.iter().any(|t| t.takes(got))
        {
            let wanted: Vec<&str> = types.iter().map(TypeText::text).collect();
            let message = format!("{path} of {what} wants {}, got {got}", wanted.join("|"));
            let at = literal::spot_of(entry.value);
            self.sink.report(&codes::L203, at, message).path = path.to_owned();
            return;
        }
        // Where several forms have a field of this name, which one is meant is not known.
        let [wanted] = types else { return };
        match given {
            Literal::Table(table) => self.inside(wanted, table, path),
            Literal::Text(Some(text)) => {
                if let Some(words) = self.vocabulary.words(wanted) {
                    let what = format!("{path} of {what}");
                    word(self.sink, &what, &text, &words, literal::spot_of(entry.value));
                }
            }
            _ => {}
        }
    }
}

/// A word out of a list.
pub(super) fn word(sink: &mut Sink<'_>, what: &str, text: &str, words: &[&str], at: Spot) {
    if !words.contains(&text) {
        let finding = sink.report(&codes::L202, at, format!("{what} can't be \"{text}\""));
        finding.hint = suggest(text, words.iter().copied());
    }
}
