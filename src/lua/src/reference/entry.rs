//! An entry of the reference, and its form for the terminal.

use super::source::Typed;

/// What the reference says of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The full name, such as `map.include`.
    pub name: String,
    /// What it is, in a few words: `function`, `kind`, `operation of AWS that changes something`.
    pub sort: String,
    /// How it is called.
    pub signature: Option<String>,
    /// What it does.
    pub doc: Vec<String>,
    /// Lists below it: a title, and its rows.
    pub sections: Vec<(String, Vec<Row>)>,
    /// Where it is defined, or where more is said.
    pub place: Option<String>,
}

/// A row of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The name.
    pub name: String,
    /// Its type.
    pub ty: String,
    /// What it is.
    pub doc: String,
}

impl Row {
    pub(super) fn new(
        name: impl Into<String>,
        ty: impl Into<String>,
        doc: impl Into<String>,
    ) -> Self {
        Self { name: name.into(), ty: ty.into(), doc: doc.into() }
    }

    pub(super) fn of(typed: Typed) -> Self {
        let name = if typed.optional && !typed.name.is_empty() && !typed.name.ends_with('?') {
            format!("{}?", typed.name)
        } else {
            typed.name
        };
        Self::new(name, typed.ty, typed.doc)
    }
}

impl Entry {
    /// The entry as text of this width.
    pub fn text(&self, width: usize) -> String {
        let mut out = vec![format!("{}  ({})", self.name, self.sort)];
        if let Some(signature) = &self.signature {
            out.push(String::new());
            out.push(format!("  {signature}"));
        }
        if !self.doc.is_empty() {
            out.push(String::new());
            out.extend(wrap(&self.doc, width));
        }
        for (title, rows) in &self.sections {
            out.push(String::new());
            out.push(format!("{title}:"));
            out.extend(table(rows, width));
        }
        if let Some(place) = &self.place {
            out.push(String::new());
            out.push(place.clone());
        }
        out.join("\n")
    }
}

/// Paragraphs in the width; code keeps its lines.
fn wrap(lines: &[String], width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut fenced = false;
    let mut open = false;
    for line in lines {
        let fence = line.trim_start().starts_with("```");
        if fence {
            fenced = !fenced;
            open = false;
            continue;
        }
        let code =
            fenced || line.starts_with("    ") || line.starts_with("- ") || line.starts_with('|');
        if code || line.is_empty() {
            out.push(if fenced { format!("    {line}") } else { line.clone() });
            open = line.starts_with("- ");
        } else if open {
            let last = out.pop().unwrap_or_default();
            out.extend(fold(&format!("{last} {}", line.trim()), width));
        } else {
            out.extend(fold(line, width));
            open = true;
        }
    }
    out
}

/// A paragraph as lines of at most this width.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut out = vec![String::new()];
    for word in text.split(' ') {
        let last = out.last_mut().expect("there is always a line");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width.max(20) {
            out.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    out
}

fn table(rows: &[Row], width: usize) -> Vec<String> {
    let longest = |of: fn(&Row) -> &String, most: usize| {
        rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0).min(most)
    };
    let (names, types) = (longest(|r| &r.name, 36), longest(|r| &r.ty, 32));
    let indent = 2 + names + 2 + if types > 0 { types + 2 } else { 0 };
    let mut out = Vec::new();
    for row in rows {
        let mut line = format!("  {:<names$}  ", row.name);
        if types > 0 {
            line.push_str(&format!("{:<types$}  ", row.ty));
        }
        let room = width.saturating_sub(indent).max(24);
        let mut words = fold(&row.doc, room).into_iter();
        if row.ty.chars().count() > types && !row.doc.is_empty() {
            // Behind a long type there is no room: what it is stands below.
            out.push(line.trim_end().to_owned());
            out.extend(words.map(|rest| format!("{}{rest}", " ".repeat(indent))));
            continue;
        }
        line.push_str(&words.next().unwrap_or_default());
        out.push(line.trim_end().to_owned());
        out.extend(words.map(|rest| format!("{}{rest}", " ".repeat(indent))));
    }
    out
}
