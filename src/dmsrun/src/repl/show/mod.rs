//! Values for people: lists of records as tables, everything else as an indented tree, bounded, with
//! times in local form and states in colour beside their names.

mod grid;
mod leaf;
mod node;
mod tree;

pub use leaf::Paint;
pub use node::Limits;

use crate::ui::Terminal;
use dmsrun_lua::ui::Ui as _;
use mlua::{Function, Lua, MultiValue, Value};

/// A text of several lines that fits: long ones are broken at blanks, with what follows indented.
pub fn wrapped(text: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        // What follows stands a little further in, and never against the right edge.
        let hanging = (indent + 2).min(width / 3);
        let leaf = leaf::Leaf { text: line.trim_start().to_owned(), class: leaf::Class::Text };
        let room = width.saturating_sub(hanging).max(8);
        for (index, part) in tree::wrapped(&leaf, room).into_iter().enumerate() {
            let blank = if index == 0 { indent } else { hanging };
            lines.push(format!("{}{part}", " ".repeat(blank)));
        }
    }
    lines.join("\n")
}

/// A text with everything visible that a terminal would obey.
pub fn harmless(text: &str) -> String {
    leaf::harmless(text, true)
}

/// How values are shown.
#[derive(Clone, Debug)]
pub struct Shower {
    lua: Lua,
    /// Lua's own `os.date`: the one thing here that knows the local time zone.
    date: Option<Function>,
    paint: Paint,
    limits: Limits,
}

impl Shower {
    /// Shows on this terminal.
    pub fn new(lua: &Lua, ui: &Terminal) -> Self {
        let os = lua.globals().raw_get::<Option<mlua::Table>>("os").ok().flatten();
        let date = os.and_then(|os| os.raw_get("date").ok());
        Self {
            lua: lua.clone(),
            date,
            paint: Paint { color: ui.paints(), width: ui.width().max(10) },
            limits: Limits::default(),
        }
    }

    /// The text of all values of an entry; `None` where there is none.
    pub fn values(&self, values: &MultiValue) -> Option<String> {
        if values.is_empty() {
            return None;
        }
        let all_short = values.len() > 1
            && values.iter().all(|v| !matches!(v, Value::Table(_)) || node::is_empty(v));
        if all_short {
            let texts: Vec<String> = values.iter().map(|v| self.value(v)).collect();
            let width: usize = texts.iter().map(|t| console::measure_text_width(t) + 2).sum();
            if width <= self.paint.width && texts.iter().all(|t| !t.contains('\n')) {
                return Some(texts.join("  "));
            }
        }
        Some(values.iter().map(|v| self.value(v)).collect::<Vec<_>>().join("\n"))
    }

    /// The text of one value.
    pub fn value(&self, value: &Value) -> String {
        if let Value::String(text) = value {
            // As print does: the text itself, and what a terminal would obey made visible.
            return leaf::harmless(&text.to_string_lossy(), true);
        }
        let node = node::Reader::new(&self.lua, self.date.as_ref(), self.limits).read(value);
        tree::text(&node, &self.paint, self.limits)
    }

    /// A list of records as a table with every row; `None` where the value is something else.
    pub fn table(&self, value: &Value) -> Option<String> {
        let limits = Limits { rows: usize::MAX, items: usize::MAX, ..self.limits };
        let node = node::Reader::new(&self.lua, self.date.as_ref(), limits).read(value);
        let records = match &node {
            node::Node::Map(entries, ..) => {
                let lists: Vec<_> =
                    entries.iter().filter(|(_, n)| grid::records(n).is_some()).collect();
                match lists.as_slice() {
                    [(_, only)] => only.clone(),
                    _ => return None,
                }
            }
            other => other.clone(),
        };
        grid::text(&records, &self.paint, limits)
    }
}
