//! Help that fits the terminal: long lines go on below where their text begins.

use crate::ui;
use console::measure_text_width;

/// No line is made shorter than this: a word or two on each would be no help.
const NARROWEST: usize = 30;

/// How wide help is: no wider than is read with ease.
pub fn width() -> usize {
    ui::width().min(110)
}

/// The text with each line broken so that it fits.
pub fn fitted(text: &str, width: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| broken(line, width.max(NARROWEST))).collect();
    lines.join("\n")
}

fn broken(line: &str, width: usize) -> String {
    if measure_text_width(line) <= width {
        return line.to_owned();
    }
    let lead = line.len() - line.trim_start().len();
    let (head, text) = columns(line, lead);
    let mut indent = measure_text_width(head);
    let mut out = head.to_owned();
    if indent > lead && indent * 2 > width {
        // Too little would be left beside what is explained.
        out.truncate(out.trim_end().len());
        indent = (lead + 4).min(width / 2);
        out.push('\n');
        out.push_str(&" ".repeat(indent));
    }
    let mut column = indent;
    for (index, word) in text.split(' ').filter(|word| !word.is_empty()).enumerate() {
        let wide = measure_text_width(word);
        if index > 0 && column + 1 + wide > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if index > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += wide;
    }
    out
}

/// What stands before the text of a line, blanks included, and the text: it begins after two blanks.
fn columns(line: &str, lead: usize) -> (&str, &str) {
    match line[lead..].find("  ") {
        Some(gap) => {
            let from = lead + gap;
            let at = from + line[from..].len() - line[from..].trim_start().len();
            line.split_at(at)
        }
        None => line.split_at(lead),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_go_on_below_their_text() {
        let line = "  -y, --yes    Answer yes to questions, but never to the loss of data";
        let wanted = "  -y, --yes    Answer yes to\n               questions, but never\n               \
                      to the loss of data";
        assert_eq!(fitted(line, 36), wanted);
        assert_eq!(fitted("short\n\n  lines", 20), "short\n\n  lines");
        let wide = "  dmsrun --local scripts/migrate.lua    rehearse it all";
        assert_eq!(fitted(wide, 40), "  dmsrun --local scripts/migrate.lua\n      rehearse it all");
        for width in [1, 20, 30, 60, 100] {
            let text = fitted(line, width);
            assert!(text.lines().all(|l| measure_text_width(l) <= width.max(NARROWEST)), "{text}");
        }
    }
}
