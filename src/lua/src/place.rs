//! Where we are: frames of the Lua stack, and which of them belong to the user.

use mlua::Lua;

/// How chunks of the standard library are named.
pub const STDLIB: &str = "@[stdlib]/";
/// How our own wrappers are named.
pub const HOST: &str = "=[host]";
/// Deeper frames are not looked at: an endless recursion has 200,000 of them.
const DEEPEST: usize = 400;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the user gave it, or a name such as `(command line)`.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// One frame of the Lua stack.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The chunk's name with its mark: `@file`, `=name`, or `=[C]`.
    pub chunk: String,
    /// The line that runs; 0 in a C function.
    pub line: u32,
    /// The function's name, where Lua knows one.
    pub name: Option<String>,
}

impl Frame {
    /// Whether the user wrote it: neither C, nor the standard library, nor our wrappers.
    pub fn is_user(&self) -> bool {
        self.line > 0 && !self.chunk.starts_with(STDLIB) && self.chunk != HOST
    }

    /// Its place.
    pub fn place(&self) -> Place {
        Place { file: file_of(&self.chunk), line: self.line }
    }
}

/// A file's name without the mark of a chunk name. A chunk that is named by its own text is
/// shortened as Lua does.
pub fn file_of(chunk: &str) -> String {
    match chunk.strip_prefix(['@', '=']) {
        Some(file) => file.to_owned(),
        None => {
            let line: String = chunk.lines().next().unwrap_or_default().chars().take(40).collect();
            format!("[string \"{line}\"]")
        }
    }
}

/// The frames of the stack, the innermost first.
#[derive(Clone, Debug, Default)]
pub struct Trace(pub Vec<Frame>);

impl Trace {
    /// The innermost place in the user's own code.
    pub fn user(&self) -> Option<Place> {
        self.0.iter().find(|f| f.is_user()).map(Frame::place)
    }

    /// The frames as lines of text.
    pub fn text(&self) -> String {
        let lines = self.0.iter().filter(|f| f.chunk != HOST).map(|f| {
            let name = f.name.as_deref().map(|n| format!(" in {n}")).unwrap_or_default();
            if f.line == 0 {
                format!("[C]{name}")
            } else {
                format!("{}:{}{name}", file_of(&f.chunk), f.line)
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn frame(lua: &Lua, level: usize) -> Option<Frame> {
    lua.inspect_stack(level, |debug| {
        let source = debug.source();
        let chunk = match source.what {
            "C" => "=[C]".to_owned(),
            _ => source.source.unwrap_or_default().into_owned(),
        };
        let line = debug.current_line().and_then(|l| u32::try_from(l).ok()).unwrap_or(0);
        let name = debug.names().name.map(std::borrow::Cow::into_owned);
        Frame { chunk, line, name }
    })
}

/// The stack of the running coroutine, from a callback of ours.
pub fn trace(lua: &Lua) -> Trace {
    Trace((1..DEEPEST).map_while(|level| frame(lua, level)).collect())
}

/// The innermost place in the user's code, from a callback of ours.
pub fn user(lua: &Lua) -> Option<Place> {
    (1..DEEPEST).map_while(|level| frame(lua, level)).find(Frame::is_user).map(|f| f.place())
}

/// The place `level` callers up, counted as Lua does: 1 is the function that called the host. Our
/// wrappers are not counted.
pub fn caller(lua: &Lua, level: usize) -> Option<Place> {
    let mut frames =
        (1..DEEPEST).map_while(|l| frame(lua, l)).filter(|f| f.chunk != HOST && f.line > 0);
    frames.nth(level.saturating_sub(1)).map(|f| f.place())
}
