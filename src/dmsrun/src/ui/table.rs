//! Tables for people: two blanks between columns, no lines around, never wider than the terminal.
//!
//! Where there is too little room, columns go that matter less, and a line says so; then cells wrap
//! between words, and what is still too wide is cut. A name is never broken in two.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use dmsrun_lua::ui::TableView;

/// The blanks before a column.
const GAP: usize = 2;

/// What a cut column keeps at least.
const LEAST: usize = 8;

/// The text of a table, without a newline at its end.
pub fn text(view: &TableView, width: usize) -> String {
    let (view, left_out) = fitting(view, width);
    let view = cut(view, width);
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table.set_header(view.columns.iter().map(|c| c.title.as_str()));
    for row in &view.rows {
        table.add_row(row);
    }
    for (index, column) in view.columns.iter().enumerate() {
        let least = u16::try_from(widest(&view, index, longest_word) + GAP).unwrap_or(u16::MAX);
        if let Some(shown) = table.column_mut(index) {
            shown.set_padding((2, 0));
            shown.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
            if column.right {
                shown.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    let mut lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    if !left_out.is_empty() {
        lines.push(format!("  … no room for {}", left_out.join(", ")));
    }
    lines.join("\n")
}

/// The table without the columns that there is no room for, and their titles from left to right.
fn fitting(view: &TableView, width: usize) -> (TableView, Vec<String>) {
    let natural: Vec<usize> =
        (0..view.columns.len()).map(|index| widest(view, index, columns_of) + GAP).collect();
    let mut kept: Vec<usize> = (0..view.columns.len()).collect();
    while kept.iter().map(|index| natural[*index]).sum::<usize>() > width {
        let Some(drop) =
            kept.iter().map(|index| view.columns[*index].drop).max().filter(|d| *d > 0)
        else {
            break;
        };
        kept.retain(|index| view.columns[*index].drop != drop);
    }
    let left_out = (0..view.columns.len())
        .filter(|index| !kept.contains(index))
        .map(|index| view.columns[index].title.clone())
        .collect();
    let cell = |row: &Vec<String>, index: &usize| row.get(*index).cloned().unwrap_or_default();
    let fitting = TableView {
        columns: kept.iter().map(|index| view.columns[*index].clone()).collect(),
        rows: view
            .rows
            .iter()
            .map(|row| kept.iter().map(|index| cell(row, index)).collect())
            .collect(),
    };
    (fitting, left_out)
}

/// Cuts the words that would not fit even where every cell is wrapped, the longest first.
fn cut(mut view: TableView, width: usize) -> TableView {
    loop {
        let words: Vec<usize> =
            (0..view.columns.len()).map(|index| widest(&view, index, longest_word)).collect();
        let over = (words.iter().sum::<usize>() + GAP * words.len()).saturating_sub(width);
        let longest = words.iter().enumerate().max_by_key(|(_, word)| **word);
        let Some((index, longest)) = longest.filter(|(_, word)| over > 0 && **word > LEAST) else {
            return view;
        };
        let second = words.iter().filter(|word| *word < longest).max().copied().unwrap_or(0);
        let to = (longest - over.min(longest - second).max(1)).max(LEAST);
        for row in &mut view.rows {
            if let Some(cell) = row.get_mut(index) {
                *cell = shortened(cell, to);
            }
        }
        if let Some(column) = view.columns.get_mut(index) {
            column.title = shortened(&column.title, to);
        }
    }
}

/// A text whose words have at most `to` letters.
fn shortened(text: &str, to: usize) -> String {
    if longest_word(text) <= to {
        return text.to_owned();
    }
    let word = |word: &str| {
        if columns_of(word) <= to {
            return word.to_owned();
        }
        format!("{}…", word.chars().take(to - 1).collect::<String>())
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn widest(view: &TableView, index: usize, measure: fn(&str) -> usize) -> usize {
    let cells = view.rows.iter().filter_map(|row| row.get(index)).map(String::as_str);
    let title = view.columns.get(index).map(|c| c.title.as_str());
    cells.chain(title).map(measure).max().unwrap_or(0)
}

fn columns_of(text: &str) -> usize {
    text.lines().map(console::measure_text_width).max().unwrap_or(0)
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(console::measure_text_width).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsrun_lua::ui::Column;

    fn view(columns: &[(&str, bool, u8)], rows: &[&[&str]]) -> TableView {
        TableView {
            columns: columns
                .iter()
                .map(|(title, right, drop)| Column {
                    title: (*title).into(),
                    right: *right,
                    drop: *drop,
                })
                .collect(),
            rows: rows.iter().map(|r| r.iter().map(|c| (*c).into()).collect()).collect(),
        }
    }

    #[test]
    fn numbers_stand_at_the_right_and_nothing_trails() {
        let view =
            view(&[("table", false, 0), ("rows", true, 0)], &[&["a.b", "1,000"], &["a.cde", "5"]]);
        assert_eq!(text(&view, 60), "  table   rows\n  a.b    1,000\n  a.cde      5");
    }

    #[test]
    fn a_narrow_terminal_loses_columns_and_no_name_is_broken() {
        let view = view(
            &[("table", false, 0), ("rows", true, 1), ("inserts", true, 2), ("state", false, 0)],
            &[&["production.order_notes", "260,000", "124", "Table completed"]],
        );
        assert_eq!(
            text(&view, 60),
            "  table                      rows  inserts  state\n  \
             production.order_notes  260,000      124  Table completed"
        );
        assert_eq!(
            text(&view, 54),
            "  table                      rows  state\n  \
             production.order_notes  260,000  Table completed\n  \
             … no room for inserts"
        );
        assert_eq!(
            text(&view, 42),
            "  table                   state\n  \
             production.order_notes  Table completed\n  \
             … no room for rows, inserts"
        );
    }

    #[test]
    fn what_cannot_be_left_out_wraps_between_words_and_is_cut_at_last() {
        let view = view(
            &[("table", false, 0), ("state", false, 0)],
            &[&["production.order_notes", "Table completed"]],
        );
        assert_eq!(
            text(&view, 36),
            "  table                   state\n  production.order_notes  Table\n                          completed"
        );
        let narrow = text(&view, 28);
        assert!(narrow.contains("production.ord…  Table"), "{narrow}");
        assert!(narrow.lines().all(|l| l.chars().count() <= 28), "{narrow}");
    }
}
