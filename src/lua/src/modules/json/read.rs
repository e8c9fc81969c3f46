//! Reads JSON text straight into Lua values: strict grammar, exact integers, and for what is wrong the
//! line, the column and what was expected.

use crate::{convert::Marks, values::BigInteger};
use mlua::{Lua, LuaString, Table, Value};
use std::collections::BTreeMap;

/// Deeper documents than this are refused.
const DEEPEST: usize = 120;

/// What is wrong with a text, and where: from 1, columns in characters.
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A whole number: exact either way.
pub(super) enum Whole {
    Small(i64),
    Big(String),
}

impl Whole {
    pub(super) fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        match self {
            Self::Small(n) => Ok(Value::Integer(n)),
            Self::Big(digits) => lua.create_userdata(BigInteger(digits)).map(Value::UserData),
        }
    }
}

/// The whole number of JSON's digits; `None` where they are none.
pub(super) fn whole(text: &str) -> Option<Whole> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !plain || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    Some(text.parse().map_or_else(|_| Whole::Big(text.to_owned()), Whole::Small))
}

/// The value of a document.
pub(super) fn value(lua: &Lua, marks: &Marks, text: &[u8]) -> mlua::Result<Result<Value, Fault>> {
    // An editor's byte order mark says nothing.
    let skipped = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut reader = Reader { lua, marks, text, at: skipped, depth: 0, keys: BTreeMap::new() };
    let result = reader.document();
    Ok(match result {
        Ok(value) => Ok(value),
        Err(Stop::Lua(error)) => return Err(error),
        Err(Stop::At(at, message)) => Err(reader.fault(at, message)),
    })
}

enum Stop {
    At(usize, String),
    Lua(mlua::Error),
}

impl From<mlua::Error> for Stop {
    fn from(error: mlua::Error) -> Self {
        Self::Lua(error)
    }
}

type Read<T> = Result<T, Stop>;

struct Reader<'a> {
    lua: &'a Lua,
    marks: &'a Marks,
    text: &'a [u8],
    at: usize,
    depth: usize,
    /// The names of members seen so far: lists of records repeat them.
    keys: BTreeMap<&'a [u8], LuaString>,
}

impl<'a> Reader<'a> {
    fn fault(&self, at: usize, message: String) -> Fault {
        let before = &self.text[..at.min(self.text.len())];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1);
        // Bytes that go on a character are no columns of their own.
        let column = before[start..].iter().filter(|b| **b & 0xC0 != 0x80).count() + 1;
        Fault { message, line, column }
    }

    fn stop<T>(&self, message: impl Into<String>) -> Read<T> {
        Err(Stop::At(self.at, message.into()))
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// What stands here, for a message.
    fn here(&self) -> String {
        match self.peek() {
            None => "the end of the text".to_owned(),
            Some(b'"') => "a text in quotes".to_owned(),
            Some(byte) if byte.is_ascii_graphic() => format!("\"{}\"", char::from(byte)),
            Some(byte) if byte >= 0x80 => {
                let rest = &self.text[self.at..self.text.len().min(self.at + 4)];
                let valid = match std::str::from_utf8(rest) {
                    Ok(text) => text,
                    Err(e) => std::str::from_utf8(&rest[..e.valid_up_to()]).unwrap_or_default(),
                };
                match valid.chars().next() {
                    Some(character) => format!("\"{character}\""),
                    None => format!("the byte {byte:#04x}"),
                }
            }
            Some(byte) => format!("the byte {byte:#04x}"),
        }
    }

    fn document(&mut self) -> Read<Value> {
        self.space();
        if self.peek().is_none() {
            return self.stop("expected value, got an empty text");
        }
        let value = self.value()?;
        self.space();
        match self.peek() {
            None => Ok(value),
            Some(_) => self.stop(format!("expected the end of the text, got {}", self.here())),
        }
    }

    fn value(&mut self) -> Read<Value> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::list),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Boolean(true)),
            Some(b'f') => self.word("false", Value::Boolean(false)),
            Some(b'n') => self.word("null", Value::UserData(self.marks.null.clone())),
            Some(b'\'') => self.stop("expected value, got \"'\" (JSON has double quotes)"),
            _ => self.stop(format!("expected value, got {}", self.here())),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read<Table>) -> Read<Value> {
        if self.depth >= DEEPEST {
            return self.stop(format!("nested deeper than {DEEPEST}"));
        }
        self.depth += 1;
        self.at += 1;
        let table = read(self)?;
        self.depth -= 1;
        Ok(Value::Table(table))
    }

    fn word(&mut self, word: &str, value: Value) -> Read<Value> {
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        if &rest[..length] == word.as_bytes() {
            self.at += length;
            return Ok(value);
        }
        let got = String::from_utf8_lossy(&rest[..length]);
        self.stop(format!("expected value, got \"{got}\" (is \"{word}\" meant?)"))
    }

    fn list(&mut self) -> Read<Table> {
        let table = self.lua.create_table()?;
        table.set_metatable(Some(self.marks.list.clone()))?;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(table);
        }
        for index in 1_usize.. {
            self.space();
            if index > 1 && self.peek() == Some(b']') {
                return self.stop("expected value, got \"]\" (a comma too many before it)");
            }
            let value = self.value()?;
            table.raw_seti(index, value)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return self.stop(format!("expected `,` or `]`, got {}", self.here())),
            }
        }
        self.at += 1;
        Ok(table)
    }

    fn object(&mut self) -> Read<Table> {
        let table = self.lua.create_table()?;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            // Only where nothing else could tell an empty object from an empty list.
            table.set_metatable(Some(self.marks.object.clone()))?;
            return Ok(table);
        }
        loop {
            self.space();
            match self.peek() {
                Some(b'"') => {}
                Some(b'}') => {
                    return self.stop("expected a name, got \"}\" (a comma too many before it)");
                }
                _ => return self.stop(format!("expected a name in quotes, got {}", self.here())),
            }
            let start = self.at;
            let key = self.key()?;
            if table.contains_key(key.clone())? {
                let message = format!("the name \"{}\" stands twice", key.to_string_lossy());
                return Err(Stop::At(start, message));
            }
            self.space();
            if self.peek() != Some(b':') {
                return self.stop(format!("expected `:`, got {}", self.here()));
            }
            self.at += 1;
            self.space();
            let value = self.value()?;
            table.raw_set(key, value)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return self.stop(format!("expected `,` or `}}`, got {}", self.here())),
            }
        }
        self.at += 1;
        Ok(table)
    }

    fn key(&mut self) -> Read<LuaString> {
        let start = self.at;
        let key = self.string()?;
        // As written, escapes and all: what is equal here is equal there.
        let written = &self.text[start..self.at];
        match self.keys.get(written) {
            Some(known) => Ok(known.clone()),
            None => {
                self.keys.insert(written, key.clone());
                Ok(key)
            }
        }
    }

    fn string(&mut self) -> Read<LuaString> {
        let start = self.at + 1;
        self.at = start;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.utf8(start, text)?;
                    self.at += 1;
                    return Ok(self.lua.create_string(text)?);
                }
                Some(b'\\') => return self.escaped(start),
                Some(byte) if byte >= 0x20 => self.at += 1,
                _ => return self.unfinished(start),
            }
        }
    }

    fn unfinished<T>(&self, start: usize) -> Read<T> {
        match self.peek() {
            None => Err(Stop::At(start - 1, "this text has no closing quote".to_owned())),
            Some(b'\n') => self.stop("a text ends on its line; a line break in it is written \\n"),
            Some(byte) => self
                .stop(format!("the control character {byte:#04x} must be written \\u{byte:04x}")),
        }
    }

    fn utf8(&self, start: usize, text: &[u8]) -> Read<()> {
        std::str::from_utf8(text)
            .map(|_| ())
            .map_err(|e| Stop::At(start + e.valid_up_to(), "the text is not UTF-8".to_owned()))
    }

    /// A text with escapes in it; `start` is behind its quote, and we stand at the first backslash.
    fn escaped(&mut self, start: usize) -> Read<LuaString> {
        let mut out = self.text[start..self.at].to_vec();
        loop {
            match self.peek() {
                Some(b'"') => {
                    // Escapes are UTF-8 by themselves, so a fault stands in the text as written.
                    self.utf8(start, &self.text[start..self.at])?;
                    self.at += 1;
                    return Ok(self.lua.create_string(&out)?);
                }
                Some(b'\\') => self.escape(&mut out)?,
                Some(byte) if byte >= 0x20 => {
                    out.push(byte);
                    self.at += 1;
                }
                _ => return self.unfinished(start),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Read<()> {
        let start = self.at;
        self.at += 1;
        let byte = self.peek();
        self.at += 1;
        let plain = match byte {
            Some(b'"') => b'"',
            Some(b'\\') => b'\\',
            Some(b'/') => b'/',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let character = self.unicode(start)?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => {
                let message = "there is no such escape; a backslash is written \\\\";
                return Err(Stop::At(start, message.to_owned()));
            }
        };
        out.push(plain);
        Ok(())
    }

    fn unicode(&mut self, start: usize) -> Read<char> {
        let wrong = |message: &str| Stop::At(start, message.to_owned());
        let first = self.hex().ok_or_else(|| wrong("four hexadecimal digits follow \\u"))?;
        let code = match first {
            0xD800..=0xDBFF => {
                let pair = self.text[self.at..].starts_with(b"\\u");
                self.at += 2;
                let second = if pair { self.hex() } else { None };
                match second {
                    Some(low @ 0xDC00..=0xDFFF) => {
                        0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00)
                    }
                    _ => return Err(wrong("half of a surrogate pair stands alone")),
                }
            }
            code => code,
        };
        char::from_u32(code).ok_or_else(|| wrong("half of a surrogate pair stands alone"))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let text = std::str::from_utf8(digits).ok()?;
        self.at += 4;
        text.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(text, 16).ok())?
    }

    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        let part = |b: &u8| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let length = self.text[start..].iter().take_while(|b| part(b)).count();
        let text = std::str::from_utf8(&self.text[start..start + length]).unwrap_or_default();
        if let Some(whole) = whole(text) {
            self.at += length;
            return Ok(whole.into_lua(self.lua)?);
        }
        if !is_number(text) {
            return self.stop(format!("\"{text}\" is no number of JSON"));
        }
        let number: f64 = text.parse().unwrap_or(f64::NAN);
        if !number.is_finite() {
            return self.stop(format!("the number {text} is out of range"));
        }
        self.at += length;
        Ok(Value::Number(number))
    }
}

/// Whether a text is a number with a fraction or an exponent, by the grammar of JSON.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    whole(integer).is_some()
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}
