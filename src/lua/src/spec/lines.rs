//! Which lines of a chunk can run, read from its compiled form: exactly those that a line hook may see.

use std::collections::BTreeSet;

/// The lines of a chunk compiled by Lua 5.4, with those of every function in it; `None` where the form
/// is not the one that we know.
pub(super) fn of_dump(dump: &[u8]) -> Option<BTreeSet<u32>> {
    let mut reader = Reader { bytes: dump, at: 0 };
    reader.header()?;
    let mut lines = BTreeSet::new();
    reader.function(&mut lines, 0)?;
    Some(lines)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Marks an instruction whose line stands in the list of absolute ones.
const ABSOLUTE: i8 = -0x80;
/// Deeper nesting than the compiler allows.
const DEEPEST: usize = 250;

impl Reader<'_> {
    fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// Seven bits a byte, the most significant first; the last byte has its high bit set.
    fn size(&mut self) -> Option<usize> {
        let mut value = 0usize;
        loop {
            let byte = self.byte()?;
            value = value.checked_mul(128)? | usize::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                return Some(value);
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        match self.size()? {
            0 => Some(()),
            more => self.skip(more - 1),
        }
    }

    /// Signature, version 5.4, format 0, check data, the sizes of what follows, and two check numbers.
    fn header(&mut self) -> Option<()> {
        let head = self.bytes.get(..15)?;
        let known =
            head.starts_with(b"\x1bLua\x54\x00\x19\x93\r\n\x1a\n") && head[12..] == [4, 8, 8];
        self.skip(15 + 8 + 8 + 1)?;
        known.then_some(())
    }

    fn function(&mut self, lines: &mut BTreeSet<u32>, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        self.string()?;
        let first = i64::try_from(self.size()?).ok()?;
        self.size()?;
        self.byte()?;
        let variadic = self.byte()? != 0;
        self.byte()?;
        let code = self.size()?;
        self.skip(code.checked_mul(4)?)?;
        for _ in 0..self.size()? {
            match self.byte()? {
                0x03 | 0x13 => self.skip(8)?,
                0x04 | 0x14 => self.string()?,
                _ => {}
            }
        }
        let upvalues = self.size()?;
        self.skip(upvalues.checked_mul(3)?)?;
        for _ in 0..self.size()? {
            self.function(lines, depth + 1)?;
        }
        self.debug(lines, first, variadic)
    }

    fn debug(&mut self, lines: &mut BTreeSet<u32>, first: i64, variadic: bool) -> Option<()> {
        let count = self.size()?;
        let start = self.at;
        self.skip(count)?;
        let mut absolute = Vec::new();
        for _ in 0..self.size()? {
            absolute.push((self.size()?, i64::try_from(self.size()?).ok()?));
        }
        for _ in 0..self.size()? {
            self.string()?;
            self.size()?;
            self.size()?;
        }
        for _ in 0..self.size()? {
            self.string()?;
        }
        let mut line = first;
        for index in 0..count {
            let step = i8::from_ne_bytes([self.bytes[start + index]]);
            line = match step {
                ABSOLUTE => absolute.iter().find(|(at, _)| *at == index)?.1,
                step => line + i64::from(step),
            };
            // The first instruction of a variadic function prepares its arguments and has no line.
            if !(variadic && index == 0) {
                lines.insert(u32::try_from(line).ok()?);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lines(text: &str) -> Vec<u32> {
        let lua = mlua::Lua::new();
        let chunk = lua.load(text).into_function().unwrap();
        of_dump(&chunk.dump(false)).unwrap().into_iter().collect()
    }

    #[test]
    fn the_lines_are_those_that_lua_itself_calls_active() {
        let text = "local a = 1\n\nlocal function f(x)\n\t-- why\n\tif x then\n\t\treturn 1\n\tend\n\treturn 2\nend\n\nreturn f(a), { 1.5, \"s\", 2 }\n";
        assert_eq!(lines(text), [1, 5, 6, 8, 9, 11]);
    }

    #[test]
    fn far_apart_lines_are_absolute() {
        let text = format!("local a = 1{}local b = a\n", "\n".repeat(500));
        assert_eq!(lines(&text), [1, 501]);
    }

    #[test]
    fn bytes_that_are_no_chunk_are_none() {
        for bytes in
            [&b""[..], b"\x1bLua", b"\x1bLua\x55\x00\x19\x93\r\n\x1a\n\x04\x08\x08", &[0x1b; 64]]
        {
            assert!(of_dump(bytes).is_none());
        }
    }
}
