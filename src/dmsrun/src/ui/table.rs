//! Tables for people: two blanks between columns, no lines around, cut to the terminal's width.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use dmsrun_lua::ui::TableView;

/// The text of a table, without a newline at its end.
pub fn text(view: &TableView, width: usize) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table.set_header(view.columns.iter().map(|c| c.title.as_str()));
    for row in &view.rows {
        table.add_row(row);
    }
    for (index, column) in view.columns.iter().enumerate() {
        if let Some(shown) = table.column_mut(index) {
            shown.set_padding((2, 0));
            if column.right {
                shown.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsrun_lua::ui::Column;

    #[test]
    fn numbers_stand_at_the_right_and_nothing_trails() {
        let view = TableView {
            columns: vec![
                Column { title: "table".into(), right: false },
                Column { title: "rows".into(), right: true },
            ],
            rows: vec![vec!["a.b".into(), "1,000".into()], vec!["a.cde".into(), "5".into()]],
        };
        assert_eq!(text(&view, 60), "  table   rows\n  a.b    1,000\n  a.cde      5");
    }
}
