//! A file that one process at a time holds, with a note in it: which run of this folder is at work on a
//! stack, and what only the next run of the same folder can know about a run that was killed.
//!
//! The system lets go of it when the process ends, however it ends. So whoever holds the file knows
//! that the run that wrote the note is over.

use dmsrun_diag::Diagnostic;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

/// A file that is held until this is dropped.
#[derive(Debug)]
pub struct Hold {
    path: PathBuf,
    file: File,
    exclusive: bool,
}

/// What an attempt came to.
#[derive(Debug)]
pub enum Attempt {
    /// It is ours.
    Held(Hold),
    /// Another run of this folder holds it, with the note that it left.
    Taken(String),
}

impl Hold {
    /// Takes the file, which is made where it is missing.
    pub fn take(path: &Path) -> Result<Attempt, Diagnostic> {
        let opened = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| open(path));
        let mut file = opened.map_err(|error| failed(path, &error))?;
        let exclusive = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => {
                // Whose it is is a courtesy: the refusal stands without it.
                return Ok(Attempt::Taken(read(&mut file).unwrap_or_default()));
            }
            // Some network folders know no locks; the lock in the account still stands.
            Err(TryLockError::Error(_)) => false,
        };
        Ok(Attempt::Held(Self { path: path.to_owned(), file, exclusive }))
    }

    /// Whether no other process can hold it meanwhile: where the folder knows no locks, nobody can
    /// tell whether the run that wrote the note is over.
    pub fn is_exclusive(&self) -> bool {
        self.exclusive
    }

    /// What stands in it; empty where the last run put everything in order.
    pub fn note(&mut self) -> Result<String, Diagnostic> {
        let read = self.file.rewind().and_then(|()| read(&mut self.file));
        read.map_err(|error| failed(&self.path, &error))
    }

    /// Writes the note, which is one line, and waits until it is on disk.
    pub fn write(&mut self, note: &str) -> Result<(), Diagnostic> {
        let file = &mut self.file;
        let line = if note.is_empty() { String::new() } else { format!("{}\n", note.trim_end()) };
        // Over the old one, which is cut to size afterwards: at no moment is there none.
        let written = file
            .rewind()
            .and_then(|()| file.write_all(line.as_bytes()))
            .and_then(|()| file.set_len(line.len() as u64))
            .and_then(|()| file.sync_all());
        written.map_err(|error| failed(&self.path, &error))
    }
}

/// The first line, whatever bytes are in it: what follows is of a longer note before it.
fn read(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn failed(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error("The run can't be noted")
        .what(format!("{}: {error}", path.display()))
        .why("nothing is changed without a note on disk of who is at work")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn held(path: &Path) -> Hold {
        match Hold::take(path).unwrap() {
            Attempt::Held(hold) => hold,
            Attempt::Taken(note) => panic!("held by {note}"),
        }
    }

    #[test]
    fn a_second_holder_is_told_the_note_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal/orders.lock");
        let mut first = held(&path);
        first.write("pid 1\n").unwrap();
        assert!(first.is_exclusive());
        assert!(matches!(Hold::take(&path).unwrap(), Attempt::Taken(note) if note == "pid 1"));
        drop(first);
        assert_eq!(held(&path).note().unwrap(), "pid 1");
    }

    #[test]
    fn a_shorter_note_leaves_nothing_of_the_longer_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.lock");
        let mut hold = held(&path);
        hold.write("a long note").unwrap();
        hold.write("short").unwrap();
        assert_eq!(hold.note().unwrap(), "short");
        hold.write("").unwrap();
        assert_eq!(hold.note().unwrap(), "");
    }

    #[test]
    fn a_damaged_note_is_read_and_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.lock");
        fs::write(&path, b"\xff\xfe").unwrap();
        let mut hold = held(&path);
        assert_eq!(hold.note().unwrap(), "\u{fffd}\u{fffd}");
        hold.write("whole").unwrap();
        assert_eq!(hold.note().unwrap(), "whole");
        // A crash before the old note was cut off.
        fs::write(&path, b"new note\nof the old one\n").unwrap();
        assert_eq!(hold.note().unwrap(), "new note");
    }
}
