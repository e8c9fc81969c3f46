//! Texts of one line: their colours, local times, states, and what a terminal would obey made
//! visible.

use super::node::Limits;
use mlua::Function;

/// The sorts of texts, for their colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true`, `***` and the like.
    Literal,
    /// A moment.
    Time,
    /// Functions and what else stands for code.
    Code,
    /// `nil`, cycles, what was left out.
    Nothing,
}

/// A text and its sort.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The text.
    pub text: String,
    /// Its sort.
    pub class: Class,
}

impl Leaf {
    /// The leaf of a Lua text.
    pub fn of_text(text: &str, date: Option<&Function>, limits: Limits) -> Self {
        if let Some(local) = local_time(text, date) {
            return Self { text: local, class: Class::Time };
        }
        let mut shown = harmless(text, false);
        let length = shown.chars().count();
        if length > limits.characters {
            shown = shown.chars().take(limits.characters).collect();
            shown.push_str(&format!("… {} more characters", length - limits.characters));
        }
        let ambiguous = shown.is_empty()
            || shown.trim() != shown
            || matches!(shown.as_str(), "nil" | "true" | "false" | "null")
            || shown.parse::<f64>().is_ok();
        if ambiguous {
            shown = format!("\"{shown}\"");
        }
        Self { text: shown, class: Class::Text }
    }
}

/// The text with everything made visible that would move a terminal's cursor or change its colours.
pub fn harmless(text: &str, lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' if lines => out.push('\n'),
            '\t' if lines => out.push('\t'),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\{:03}", u32::from(c))),
            // What turns the direction of writing around could hide what stands there.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

/// `2026-11-22 15:03:11 CET` of an RFC 3339 time.
fn local_time(text: &str, date: Option<&Function>) -> Option<String> {
    let looks = text.len() >= 20
        && text.len() <= 40
        && text.as_bytes()[..4].iter().all(u8::is_ascii_digit)
        && text.as_bytes().get(10) == Some(&b'T');
    if !looks {
        return None;
    }
    let time: dmsrun_base::Timestamp = text.parse().ok()?;
    match date {
        Some(date) => date.call(("%Y-%m-%d %H:%M:%S %Z", time.as_second())).ok(),
        None => Some(format!("{} UTC", time.strftime("%Y-%m-%d %H:%M:%S"))),
    }
}

/// How a state is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// As wanted.
    Good,
    /// On its way, or at rest.
    Between,
    /// In need of somebody.
    Bad,
}

/// The mood of a state's word; `None` for words that are no state.
pub fn mood(word: &str) -> Option<Mood> {
    let lower = word.to_ascii_lowercase();
    let good = [
        "available",
        "active",
        "running",
        "successful",
        "ok",
        "ready",
        "table completed",
        "validated",
        "attached",
        "in-use",
        "enabled",
        "completed",
        "succeeded",
    ];
    let between = [
        "stopped",
        "pending",
        "insufficient_data",
        "paused",
        "untested",
        "before load",
        "full load",
        "table cancelled",
        "not enabled",
        "pending records",
        "pending validation",
        "moving",
    ];
    let bad = [
        "failed",
        "alarm",
        "error",
        "table error",
        "mismatched records",
        "suspended records",
        "storage-full",
        "inaccessible",
        "impaired",
        "deleted",
        "failed-move",
        "table is being reloaded",
    ];
    if good.contains(&lower.as_str()) {
        Some(Mood::Good)
    } else if bad.contains(&lower.as_str()) || lower.starts_with("incompatible-") {
        Some(Mood::Bad)
    } else if between.contains(&lower.as_str())
        || (lower.ends_with("ing") && !lower.contains(' ') && lower.len() > 5)
    {
        Some(Mood::Between)
    } else {
        None
    }
}

/// Whether a member of this name holds a state.
pub fn is_state(key: &str) -> bool {
    ["status", "state"]
        .iter()
        .any(|word| key == *word || key.strip_suffix(word).is_some_and(|rest| rest.ends_with('_')))
        || key == "validation_state"
}

/// Colours, and the width to fit into.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Whether to colour.
    pub color: bool,
    /// The columns of the terminal.
    pub width: usize,
}

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.color && !text.trim().is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// A name of a member, or the title of a column.
    pub fn key(self, text: &str) -> String {
        self.with("1", text)
    }

    /// A remark.
    pub fn remark(self, text: &str) -> String {
        self.with("2", text)
    }

    /// A text by its sort; under a state's name the mood decides.
    pub fn leaf(self, key: &str, class: Class, text: &str) -> String {
        if class == Class::Text && is_state(key) {
            return match mood(text.trim()) {
                Some(Mood::Good) => self.with("32", text),
                Some(Mood::Between) => self.with("33", text),
                Some(Mood::Bad) => self.with("1;31", text),
                None => text.to_owned(),
            };
        }
        match class {
            Class::Text => text.to_owned(),
            Class::Number | Class::Literal => self.with("36", text),
            Class::Time => self.with("35", text),
            Class::Code | Class::Nothing => self.with("2", text),
        }
    }
}

/// The text cut to a width, with a mark where something is missing.
pub fn cut(text: &str, width: usize) -> String {
    console::truncate_str(text, width, "…").into_owned()
}

/// How wide a text is.
pub fn width(text: &str) -> usize {
    console::measure_text_width(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_made_visible() {
        assert_eq!(harmless("a\x1b[31mb\rc\u{202e}", false), "a\\027[31mb\\rc\\u{202e}");
        assert_eq!(harmless("a\nb", true), "a\nb");
        assert_eq!(harmless("a\nb", false), "a\\nb");
    }

    #[test]
    fn a_text_that_looks_like_something_else_is_quoted() {
        let shown = |text| Leaf::of_text(text, None, Limits::default()).text;
        assert_eq!(shown("5"), "\"5\"");
        assert_eq!(shown("true"), "\"true\"");
        assert_eq!(shown(""), "\"\"");
        assert_eq!(shown("dms.t3.medium"), "dms.t3.medium");
        assert_eq!(shown("2026-11-22T20:08:08Z"), "2026-11-22 20:08:08 UTC");
    }

    #[test]
    fn states_have_a_mood_and_other_words_none() {
        assert_eq!(mood("running"), Some(Mood::Good));
        assert_eq!(mood("modifying"), Some(Mood::Between));
        assert_eq!(mood("failed"), Some(Mood::Bad));
        assert_eq!(mood("orders"), None);
        assert!(
            is_state("replication_instance_status") && is_state("state") && !is_state("estate")
        );
    }
}
