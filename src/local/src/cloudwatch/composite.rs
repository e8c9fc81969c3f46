//! The rules of composite alarms: read, and worked out from the states of the alarms they look at.

use super::Region;

/// Nesting that is followed; deeper rules are refused.
const MOST_DEPTH: usize = 100;

/// The rule of a composite alarm.
#[derive(Debug, PartialEq)]
pub(super) enum Rule {
    /// An alarm, by name, in a state.
    Is(&'static str, String),
    Always(bool),
    Not(Box<Rule>),
    All(Vec<Rule>),
    Any(Vec<Rule>),
}

/// The name of an alarm that is given by name or by ARN.
pub(super) fn name_of(text: &str) -> &str {
    match text.starts_with("arn:") {
        true => text.split_once(":alarm:").map_or(text, |(_, name)| name),
        false => text,
    }
}

impl Rule {
    /// Reads a rule; gives what is wrong with it otherwise.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: text };
        let rule = reader.any(0)?;
        match reader.rest.trim_start() {
            "" => Ok(rule),
            rest => Err(format!("unexpected {rest:?}")),
        }
    }

    /// Whether it holds, given the state of each alarm.
    pub fn holds<'a>(&self, state: &dyn Fn(&str) -> &'a str) -> bool {
        match self {
            Self::Is(wanted, name) => state(name) == *wanted,
            Self::Always(value) => *value,
            Self::Not(rule) => !rule.holds(state),
            Self::All(rules) => rules.iter().all(|rule| rule.holds(state)),
            Self::Any(rules) => rules.iter().any(|rule| rule.holds(state)),
        }
    }

    /// The alarms that it looks at, each once.
    pub fn alarms(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.collect(&mut names);
        names
    }

    fn collect(&self, names: &mut Vec<String>) {
        match self {
            Self::Is(_, name) if !names.contains(name) => names.push(name.clone()),
            Self::Not(rule) => rule.collect(names),
            Self::All(rules) | Self::Any(rules) => rules.iter().for_each(|r| r.collect(names)),
            _ => {}
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Takes a word of letters, when it is this one.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
        match rest.strip_prefix(word) {
            Some(after) if !after.starts_with(is_letter) => {
                self.rest = after;
                true
            }
            _ => false,
        }
    }

    fn sign(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(sign) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    fn any(&mut self, depth: usize) -> Result<Rule, String> {
        let mut rules = vec![self.all(depth)?];
        while self.word("OR") {
            rules.push(self.all(depth)?);
        }
        Ok(if rules.len() == 1 { rules.remove(0) } else { Rule::Any(rules) })
    }

    fn all(&mut self, depth: usize) -> Result<Rule, String> {
        let mut rules = vec![self.one(depth)?];
        while self.word("AND") {
            rules.push(self.one(depth)?);
        }
        Ok(if rules.len() == 1 { rules.remove(0) } else { Rule::All(rules) })
    }

    fn one(&mut self, depth: usize) -> Result<Rule, String> {
        if depth > MOST_DEPTH {
            return Err("too deeply nested".into());
        } else if self.word("NOT") {
            return Ok(Rule::Not(Box::new(self.one(depth + 1)?)));
        } else if self.sign('(') {
            let rule = self.any(depth + 1)?;
            return if self.sign(')') { Ok(rule) } else { Err("a parenthesis is open".into()) };
        } else if self.word("TRUE") {
            return Ok(Rule::Always(true));
        } else if self.word("FALSE") {
            return Ok(Rule::Always(false));
        }
        for state in ["INSUFFICIENT_DATA", "ALARM", "OK"] {
            if self.word(state) {
                let name = self.argument().ok_or_else(|| format!("no alarm after {state}"))?;
                return Ok(Rule::Is(state, name_of(name).to_owned()));
            }
        }
        Err(format!("unexpected {:?}", self.rest.trim_start()))
    }

    /// The name between parentheses, quoted or not.
    fn argument(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start().strip_prefix('(')?.trim_start();
        let (name, after) = match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].split_once(quote)?,
            _ => {
                let end = rest.find(')')?;
                (rest[..end].trim_end(), &rest[end..])
            }
        };
        self.rest = after.trim_start().strip_prefix(')')?;
        (!name.is_empty()).then_some(name)
    }
}

impl Region {
    /// Whether there is an alarm of this name, of either sort.
    pub fn knows(&self, name: &str) -> bool {
        self.alarms.contains_key(name) || self.composites.contains_key(name)
    }

    /// Whether a composite alarm other than `beside` looks at the alarm.
    pub fn is_used(&self, name: &str, beside: &[&str]) -> bool {
        self.composites.iter().filter(|(other, _)| !beside.contains(&other.as_str())).any(
            |(_, alarm)| {
                let rule = Rule::parse(alarm["AlarmRule"].as_str().unwrap_or_default());
                rule.is_ok_and(|rule| rule.alarms().iter().any(|one| one == name))
            },
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn state(name: &str) -> &'static str {
        match name {
            "a" | "two words" => "ALARM",
            "b" => "OK",
            _ => "INSUFFICIENT_DATA",
        }
    }

    #[test]
    fn rules_hold_by_the_states_of_their_alarms() {
        for (text, holds) in [
            ("ALARM(a)", true),
            ("ALARM(\"two words\")", true),
            ("ALARM('a') AND OK( b )", true),
            ("ALARM(b) OR INSUFFICIENT_DATA(c)", true),
            ("NOT ALARM(a)", false),
            ("ALARM(b) AND ALARM(b) OR ALARM(a)", true),
            ("ALARM(b) AND (ALARM(b) OR ALARM(a))", false),
            ("NOT (ALARM(a) AND FALSE)", true),
            ("ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a)", true),
        ] {
            assert_eq!(Rule::parse(text).unwrap().holds(&state), holds, "{text}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in [
            "",
            "ALARM",
            "ALARM()",
            "ALARM(a",
            "ALARM(a) ALARM(b)",
            "ALARM(a) AND",
            "a",
            "(ALARM(a)",
        ] {
            assert!(Rule::parse(text).is_err(), "{text}");
        }
        assert!(Rule::parse(&"(".repeat(100_000)).is_err());
    }

    #[test]
    fn the_alarms_of_a_rule_are_told_once() {
        let rule = Rule::parse("ALARM(a) OR NOT (OK(b) AND ALARM(\"a\"))").unwrap();
        assert_eq!(rule.alarms(), ["a", "b"]);
    }
}
