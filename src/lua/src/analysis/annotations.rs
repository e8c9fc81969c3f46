//! What the LuaCATS annotations of the standard library say: classes with their fields, functions with their
//! parameters and what they return. The same comments that an editor reads.

use std::collections::BTreeMap;

/// A type as an annotation writes it: alternatives joined by `|`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TypeText(String);

impl TypeText {
    /// The alternatives, without what stands inside brackets.
    fn parts(&self) -> Vec<&str> {
        let (mut parts, mut depth, mut quoted, mut from) = (Vec::new(), 0_i32, false, 0);
        for (at, c) in self.0.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '(' | '<' | '{' | '[' if !quoted => depth += 1,
                ')' | '>' | '}' | ']' if !quoted => depth -= 1,
                '|' if !quoted && depth == 0 => {
                    parts.push(self.0[from..at].trim());
                    from = at + 1;
                }
                _ => {}
            }
        }
        parts.push(self.0[from..].trim());
        parts.into_iter().filter(|p| !p.is_empty()).collect()
    }

    /// The words, where the type is one of a list of words and nothing else.
    pub fn words(&self) -> Option<Vec<&str>> {
        let word = |part: &str| -> Option<(usize, usize)> {
            (part.len() > 1 && part.starts_with('"') && part.ends_with('"'))
                .then_some((1, part.len() - 1))
        };
        let parts: Vec<&str> = self.parts().into_iter().filter(|p| *p != "nil").collect();
        let words: Option<Vec<&str>> =
            parts.iter().map(|p| word(p).map(|(a, b)| &p[a..b])).collect();
        words.filter(|w| !w.is_empty())
    }

    /// The class that a table must be of, where there is exactly one.
    pub fn class(&self) -> Option<&str> {
        let named: Vec<&str> = self
            .parts()
            .into_iter()
            .filter(|p| p.contains('.') && !p.contains(['(', '<', '{', '[', '"']))
            .collect();
        match (named.as_slice(), self.parts().contains(&"table")) {
            ([one], false) => Some(one),
            _ => None,
        }
    }

    /// Whether a constant of this type may stand here; `kind` as [`super::literal::Literal::type_name`] says
    /// it. What is not plain is never refused.
    pub fn takes(&self, kind: &str) -> bool {
        let wanted = kind.trim_start_matches("a ");
        self.parts().iter().any(|part| match part.trim_end_matches('?') {
            "string" => wanted == "string",
            "number" | "integer" => wanted == "number",
            "boolean" | "true" | "false" => wanted == "boolean",
            "table" => wanted == "table",
            "function" => wanted == "function",
            "nil" => false,
            part if part.starts_with('"') => wanted == "string",
            part if part.starts_with("fun(") => wanted == "function" || wanted == "table",
            part if part.starts_with('{') || part.starts_with("table<") || part.ends_with("[]") => {
                wanted == "table"
            }
            _ => true,
        })
    }

    /// The name, where the type is one name and nothing else.
    pub fn name(&self) -> Option<&str> {
        match self.parts().as_slice() {
            [one] if one.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') => Some(one),
            _ => None,
        }
    }

    /// The type as it is written.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// A class.
#[derive(Clone, Debug, Default)]
pub(super) struct Class {
    /// Its fields with their types.
    pub fields: BTreeMap<String, TypeText>,
}

/// A function of a module.
#[derive(Clone, Debug, Default)]
pub(super) struct Signature {
    /// Its parameters in order, with their types where an annotation gives one.
    pub parameters: Vec<TypeText>,
    /// What it returns first.
    pub returns: TypeText,
}

/// The annotations of the library.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    /// Classes by name.
    pub classes: BTreeMap<String, Class>,
    /// Names for types.
    pub aliases: BTreeMap<String, TypeText>,
    /// Functions by the file's variable and name: `migration.new`; by module, see [`Annotations::read`].
    pub functions: BTreeMap<(String, String), Signature>,
}

impl Annotations {
    /// Reads the file of a module.
    pub fn read(&mut self, module: &str, text: &str) {
        let mut class: Option<String> = None;
        let mut alias: Option<String> = None;
        let mut parameters: BTreeMap<String, TypeText> = BTreeMap::new();
        let mut returns = TypeText::default();
        for line in text.lines() {
            let line = line.trim();
            if let Some(rest) = line.strip_prefix("---@alias ") {
                let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                self.aliases.insert(name.to_owned(), TypeText(first_type(rest).to_owned()));
                alias = Some(name.to_owned());
                continue;
            }
            if let Some(rest) = line.strip_prefix("---|") {
                if let Some(known) = alias.as_ref().and_then(|a| self.aliases.get_mut(a)) {
                    let bar = if known.0.is_empty() { "" } else { "|" };
                    known.0 = format!("{}{bar}{}", known.0, first_type(rest));
                }
                continue;
            }
            if let Some(rest) = line.strip_prefix("---@class ") {
                let name = rest.split([' ', ':']).next().unwrap_or_default().to_owned();
                self.classes.entry(name.clone()).or_default();
                class = Some(name);
            } else if let Some(rest) = line.strip_prefix("---@field ") {
                if let Some(class) = class.as_ref().and_then(|c| self.classes.get_mut(c)) {
                    let (name, text) = named(rest);
                    class.fields.insert(name, text);
                }
            } else if let Some(rest) = line.strip_prefix("---@param ") {
                let (name, text) = named(rest);
                parameters.insert(name, text);
            } else if let Some(rest) = line.strip_prefix("---@return ") {
                if returns.0.is_empty() {
                    returns = TypeText(first_type(rest).to_owned());
                }
            } else if line.starts_with("---") {
                continue;
            } else {
                if let Some((name, names)) = function(line) {
                    let parameters = names
                        .iter()
                        .map(|n| parameters.get(n).cloned().unwrap_or_default())
                        .collect();
                    let signature = Signature { parameters, returns: returns.clone() };
                    self.functions.insert((module.to_owned(), name), signature);
                }
                class = None;
                alias = None;
                parameters.clear();
                returns = TypeText::default();
            }
        }
    }
}

/// `name? type text` as name and type.
fn named(rest: &str) -> (String, TypeText) {
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let name = name.trim_end_matches('?').to_owned();
    (name, TypeText(first_type(rest).to_owned()))
}

/// The type that begins a text: up to the blank outside brackets and quotes.
fn first_type(rest: &str) -> &str {
    let rest = rest.trim_start();
    let (mut depth, mut quoted) = (0_i32, false);
    for (at, c) in rest.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '<' | '{' | '[' if !quoted => depth += 1,
            ')' | '>' | '}' | ']' if !quoted => depth -= 1,
            ' ' if !quoted && depth == 0 => {
                // `fun(a): b` goes on after its colon, and `a | b` after its bar.
                let before = rest[..at].chars().next_back();
                let after = rest[at..].trim_start().chars().next();
                if before != Some(':') && before != Some('|') && after != Some('|') {
                    return &rest[..at];
                }
            }
            _ => {}
        }
    }
    rest
}

/// `function module.name(a, b)` as `name` and its parameters; methods and locals are not of interest.
fn function(line: &str) -> Option<(String, Vec<String>)> {
    let rest = line.strip_prefix("function ")?;
    let (name, rest) = rest.split_once('(')?;
    let (_, name) = name.split_once('.')?;
    let (list, _) = rest.split_once(')')?;
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    if !name.chars().all(plain) {
        return None;
    }
    let names = list.split(',').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
    Some((name.to_owned(), names.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_functions_are_read_as_an_editor_does() {
        let text = "---@class a.Options\n---@field name string what\n---@field kind? \"x\"|\"y\" of it\n\
            ---@field f? fun(a: table, b: table): boolean\n---@field list string[]\n\n\
            --- Doc.\n---@param given a.Options\n---@param how? { x: number, y: string }\n---@return a.Thing\n\
            function a.new(given, how)\nend\n";
        let mut all = Annotations::default();
        all.read("a", text);
        let class = &all.classes["a.Options"];
        assert_eq!(class.fields["kind"].words(), Some(vec!["x", "y"]));
        assert_eq!(class.fields["name"].words(), None);
        assert!(class.fields["name"].takes("a string") && !class.fields["name"].takes("a number"));
        assert!(class.fields["f"].takes("a function") && !class.fields["f"].takes("a string"));
        assert!(class.fields["list"].takes("a table") && !class.fields["list"].takes("a string"));
        let new = &all.functions[&("a".to_owned(), "new".to_owned())];
        assert_eq!(new.parameters[0].class(), Some("a.Options"));
        assert_eq!(new.parameters[1].class(), None);
        assert_eq!(new.returns.class(), Some("a.Thing"));
    }
}
