//! The history: whole entries, in a file that only the user can read, without secrets.

use super::lexer::{self, Kind};
use dmsrun_base::Redactor;
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
    tokens.iter().enumerate().any(|(at, (kind, text))| {
        let rest = &tokens[at + 1..];
        let named = matches!(kind, Kind::Name | Kind::Text) && names_secret(text);
        (named && is_given_a_text(rest))
            || (*text == "secret" && makes_a_secret(rest))
            || (*kind == Kind::Text && has_userinfo(text))
    })
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
    text.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split('/').next().unwrap_or_default();
        authority.split_once('@').is_some_and(|(user, _)| user.contains(':'))
    }) || text.to_ascii_lowercase().contains("password=")
        || text.to_ascii_lowercase().contains("pwd=")
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
