//! The options of the host: they stand before a script, and on the verb line of a migration as well.

use clap::{Arg, ArgMatches, Args, Command, ValueEnum, parser::ValueSource};
use dmsrun_base::{Map, Value};
use std::path::PathBuf;

// The headings of the help.
const AWS: &str = "AWS";
const LOCAL: &str = "The AWS inside the binary";
const CHANGES: &str = "Before something is changed";

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The options that every script and command understands.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// Use the AWS inside the binary, kept in .dmsrun/local or in DIR.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = ".dmsrun/local", help_heading = LOCAL)]
    pub local: Option<PathBuf>,

    /// On the local AWS, let virtual time run N times as fast as real time (default: as fast as it goes).
    #[arg(long, value_name = "N", help_heading = LOCAL)]
    pub speed: Option<f64>,

    /// On the local AWS, the seed of everything that chance decides.
    #[arg(long, value_name = "N", help_heading = LOCAL)]
    pub seed: Option<u64>,

    /// On the local AWS, a fault to rehearse, such as dms:CreateEndpoint#1=ThrottlingException; may be
    /// given several times.
    ///
    /// #1 is the first call, #2+ the second and all later ones, %0.1 one in ten.
    /// Instead of a code: drop (performed, not answered), `fail-after CODE` (performed, answered with the
    /// code), offline (reaches nobody), `delay 30`, `jitter 3`, `stale 10`, kill, kill-after. For all
    /// operations: *, mutating, reading.
    #[arg(long, value_name = "FAULT", value_parser = crate::faults::checked, help_heading = LOCAL)]
    pub fault: Vec<String>,

    /// The profile of the AWS configuration (AWS_PROFILE).
    #[arg(long, value_name = "NAME", help_heading = AWS)]
    pub profile: Option<String>,

    /// The AWS region (AWS_REGION).
    #[arg(long, value_name = "REGION", help_heading = AWS)]
    pub region: Option<String>,

    /// Where to send the calls instead of AWS, such as http://127.0.0.1:5000 (AWS_ENDPOINT_URL).
    #[arg(long, value_name = "URL", value_parser = url, help_heading = AWS)]
    pub endpoint_url: Option<String>,

    /// Refuse every call that is not a read.
    #[arg(long, help_heading = AWS)]
    pub read_only: bool,

    /// Send no call that is not a read.
    #[arg(long, help_heading = AWS)]
    pub dry_run: bool,

    /// Print each AWS call with its duration, request id and parameters.
    #[arg(long, help_heading = AWS)]
    pub trace: bool,

    /// Answer yes to questions, but never to the loss of data: that is --allow.
    #[arg(short, long, help_heading = CHANGES)]
    pub yes: bool,

    /// Allow beforehand what loses data: destroy, replace, reload, twice, position; or what is asked
    /// about: stop, iam, network, public, encryption, forget, password.
    #[arg(long, value_name = "WHAT", value_delimiter = ',', help_heading = CHANGES)]
    pub allow: Vec<String>,

    /// What is asked about before it is done; the loss of data always is. Given, the local AWS asks too.
    #[arg(long, value_name = "WHAT", value_parser = ["never", "risky", "any"], help_heading = CHANGES)]
    pub require_approval: Option<String>,

    /// Break the lock of this id, as the refusal names it, of a run that is gone.
    #[arg(long, value_name = "ID", help_heading = CHANGES)]
    pub force_unlock: Option<String>,

    /// Print data as JSON.
    #[arg(long)]
    pub json: bool,

    /// End with 2 when a plan has changes.
    #[arg(long, help_heading = CHANGES)]
    pub detailed_exitcode: bool,

    /// Set a key of the configuration; may be given several times.
    #[arg(short = 'c', value_name = "KEY=VALUE")]
    pub config: Vec<String>,

    /// Read the standard library from DIR instead of the binary.
    #[arg(long, value_name = "DIR", value_parser = folder)]
    pub stdlib: Option<PathBuf>,

    /// When to colour.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub color: Color,
}

/// The options that a command of dmsrun has a use for. What it would pass over is refused: nobody shall
/// think that a fault was rehearsed, or a loss allowed.
pub fn used_by(command: &str) -> Vec<&'static str> {
    const EVERYWHERE: &[&str] = &["color"];
    const EVALUATES: &[&str] = &["local", "profile", "region", "json", "config", "stdlib"];
    let own: &[&str] = match command {
        // They act in an account.
        "adopt" | "repl" => {
            return all().into_iter().filter(|name| *name != "detailed_exitcode").collect();
        }
        "check" | "mappings" => EVALUATES,
        "test" => &["local", "speed", "seed", "trace", "config", "stdlib"],
        "doc" => &["stdlib", "json", "seed"],
        "types" | "init" | "completions" => &["stdlib"],
        "local" => &["local"],
        _ => &[],
    };
    own.iter().chain(EVERYWHERE).copied().collect()
}

/// The names of all options, as `clap` calls them.
pub fn all() -> Vec<&'static str> {
    vec![
        "local",
        "speed",
        "seed",
        "fault",
        "profile",
        "region",
        "endpoint_url",
        "read_only",
        "dry_run",
        "trace",
        "yes",
        "allow",
        "require_approval",
        "force_unlock",
        "json",
        "detailed_exitcode",
        "config",
        "stdlib",
        "color",
    ]
}

/// Whether a command passes over an option of the host.
fn is_unused(command: &str, option: &str) -> bool {
    all().contains(&option) && !used_by(command).contains(&option)
}

/// The command line of a command without the options that mean nothing to it: they are hidden, and
/// [`unused`] finds them.
pub fn narrowed(line: Command, command: &str) -> Command {
    let line = line.mut_args(|arg| {
        let hide = is_unused(command, arg.get_id().as_str());
        if hide { arg.hide(true) } else { arg }
    });
    let inner: Vec<String> = line.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    inner.into_iter().fold(line, |line, name| line.mut_subcommand(name, |c| narrowed(c, command)))
}

/// The first option on a line that means nothing to its command, as it is written.
pub fn unused(line: &Command, matches: &ArgMatches, command: &str) -> Option<String> {
    let given = |arg: &&Arg| {
        let id = arg.get_id().as_str();
        is_unused(command, id) && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    let found = line.get_arguments().find(given).map(written);
    found.or_else(|| {
        let (name, matches) = matches.subcommand()?;
        unused(line.find_subcommand(name)?, matches, command)
    })
}

/// An option as it is written: `--fault`, or `-c`.
pub fn written(arg: &Arg) -> String {
    match (arg.get_long(), arg.get_short()) {
        (Some(long), _) => format!("--{long}"),
        (None, Some(short)) => format!("-{short}"),
        (None, None) => arg.get_id().to_string(),
    }
}

/// A place that calls can be sent to: the SDK would fail at the first call, with the whole request.
fn url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let Some(rest) = rest else {
        let bare = text.rsplit("://").next().unwrap_or(text).trim_start_matches('/');
        return Err(format!("a URL begins with http:// or https://; did you mean http://{bare}?"));
    };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    // The port stands behind the brackets of an address such as [::1].
    let port = host.rsplit(']').next().and_then(|end| end.rsplit_once(':'));
    if host.is_empty() || host.starts_with(':') || text.contains(char::is_whitespace) {
        return Err("it names no host, as in http://127.0.0.1:5000".to_owned());
    }
    match port {
        Some((_, port)) if port.parse::<u16>().is_err() => {
            Err(format!("\"{port}\" is no port, which is a number up to 65535"))
        }
        _ => Ok(text.to_owned()),
    }
}

/// The folder of a standard library.
fn folder(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.is_dir() {
        true => Ok(path),
        false => Err("there is no such folder; the library is read from a copy of it".to_owned()),
    }
}

impl Options {
    /// These options with those of a verb line laid over them.
    pub fn overlaid(&self, over: Self) -> Self {
        Self {
            local: over.local.or_else(|| self.local.clone()),
            speed: over.speed.or(self.speed),
            seed: over.seed.or(self.seed),
            fault: [self.fault.clone(), over.fault].concat(),
            profile: over.profile.or_else(|| self.profile.clone()),
            region: over.region.or_else(|| self.region.clone()),
            endpoint_url: over.endpoint_url.or_else(|| self.endpoint_url.clone()),
            read_only: over.read_only || self.read_only,
            dry_run: over.dry_run || self.dry_run,
            trace: over.trace || self.trace,
            yes: over.yes || self.yes,
            allow: [self.allow.clone(), over.allow].concat(),
            require_approval: over.require_approval.or_else(|| self.require_approval.clone()),
            force_unlock: over.force_unlock.or_else(|| self.force_unlock.clone()),
            json: over.json || self.json,
            detailed_exitcode: over.detailed_exitcode || self.detailed_exitcode,
            config: [self.config.clone(), over.config].concat(),
            stdlib: over.stdlib.or_else(|| self.stdlib.clone()),
            color: if over.color == Color::Auto { self.color } else { over.color },
        }
    }

    /// `host.options`, as Lua sees them.
    pub fn to_value(&self) -> Value {
        let config = self.config.iter().map(|pair| {
            let (key, text) = pair.split_once('=').unwrap_or((pair, ""));
            (key.trim().to_owned(), Value::from(text))
        });
        let mut map = Map::from([
            ("local".to_owned(), Value::from(self.local.is_some())),
            ("read_only".to_owned(), Value::from(self.read_only)),
            ("dry_run".to_owned(), Value::from(self.dry_run)),
            ("trace".to_owned(), Value::from(self.trace)),
            ("yes".to_owned(), Value::from(self.yes)),
            ("allow".to_owned(), Value::from(self.allow.clone())),
            ("json".to_owned(), Value::from(self.json)),
            ("detailed_exitcode".to_owned(), Value::from(self.detailed_exitcode)),
            ("config".to_owned(), Value::Map(config.collect())),
        ]);
        if let Some(dir) = &self.local {
            map.insert("local_dir".to_owned(), Value::from(dir.to_string_lossy().into_owned()));
        }
        for (key, value) in [
            ("profile", &self.profile),
            ("region", &self.region),
            ("endpoint_url", &self.endpoint_url),
            ("require_approval", &self.require_approval),
            ("force_unlock", &self.force_unlock),
        ] {
            if let Some(text) = value {
                map.insert(key.to_owned(), Value::from(text.as_str()));
            }
        }
        Value::Map(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_options_is_complete() {
        let line = Options::augment_args(Command::new("x"));
        let mut names: Vec<&str> = line.get_arguments().map(|arg| arg.get_id().as_str()).collect();
        let mut listed = all();
        names.sort_unstable();
        listed.sort_unstable();
        assert_eq!(names, listed);
    }

    #[test]
    fn an_endpoint_without_a_scheme_is_refused_where_it_is_written() {
        for (text, part) in [
            ("127.0.0.1:1", "did you mean http://127.0.0.1:1?"),
            ("localhost", "did you mean http://localhost?"),
            ("ftp://x", "did you mean http://x?"),
            ("http:/x", "begins with http://"),
            ("http://", "names no host"),
            ("http://:80", "names no host"),
            ("http://a b", "names no host"),
            ("http://a:99999", "no port"),
        ] {
            let error = url(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
        for text in
            ["http://127.0.0.1:5000", "https://[::1]:4566/x", "http://moto", "https://a/b?c"]
        {
            assert!(url(text).is_ok(), "{text}");
        }
    }
}
