//! The commands of the prompt: their names, and what `:help` says.

use dmsrun_diag::{Diagnostic, did_you_mean};

/// A command.
struct Command {
    name: &'static str,
    usage: &'static str,
    text: &'static str,
}

const fn command(name: &'static str, usage: &'static str, text: &'static str) -> Command {
    Command { name, usage, text }
}

/// Every command, in the order of help.
const COMMANDS: [Command; 22] = [
    command("help", "[COMMAND]", "this list"),
    command(
        "doc",
        "NAME",
        "what something is, as ?NAME: ?dms.create_endpoint, ?stack, ?map.include",
    ),
    command("json", "[EXPRESSION]", "show the last value, or this one, as JSON"),
    command("table", "[EXPRESSION]", "show it as a table with every row"),
    command("raw", "[EXPRESSION]", "show all of it, as Lua"),
    command(
        "time",
        "[EXPRESSION|on|off]",
        "say how long it takes; alone or with on, for every entry from now on",
    ),
    command("trace", "[on|off]", "show every AWS call with its duration and request id"),
    command("locals", "", "list the session's locals"),
    command("stack", "[NAME]", "list the stacks of this account, or the resources of one"),
    command("region", "[REGION]", "show the region, or go to another one"),
    command("profile", "[NAME]", "show the profile, or go to another one"),
    command("unlock", "\"REASON\"", "allow changes in a real account; the reason is journalled"),
    command("lock", "", "refuse changes again"),
    command("load", "FILE", "run a file with the session's locals"),
    command("save", "FILE", "write the successful entries as a script (:save! replaces a file)"),
    command("save!", "FILE", "the same, and replace a file that is there"),
    command("edit", "[FILE]", "open the last entry, or a file, in $EDITOR and run it"),
    command("history", "[TEXT]", "list the entries of the history, those with TEXT in them"),
    command("clear", "", "clear the screen"),
    command("where", "", "show the place of a breakpoint with its variables"),
    command("continue", "", "leave a breakpoint and let the script go on, as Ctrl-D"),
    command("quit", "", "leave, as Ctrl-D; at a breakpoint, end the script"),
];

/// The names of the commands.
pub const NAMES: [&str; COMMANDS.len()] = {
    let mut names = [""; COMMANDS.len()];
    let mut index = 0;
    while index < COMMANDS.len() {
        names[index] = COMMANDS[index].name;
        index += 1;
    }
    names
};

/// The command of a name, or of the beginning of one name only.
pub fn find(word: &str) -> Result<&'static str, Diagnostic> {
    if let Some(name) = NAMES.iter().find(|name| **name == word) {
        return Ok(name);
    }
    let begun: Vec<&&str> = NAMES.iter().filter(|name| name.starts_with(word)).collect();
    if let ([only], false) = (begun.as_slice(), word.is_empty()) {
        return Ok(only);
    }
    let diagnostic = Diagnostic::error("Unknown command").what(format!("there is no :{word}"));
    if !word.is_empty() && !begun.is_empty() {
        let begun: Vec<String> = begun.iter().map(|name| format!(":{name}")).collect();
        return Err(diagnostic.hint(format!("it may be {}", begun.join(" or "))));
    }
    Err(match did_you_mean(word, NAMES) {
        Some(near) => diagnostic.hint(near),
        None => diagnostic.hint(":help lists the commands"),
    })
}

/// `:help`.
pub fn overview() -> String {
    let mut lines = vec![
        "An expression prints its value; a statement runs. Locals live on.".to_owned(),
        "_ is the last value; _1, _2 … are the values of the last entry that had any.".to_owned(),
        "?NAME says what something is. Tab completes, Ctrl-R searches the history,".to_owned(),
        "Ctrl-C interrupts, Ctrl-D leaves.".to_owned(),
        String::new(),
        "tasks()  task \"NAME\"  instances()  endpoints()  events()  alarms()  tail(\"TASK\")"
            .to_owned(),
        "aws.SERVICE.OPERATION{…}, and every module by its name: stack, json, time …".to_owned(),
        String::new(),
    ];
    lines.extend(COMMANDS.iter().filter(|c| c.name != "save!").map(row));
    lines.join("\n")
}

fn row(command: &Command) -> String {
    let head = format!(":{} {}", command.name, command.usage);
    format!("  {:<24} {}", head.trim_end(), command.text)
}

/// `:help COMMAND`.
pub fn about(word: &str) -> Result<String, Diagnostic> {
    let name = find(word.trim_start_matches(':'))?;
    let found = COMMANDS.iter().find(|command| command.name == name);
    Ok(found.map(row).unwrap_or_default().trim_start().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_command_names_the_nearest_and_a_beginning_is_enough() {
        assert_eq!(find("tra").ok(), Some("trace"));
        let error = find("hsitory").expect_err("not a command");
        assert!(error.hints[0].text.contains("\"history\""), "{error:?}");
        assert!(find("").is_err());
    }
}
