//! The verb line of a migration: what follows the script, with the host's options in it.

use super::Options;
use crate::ui::Terminal;
use clap::{
    CommandFactory as _, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};
use dmsrun_base::{Map, Value};
use dmsrun_diag::{Diagnostic, Exit, did_you_mean};
use std::{cell::RefCell, rc::Rc};

/// `[VERB] [ARGS] [OPTIONS]`, the options of the verbs and those of the host.
#[derive(Debug, Parser)]
#[command(name = "VERB", disable_help_flag = true, no_binary_name = true)]
struct Line {
    #[command(flatten)]
    options: Options,
    /// Go on printing what comes.
    #[arg(short, long)]
    follow: bool,
    /// Only what contains this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Only what is newer than this many minutes.
    #[arg(long, value_name = "MINUTES")]
    since: Option<f64>,
    /// The task that is meant.
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// Where changes begin: a time, a checkpoint, the engine's own position, or `ledger`.
    #[arg(long, value_name = "POSITION")]
    from: Option<String>,
    /// Where `plan` saves the plan.
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    /// The saved plan that `deploy` carries out, and nothing else.
    #[arg(long, value_name = "FILE")]
    plan: Option<String>,
    /// Show where the time of a deploy went.
    #[arg(long)]
    timing: bool,
    /// Print the verbs.
    #[arg(short, long)]
    help: bool,
    words: Vec<String>,
}

/// The options that may stand on the line, for completions.
pub fn option_names() -> Vec<String> {
    let line = Line::command();
    line.get_arguments().filter_map(|arg| Some(format!("--{}", arg.get_long()?))).collect()
}

/// What is wrong with a line, with the nearest option or value that there is.
fn not_understood(error: &clap::Error) -> Diagnostic {
    let rendered = error.to_string();
    let what = rendered.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let mut diagnostic = Diagnostic::error("The command line is not understood")
        .what(what.to_owned())
        .exit(Exit::Usage);
    if let Some(near) = nearest(error) {
        diagnostic = diagnostic.hint(near);
    }
    diagnostic.hint("`help` as the verb lists the verbs, `dmsrun --help` the options")
}

fn nearest(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    if error.kind() == ErrorKind::UnknownArgument {
        let given = text(ContextKind::InvalidArg)?;
        let known = option_names();
        return did_you_mean(given, known.iter().map(String::as_str));
    }
    let given = text(ContextKind::InvalidValue)?;
    match error.get(ContextKind::ValidValue) {
        // A value that is missing has no list to choose from.
        Some(ContextValue::Strings(valid)) if !valid.is_empty() => {
            did_you_mean(given, valid.iter().map(String::as_str))
                .or_else(|| Some(format!("There are: {}", valid.join(", "))))
        }
        _ => None,
    }
}

/// Parses verb lines, and remembers the host options that stand on them for whoever makes the session.
#[derive(Clone, Debug)]
pub struct VerbLine {
    options: Rc<RefCell<Options>>,
    ui: Option<Terminal>,
}

impl VerbLine {
    /// Lays what it parses over `options`.
    pub fn new(options: Rc<RefCell<Options>>) -> Self {
        Self { options, ui: None }
    }

    /// The verb prints here: one that only follows something ends when nobody reads any more.
    pub fn on(self, ui: &Terminal) -> Self {
        Self { ui: Some(ui.clone()), ..self }
    }
}

impl dmsrun_lua::CommandLine for VerbLine {
    fn parse(&self, args: &[String], verbs: &[String]) -> Result<Value, Diagnostic> {
        let line = Line::try_parse_from(args).map_err(|error| not_understood(&error))?;
        let mut words = line.words.into_iter();
        let verb = if line.help { Some("help".to_owned()) } else { words.next() };
        if let Some(verb) = &verb
            && !verbs.contains(verb)
        {
            let mut diagnostic = Diagnostic::error("Unknown verb")
                .what(format!("\"{verb}\" is not one of {}", verbs.join(", ")))
                .exit(Exit::Usage);
            if let Some(near) = did_you_mean(verb, verbs.iter().map(String::as_str)) {
                diagnostic = diagnostic.hint(near);
            }
            return Err(diagnostic);
        }
        let merged = self.options.borrow().overlaid(line.options);
        let Value::Map(mut options) = merged.to_value() else {
            return Err(Diagnostic::bug("the options are not a map"));
        };
        *self.options.borrow_mut() = merged;
        if let (true, Some(ui)) = (line.follow, &self.ui) {
            ui.only_prints();
        }
        options.insert("follow".to_owned(), Value::from(line.follow));
        options.insert("filter".to_owned(), Value::from(line.filter));
        options.insert("since".to_owned(), Value::from(line.since));
        options.insert("task".to_owned(), Value::from(line.task));
        options.insert("from".to_owned(), Value::from(line.from));
        options.insert("out".to_owned(), Value::from(line.out));
        options.insert("plan".to_owned(), Value::from(line.plan));
        options.insert("timing".to_owned(), Value::from(line.timing));
        Ok(Value::Map(Map::from([
            ("verb".to_owned(), Value::from(verb)),
            ("options".to_owned(), Value::Map(options)),
            ("rest".to_owned(), Value::from(words.collect::<Vec<String>>())),
        ])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsrun_lua::CommandLine as _;

    fn parse(args: &[&str]) -> Result<Value, Diagnostic> {
        let args: Vec<String> = args.iter().map(|s| (*s).to_owned()).collect();
        let verbs = ["plan".to_owned(), "reload".to_owned()];
        VerbLine::new(Rc::default()).parse(&args, &verbs)
    }

    #[test]
    fn a_verb_takes_the_hosts_options_on_any_side() {
        let parsed = parse(&["-c", "events=false", "reload", "--yes", "a.b"]).expect("valid");
        assert_eq!(parsed.get("verb").and_then(Value::as_str), Some("reload"));
        assert_eq!(parsed.get("rest"), Some(&Value::from(vec!["a.b"])));
        let options = parsed.get("options").expect("options");
        assert_eq!(options.get("yes"), Some(&Value::Bool(true)));
        let config = options.get("config").and_then(|c| c.get("events"));
        assert_eq!(config.and_then(Value::as_str), Some("false"));
    }

    #[test]
    fn a_misspelt_option_or_value_names_the_nearest() {
        for (args, wanted) in [
            (&["plan", "--alow", "destroy"][..], "Did you mean \"--allow\"?"),
            (&["plan", "--forceunlock=1"], "Did you mean \"--force-unlock\"?"),
            (&["plan", "--require-approval", "riskey"], "Did you mean \"risky\"?"),
            (&["plan", "--require-approval", "xx"], "There are: never, risky, any"),
        ] {
            let error = parse(args).expect_err("not understood");
            assert_eq!(error.hints[0].text, wanted, "{args:?}");
            assert_eq!(error.exit, Exit::Usage);
        }
        for args in [&["plan", "--from"][..], &["plan", "--out"], &["plan", "--filter"]] {
            let error = parse(args).expect_err("a value is missing");
            assert_eq!(error.hints.len(), 1, "{:?}", error.hints);
            assert!(error.details[0].1.contains("a value is required"), "{:?}", error.details);
        }
        assert_eq!(parse(&["plan", "--zzzz"]).expect_err("unknown").hints.len(), 1);
    }

    #[test]
    fn a_position_to_start_from_may_hold_colons_and_hashes() {
        let parsed = parse(&["plan", "--from", "checkpoint:V1#27#bin.1:5#0#0#*#0#93"]);
        let parsed = parsed.expect("valid");
        let from = parsed.get("options").and_then(|o| o.get("from"));
        assert_eq!(from.and_then(Value::as_str), Some("checkpoint:V1#27#bin.1:5#0#0#*#0#93"));
        let none = parse(&["plan"]).expect("valid");
        assert_eq!(none.get("options").and_then(|o| o.get("from")), Some(&Value::Null));
    }

    #[test]
    fn a_misspelt_verb_names_the_nearest() {
        let error = parse(&["plna"]).expect_err("not a verb");
        assert!(error.hints[0].text.contains("\"plan\""));
        assert_eq!(error.exit, Exit::Usage);
    }
}
