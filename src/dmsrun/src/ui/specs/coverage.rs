//! Which lines of Lua were run, as a table.

use super::super::Terminal;
use dmsrun_lua::spec::coverage::FileCoverage;
use std::path::Path;

/// How many ranges of lines a row shows.
const RANGES: usize = 8;

/// The files with their share, and the lines that were not run. With `aside`, on standard error: what
/// reads the standard output wants TAP or XML and nothing else.
pub fn show(ui: &Terminal, files: &[FileCoverage], lcov: &Path, aside: bool) {
    let line = |text: &str| if aside { ui.talk(text) } else { ui.print_line(text) };
    line("\nCoverage");
    let width = files.iter().map(|file| file.file.chars().count()).max().unwrap_or(0).min(50);
    let (mut run, mut all) = (0, 0);
    for file in files {
        run += file.run();
        all += file.lines.len();
        let missing = file.missing();
        let mut ranges: Vec<&str> = missing.split(", ").filter(|r| !r.is_empty()).collect();
        let more = ranges.len().saturating_sub(RANGES);
        ranges.truncate(RANGES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let missing = match file.run() {
            0 if !file.lines.is_empty() => "  not run at all".to_owned(),
            _ if ranges.is_empty() => String::new(),
            _ => format!("  not run: {}{more}", ranges.join(", ")),
        };
        let share = share(file.run(), file.lines.len());
        let counts = format!("{}/{}", file.run(), file.lines.len());
        line(&format!("  {share:>7}  {counts:>11}  {:<width$}{missing}", file.file));
    }
    line(&format!("  {:>7}  {:>11}  all lines", share(run, all), format!("{run}/{all}")));
    line(&format!("  lcov     {}", lcov.display()));
}

/// Rounded down: only all is all.
fn share(run: usize, all: usize) -> String {
    if all == 0 {
        return "100.0 %".to_owned();
    }
    let tenths = run * 1000 / all;
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    #[test]
    fn nearly_all_is_not_all() {
        assert_eq!(super::share(9999, 10_000), "99.9 %");
        assert_eq!(super::share(3, 3), "100.0 %");
    }
}
