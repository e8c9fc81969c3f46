//! Annotated Lua as data: the header of a module, its functions, classes and aliases with their comments.
//!
//! It reads by lines, which is enough for code in our style: what a module gives stands at the first
//! column, its comment of `---` lines directly above it.

/// A module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// The name that `require` takes.
    pub name: String,
    /// The file, as people find it: `stdlib/mappings.lua`.
    pub file: String,
    /// The local variable that the module calls itself, such as `map`.
    pub local: String,
    /// The comment at the top of the file, a line each.
    pub header: Vec<String>,
    /// The line at which the header begins.
    pub header_line: u32,
    /// What stands in it, in its order.
    pub items: Vec<Item>,
}

/// Something with a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub sort: Sort,
    /// The table it belongs to, by its local variable; empty for classes and aliases.
    pub owner: String,
    /// Its name; for a class or an alias the type's.
    pub name: String,
    /// `.` or `:` between the two.
    pub method: bool,
    /// The parameters by name.
    pub args: Vec<String>,
    /// The lines of the comment that are no annotation.
    pub doc: Vec<String>,
    /// The annotations, without their dashes: `@param name string what it is`.
    pub tags: Vec<String>,
    /// The comment as it stands, dashes and all.
    pub comment: Vec<String>,
    /// The line of the first line of the comment.
    pub line: u32,
    /// The declaration as it stands, where it is one of a value or a class.
    pub declaration: String,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A function or a method.
    Function,
    /// A field that is no function.
    Value,
    /// A class, with the local table of its methods where there is one.
    Class,
    /// A name for a type.
    Alias,
}

/// What a tag says of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// The name; empty for a result without one.
    pub name: String,
    /// The type.
    pub ty: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it is.
    pub doc: String,
}

impl Item {
    /// Whether the annotation is there.
    pub fn has(&self, tag: &str) -> bool {
        self.tags.iter().any(|t| tag_body(t, tag).is_some())
    }

    /// Whether it is only for our own modules.
    pub fn is_private(&self) -> bool {
        self.has("package") || self.has("private")
    }

    /// The parameters as annotated; those without an annotation have no type.
    pub fn params(&self) -> Vec<Typed> {
        let mut known: Vec<Typed> = self
            .tags
            .iter()
            .filter_map(|t| tag_body(t, "param"))
            .map(|body| typed(body, true))
            .collect();
        for arg in &self.args {
            if !known.iter().any(|k| k.name == *arg) {
                known.push(Typed {
                    name: arg.clone(),
                    ty: String::new(),
                    optional: false,
                    doc: String::new(),
                });
            }
        }
        known
    }

    /// The results as annotated.
    pub fn results(&self) -> Vec<Typed> {
        self.tags.iter().filter_map(|t| tag_body(t, "return")).map(result).collect()
    }

    /// The fields of a class.
    pub fn fields(&self) -> Vec<Typed> {
        let fields = self.tags.iter().filter_map(|t| tag_body(t, "field"));
        let open = fields.filter(|body| {
            !["package ", "private ", "protected "].iter().any(|word| body.starts_with(word))
        });
        open.map(|body| typed(body.strip_prefix("public ").unwrap_or(body), true)).collect()
    }

    /// The line that shows how it is called.
    pub fn signature(&self, owner: &str) -> String {
        let dot = if self.method { ":" } else { "." };
        let params = self.params();
        let shown = self.args.iter().map(|arg| {
            let known = params.iter().find(|p| p.name == *arg);
            match known.filter(|k| !k.ty.is_empty()) {
                Some(k) => format!("{arg}{}: {}", if k.optional { "?" } else { "" }, k.ty),
                None => arg.clone(),
            }
        });
        let args = shown.collect::<Vec<_>>().join(", ");
        let results: Vec<String> = self.results().into_iter().map(|r| r.ty).collect();
        let results =
            if results.is_empty() { String::new() } else { format!(": {}", results.join(", ")) };
        format!("{owner}{dot}{}({args}){results}", self.name)
    }
}

/// The text behind a tag, where the annotation is that tag.
pub fn tag_body<'a>(annotation: &'a str, tag: &str) -> Option<&'a str> {
    let rest = annotation.strip_prefix('@')?.strip_prefix(tag)?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
}

/// Splits `name? type what it is`; types may hold blanks inside brackets, quotes and unions.
fn typed(body: &str, named: bool) -> Typed {
    let (name, rest) =
        if named { body.split_once([' ', '\t']).unwrap_or((body, "")) } else { ("", body) };
    let optional = name.ends_with('?');
    let (ty, doc) = split_type(rest.trim());
    Typed {
        name: name.trim_end_matches('?').to_owned(),
        ty: ty.to_owned(),
        optional: optional || ty.ends_with('?'),
        doc: doc.trim_start_matches('#').trim().to_owned(),
    }
}

/// `type name what it is`: the name is a single word that is followed by nothing or by text, and we
/// write it only where the type is followed by one word, or by a word and `#`.
fn result(body: &str) -> Typed {
    let (ty, rest) = split_type(body);
    let (name, doc) = match rest.split_once('#') {
        Some((name, doc)) => (name.trim(), doc.trim()),
        None if !rest.trim().contains(' ') => (rest.trim(), ""),
        None => ("", rest.trim()),
    };
    Typed {
        name: name.to_owned(),
        ty: ty.to_owned(),
        optional: ty.ends_with('?'),
        doc: doc.to_owned(),
    }
}

/// The type at the start, and the rest.
fn split_type(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let (mut depth, mut quote, mut at) = (0usize, None, 0);
    while at < bytes.len() {
        let byte = bytes[at];
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None => match byte {
                b'"' | b'\'' | b'`' => quote = Some(byte),
                b'(' | b'[' | b'{' | b'<' => depth += 1,
                b')' | b']' | b'}' | b'>' => depth = depth.saturating_sub(1),
                b' ' | b'\t' if depth == 0 && !continues(text, at) => break,
                _ => {}
            },
        }
        at += 1;
    }
    (text[..at].trim(), text[at..].trim())
}

/// Whether a blank inside a type goes on with it: around `|`, behind `fun(…):` and behind a comma of
/// several results.
fn continues(text: &str, at: usize) -> bool {
    let (before, after) = (text[..at].trim_end(), text[at..].trim_start());
    before.ends_with('|')
        || after.starts_with('|')
        || (before.ends_with(':') && before.contains("fun("))
        || (before.ends_with(',') && before.contains("fun("))
}

/// Reads a module.
pub fn parse(name: &str, file: &str, text: &str) -> Module {
    let lines: Vec<&str> = text.lines().collect();
    let mut module = Module { name: name.to_owned(), file: file.to_owned(), ..Module::default() };
    let mut at = 0;
    let mut first = true;
    while at < lines.len() {
        let start = at;
        while at < lines.len() && lines[at].starts_with("---") {
            at += 1;
        }
        let comment = &lines[start..at];
        let next = lines.get(at).copied().unwrap_or("");
        let meta = comment.iter().any(|line| line.starts_with("---@meta"));
        let declares = declaration(next).is_some() || next.starts_with("local ");
        let annotated = comment.iter().any(|l| l.starts_with("---@") && !l.starts_with("---@meta"));
        if !comment.is_empty()
            && first
            && !annotated
            && (start == 0 || meta || !declares || is_self(next, &lines))
        {
            let words: Vec<String> =
                comment.iter().filter(|l| !l.starts_with("---@")).map(|l| body(l)).collect();
            if !words.is_empty() {
                module.header = words;
                let skipped = comment.iter().take_while(|l| l.starts_with("---@")).count();
                module.header_line = number(start + skipped);
                first = false;
            }
        } else if !comment.is_empty() {
            first = false;
            let before = module.items.len();
            items(comment, start, &lines, at, &mut module.items);
            if before == module.items.len() {
                own_table(&mut module, comment, start, next, &lines);
            }
            note_local(&mut module, next);
            at += 1;
        } else {
            if let Some(found) = declaration(&whole(&lines, at)) {
                module.items.push(found.item(&[], at));
            }
            note_local(&mut module, next);
            at += 1;
        }
    }
    let returned = lines.iter().rev().find_map(|line| line.strip_prefix("return "));
    if let Some(local) = returned.and_then(|text| returned_table(text, &lines)) {
        module.local = local;
    }
    header_of_class(&mut module);
    // What has neither a comment nor an owner that the module gives away is its own affair.
    let owners: Vec<String> = module
        .items
        .iter()
        .filter(|item| item.sort == Sort::Class && !item.owner.is_empty())
        .map(|item| item.owner.clone())
        .chain([module.local.clone()])
        .collect();
    module.items.retain(|item| match item.sort {
        Sort::Class | Sort::Alias => true,
        Sort::Function | Sort::Value => {
            let root = item.owner.split('.').next().unwrap_or_default();
            owners.iter().any(|owner| owner == root)
        }
    });
    module
}

/// The table that the last line gives, perhaps inside of a call: `return sealed(map, "mappings")`.
fn returned_table(text: &str, lines: &[&str]) -> Option<String> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    while let Some(start) = rest.find(word) {
        let tail = &rest[start..];
        let end = tail.find(|c| !word(c)).unwrap_or(tail.len());
        let (name, behind) = tail.split_at(end);
        if !behind.starts_with(['.', ':', '('])
            && lines.iter().any(|line| local_table(line) == Some(name))
        {
            return Some(name.to_owned());
        }
        rest = behind;
    }
    None
}

/// Annotations of the module's own table that name no class: a module that is called has an overload.
fn own_table(module: &mut Module, comment: &[&str], start: usize, next: &str, lines: &[&str]) {
    let returned = lines.iter().rev().find_map(|line| line.strip_prefix("return "));
    let own = returned.and_then(|text| returned_table(text, lines));
    if let (Some(local), Some(own)) = (local_table(next), own)
        && local == own
        && comment.iter().any(|line| line.starts_with("---@overload"))
    {
        let mut item = blank(Sort::Class, comment, start);
        item.comment.insert(0, format!("---@class {}", module.name));
        item.name = module.name.clone();
        item.owner = own;
        item.declaration = format!("local {local} = {{}}");
        module.items.push(item);
    }
}

/// The first table of a file is the module's, unless it returns another one.
fn note_local(module: &mut Module, line: &str) {
    if module.local.is_empty()
        && let Some(local) = local_table(line)
    {
        module.local = local.to_owned();
    }
}

/// A module without words of its own at the top has those of its class.
fn header_of_class(module: &mut Module) {
    if !module.header.is_empty() || module.local.is_empty() {
        return;
    }
    let local = &module.local;
    let class = module.items.iter_mut().find(|i| i.sort == Sort::Class && i.owner == *local);
    if let Some(class) = class {
        let skipped = class.comment.iter().take_while(|l| l.starts_with("---@")).count();
        module.header = std::mem::take(&mut class.doc);
        module.header_line = class.line + u32::try_from(skipped).unwrap_or(0);
        class.comment.retain(|line| line.starts_with("---@"));
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// A comment's line without its dashes, and the blank behind them.
fn body(line: &str) -> String {
    let text = line.strip_prefix("---").unwrap_or(line);
    text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned()
}

fn local_table(line: &str) -> Option<&str> {
    let name = line.strip_prefix("local ")?.split_once(" = ")?;
    (name.1.starts_with('{') || name.1.starts_with("setmetatable(")).then_some(name.0)
}

/// The table of a class: one that is written there, or one that a function of another module makes,
/// such as `builder.class "a selection"`.
fn class_table(line: &str) -> Option<&str> {
    local_table(line).or_else(|| {
        let (name, value) = line.strip_prefix("local ")?.split_once(" = ")?;
        let makes =
            value.split_once(".class").is_some_and(|(_, rest)| rest.starts_with([' ', '(']));
        makes.then_some(name)
    })
}

/// Whether a line declares the table that the file returns.
fn is_self(line: &str, lines: &[&str]) -> bool {
    local_table(line).is_some_and(|local| lines.iter().any(|l| *l == format!("return {local}")))
}

/// What a comment stands above, and the classes and aliases in it.
fn items(comment: &[&str], start: usize, lines: &[&str], at: usize, out: &mut Vec<Item>) {
    let next = lines.get(at).copied().unwrap_or("");
    let heads: Vec<usize> = comment
        .iter()
        .enumerate()
        .filter(|(_, l)| l.starts_with("---@class ") || l.starts_with("---@alias "))
        .map(|(index, _)| index)
        .collect();
    if heads.is_empty() {
        let whole = whole(lines, at);
        if let Some(found) = declaration(&whole) {
            out.push(found.item(comment, start));
        }
        return;
    }
    for (index, head) in heads.iter().enumerate() {
        let from = if index == 0 { 0 } else { *head };
        let to = heads.get(index + 1).copied().unwrap_or(comment.len());
        let own = &comment[from..to];
        let tag = body(comment[*head]);
        let (sort, rest) = match tag_body(&tag, "class") {
            Some(rest) => (Sort::Class, rest),
            None => (Sort::Alias, tag_body(&tag, "alias").unwrap_or_default()),
        };
        let rest = rest.strip_prefix("(exact)").unwrap_or(rest).trim();
        let name: String = rest.chars().take_while(|c| !c.is_whitespace() && *c != ':').collect();
        let last = index + 1 == heads.len();
        let owner = if last { class_table(next).unwrap_or_default() } else { "" };
        let mut item = blank(sort, own, start + from);
        item.name = name;
        item.owner = owner.to_owned();
        item.declaration = match next.strip_suffix(" = {}") {
            // A part of the module's own table: `dms.mappings = {}`.
            Some(path) if last && declaration(next).is_some() => format!("{path} = {{}}"),
            _ if owner.is_empty() => String::new(),
            _ => format!("local {owner} = {{}}"),
        };
        out.push(item);
    }
}

/// A declaration that goes over several lines, as one.
fn whole(lines: &[&str], at: usize) -> String {
    let mut text = lines.get(at).copied().unwrap_or("").to_owned();
    if text.starts_with("function ") || text.contains("= function(") {
        for line in lines.iter().skip(at + 1).take(20) {
            if text.contains(')') {
                break;
            }
            text.push(' ');
            text.push_str(line.trim());
        }
    }
    text
}

fn blank(sort: Sort, comment: &[&str], start: usize) -> Item {
    let (mut doc, mut tags): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for line in comment {
        let text = body(line);
        if text.starts_with('@') || (text.starts_with('|') && !tags.is_empty()) {
            tags.push(text);
        } else {
            doc.push(text);
        }
    }
    while doc.last().is_some_and(String::is_empty) {
        doc.pop();
    }
    Item {
        sort,
        owner: String::new(),
        name: String::new(),
        method: false,
        args: Vec::new(),
        doc,
        tags,
        comment: comment.iter().map(|l| (*l).to_owned()).collect(),
        line: number(start),
        declaration: String::new(),
    }
}

struct Declaration<'a> {
    owner: &'a str,
    name: &'a str,
    method: bool,
    args: Option<Vec<String>>,
}

impl Declaration<'_> {
    fn item(&self, comment: &[&str], start: usize) -> Item {
        let sort = if self.args.is_some() { Sort::Function } else { Sort::Value };
        let mut item = blank(sort, comment, start);
        item.owner = self.owner.to_owned();
        item.name = self.name.to_owned();
        item.method = self.method;
        item.args = self.args.clone().unwrap_or_default();
        item
    }
}

/// `function a.b(x)`, `function A:b(x)`, `a.b = function(x)`, `a.b = …`.
fn declaration(line: &str) -> Option<Declaration<'_>> {
    if let Some(rest) = line.strip_prefix("function ") {
        let (path, rest) = rest.split_once('(')?;
        let args = arguments(rest);
        let at = path.rfind(['.', ':'])?;
        let method = path.as_bytes()[at] == b':';
        return Some(Declaration {
            owner: &path[..at],
            name: &path[at + 1..],
            method,
            args: Some(args),
        });
    }
    let (path, value) = line.split_once(" = ")?;
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    if path.is_empty() || !path.chars().all(word) || path.starts_with(char::is_whitespace) {
        return None;
    }
    let at = path.rfind('.')?;
    let args = value.strip_prefix("function(").map(arguments);
    Some(Declaration { owner: &path[..at], name: &path[at + 1..], method: false, args })
}

fn arguments(text: &str) -> Vec<String> {
    let inner = text.split(')').next().unwrap_or_default();
    inner.split(',').map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "--- Rules as code.\n---\n---     local map = require \"map\"\n\nlocal map = {}\n\nlocal LIMIT = 3\n\n--- A document.\n---@class map.Document\n---@field rules table[] in order\n---@field package secret integer\nlocal Document = {}\n\n--- Takes tables.\n---@param name string|table `\"a.b\"`\n---@param options? {pretty: boolean, wide: integer} how\n---@return map.Document document\nfunction map.include(name, options)\n\treturn name\nend\n\n---@param f fun(x: integer): string, string\nlocal function own(f) end\n\nfunction Document:json()\nend\n\n--- Three.\nmap.limit = LIMIT\n\nlocal META = {}\n\nfunction META.__call() end\n\nreturn setmetatable(map, META)\n";

    #[test]
    fn a_module_is_what_it_gives() {
        let module = parse("map", "map.lua", TEXT);
        assert_eq!(module.header[0], "Rules as code.");
        assert_eq!((module.local.as_str(), module.header_line), ("map", 1));
        let names: Vec<String> =
            module.items.iter().map(|i| format!("{} {}", i.owner, i.name)).collect();
        assert_eq!(names, ["Document map.Document", "map include", "Document json", "map limit"]);
        assert_eq!(module.items[0].fields().len(), 1);
        let include = &module.items[1];
        assert_eq!(include.doc, ["Takes tables."]);
        assert_eq!(
            include.signature("map"),
            "map.include(name: string|table, options?: {pretty: boolean, wide: integer}): map.Document"
        );
        assert_eq!(include.params()[1].doc, "how");
    }

    #[test]
    fn types_end_where_words_begin() {
        assert_eq!(
            split_type("fun(a: integer, b?: string): boolean, string what"),
            ("fun(a: integer, b?: string): boolean, string", "what")
        );
        assert_eq!(split_type("\"a b\"|\"c\" which"), ("\"a b\"|\"c\"", "which"));
        assert_eq!(split_type("table<string, integer>? of x"), ("table<string, integer>?", "of x"));
    }
}
