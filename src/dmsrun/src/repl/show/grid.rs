//! Lists of records as tables: the columns that matter first, as many as fit, and a line that says
//! what is missing.

use super::{
    leaf::{self, Class, Leaf, Paint},
    node::{Limits, Node},
    tree,
};

/// The widest that a column becomes while others want room.
const WIDEST: usize = 44;
/// The last column is cut where at least this much of it stays.
const WORTH: usize = 20;
/// A column that is cut keeps at least this much.
const NARROWEST: usize = 8;
/// What is longer than this and has blanks in it is prose: it is wrapped, and never cut.
const PROSE: usize = 24;
/// So many lines of prose at most.
const HIGHEST: usize = 12;

/// The records of a list, where all its items are some.
pub fn records(node: &Node) -> Option<Vec<&[(String, Node)]>> {
    let Node::List(items, ..) = node else { return None };
    if items.is_empty() {
        return None;
    }
    items
        .iter()
        .map(|item| match item {
            Node::Map(entries, _) if !entries.is_empty() => Some(entries.as_slice()),
            _ => None,
        })
        .collect()
}

struct Column {
    name: String,
    right: bool,
    cells: Vec<Leaf>,
    natural: usize,
    width: usize,
    /// Whether it holds sentences.
    prose: bool,
}

/// Which columns are shown, and how.
#[derive(Default)]
struct Fitted {
    shown: Vec<Column>,
    /// Prose without room for a column: it stands below each row.
    below: Vec<Column>,
    /// The names of the others.
    dropped: Vec<String>,
}

/// The table of a list of records; `None` where the list is something else.
pub fn text(node: &Node, paint: &Paint, limits: Limits) -> Option<String> {
    let rows = records(node)?;
    let Node::List(_, more, wanted) = node else { return None };
    let names = order(&rows, wanted);
    let columns: Vec<Column> = names.into_iter().map(|name| column(name, &rows)).collect();
    let Fitted { shown, below, dropped } = fit(columns, paint.width, !wanted.is_empty());
    // One record that does not fit is read better from top to bottom, with nothing left out.
    if rows.len() == 1 && *more == 0 && !dropped.is_empty() && wanted.is_empty() {
        return None;
    }
    let mut lines = Vec::with_capacity(rows.len() + 2);
    let titles = shown.iter().map(|c| paint.key(&aligned(&c.name, c)));
    lines.push(joined(titles));
    for row in 0..rows.len() {
        row_lines(&shown, row, paint, &mut lines);
        for column in &below {
            below_lines(column, row, paint, &mut lines);
        }
    }
    if *more > 0 {
        let rows = if limits.rows == usize::MAX { "" } else { " (:table shows all)" };
        lines.push(paint.remark(&format!("  … {more} more rows{rows}")));
    }
    if !dropped.is_empty() {
        let names = dropped.join(", ");
        let plural = if dropped.len() == 1 { "" } else { "s" };
        let text = format!("  + {} column{plural} not shown: {names}", dropped.len());
        lines.push(paint.remark(&leaf::cut(&text, paint.width)));
    }
    Some(lines.join("\n"))
}

/// A row, as high as its prose is.
fn row_lines(shown: &[Column], row: usize, paint: &Paint, lines: &mut Vec<String>) {
    let cells: Vec<Vec<String>> = shown
        .iter()
        .map(|column| {
            let cell = &column.cells[row];
            match column.prose && leaf::width(&cell.text) > column.width {
                true => prose(cell, column.width),
                false => vec![cell.text.clone()],
            }
        })
        .collect();
    let high = cells.iter().map(Vec::len).max().unwrap_or(1);
    for line in 0..high {
        lines.push(joined(shown.iter().zip(&cells).map(|(column, parts)| {
            let text = parts.get(line).map_or("", String::as_str);
            paint.leaf(&column.name, column.cells[row].class, &aligned(text, column))
        })));
    }
}

/// A cell that had no room for a column, with its name; nothing where it is empty.
fn below_lines(column: &Column, row: usize, paint: &Paint, lines: &mut Vec<String>) {
    let cell = &column.cells[row];
    if cell.text.is_empty() {
        return;
    }
    let text = format!("{}: {}", column.name, cell.text);
    let cell = Leaf { text, class: cell.class };
    for (index, line) in prose(&cell, paint.width.saturating_sub(6)).iter().enumerate() {
        let indent = if index == 0 { "    " } else { "      " };
        lines.push(format!("{indent}{}", paint.leaf(&column.name, cell.class, line)));
    }
}

/// A text in lines of this width, and what is too long for that marked.
fn prose(cell: &Leaf, width: usize) -> Vec<String> {
    let mut lines = tree::wrapped(cell, width);
    if lines.len() > HIGHEST {
        lines.truncate(HIGHEST);
        if let Some(last) = lines.last_mut() {
            *last = leaf::cut(&format!("{last} …"), width);
        }
    }
    lines
}

fn joined(cells: impl Iterator<Item = String>) -> String {
    let line: String = cells.map(|cell| format!("  {cell}")).collect();
    line.trim_end().to_owned()
}

fn aligned(text: &str, column: &Column) -> String {
    let cut = leaf::cut(text, column.width);
    let gap = " ".repeat(column.width.saturating_sub(leaf::width(&cut)));
    if column.right { gap + &cut } else { cut + &gap }
}

/// The columns, the telling ones first: names, states, plain values, times, ARNs, nested ones.
fn order(rows: &[&[(String, Node)]], wanted: &[String]) -> Vec<String> {
    if !wanted.is_empty() {
        return wanted.to_vec();
    }
    let mut names: Vec<(u8, String)> = Vec::new();
    for row in rows {
        for (name, node) in *row {
            let rank = rank(name, node);
            match names.iter_mut().find(|(_, known)| known == name) {
                Some((known, _)) => *known = (*known).max(rank),
                None => names.push((rank, name.clone())),
            }
        }
    }
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}

fn rank(name: &str, node: &Node) -> u8 {
    match node {
        Node::Leaf(leaf) => match name {
            _ if leaf.class == Class::Code => 8,
            _ if leaf.text.starts_with("arn:") || name.ends_with("_arn") => 6,
            _ if leaf.text.len() > 100 => 7,
            "name" | "id" | "identifier" | "task" | "table" => 0,
            _ if name.ends_with("_identifier") => 0,
            _ if name.ends_with("_name") && !name.starts_with("engine") => 1,
            _ if leaf::is_state(name) => 2,
            _ if ["_class", "_type", "_name"].iter().any(|end| name.ends_with(end)) => 3,
            _ if leaf.class == Class::Time => 5,
            _ if leaf.class == Class::Literal => 5,
            _ => 4,
        },
        _ => 7,
    }
}

fn column(name: String, rows: &[&[(String, Node)]]) -> Column {
    let cells: Vec<Leaf> = rows
        .iter()
        .map(|row| match row.iter().find(|(key, _)| *key == name) {
            Some((_, node)) => summary(node),
            None => Leaf { text: String::new(), class: Class::Text },
        })
        .collect();
    let filled = cells.iter().filter(|c| !c.text.is_empty() && c.text != "–").count();
    let numbers = cells.iter().filter(|c| c.class == Class::Number).count();
    let widest = cells.iter().map(|c| leaf::width(&c.text)).max().unwrap_or(0);
    let natural = widest.max(leaf::width(&name));
    let prose = cells.iter().any(|c| leaf::width(&c.text) > PROSE && c.text.contains(' '))
        && cells.iter().all(|c| c.class == Class::Text || c.text.is_empty() || c.text == "–");
    Column { right: filled > 0 && numbers == filled, name, cells, natural, width: natural, prose }
}

/// A member in a cell: nested ones are counted.
fn summary(node: &Node) -> Leaf {
    let counted = |count: usize, one: &str| Leaf {
        text: match count {
            0 => String::new(),
            1 => format!("1 {one}"),
            n => format!("{n} {one}s"),
        },
        class: Class::Nothing,
    };
    match node {
        // In a column of numbers the mark of a float only widens it.
        Node::Leaf(Leaf { text, class: Class::Number }) => {
            Leaf { text: text.strip_suffix(".0").unwrap_or(text).to_owned(), class: Class::Number }
        }
        Node::Leaf(leaf) => leaf.clone(),
        Node::List(items, more, _) => {
            let texts: Option<Vec<&str>> = items
                .iter()
                .map(|item| match item {
                    Node::Leaf(leaf) => Some(leaf.text.as_str()),
                    _ => None,
                })
                .collect();
            match texts {
                Some(texts) if *more == 0 && texts.len() <= 3 => {
                    Leaf { text: texts.join(", "), class: Class::Text }
                }
                _ => counted(items.len() + more, "item"),
            }
        }
        Node::Map(entries, more) => counted(entries.len() + more, "field"),
    }
}

/// As many columns as fit, in their order; `owned` where somebody chose them.
fn fit(columns: Vec<Column>, width: usize, owned: bool) -> Fitted {
    let mut left = width;
    let mut found = Fitted::default();
    let count = columns.len();
    for (index, mut column) in columns.into_iter().enumerate() {
        let last = index + 1 == count;
        let cap = if last { usize::MAX } else { WIDEST };
        let wanted = column.natural.min(cap);
        let room = left.saturating_sub(2);
        // The first two columns are worth a cut, and so is the last one that is left.
        let first = found.shown.len() < 2;
        let worth = (last || column.prose) && found.dropped.is_empty() && room >= WORTH;
        if wanted <= room {
            column.width = wanted;
        } else if found.shown.is_empty() || ((first || worth) && room >= NARROWEST) {
            column.width = room.max(1);
        } else if column.prose && owned {
            found.below.push(column);
            continue;
        } else {
            found.dropped.push(column.name);
            continue;
        }
        left = room.saturating_sub(column.width);
        found.shown.push(column);
    }
    // What is left goes to those that were cut.
    for column in &mut found.shown {
        let more = (column.natural - column.width.min(column.natural)).min(left);
        column.width += more;
        left -= more;
    }
    found
}
