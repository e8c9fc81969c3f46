//! Reads the tokens before the cursor: the path that ends there, the brackets that are open, and what
//! the entry itself gives its variables. It runs nothing.

use super::context::{Call, First, Place, Step};
use crate::repl::lexer::Kind;
use std::collections::BTreeMap;

/// An open bracket or block.
struct Frame {
    open: &'static str,
    /// What is called by it.
    callee: Option<Vec<Step>>,
    /// What stands before it, where it is an index.
    before: Vec<Step>,
    argument: usize,
    texts: Vec<(usize, String)>,
    paths: Vec<(usize, Vec<Step>)>,
    key: Option<String>,
    given: Vec<String>,
    /// Whether nothing is computed in it.
    plain: bool,
}

/// A variable that is being given a value: its name, and how many brackets were open.
type Target = (String, usize);

/// A `for` whose names are being read.
#[derive(Default)]
struct Loop {
    names: Vec<String>,
    /// Behind `in`.
    iterates: bool,
}

/// What the tokens so far amount to.
#[derive(Default)]
pub struct Scan {
    frames: Vec<Frame>,
    path: Vec<Step>,
    /// The last token that counts.
    last: String,
    last_kind: Option<Kind>,
    /// What the entry gave its variables: a path that stands for each.
    bound: BTreeMap<String, Vec<Step>>,
    target: Option<Target>,
    /// Whether names are separated by commas before a `=`.
    several: bool,
    repeating: Option<Loop>,
}

impl Scan {
    /// Takes the next token that counts.
    pub fn take(&mut self, kind: Kind, text: &str) {
        match kind {
            Kind::Name => self.name(text),
            Kind::Text => self.text(text),
            Kind::Keyword => self.keyword(text),
            Kind::Symbol => self.symbol(text),
            _ => {
                self.bind(false);
                self.path.clear();
            }
        }
        self.last = text.to_owned();
        self.last_kind = Some(kind);
    }

    fn name(&mut self, text: &str) {
        match self.last.as_str() {
            "." if !self.path.is_empty() => self.path.push(Step::Field(text.to_owned())),
            ":" if !self.path.is_empty() => self.path.push(Step::Method(text.to_owned())),
            _ => {
                if !self.path.is_empty() {
                    // A statement ends where the next one begins.
                    self.bind(true);
                }
                if let Some(repeating) = self.repeating.as_mut().filter(|r| !r.iterates) {
                    repeating.names.push(text.to_owned());
                }
                self.path = vec![Step::Name(text.to_owned())];
            }
        }
    }

    fn text(&mut self, text: &str) {
        let inner = text.trim_matches(['"', '\'', '[', ']']).to_owned();
        if self.calls() {
            self.path.push(Step::Call(First { text: Some(inner), path: Vec::new() }));
            return;
        }
        self.path.clear();
        if self.last == "=" {
            self.path.push(Step::Text);
            self.bind(true);
            self.path.clear();
        }
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
        self.bind(!matches!(text, "and" | "or" | "not"));
        if text == "do" {
            self.bind_loop();
        }
        self.path.clear();
        self.several = false;
        let open = match text {
            "function" => "function",
            "if" => "if",
            "do" => "do",
            "repeat" => "repeat",
            "for" => {
                self.repeating = Some(Loop::default());
                return;
            }
            "in" => {
                if let Some(repeating) = &mut self.repeating {
                    repeating.iterates = true;
                }
                return;
            }
            "end" | "until" => {
                let blocks = ["function", "if", "do", "repeat"];
                if self.frames.last().is_some_and(|f| blocks.contains(&f.open)) {
                    self.frames.pop();
                }
                return;
            }
            "and" | "or" | "not" => {
                self.computes();
                return;
            }
            _ => return,
        };
        self.open(open, None, Vec::new());
    }

    fn open(&mut self, open: &'static str, callee: Option<Vec<Step>>, before: Vec<Step>) {
        self.frames.push(Frame {
            open,
            callee,
            before,
            argument: 1,
            texts: Vec::new(),
            paths: Vec::new(),
            key: None,
            given: Vec::new(),
            plain: true,
        });
    }

    fn symbol(&mut self, text: &str) {
        match text {
            "(" | "{" => {
                let callee = self.calls().then(|| self.path.clone());
                self.open(if text == "(" { "(" } else { "{" }, callee, Vec::new());
                self.path.clear();
            }
            "[" => {
                let before = if self.calls() { std::mem::take(&mut self.path) } else { Vec::new() };
                self.open("[", None, before);
                self.path.clear();
            }
            ")" | "}" | "]" => self.close(),
            "," | ";" => {
                self.bind(true);
                self.several = text == ",";
                let path = std::mem::take(&mut self.path);
                if let Some(frame) = self.frames.last_mut() {
                    if !path.is_empty() {
                        frame.paths.push((frame.argument, path));
                    }
                    frame.argument += 1;
                    frame.key = None;
                }
            }
            "=" => self.assign(),
            "." | ":" => {}
            _ => {
                self.bind(false);
                self.computes();
                self.path.clear();
            }
        }
    }

    /// Something is computed in the innermost bracket.
    fn computes(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.plain = false;
        }
    }

    fn close(&mut self) {
        let inner = std::mem::take(&mut self.path);
        let Some(closed) = self.frames.pop() else { return };
        if let Some(mut callee) = closed.callee {
            let first = |list: &[(usize, String)]| list.first().filter(|(at, _)| *at == 1).cloned();
            let text = first(&closed.texts).map(|(_, text)| text).filter(|_| closed.plain);
            let path = match closed.paths.into_iter().find(|(at, _)| *at == 1) {
                Some((_, path)) => path,
                None if closed.argument == 1 && closed.open == "(" => inner,
                None => Vec::new(),
            };
            let path = if closed.plain { path } else { Vec::new() };
            callee.push(Step::Call(First { text, path }));
            self.path = callee;
        } else if closed.open == "[" && !closed.before.is_empty() {
            let text = closed.texts.into_iter().next().filter(|_| inner.is_empty() && closed.plain);
            let step = text.map_or(Step::Index, |(_, name)| Step::Field(name));
            self.path = closed.before;
            self.path.push(step);
        } else if closed.open == "(" && closed.plain {
            let is_text = self.last_kind == Some(Kind::Text) && inner.is_empty();
            self.path = if is_text { vec![Step::Text] } else { inner };
        }
        if self.path.is_empty() {
            self.bind(false);
        }
    }

    fn assign(&mut self) {
        let key = match self.path.as_slice() {
            [Step::Name(name)] => Some(name.clone()),
            _ => None,
        };
        self.path.clear();
        let Some(key) = key else { return };
        match self.frames.last_mut() {
            Some(frame) if frame.open == "{" => {
                frame.given.push(key.clone());
                frame.key = Some(key);
            }
            _ => {
                // Of several variables each has a value of its own; none is told here.
                let alone = !std::mem::take(&mut self.several);
                self.target = alone.then_some((key, self.frames.len()));
            }
        }
    }

    /// The value of a variable ends here; where it is a path alone, that stands for the variable.
    fn bind(&mut self, whole: bool) {
        let depth = self.frames.len();
        let Some((name, _)) = self.target.take_if(|(_, at)| *at == depth) else { return };
        let path = self.known(&self.path);
        if whole && !path.is_empty() {
            self.bound.insert(name, path);
        } else {
            self.bound.remove(&name);
        }
    }

    /// The names of `for _, item in ipairs(list) do` and of `for item in aws.each(operation) do`.
    fn bind_loop(&mut self) {
        let Some(Loop { names, iterates: true }) = self.repeating.take() else { return };
        let (name, path) = match self.path.as_slice() {
            [Step::Name(pairs), Step::Call(first)] if pairs == "ipairs" || pairs == "pairs" => {
                (names.get(1), first.path.clone())
            }
            [module, Step::Field(each), call @ Step::Call(_)] if each == "each" => {
                (names.first(), vec![module.clone(), Step::Field("pages".to_owned()), call.clone()])
            }
            _ => return,
        };
        if let (Some(name), false) = (name.cloned(), path.is_empty()) {
            let mut path = self.known(&path);
            path.push(Step::Index);
            self.bound.insert(name, path);
        }
    }

    /// A path with what its first name stands for in this entry.
    fn known(&self, path: &[Step]) -> Vec<Step> {
        match path {
            [Step::Name(name), rest @ ..] => match self.bound.get(name) {
                Some(bound) => bound.iter().chain(rest).cloned().collect(),
                None => path.to_vec(),
            },
            _ => path.to_vec(),
        }
    }

    /// What may stand here.
    pub fn place(&self) -> Place {
        match self.last.as_str() {
            "." | ":" if !self.path.is_empty() => {
                Place::Member(self.known(&self.path), self.last == ":")
            }
            "." | ":" | "::" | "goto" => Place::Nowhere,
            _ => Place::Name(self.call()),
        }
    }

    /// The call that a text here belongs to.
    pub fn call_of_text(&self) -> Option<Call> {
        if self.calls() {
            let callee = self.known(&self.path);
            return Some(Call { callee, argument: 1, ..Call::default() });
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
            let own = match frame.open {
                "{" => {
                    if inner_braces {
                        keys.push(frame.key.clone());
                    }
                    inner_braces = true;
                    frame.callee.as_ref().map(|callee| (callee, 1, Vec::new(), Vec::new()))
                }
                "(" => {
                    let callee = frame.callee.as_ref()?;
                    Some((callee, frame.argument, frame.texts.clone(), frame.paths.clone()))
                }
                _ => return None,
            };
            if let Some((callee, argument, texts, paths)) = own {
                keys.reverse();
                let callee = self.known(callee);
                let paths = paths.into_iter().map(|(at, path)| (at, self.known(&path))).collect();
                return Some(Call {
                    callee,
                    argument,
                    texts,
                    paths,
                    keys,
                    value_of,
                    given,
                    braces,
                });
            }
        }
        None
    }
}
