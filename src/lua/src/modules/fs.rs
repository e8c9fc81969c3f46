//! `fs`: files whole, and folders.

mod glob;

use super::{
    options::{Options, failed, show},
    path,
};
use crate::{
    calls::{self, Raise},
    state::State,
};
use dmsrun_base::Timestamp;
use mlua::{IntoLua as _, Lua, LuaString, Table, Value};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    rc::Rc,
};

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("read", calls::function(lua, "fs.read", read)?)?;
    module.raw_set("write", calls::function(lua, "fs.write", write)?)?;
    module.raw_set("append", calls::function(lua, "fs.append", append)?)?;
    module.raw_set("exists", calls::function(lua, "fs.exists", exists)?)?;
    module.raw_set("stat", calls::function(lua, "fs.stat", stat)?)?;
    module.raw_set("list", calls::function(lua, "fs.list", list)?)?;
    module.raw_set("glob", calls::function(lua, "fs.glob", glob)?)?;
    module.raw_set("mkdir", calls::function(lua, "fs.mkdir", mkdir)?)?;
    module.raw_set("copy", calls::function(lua, "fs.copy", copy)?)?;
    module.raw_set("move", calls::function(lua, "fs.move", rename)?)?;
    module.raw_set("remove", calls::function(lua, "fs.remove", remove)?)?;
    module.raw_set("temp", calls::function(lua, "fs.temp", temp)?)?;
    module.raw_set("dirname", calls::function(lua, "fs.dirname", path::dirname)?)?;
    module.raw_set("join", calls::function(lua, "fs.join", path::join)?)?;
    module.raw_set("script_dir", calls::function(lua, "fs.script_dir", script_dir)?)?;
    Ok(module)
}

fn fault(lua: &Lua, summary: &str, path: impl AsRef<Path>, error: &io::Error) -> Raise {
    failed(lua, summary, format!("{}: {error}", path.as_ref().display())).into()
}

const UNREADABLE: &str = "File could not be read";
const UNWRITABLE: &str = "File could not be written";

fn read(lua: &Lua, path: String) -> Result<LuaString, Raise> {
    crate::sandbox::readable(lua, "fs.read", &path)?;
    let bytes = fs::read(&path).map_err(|e| {
        let error = failed(lua, UNREADABLE, format!("{path}: {e}"));
        match (e.kind(), near(&path)) {
            (io::ErrorKind::NotFound, Some(hint)) => error.hint(hint).into(),
            _ => Raise::from(error),
        }
    })?;
    Ok(lua.create_string(bytes)?)
}

/// The name in the same folder that may have been meant.
fn near(path: &str) -> Option<String> {
    let name = Path::new(path).file_name()?.to_str()?;
    let folder = Path::new(path).parent().filter(|p| !p.as_os_str().is_empty());
    let names: Vec<String> = fs::read_dir(folder.unwrap_or(Path::new(".")))
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    dmsrun_diag::did_you_mean(name, names.iter().map(String::as_str))
}

/// Writes the whole file or leaves the old one: beside it first, then moved over it. With `private`
/// only the user may read it.
fn write(
    lua: &Lua,
    (path, text, options): (String, LuaString, Option<Table>),
) -> Result<(), Raise> {
    let options = Options::read("fs.write", options.as_ref(), &["private"])?;
    let private = options.flag("private")?;
    replace_with(lua, &path, &text.as_bytes(), private)
}

/// Writes the whole file or leaves the old one, for other modules.
pub(super) fn replace(lua: &Lua, path: &str, bytes: &[u8]) -> Result<(), Raise> {
    replace_with(lua, path, bytes, false)
}

fn replace_with(lua: &Lua, path: &str, bytes: &[u8], private: bool) -> Result<(), Raise> {
    // What a link points at is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    let beside = PathBuf::from(format!("{}.new-{}", target.display(), std::process::id()));
    let written = make_parent(&target)
        .and_then(|()| fresh(&beside, bytes, private))
        .and_then(|()| match fs::metadata(&target) {
            Ok(old) if !private => fs::set_permissions(&beside, old.permissions()),
            _ => Ok(()),
        })
        .and_then(|()| fs::rename(&beside, &target));
    written.map_err(|e| {
        // The error that matters is the first one.
        let _ = fs::remove_file(&beside);
        fault(lua, UNWRITABLE, path, &e)
    })
}

fn make_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

/// A new file whose content is on the disk before its name counts.
fn fresh(path: &Path, bytes: &[u8], private: bool) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Adds to the end of a file, in one call to the system, so that lines of several writers stay whole.
/// With `durable` it is on the disk when this returns, its name too.
fn append(
    lua: &Lua,
    (path, text, options): (String, LuaString, Option<Table>),
) -> Result<(), Raise> {
    let options = Options::read("fs.append", options.as_ref(), &["durable"])?;
    let durable = options.flag("durable")?;
    let place = Path::new(&path);
    let appended = make_parent(place).and_then(|()| {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(place)?;
        file.write_all(&text.as_bytes())?;
        if durable {
            file.sync_all()?;
            sync_folder(place)?;
        }
        Ok(())
    });
    appended.map_err(|e| fault(lua, UNWRITABLE, &path, &e))
}

/// The name of a new file survives a power cut only when its folder is on the disk too.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn exists(_: &Lua, path: String) -> Result<bool, Raise> {
    Ok(Path::new(&path).exists())
}

/// What is known of a file, a link followed; nil where there is none.
fn stat(lua: &Lua, path: String) -> Result<Option<Table>, Raise> {
    let meta = match fs::metadata(&path) {
        Ok(meta) => meta,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(fault(lua, UNREADABLE, &path, &e)),
    };
    let sort = match meta.file_type() {
        t if t.is_file() => "file",
        t if t.is_dir() => "folder",
        _ => "other",
    };
    let table = lua.create_table()?;
    table.raw_set("type", sort)?;
    table.raw_set("size", meta.len())?;
    let modified = meta.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    table.raw_set("modified", modified.map(|time| time.as_microsecond() as f64 / 1e6))?;
    table.raw_set("link", fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_symlink()))?;
    #[cfg(unix)]
    table
        .raw_set("mode", format!("{:03o}", std::os::unix::fs::MetadataExt::mode(&meta) & 0o777))?;
    Ok(Some(table))
}

fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// A list in Lua's hands, which stays one where it is empty.
fn names_list(lua: &Lua, names: Vec<String>) -> Result<Value, Raise> {
    Ok(crate::convert::to_lua(lua, &dmsrun_base::Value::from(names))?)
}

/// The names in a folder, sorted.
fn list(lua: &Lua, path: String) -> Result<Value, Raise> {
    let names = names_in(Path::new(&path))
        .map_err(|e| fault(lua, "Folder could not be read", &path, &e))?;
    names_list(lua, names)
}

/// The paths that match a pattern, sorted.
fn glob(lua: &Lua, (pattern, base): (String, Option<String>)) -> Result<Value, Raise> {
    let found = glob::find(&pattern, base.as_deref()).map_err(|e| match e {
        glob::Fault::Pattern(message) => Raise::Misuse(format!("fs.glob: {message}")),
        glob::Fault::Disk(path, e) => fault(lua, "Folder could not be read", path, &e),
    })?;
    names_list(lua, found)
}

/// Makes a folder and those above it; one that is there is fine.
fn mkdir(lua: &Lua, path: String) -> Result<(), Raise> {
    fs::create_dir_all(&path).map_err(|e| fault(lua, "Folder could not be made", &path, &e))
}

const UNCOPIED: &str = "File could not be copied";

/// Copies a file, over one that is there.
fn copy(lua: &Lua, (from, to): (String, String)) -> Result<(), Raise> {
    if Path::new(&from).is_dir() {
        return Err(failed(lua, UNCOPIED, format!("{from} is a folder"))
            .hint("fs.glob finds the files in it; copy them one by one")
            .into());
    }
    // Copying a file over itself would empty it.
    let same = matches!((fs::canonicalize(&from), fs::canonicalize(&to)), (Ok(a), Ok(b)) if a == b);
    if same {
        return Ok(());
    }
    make_parent(Path::new(&to))
        .and_then(|()| fs::copy(&from, &to).map(|_| ()))
        .map_err(|e| fault(lua, UNCOPIED, format!("{from} to {to}"), &e))
}

fn rename(lua: &Lua, (from, to): (String, String)) -> Result<(), Raise> {
    make_parent(Path::new(&to))
        .and_then(|()| fs::rename(&from, &to))
        .map_err(|e| fault(lua, "File could not be moved", format!("{from} to {to}"), &e))
}

/// Removes a file or an empty folder, with `recursive` a folder and all that is in it; false where
/// there is none. What we stand in is never removed.
fn remove(lua: &Lua, (path, options): (String, Option<Table>)) -> Result<bool, Raise> {
    const SUMMARY: &str = "File could not be removed";
    let options = Options::read("fs.remove", options.as_ref(), &["recursive"])?;
    let recursive = options.flag("recursive")?;
    let meta = match fs::symlink_metadata(&path) {
        Ok(meta) => meta,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(fault(lua, SUMMARY, &path, &e)),
    };
    let stands = std::env::current_dir().and_then(fs::canonicalize);
    let whole = fs::canonicalize(&path);
    if let (true, Ok(stands), Ok(whole)) = (meta.is_dir(), stands, whole)
        && stands.starts_with(&whole)
    {
        let what = format!("{path} is the current folder, or one above it");
        return Err(failed(lua, SUMMARY, what).into());
    }
    let removed = match (meta.is_dir(), recursive) {
        (false, _) => fs::remove_file(&path),
        (true, true) => fs::remove_dir_all(&path),
        (true, false) => fs::remove_dir(&path),
    };
    match removed {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => {
            let what = format!("the folder {path} is not empty");
            let hint = "{ recursive = true } removes what is in it as well";
            Err(failed(lua, SUMMARY, what).hint(hint).into())
        }
        Err(e) => Err(fault(lua, SUMMARY, &path, &e)),
    }
}

/// A new empty file or folder of its own, in the system's place for such.
fn temp(lua: &Lua, (sort, suffix): (Value, Option<String>)) -> Result<Value, Raise> {
    let sort = match &sort {
        Value::Nil => "file".to_owned(),
        Value::String(text) => text.to_string_lossy(),
        _ => String::new(),
    };
    if sort != "file" && sort != "folder" {
        let got = show(&sort.clone().into_lua(lua)?);
        return Err(Raise::Misuse(format!("fs.temp: \"file\" or \"folder\" expected, got {got}")));
    }
    let (state, suffix) = (State::of(lua), suffix.unwrap_or_default());
    if suffix.contains('/') {
        return Err(Raise::misuse("fs.temp: a suffix is part of a name, without a slash"));
    }
    // A seed repeats its names, so a name may be taken; the process's number makes that rare.
    for _ in 0..100 {
        let name = format!("dmsrun-{}-{}{suffix}", std::process::id(), state.random.hex(12));
        let path = std::env::temp_dir().join(name);
        let made = if sort == "folder" { private_folder(&path) } else { private_file(&path) };
        match made {
            Ok(()) => return Ok(path.to_string_lossy().into_owned().into_lua(lua)?),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(fault(lua, UNWRITABLE, &path, &e)),
        }
    }
    Err(failed(lua, UNWRITABLE, "every name that was tried is taken").into())
}

fn private_file(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn script_dir(lua: &Lua, (): ()) -> Result<String, Raise> {
    Ok(State::of(lua).script_dir().to_string_lossy().into_owned())
}
