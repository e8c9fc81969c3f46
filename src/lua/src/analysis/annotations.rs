//! What the LuaCATS annotations of the standard library say: classes with their fields, functions with their
//! parameters and what they return. The same comments that an editor reads.

use std::collections::BTreeMap;

/// A type as an annotation writes it: alternatives joined by `|`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TypeText(String);

impl TypeText {
    /// The alternatives, without what stands inside brackets.
    fn parts(&self) -> Vec<&str> {
        split(&self.0, '|')
    }

    /// The class of what it stands for, where there is exactly one.
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

    /// A type as an annotation would write it.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
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
    /// The class that it extends.
    parent: Option<String>,
    /// Whether it has fields under any name, as `[string]` says, or methods.
    open: bool,
}

/// What a table may hold, by its type.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// Its fields; several types where several forms have one of this name.
    pub fields: BTreeMap<String, Vec<TypeText>>,
    /// The types of its items, where it may be a list.
    pub items: Vec<TypeText>,
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
    /// Methods by class and name.
    pub methods: BTreeMap<(String, String), Signature>,
}

impl Annotations {
    /// Reads the file of a module.
    pub fn read(&mut self, module: &str, text: &str) {
        let mut class: Option<String> = None;
        let mut holders: BTreeMap<String, String> = BTreeMap::new();
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
                let rest = rest.strip_prefix("(exact) ").unwrap_or(rest);
                let name = rest.split([' ', ':']).next().unwrap_or_default().to_owned();
                let known = self.classes.entry(name.clone()).or_default();
                if let Some((_, parent)) = rest.split_once(':') {
                    let parent = parent.split_whitespace().next().unwrap_or_default();
                    // Any name, unless the names are written there.
                    known.open |= parent == "table" || parent.starts_with("table<string");
                    known.parent = Some(parent.trim_end_matches(',').to_owned());
                }
                class = Some(name);
            } else if let Some(rest) = line.strip_prefix("---@field ") {
                if let Some(class) = class.as_ref().and_then(|c| self.classes.get_mut(c)) {
                    let (name, text) = named(rest);
                    class.open |= name.starts_with('[');
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
                if let Some((holder, name, names)) = function(line) {
                    let parameters = names
                        .iter()
                        .map(|n| parameters.get(n).cloned().unwrap_or_default())
                        .collect();
                    let signature = Signature { parameters, returns: returns.clone() };
                    match holder {
                        None => {
                            self.functions.insert((module.to_owned(), name), signature);
                        }
                        Some(holder) => {
                            if let Some(class) = holders.get(&holder) {
                                self.methods.insert((class.clone(), name), signature);
                            }
                        }
                    }
                } else if let (Some(class), Some(rest)) = (&class, line.strip_prefix("local "))
                    && let Some((holder, _)) = rest.split_once(" =")
                {
                    holders.insert(holder.to_owned(), class.clone());
                    // An object with methods, for which another may stand in.
                    if let Some(known) = self.classes.get_mut(class) {
                        known.open = true;
                    }
                }
                class = None;
                alias = None;
                parameters.clear();
                returns = TypeText::default();
            }
        }
    }
}

impl Annotations {
    /// The class and those that it extends, the nearest first.
    fn line<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a Class)> {
        let first = self.classes.get_key_value(name).map(|(n, c)| (n.as_str(), c));
        let next = |(_, class): &(&'a str, &'a Class)| {
            let parent = class.parent.as_ref()?;
            self.classes.get_key_value(parent).map(|(n, c)| (n.as_str(), c))
        };
        // A slip in an annotation must not go round for ever.
        std::iter::successors(first, next).take(10)
    }

    /// A method of a class, or of one that it extends.
    pub fn method(&self, class: &str, name: &str) -> Option<&Signature> {
        self.line(class)
            .find_map(|(class, _)| self.methods.get(&(class.to_owned(), name.to_owned())))
    }

    /// What a table of this type may hold; `None` where it may hold anything.
    pub fn shape(&self, text: &TypeText) -> Option<Shape> {
        let mut shape = Shape::default();
        self.gather(text, &mut shape, 0)?;
        (!shape.fields.is_empty() || !shape.items.is_empty()).then_some(shape)
    }

    /// The words that a text of this type must be one of; `None` where it may be any. What is no text
    /// beside them, a table or a number, is nothing to a text.
    pub fn words<'a>(&'a self, text: &'a TypeText) -> Option<Vec<&'a str>> {
        let mut words = Vec::new();
        self.gather_words(text, &mut words, 0)?;
        (!words.is_empty()).then_some(words)
    }

    fn gather_words<'a>(
        &'a self,
        text: &'a TypeText,
        words: &mut Vec<&'a str>,
        depth: u32,
    ) -> Option<()> {
        const OTHERS: [&str; 8] =
            ["number", "integer", "boolean", "nil", "true", "false", "function", "table"];
        for part in text.parts() {
            let part = part.trim_end_matches('?');
            let is_table =
                part.ends_with("[]") || part.starts_with(['{']) || part.starts_with("table<");
            if let Some(word) = part.strip_prefix('"').and_then(|p| p.strip_suffix('"')) {
                words.push(word);
            } else if let Some(alias) = self.aliases.get(part).filter(|_| depth < 5) {
                self.gather_words(alias, words, depth + 1)?;
            } else if !(OTHERS.contains(&part)
                || is_table
                || part.starts_with("fun(")
                || self.classes.contains_key(part))
            {
                return None;
            }
        }
        Some(())
    }

    fn gather(&self, text: &TypeText, shape: &mut Shape, depth: u32) -> Option<()> {
        for part in text.parts() {
            let part = part.trim_end_matches('?');
            let plain =
                ["string", "number", "integer", "boolean", "nil", "true", "false", "function"];
            if plain.contains(&part) || part.starts_with('"') || part.starts_with("fun(") {
                continue;
            }
            if let Some(item) = part.strip_suffix("[]") {
                let item = item.strip_prefix('(').and_then(|i| i.strip_suffix(')')).unwrap_or(item);
                shape.items.push(TypeText(item.to_owned()));
            } else if let Some(inner) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
                inline(inner, shape)?;
            } else if let Some(alias) = self.aliases.get(part).filter(|_| depth < 5) {
                self.gather(alias, shape, depth + 1)?;
            } else {
                // Task settings have checks of their own.
                let known = self.classes.get(part).filter(|_| !part.starts_with("settings."));
                known?;
                for (_, class) in self.line(part) {
                    if class.open || (class.parent.is_none() && class.fields.is_empty()) {
                        return None;
                    }
                    for (name, text) in &class.fields {
                        let types = shape.fields.entry(name.clone()).or_default();
                        // What is nearer stands over what is inherited.
                        if types.is_empty() {
                            types.push(text.clone());
                        }
                    }
                }
            }
        }
        Some(())
    }
}

/// The fields of `{ name: type, other?: type }`; `None` where it is not made of names.
fn inline(text: &str, shape: &mut Shape) -> Option<()> {
    for field in split(text, ',') {
        let (name, text) = field.split_once(':')?;
        let name = bare(name.trim().trim_end_matches('?'));
        if name.is_empty() || name.contains('[') {
            return None;
        }
        shape.fields.entry(name.to_owned()).or_default().push(TypeText(text.trim().to_owned()));
    }
    Some(())
}

/// A name without what `["bulk-max-size"]` has around it.
fn bare(name: &str) -> &str {
    name.strip_prefix("[\"").and_then(|name| name.strip_suffix("\"]")).unwrap_or(name)
}

/// The parts of a text between separators that stand in no bracket and no quotes.
fn split(text: &str, by: char) -> Vec<&str> {
    let (mut parts, mut depth, mut quoted, mut from) = (Vec::new(), 0_i32, false, 0);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '<' | '{' | '[' if !quoted => depth += 1,
            ')' | '>' | '}' | ']' if !quoted => depth -= 1,
            _ if c == by && !quoted && depth == 0 => {
                parts.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// `name? type text` as name and type.
fn named(rest: &str) -> (String, TypeText) {
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let name = bare(name.trim_end_matches('?')).to_owned();
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

/// `function module.name(a, b)` as `name` and its parameters; `function Class:name(a, b)` with the
/// variable before it. Locals are not of interest.
fn function(line: &str) -> Option<(Option<String>, String, Vec<String>)> {
    let rest = line.strip_prefix("function ")?;
    let (name, rest) = rest.split_once('(')?;
    let (holder, name) = match name.split_once(':') {
        Some((holder, name)) => (Some(holder.to_owned()), name),
        None => (None, name.split_once('.')?.1),
    };
    let (list, _) = rest.split_once(')')?;
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    if !name.chars().all(plain) {
        return None;
    }
    let names = list.split(',').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
    Some((holder, name.to_owned(), names.collect()))
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
        assert_eq!(all.words(&class.fields["kind"]), Some(vec!["x", "y"]));
        assert_eq!(all.words(&class.fields["name"]), None);
        assert_eq!(all.words(&TypeText::new("\"x\"|table|a.Options|nil")), Some(vec!["x"]));
        for any in ["\"x\"|string", "any", "\"x\"|T", "table"] {
            assert_eq!(all.words(&TypeText::new(any)), None, "{any}");
        }
        assert!(class.fields["name"].takes("a string") && !class.fields["name"].takes("a number"));
        assert!(class.fields["f"].takes("a function") && !class.fields["f"].takes("a string"));
        assert!(class.fields["list"].takes("a table") && !class.fields["list"].takes("a string"));
        let new = &all.functions[&("a".to_owned(), "new".to_owned())];
        assert_eq!(new.parameters[0].class(), Some("a.Options"));
        assert_eq!(new.parameters[1].class(), None);
        assert_eq!(new.returns.class(), Some("a.Thing"));
    }

    #[test]
    fn the_shape_of_a_table_is_that_of_its_class_and_of_those_it_extends() {
        let text = "---@class a.Base\n---@field at string\n---@field name number\n\n\
            ---@class a.Request: a.Base\n---@field name string\n---@field inner? { deep?: { x: number }, list: a.Base[] }\n\n\
            ---@class a.Free\n---@field [string] any\n\n---@alias a.Either \"one\"|a.Request\n\n\
            ---@class a.Thing: a.Base\nlocal Thing = {}\n\n---@param given a.Request\nfunction Thing:take(given) end\n";
        let mut all = Annotations::default();
        all.read("a", text);
        let names = |text: &str| {
            let shape = all.shape(&TypeText::new(text))?;
            Some(shape.fields.keys().cloned().collect::<Vec<_>>().join(" "))
        };
        assert_eq!(names("a.Request").as_deref(), Some("at inner name"));
        assert_eq!(names("a.Either|string").as_deref(), Some("at inner name"));
        assert_eq!(names("{ deep?: { x: number }, y: string }|nil").as_deref(), Some("deep y"));
        assert_eq!(names("{ [\"a-b\"]?: string }").as_deref(), Some("a-b"));
        for open in ["a.Free", "table", "a.Unknown", "a.Request|table", "{ [string]: number }"] {
            assert_eq!(names(open), None, "{open}");
        }
        let shape = all.shape(&TypeText::new("a.Request")).expect("a shape");
        assert!(shape.fields["name"][0].takes("a string"));
        let list = all.shape(&TypeText::new("(a.Base|string)[]")).expect("a shape");
        assert_eq!(list.items[0].text(), "a.Base|string");
        assert!(all.method("a.Thing", "take").is_some() && all.method("a.Base", "take").is_none());
    }
}
