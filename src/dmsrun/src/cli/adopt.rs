//! `dmsrun adopt`: existing set-ups of DMS become a stack with a script. The work is the library's
//! (`require "adopt"`); this reads the line and joins the parts.

use super::{
    CommandLine, Options, VerbLine,
    arguments::{Given, read},
};
use crate::{session, ui::Terminal};
use clap::Parser;
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::Host;
use mlua::{Function, Table, Value};
use std::{cell::RefCell, rc::Rc};

const AFTER_HELP: &str = "\
Examples:
  dmsrun adopt --instance legacy --stack orders --dry-run      write orders.lua, tag nothing
  dmsrun adopt --tag team=data --stack data --out scripts/data.lua
  dmsrun adopt arn:aws:dms:… --stack orders --yes              without a question
  dmsrun adopt --undo --stack orders                           take the tags away again

Only tags are written: the stack's, with the mark that protects what is adopted. The script
that was written must have an empty plan, or the command fails and says what differs.";

/// The arguments behind `adopt`.
#[derive(Debug, Parser)]
#[command(
    name = "dmsrun adopt",
    about = "Writes the script that declares what is there, and makes it the stack's own.",
    no_binary_name = true,
    after_help = AFTER_HELP
)]
pub struct AdoptLine {
    /// Resources by their ARN, with what they need; an instance with all that runs on it.
    #[arg(value_name = "ARN")]
    arns: Vec<String>,

    /// Only what carries this tag; several must all be carried.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, conflicts_with_all = ["arns", "instance"])]
    tag: Vec<(String, String)>,

    /// A replication instance, by its name or ARN, with all that runs on it.
    #[arg(long, value_name = "NAME")]
    instance: Vec<String>,

    /// The name of the stack.
    #[arg(long, value_name = "NAME")]
    stack: String,

    /// The file of the script [default: NAME.lua].
    #[arg(long, value_name = "FILE")]
    out: Option<String>,

    /// Write over a file that is there.
    #[arg(long)]
    force: bool,

    /// Only write the script.
    #[arg(long)]
    no_tag: bool,

    /// Take the tags of an adoption away again; the script stays.
    #[arg(long, conflicts_with_all = ["arns", "instance", "tag", "out", "force", "no_tag"])]
    undo: bool,

    #[command(flatten)]
    options: Options,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a tag is written as KEY=VALUE".to_owned()),
    }
}

/// Does what the line asks for and gives the exit code.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let Given::Line(asked) = read::<AdoptLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    let options = Rc::new(RefCell::new(line.options.overlaid(asked.options.clone())));
    let mut config = session::host_config(&options, ui);
    config.command_line = Some(Rc::new(VerbLine::new(Rc::clone(&options))));
    let at_end = ui.clone();
    config.exit = Some(Rc::new(move |code| at_end.end(code)));
    let host = Host::new(config)?;
    session::on_interrupt(&host, ui)?;
    let code = adopt(&host, &asked).unwrap_or_else(|diagnostic| {
        ui.show_from(&diagnostic, &**host.state());
        diagnostic.exit.code()
    });
    super::script::end(&host, code, ui)
}

/// Calls the library with what was asked for.
fn adopt(host: &Host, asked: &AdoptLine) -> Result<u8, Diagnostic> {
    let require: Function = host.lua().globals().raw_get("require").map_err(bug)?;
    let module = match host.protected(&require, "adopt")? {
        Ok(values) => values.into_iter().next(),
        Err(code) => return Ok(code),
    };
    let main = match &module {
        Some(Value::Table(module)) => module.get::<Function>("main").map_err(bug)?,
        _ => return Err(Diagnostic::bug("the module adopt is no table")),
    };
    let wanted = wanted(host, asked).map_err(bug)?;
    Ok(host.protected(&main, wanted)?.err().unwrap_or_else(|| Exit::Success.code()))
}

fn wanted(host: &Host, asked: &AdoptLine) -> mlua::Result<Table> {
    let lua = host.lua();
    let table = lua.create_table()?;
    table.set("stack", asked.stack.as_str())?;
    table.set("out", asked.out.as_deref())?;
    table.set("force", asked.force)?;
    table.set("no_tag", asked.no_tag)?;
    table.set("undo", asked.undo)?;
    table.set("instances", lua.create_sequence_from(asked.instance.iter().map(String::as_str))?)?;
    table.set("arns", lua.create_sequence_from(asked.arns.iter().map(String::as_str))?)?;
    let tags = lua.create_table()?;
    for (key, value) in &asked.tag {
        tags.set(key.as_str(), value.as_str())?;
    }
    table.set("tags", tags)?;
    Ok(table)
}

fn bug(error: mlua::Error) -> Diagnostic {
    Diagnostic::bug(error.to_string())
}
