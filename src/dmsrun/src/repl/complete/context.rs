//! Where the cursor stands: behind a dot, inside a call's braces, inside a text. Pure: it looks at
//! the tokens before the cursor and runs nothing.

use super::scan::Scan;
use crate::repl::lexer::{self, Kind, Token};

/// The commands whose argument is Lua.
const TAKE_LUA: [&str; 5] = ["doc", "json", "raw", "table", "time"];

/// One step of a path such as `aws.dms.describe_endpoints` or `task "crm":stop`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A variable.
    Name(String),
    /// `.name`
    Field(String),
    /// `:name`
    Method(String),
    /// `[…]` with something that is no text in it: an item.
    Index,
    /// A call.
    Call(First),
    /// A text in parentheses.
    Text,
}

/// The first argument of a call, as far as it is plain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct First {
    /// It is this text.
    pub text: Option<String>,
    /// It is at the end of this path.
    pub path: Vec<Step>,
}

/// The call that the cursor is inside of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// What is called.
    pub callee: Vec<Step>,
    /// The argument, from 1.
    pub argument: usize,
    /// The arguments before it that are texts.
    pub texts: Vec<(usize, String)>,
    /// The arguments before it that are paths.
    pub paths: Vec<(usize, Vec<Step>)>,
    /// The way inside the braces: names, and `None` for each list.
    pub keys: Vec<Option<String>>,
    /// The member whose value is being typed.
    pub value_of: Option<String>,
    /// The members that are given already.
    pub given: Vec<String>,
    /// Whether the cursor is inside braces.
    pub braces: bool,
}

/// What is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `:wo`
    Command,
    /// `:word rest`
    Argument(String),
    /// Behind `.` or `:` of a path; `true` for `:`.
    Member(Vec<Step>, bool),
    /// A name, maybe a member's name inside braces.
    Name(Option<Call>),
    /// Inside a text.
    Text(Option<Call>),
    /// In a comment, a number, or behind something that ends an expression.
    Nowhere,
}

/// What is being typed, and from where on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The first byte of the word that is being typed.
    pub start: usize,
    /// The word so far.
    pub word: String,
    /// Where it stands.
    pub place: Place,
}

/// The context at the end of `before`.
pub fn context(before: &str) -> Context {
    let lead = before.len() - before.trim_start().len();
    let trimmed = &before[lead..];
    if let Some(rest) = trimmed.strip_prefix(':')
        && !rest.starts_with(':')
    {
        return command(before, lead, rest);
    }
    // A question is about a path.
    let asked = usize::from(trimmed.starts_with('?') || trimmed.starts_with('='));
    let skip = if asked == 1 { lead + 1 } else { 0 };
    let mut found = lua(&before[skip..]);
    found.start += skip;
    found
}

fn is_name(text: &str) -> bool {
    text.chars().all(lexer::is_name_part)
}

fn command(before: &str, lead: usize, rest: &str) -> Context {
    match rest.find(char::is_whitespace) {
        None => Context { start: lead + 1, word: rest.to_owned(), place: Place::Command },
        Some(at) => {
            let word = &rest[..at];
            let argument = rest[at..].trim_start();
            let start = before.len() - argument.len();
            // These run Lua; `:time on` is a word of its own.
            let words = word == "time" && is_name(argument);
            if TAKE_LUA.contains(&word) && !words {
                let mut found = lua(argument);
                found.start += start;
                return found;
            }
            let place = Place::Argument(word.to_owned());
            Context { start, word: argument.to_owned(), place }
        }
    }
}

fn lua(before: &str) -> Context {
    let tokens = lexer::tokens(before);
    let mut scan = Scan::default();
    let (body, tail): (&[Token], Option<Token>) = match tokens.split_last() {
        Some((last, rest)) if typed(last) => (rest, Some(*last)),
        _ => (&tokens, None),
    };
    for token in body.iter().filter(|t| t.counts()) {
        scan.take(token.kind, token.text(before));
    }
    let end = Context { start: before.len(), word: String::new(), place: Place::Nowhere };
    match tail {
        Some(token) if matches!(token.kind, Kind::Name | Kind::Keyword) => {
            let word = token.text(before).to_owned();
            Context { start: token.start, word, place: scan.place() }
        }
        Some(token) if token.kind == Kind::Text => {
            let text = token.text(before);
            let quote = text.find(|c| c != '[' && c != '=').map_or(text.len(), |_| 1);
            let skip = match text.strip_prefix('[') {
                Some(inner) => inner.find('[').map_or(text.len(), |at| at + 2),
                None => quote,
            };
            let word = text.get(skip..).unwrap_or_default().to_owned();
            let call = scan.call_of_text();
            Context { start: token.start + skip, word, place: Place::Text(call) }
        }
        Some(_) => end,
        None => Context { place: scan.place(), ..end },
    }
}

/// Whether the last token is still being typed.
fn typed(token: &Token) -> bool {
    match token.kind {
        Kind::Name | Kind::Keyword | Kind::Number => true,
        Kind::Text => !token.closed,
        Kind::Comment => true,
        _ => false,
    }
}

/// A path as it is written.
pub fn written(path: &[Step]) -> String {
    path.iter()
        .map(|step| match step {
            Step::Name(name) => name.clone(),
            Step::Field(name) => format!(".{name}"),
            Step::Method(name) => format!(":{name}"),
            Step::Index => "[…]".to_owned(),
            Step::Call(_) => "(…)".to_owned(),
            Step::Text => "(\"…\")".to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `word @ place`, in short.
    fn told(before: &str) -> String {
        let found = context(before);
        let call = |call: &Option<Call>| match call {
            None => String::new(),
            Some(c) => {
                let keys: Vec<&str> = c.keys.iter().map(|k| k.as_deref().unwrap_or("[]")).collect();
                format!(
                    " in {}#{}{}{}{}",
                    written(&c.callee),
                    c.argument,
                    if c.braces { "{}" } else { "" },
                    keys.iter().map(|k| format!("/{k}")).collect::<String>(),
                    c.value_of.as_deref().map(|v| format!(" value of {v}")).unwrap_or_default(),
                )
            }
        };
        assert_eq!(&before[found.start..], found.word);
        let place = match &found.place {
            Place::Command => "command".to_owned(),
            Place::Argument(word) => format!("argument of {word}"),
            Place::Member(path, method) => {
                format!("{} of {}", if *method { "method" } else { "member" }, written(path))
            }
            Place::Name(c) => format!("name{}", call(c)),
            Place::Text(c) => format!("text{}", call(c)),
            Place::Nowhere => "nowhere".to_owned(),
        };
        format!("{} @ {place}", found.word)
    }

    #[test]
    fn paths_and_methods() {
        assert_eq!(told("aws.dms.des"), "des @ member of aws.dms");
        assert_eq!(told("x = f(aws."), " @ member of aws");
        assert_eq!(told("s:ad"), "ad @ method of s");
        assert_eq!(told("task \"crm\":st"), "st @ method of task(…)");
        assert_eq!(told("task(\"crm\"):st"), "st @ method of task(…)");
        assert_eq!(told("ta"), "ta @ name");
        assert_eq!(told("?dms.cre"), "cre @ member of dms");
        assert_eq!(told("goto do"), "do @ nowhere");
        assert_eq!(told("5"), " @ nowhere");
        assert_eq!(told("-- aws."), " @ nowhere");
    }

    #[test]
    fn inside_the_braces_of_a_call() {
        let op = "aws.dms.create_endpoint";
        assert_eq!(told(&format!("{op}{{ eng")), format!("eng @ name in {op}#1{{}}"));
        assert_eq!(told(&format!("{op}({{ eng")), format!("eng @ name in {op}#1{{}}"));
        assert_eq!(
            told(&format!("{op}{{ ssl_mode = \"re")),
            format!("re @ text in {op}#1{{}} value of ssl_mode")
        );
        assert_eq!(
            told(&format!("{op}{{ port = 1, my_sql_settings = {{ po")),
            format!("po @ name in {op}#1{{}}/my_sql_settings")
        );
        assert_eq!(
            told(&format!("{op}{{ tags = {{ {{ ke")),
            format!("ke @ name in {op}#1{{}}/tags/[]")
        );
        assert_eq!(told(&format!("{op}{{ f = function() eng")), "eng @ name");
    }

    #[test]
    fn a_path_goes_on_behind_calls_items_and_texts() {
        assert_eq!(told("map.include(\"a\"):wh"), "wh @ method of map.include(…)");
        assert_eq!(told("tasks()[1].st"), "st @ member of tasks(…)[…]");
        assert_eq!(told("t[\"a\"].b"), "b @ member of t.a");
        assert_eq!(told("t[#t].b"), "b @ member of t[…]");
        assert_eq!(told("(\"x\"):re"), "re @ method of (\"…\")");
        assert_eq!(told("(s):ad"), "ad @ method of s");
        assert_eq!(told("(a + b).c"), "c @ nowhere");
    }

    #[test]
    fn a_variable_of_the_entry_is_what_it_was_given() {
        assert_eq!(told("local s = stack.new(\"x\")\ns:ad"), "ad @ method of stack.new(…)");
        assert_eq!(told("local a = 1\na.b"), "b @ member of a");
        assert_eq!(told("x = f(1) + 2 x:"), " @ method of x");
        assert_eq!(told("local a, b = f(), g() b:"), " @ method of b");
        assert_eq!(told("x = {} f() x:"), " @ method of x");
        assert_eq!(told("s = s:plan() s:"), " @ method of s:plan(…)");
        assert_eq!(told("for _, t in ipairs(tasks()) do t."), " @ member of tasks(…)[…]");
        assert_eq!(told("for e in aws.each(aws.dms.x) do e."), " @ member of aws.pages(…)[…]");
        assert_eq!(told("x = function() end x:"), " @ method of x");
    }

    #[test]
    fn texts_and_arguments() {
        assert_eq!(told("require \"st"), "st @ text in require#1");
        assert_eq!(told("s:add(\"dms.e"), "dms.e @ text in s:add#1");
        assert_eq!(told("s:add(\"dms.endpoint\", \"source\", { en"), "en @ name in s:add#3{}");
        assert_eq!(told(":lo"), "lo @ command");
        assert_eq!(told(":load scri"), "scri @ argument of load");
        assert_eq!(told(":time aws.d"), "d @ member of aws");
        assert_eq!(told(":json aws.d"), "d @ member of aws");
        assert_eq!(told(":time o"), "o @ argument of time");
        assert_eq!(told("print('done') x"), "x @ name");
    }
}
