//! The history: whole entries, in a file that only the user can read, without secrets.

use super::lexer::{self, Kind};
use dmsrun_base::{Redactor, confidential};
use dmsrun_diag::secrets::names_secret;
use std::path::PathBuf;

/// How many entries are kept.
pub const LENGTH: usize = 10_000;

/// Where the history lives; `None` where the user has no home.
pub fn file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(set("HOME")?.join(".local/state")))?;
    Some(state.join("dmsrun").join("history"))
}

/// Whether an entry holds, or may hold, a secret: one that is known, or a text that is given to
/// something named like one.
pub fn is_secret(entry: &str, redactor: &Redactor) -> bool {
    redactor.scrub(entry) != entry || looks_secret(entry)
}

fn looks_secret(entry: &str) -> bool {
    let tokens: Vec<(Kind, &str)> = lexer::tokens(entry)
        .iter()
        .filter(|t| t.counts())
        .map(|t| (t.kind, t.text(entry)))
        .collect();
    let tool = Tool::of(entry);
    tokens.iter().enumerate().any(|(at, (kind, text))| {
        let (before, rest) = (&tokens[..at], &tokens[at + 1..]);
        let named = matches!(kind, Kind::Name | Kind::Text) && names_secret(text);
        (named && (is_given_a_text(rest) || is_called_with_a_text(before, text, rest)))
            || (*text == "secret" && makes_a_secret(rest))
            || (*kind == Kind::Text && (has_userinfo(text) || tool.shows_in(text)))
    })
}

/// A program that takes its password as an argument, where an entry speaks of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    /// `-pPASSWORD`
    Mysql,
    /// `user/PASSWORD@place`
    Oracle,
    /// `-u user:PASSWORD`
    Curl,
    Other,
}

impl Tool {
    fn of(entry: &str) -> Self {
        let has = |names: &[&str]| names.iter().any(|name| entry.contains(name));
        if has(&["mysql", "mariadb"]) {
            Self::Mysql
        } else if has(&["sqlplus", "sqlldr", "expdp", "impdp", "rman"]) {
            Self::Oracle
        } else if has(&["curl", "wget"]) {
            Self::Curl
        } else {
            Self::Other
        }
    }

    fn shows_in(self, text: &str) -> bool {
        let mut words = text.split(['"', '\'', ' ']).filter(|word| !word.is_empty());
        match self {
            Self::Mysql => words.any(|word| word.starts_with("-p") && word.len() > 2),
            Self::Oracle => {
                words.any(|word| word.contains('/') && !word.starts_with(['/', '@', '.']))
            }
            Self::Curl => words.any(|word| {
                let pair = word.split_once(':');
                pair.is_some_and(|(user, rest)| !user.is_empty() && !rest.starts_with("//"))
            }),
            Self::Other => false,
        }
    }
}

/// `set_password("…")`, and `"--password", "…"`; what reads a secret, such as `prompt.secret "…"`, is
/// called with a question.
fn is_called_with_a_text(before: &[(Kind, &str)], text: &str, rest: &[(Kind, &str)]) -> bool {
    let flag = text.trim_start_matches(['"', '\'']).starts_with('-');
    let reads = text == "secret" || matches!(before, [.., (_, "secret"), (_, ".")]);
    match rest {
        [(_, ","), (Kind::Text, _), ..] => flag,
        [(_, "("), (Kind::Text, _), ..] | [(Kind::Text, _), ..] => !flag && !reads,
        _ => false,
    }
}

/// `= "…"`, also behind the bracket of `["password"]`, and joined from pieces; what a function gives
/// is no text here.
fn is_given_a_text(rest: &[(Kind, &str)]) -> bool {
    let rest = rest.strip_prefix(&[(Kind::Symbol, "]")]).unwrap_or(rest);
    let [(_, "="), value @ ..] = rest else { return false };
    let mut before = Kind::Symbol;
    for (kind, text) in value {
        match kind {
            Kind::Text if before != Kind::Name => return text.len() > 2,
            Kind::Symbol if *text != ".." && *text != "." => return false,
            _ => before = *kind,
        }
    }
    false
}

/// `.new "…"` or `.new("…")`.
fn makes_a_secret(rest: &[(Kind, &str)]) -> bool {
    let [(_, "."), (_, "new"), argument @ ..] = rest else { return false };
    argument.iter().find(|(_, text)| *text != "(").is_some_and(|(kind, _)| *kind == Kind::Text)
}

/// `scheme://user:password@host` in a text.
fn has_userinfo(text: &str) -> bool {
    !confidential::inner_secrets(text).is_empty()
        || text.split_once("://").is_some_and(|(_, rest)| {
            let authority = rest.split('/').next().unwrap_or_default();
            authority.split_once('@').is_some_and(|(user, _)| user.contains(':'))
        })
        || text.to_ascii_lowercase().contains("password=")
        || text.to_ascii_lowercase().contains("pwd=")
        || ["bearer ", "basic "]
            .iter()
            .any(|word| text.trim_start_matches(['"', '\'']).to_ascii_lowercase().starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_stays_out() {
        for entry in [
            "aws.dms.create_endpoint{ password = \"geheim\" }",
            "db_password = 'x1y2z3'",
            "t = { [\"password\"] = \"abc\" }",
            "s = secret.new \"abc\"",
            "f('mysql://root:pw@db/x')",
            "extra = 'user=a;password=b'",
            "set_password('abc')",
            "run { \"mysql\", \"-pgeheim\" }",
            "process.run('mysql -u root -pgeheim -e \"select 1\"')",
            "process.run { 'sqlplus', 'system/geheim@db' }",
            "process.run { 'curl', '-u', 'admin:geheim', 'http://x' }",
            "run { '--password', 'abc' }",
            "sql(\"ALTER USER 'x' IDENTIFIED BY 'geheim'\")",
            "http.request { headers = { Authorization = 'Bearer abc' } }",
        ] {
            assert!(looks_secret(entry), "{entry}");
        }
    }

    #[test]
    fn what_only_speaks_of_secrets_is_kept() {
        for entry in [
            "password = secret.env \"DB_PASSWORD\"",
            "x = secret.aws { name = 'orders/source' }",
            "tasks()",
            "f('https://example.com/a')",
            "print(password)",
            "p = prompt.secret \"Password?\"",
            "secret.is_name('password')",
            "process.run { 'mysql', '-h', 'db', '-e', 'select 1' }",
            "process.run { 'curl', '-s', 'https://example.com/a' }",
        ] {
            assert!(!looks_secret(entry), "{entry}");
        }
    }

    #[test]
    fn a_secret_that_was_seen_stays_out_wherever_it_stands() {
        let redactor = Redactor::new();
        redactor.learn("hunter22");
        assert!(is_secret("print('hunter22')", &redactor));
    }
}
