//! Where the cursor stands: behind a dot, inside a call's braces, inside a text. Pure: it looks at
//! the tokens before the cursor and runs nothing.

use crate::repl::lexer::{self, Kind, Token};

/// One step of a path such as `aws.dms.describe_endpoints` or `task "crm":stop`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A variable.
    Name(String),
    /// `.name`
    Field(String),
    /// `:name`
    Method(String),
    /// A call; its first argument where that is a text.
    Call(Option<String>),
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

fn command(before: &str, lead: usize, rest: &str) -> Context {
    match rest.find(char::is_whitespace) {
        None => Context { start: lead + 1, word: rest.to_owned(), place: Place::Command },
        Some(at) => {
            let word = &rest[..at];
            let argument = rest[at..].trim_start();
            let start = before.len() - argument.len();
            // These run Lua.
            if word == "time" || word == "doc" {
                let mut found = lua(argument);
                found.start += start;
                return found;
            }
            let place = Place::Argument(word.to_owned());
            Context { start, word: argument.to_owned(), place }
        }
    }
}

/// An open bracket or block.
struct Frame {
    open: &'static str,
    /// What is called by it.
    callee: Option<Vec<Step>>,
    argument: usize,
    texts: Vec<(usize, String)>,
    key: Option<String>,
    given: Vec<String>,
}

#[derive(Default)]
struct Scan {
    frames: Vec<Frame>,
    path: Vec<Step>,
    /// The last token that counts.
    last: String,
    last_kind: Option<Kind>,
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

impl Scan {
    fn take(&mut self, kind: Kind, text: &str) {
        match kind {
            Kind::Name => self.name(text),
            Kind::Text => self.text(text),
            Kind::Keyword => self.keyword(text),
            Kind::Symbol => self.symbol(text),
            _ => self.path.clear(),
        }
        self.last = text.to_owned();
        self.last_kind = Some(kind);
    }

    fn name(&mut self, text: &str) {
        match self.last.as_str() {
            "." if !self.path.is_empty() => self.path.push(Step::Field(text.to_owned())),
            ":" if !self.path.is_empty() => self.path.push(Step::Method(text.to_owned())),
            _ => self.path = vec![Step::Name(text.to_owned())],
        }
    }

    fn text(&mut self, text: &str) {
        let inner = text.trim_matches(['"', '\'', '[', ']']).to_owned();
        if self.calls() {
            self.path.push(Step::Call(Some(inner)));
            return;
        }
        self.path.clear();
        if let Some(frame) = self.frames.last_mut() {
            frame.texts.push((frame.argument, inner));
        }
    }

    /// Whether what follows the path directly is its argument.
    fn calls(&self) -> bool {
        !self.path.is_empty()
            && (self.last_kind == Some(Kind::Name)
                || self.last_kind == Some(Kind::Text)
                || self.last == ")"
                || self.last == "}"
                || self.last == "]")
    }

    fn keyword(&mut self, text: &str) {
        self.path.clear();
        let open = match text {
            "function" => "function",
            "if" => "if",
            "do" => "do",
            "repeat" => "repeat",
            "end" | "until" => {
                let blocks = ["function", "if", "do", "repeat"];
                if self.frames.last().is_some_and(|f| blocks.contains(&f.open)) {
                    self.frames.pop();
                }
                return;
            }
            _ => return,
        };
        self.open(open, None);
    }

    fn open(&mut self, open: &'static str, callee: Option<Vec<Step>>) {
        self.frames.push(Frame {
            open,
            callee,
            argument: 1,
            texts: Vec::new(),
            key: None,
            given: Vec::new(),
        });
    }

    fn symbol(&mut self, text: &str) {
        match text {
            "(" | "{" => {
                let callee = self.calls().then(|| self.path.clone());
                self.open(if text == "(" { "(" } else { "{" }, callee);
                self.path.clear();
            }
            "[" => {
                // What an index leads to is not known before it runs.
                self.open("[", None);
                self.path.clear();
            }
            ")" | "}" | "]" => {
                let closed = self.frames.pop();
                self.path.clear();
                if let Some(Frame { callee: Some(mut callee), texts, .. }) = closed {
                    let first = texts.into_iter().find(|(at, _)| *at == 1).map(|(_, text)| text);
                    callee.push(Step::Call(first));
                    self.path = callee;
                }
            }
            "," | ";" => {
                self.path.clear();
                if let Some(frame) = self.frames.last_mut() {
                    frame.argument += 1;
                    frame.key = None;
                }
            }
            "=" => {
                let key = match self.path.as_slice() {
                    [Step::Name(name)] => Some(name.clone()),
                    _ => None,
                };
                self.path.clear();
                if let Some(frame) = self.frames.last_mut()
                    && frame.open == "{"
                    && let Some(key) = key
                {
                    frame.given.push(key.clone());
                    frame.key = Some(key);
                }
            }
            "." | ":" => {}
            _ => self.path.clear(),
        }
    }

    fn place(&self) -> Place {
        match self.last.as_str() {
            "." | ":" if !self.path.is_empty() => {
                Place::Member(self.path.clone(), self.last == ":")
            }
            "." | ":" | "::" | "goto" => Place::Nowhere,
            _ => Place::Name(self.call()),
        }
    }

    fn call_of_text(&self) -> Option<Call> {
        if self.calls() {
            return Some(Call { callee: self.path.clone(), argument: 1, ..Call::default() });
        }
        self.call()
    }

    /// The innermost call, with the way from its braces to here.
    fn call(&self) -> Option<Call> {
        let mut keys: Vec<Option<String>> = Vec::new();
        let innermost = self.frames.last()?;
        let braces = innermost.open == "{";
        let value_of = if braces { innermost.key.clone() } else { None };
        let given = if braces { innermost.given.clone() } else { Vec::new() };
        let mut inner_braces = false;
        for frame in self.frames.iter().rev() {
            match frame.open {
                "{" => {
                    if inner_braces {
                        keys.push(frame.key.clone());
                    }
                    inner_braces = true;
                    if let Some(callee) = &frame.callee {
                        keys.reverse();
                        let callee = callee.clone();
                        let argument = 1;
                        let texts = Vec::new();
                        return Some(Call {
                            callee,
                            argument,
                            texts,
                            keys,
                            value_of,
                            given,
                            braces,
                        });
                    }
                }
                "(" => {
                    let callee = frame.callee.clone()?;
                    keys.reverse();
                    let (argument, texts) = (frame.argument, frame.texts.clone());
                    return Some(Call { callee, argument, texts, keys, value_of, given, braces });
                }
                _ => return None,
            }
        }
        None
    }
}

/// A path as it is written.
pub fn written(path: &[Step]) -> String {
    path.iter()
        .map(|step| match step {
            Step::Name(name) => name.clone(),
            Step::Field(name) => format!(".{name}"),
            Step::Method(name) => format!(":{name}"),
            Step::Call(_) => "(…)".to_owned(),
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
    fn texts_and_arguments() {
        assert_eq!(told("require \"st"), "st @ text in require#1");
        assert_eq!(told("s:add(\"dms.e"), "dms.e @ text in s:add#1");
        assert_eq!(told("s:add(\"dms.endpoint\", \"source\", { en"), "en @ name in s:add#3{}");
        assert_eq!(told(":lo"), "lo @ command");
        assert_eq!(told(":load scri"), "scri @ argument of load");
        assert_eq!(told(":time aws.d"), "d @ member of aws");
        assert_eq!(told("print('done') x"), "x @ name");
    }
}
