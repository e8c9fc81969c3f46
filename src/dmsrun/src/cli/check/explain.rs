//! `dmsrun check --explain [CODE]`: what a code stands for, or the list of all.

use super::codes;
use crate::ui::Terminal;
use dmsrun_diag::{Diagnostic, Exit, did_you_mean};
use dmsrun_dms::Code;
use dmsrun_lua::ui::Ui as _;
use std::fmt::Write as _;

/// Explains a code; all of them where it is empty.
pub fn run(name: &str, markdown: bool, json: bool, ui: &Terminal) -> Result<u8, Diagnostic> {
    if markdown {
        ui.print_line(page().trim_end());
    } else if name.is_empty() && json {
        print_json(&serde_json::to_value(codes::all().collect::<Vec<_>>()), ui);
    } else if name.is_empty() {
        list(ui);
    } else {
        let code = codes::find(name).ok_or_else(|| unknown(name))?;
        if json {
            print_json(&serde_json::to_value(code), ui);
        } else {
            ui.print_line(&format!("{} · {} · {}", code.code, code.severity.word(), code.title));
            ui.print_line("");
            ui.print_line(&wrapped(code.text, ui.width().min(100)));
        }
    }
    Ok(Exit::Success.code())
}

fn print_json(value: &Result<serde_json::Value, serde_json::Error>, ui: &Terminal) {
    if let Ok(value) = value {
        ui.json(&dmsrun_base::Value::from_json(value.clone()));
    }
}

fn unknown(name: &str) -> Diagnostic {
    let near = did_you_mean(name, codes::all().map(|c| c.code));
    Diagnostic::error("There is no such code")
        .what(format!("\"{name}\" is not a code of dmsrun"))
        .hint(near.unwrap_or_else(|| {
            "a code is a letter and three digits: F files, L scripts, M mappings, S settings, T tasks"
                .to_owned()
        }))
        .command("all of them are listed by", "dmsrun check --explain")
        .exit(Exit::Usage)
}

fn list(ui: &Terminal) {
    for code in codes::all() {
        ui.print_line(&format!("{}  {:<7}  {}", code.code, code.severity.word(), code.title));
    }
    ui.print_line("");
    ui.print_line("dmsrun check --explain CODE says what each stands for.");
}

fn wrapped(text: &str, width: usize) -> String {
    let (mut out, mut column) = (String::new(), 0);
    for word in text.split(' ') {
        let wide = word.chars().count();
        if column > 0 && column + 1 + wide > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += wide;
    }
    out
}

/// The page of the documentation: every code with its text.
fn page() -> String {
    let mut out = String::from(
        "# Codes\n\nWhat `dmsrun check`, `plan` and `deploy` can find, each with a code that stays. An *error* ends the \
         work, a *warning* says what may go wrong, a *note* is worth knowing. `dmsrun check --explain CODE` prints \
         one of them.\n\nThis page is made of the program: `dmsrun check --explain --markdown > stdlib/CODES.md`.\n",
    );
    let groups = [
        ('F', "Files"),
        ('L', "Scripts"),
        ('M', "Table mappings"),
        ('S', "Task settings"),
        ('T', "Several tasks"),
    ];
    for (letter, title) in groups {
        let of: Vec<&Code> = codes::all().filter(|c| c.code.starts_with(letter)).collect();
        if of.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "\n## {title}\n\n| Code | Severity | What it says | Why, and what to do |\n|---|---|---|---|"
        );
        for code in of {
            let (title, text) = (code.title.replace('|', "\\|"), code.text.replace('|', "\\|"));
            let _ =
                writeln!(out, "| {} | {} | {title} | {text} |", code.code, code.severity.word());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_code() {
        let page = page();
        for code in codes::all() {
            assert!(page.contains(&format!("\n| {} | ", code.code)), "{}", code.code);
        }
    }

    #[test]
    fn a_code_that_is_not_there_names_the_nearest() {
        let unknown = unknown("M1044");
        assert!(unknown.hints[0].text.contains("M104"), "{:?}", unknown.hints);
    }
}
