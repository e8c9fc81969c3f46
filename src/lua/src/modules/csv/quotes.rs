//! Looks at the quotes of CSV on their way to the reader, which is forgiving: it takes all that follows a
//! quote without an end for one field, and the records in it are lost without a word.

use std::{
    cell::RefCell,
    io::{self, Read},
    rc::Rc,
};

/// The line, and what is wrong there.
pub(super) type Fault = Rc<RefCell<Option<(u64, String)>>>;

#[derive(Clone, Copy)]
enum At {
    /// The start of a field, so many bytes of a byte order mark before it.
    Start(usize),
    /// In a field without quotes.
    Plain,
    /// In quotes, which began on this line.
    Quoted(u64),
    /// Behind a quote in quotes: it is doubled, or it was the last one.
    Closed(u64),
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// What is read, looked at.
pub(super) struct Quotes<R> {
    inner: R,
    separator: u8,
    fault: Fault,
    at: At,
    line: u64,
}

impl<R: Read> Quotes<R> {
    pub(super) fn new(inner: R, separator: u8, fault: Fault) -> Self {
        Self { inner, separator, fault, at: At::Start(0), line: 1 }
    }

    fn tell(&self, line: u64, message: &str) {
        self.fault.borrow_mut().get_or_insert_with(|| (line, message.to_owned()));
    }

    fn see(&mut self, byte: u8) {
        let ends = byte == self.separator || byte == b'\n' || byte == b'\r';
        self.at = match self.at {
            At::Start(seen) if self.line == 1 && MARK.get(seen) == Some(&byte) => {
                At::Start(seen + 1)
            }
            At::Start(_) if byte == b'"' => At::Quoted(self.line),
            At::Quoted(line) if byte == b'"' => At::Closed(line),
            At::Quoted(line) => At::Quoted(line),
            At::Closed(line) if byte == b'"' => At::Quoted(line),
            // No byte of a mark may follow any more.
            At::Start(_) | At::Plain | At::Closed(_) if ends => At::Start(MARK.len()),
            At::Closed(_) => {
                self.tell(
                    self.line,
                    "text follows a closing quote; a quote inside a quoted field is doubled",
                );
                At::Plain
            }
            At::Start(_) | At::Plain => At::Plain,
        };
        self.line += u64::from(byte == b'\n');
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        buffer[..read].iter().for_each(|byte| self.see(*byte));
        if let (0, At::Quoted(line)) = (read, self.at) {
            self.tell(line, "a quote that opens here has no end");
        }
        Ok(read)
    }
}
