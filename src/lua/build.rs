//! Embeds the standard library: a sorted table of every `*.lua` below `stdlib/`.

use std::{env, fmt::Write as _, fs, io, path::Path};

fn collect(folder: &Path, prefix: &str, out: &mut Vec<(String, String)>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), out)?;
        } else if name.ends_with(".lua") {
            println!("cargo::rerun-if-changed={}", path.display());
            out.push((format!("{prefix}{name}"), path.display().to_string()));
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let variable =
        |name: &str| env::var(name).map_err(|e| io::Error::other(format!("{name}: {e}")));
    let root = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../stdlib").canonicalize()?;
    let mut files = Vec::new();
    collect(&root, "", &mut files)?;
    files.sort();
    let mut text = String::from("/// Path inside the library, and text; sorted by path.\n");
    text.push_str("static FILES: &[(&str, &str)] = &[\n");
    for (name, path) in files {
        let _ = writeln!(text, "    ({name:?}, include_str!({path:?})),");
    }
    text.push_str("];\n");
    fs::write(Path::new(&variable("OUT_DIR")?).join("stdlib.rs"), text)
}
