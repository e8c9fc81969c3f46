//! Lua source text: values and method chains, laid out as the formatter of the standard library
//! does: tabs, 100 columns, double quotes.

use serde_json::Value;

const WIDTH: usize = 100;
/// How wide the formatter takes a tab to be.
const TAB: usize = 4;

/// A value in Lua source.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lua {
    /// Source as it is: a number, a boolean, a text in quotes.
    Word(String),
    /// A table: items without a name, fields with one.
    Table(Vec<(Option<String>, Lua)>),
    /// A call of a function with a table: `json.array {}`.
    Call(&'static str, Box<Lua>),
}

/// A method of a chain.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub method: &'static str,
    pub args: Vec<Lua>,
}

/// A builder with its methods: `map.table "s.t":rename "u":lobs "task"`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chain {
    pub function: &'static str,
    pub args: Vec<Lua>,
    pub calls: Vec<Call>,
}

impl Lua {
    pub fn text_of(text: &str) -> Self {
        Self::Word(quoted(text))
    }

    /// A text that DMS takes for a number, as one where that loses nothing.
    pub fn scalar(text: &str) -> Self {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = (1..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && (digits == text || digits != "0")
            && (digits == "0" || !digits.starts_with('0'));
        if plain { Self::Word(text.to_owned()) } else { Self::text_of(text) }
    }

    pub fn number(number: i64) -> Self {
        Self::Word(number.to_string())
    }

    /// A list of texts; one alone stands for itself.
    pub fn texts(list: &[String]) -> Self {
        match list {
            [one] => Self::text_of(one),
            _ => Self::Table(list.iter().map(|t| (None, Self::text_of(t))).collect()),
        }
    }

    pub fn list(items: impl Iterator<Item = Self>) -> Self {
        Self::Table(items.map(|i| (None, i)).collect())
    }

    pub fn fields<'k>(fields: impl IntoIterator<Item = (&'k str, Self)>) -> Self {
        Self::Table(fields.into_iter().map(|(k, v)| (Some(k.to_owned()), v)).collect())
    }

    /// JSON as Lua; nulls in objects are left out.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Word("nil".to_owned()),
            Value::Bool(value) => Self::Word(value.to_string()),
            Value::Number(number) => Self::Word(number.to_string()),
            Value::String(text) => Self::text_of(text),
            Value::Array(list) if list.is_empty() => {
                Self::Call("json.array", Box::new(Self::Table(Vec::new())))
            }
            Value::Array(list) => Self::list(list.iter().map(Self::of)),
            Value::Object(map) => {
                let there = map.iter().filter(|(_, v)| !v.is_null());
                Self::Table(there.map(|(k, v)| (Some(k.clone()), Self::of(v))).collect())
            }
        }
    }

    fn flat(&self) -> String {
        match self {
            Self::Word(word) => word.clone(),
            Self::Call(function, arg) => format!("{function} {}", arg.flat()),
            Self::Table(fields) if fields.is_empty() => "{}".to_owned(),
            Self::Table(fields) => {
                let items: Vec<String> =
                    fields.iter().map(|(k, v)| format!("{}{}", key(k), v.flat())).collect();
                format!("{{ {} }}", items.join(", "))
            }
        }
    }

    /// The value at an indentation, with `after` columns needed behind it on its line.
    pub fn text(&self, indent: usize, after: usize) -> String {
        self.laid_out(indent, indent * TAB, after)
    }

    /// The same where the line is filled up to a column already.
    fn laid_out(&self, indent: usize, column: usize, after: usize) -> String {
        let flat = self.flat();
        let Self::Table(fields) = self else { return flat };
        if column + flat.len() + after <= WIDTH || fields.is_empty() {
            return flat;
        }
        let tabs = "\t".repeat(indent + 1);
        let mut out = "{\n".to_owned();
        for (k, v) in fields {
            let key = key(k);
            let column = (indent + 1) * TAB + key.len();
            out.push_str(&format!("{tabs}{key}{},\n", v.laid_out(indent + 1, column, 1)));
        }
        out.push_str(&"\t".repeat(indent));
        out.push('}');
        out
    }
}

impl Chain {
    /// Whether the next builder, of the same object, may be one with this one.
    pub fn takes(&self, next: &Self) -> bool {
        let same = self.function == next.function && self.args == next.args;
        let calls = |chain: &Self, methods: &[&str]| {
            chain.calls.iter().any(|c| methods.contains(&c.method))
        };
        // The settings of one builder are one rule, a change of type is put before the masks of its
        // builder, and a type in the locator counts for all rules of its builder.
        let settings = &["parallel_load", "lobs"];
        let masks = &["mask_digits", "mask_random", "mask_hash"];
        let typed = |chain: &Self| {
            chain.calls.iter().find(|c| c.method == "of_type").map(|c| c.args.clone())
        };
        // A selection is one rule.
        let chains = matches!(self.function, "map.schema" | "map.table" | "map.column");
        same && chains
            && !(calls(self, settings) && calls(next, settings))
            && !(calls(self, masks) && calls(next, &["type"]))
            && typed(self).is_none()
            && typed(next).is_none()
    }

    /// The chain at an indentation, on one line where it fits.
    pub fn text(&self, indent: usize) -> String {
        let head = call(self.function, &self.args, indent, indent * TAB);
        let flat: String = self
            .calls
            .iter()
            .map(|c| call(&format!(":{}", c.method), &c.args, indent, 0))
            .collect();
        let line = format!("{head}{flat}");
        // One call may break its table; several stand below each other.
        let width = |text: &str| text.len() + indent * TAB + 1;
        if !line.contains('\n') && width(&line) <= WIDTH {
            return line;
        }
        if let ([one], true) = (self.calls.as_slice(), head.contains('\n')) {
            let text = call(&format!(":{}", one.method), &one.args, indent, 0);
            return format!("{head}{text}");
        }
        let table_last = |c: &Call| matches!(c.args.last(), Some(Lua::Table(_)));
        if let ([one], true) = (self.calls.as_slice(), self.calls.iter().all(table_last)) {
            let method = format!(":{}", one.method);
            let column = indent * TAB + head.len();
            let text = call(&method, &one.args, indent, column);
            let first = text.lines().next().unwrap_or_default();
            if text.contains('\n') && column + first.len() <= WIDTH {
                return format!("{head}{text}");
            }
        }
        let tabs = "\t".repeat(indent + 1);
        let calls = self.calls.iter().map(|c| {
            let method = format!(":{}", c.method);
            let text = call(&method, &c.args, indent + 1, (indent + 1) * TAB);
            format!("\n{tabs}{text}")
        });
        format!("{head}{}", calls.collect::<String>())
    }
}

/// A call: a single text or table goes without parentheses.
fn call(function: &str, args: &[Lua], indent: usize, column: usize) -> String {
    let column = column + function.len() + 1;
    let bare = |word: &str| word.starts_with('"') || word.starts_with('\'');
    match args {
        [Lua::Word(word)] if bare(word) => format!("{function} {word}"),
        [table @ Lua::Table(_)] => {
            format!("{function} {}", table.laid_out(indent, column, 1))
        }
        _ => {
            let flat: Vec<String> = args.iter().map(Lua::flat).collect();
            let line = format!("{function}({})", flat.join(", "));
            if column + line.len() <= WIDTH + function.len() {
                return line;
            }
            // A table at the end opens on the line of the call.
            if let [before @ .., table @ Lua::Table(_)] = args {
                let first: String = before.iter().map(|a| format!("{}, ", a.flat())).collect();
                return format!("{function}({first}{})", table.laid_out(indent, WIDTH, 1));
            }
            let tabs = "\t".repeat(indent + 1);
            let items: Vec<String> = args
                .iter()
                .map(|a| format!("\n{tabs}{}", a.laid_out(indent + 1, (indent + 1) * TAB, 1)))
                .collect();
            format!("{function}({}\n{})", items.join(","), "\t".repeat(indent))
        }
    }
}

fn key(name: &Option<String>) -> String {
    const RESERVED: &[&str] = &[
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if",
        "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
    ];
    let Some(name) = name else { return String::new() };
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&name.as_str());
    if plain { format!("{name} = ") } else { format!("[{}] = ", quoted(name)) }
}

fn quoted(text: &str) -> String {
    let count = |c: char| text.matches(c).count();
    let quote = if count('"') > count('\'') { '\'' } else { '"' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
