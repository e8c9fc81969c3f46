//! `hash`: digests of texts and files, and bytes as text: hexadecimal and base64.

use super::options::{clear, failed, show};
use crate::{
    calls::{self, Raise},
    state::State,
};
use base64::{Engine as _, engine::general_purpose as alphabets};
use mlua::{Lua, LuaString, Table, Value};
use sha2::{Digest as _, Sha256, Sha512};
use std::{io::Read as _, rc::Rc};

pub(crate) fn module(lua: &Lua, state: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("sha256", calls::function(lua, "hash.sha256", sha256)?)?;
    module.raw_set("sha512", calls::function(lua, "hash.sha512", sha512)?)?;
    module.raw_set("hmac", calls::function(lua, "hash.hmac", hmac)?)?;
    module.raw_set("hex", calls::function(lua, "hash.hex", hex)?)?;
    module.raw_set("unhex", calls::function(lua, "hash.unhex", unhex)?)?;
    module.raw_set("base64", calls::function(lua, "hash.base64", to_base64)?)?;
    module.raw_set("unbase64", calls::function(lua, "hash.unbase64", unbase64)?)?;
    if !state.sandbox.is_untrusted() {
        module.raw_set("file", calls::function(lua, "hash.file", file)?)?;
    }
    Ok(module)
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes in the form that is asked for.
fn shown(
    lua: &Lua,
    function: &str,
    bytes: &[u8],
    encoding: Option<&str>,
) -> Result<LuaString, Raise> {
    Ok(match encoding {
        None | Some("hex") => lua.create_string(digits(bytes))?,
        Some("base64") => lua.create_string(alphabets::STANDARD.encode(bytes))?,
        Some("bytes") => lua.create_string(bytes)?,
        Some(other) => {
            let near = super::options::nearest(other, &["hex", "base64", "bytes"]);
            return Err(Raise::Misuse(format!("{function}: unknown encoding \"{other}\". {near}")));
        }
    })
}

fn sha256(lua: &Lua, (text, form): (LuaString, Option<String>)) -> Result<LuaString, Raise> {
    shown(lua, "hash.sha256", &Sha256::digest(text.as_bytes()), form.as_deref())
}

fn sha512(lua: &Lua, (text, form): (LuaString, Option<String>)) -> Result<LuaString, Raise> {
    shown(lua, "hash.sha512", &Sha512::digest(text.as_bytes()), form.as_deref())
}

/// HMAC-SHA256 by RFC 2104, as webhooks are signed.
fn hmac(
    lua: &Lua,
    (key, text, form): (Value, LuaString, Option<String>),
) -> Result<LuaString, Raise> {
    const BLOCK: usize = 64;
    let Some(key) = clear(&key) else {
        return Err(Raise::Misuse(format!(
            "hash.hmac: the key must be text or a secret, got {}",
            show(&key)
        )));
    };
    let mut block = [0_u8; BLOCK];
    if key.text.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(&key.text));
    } else {
        block[..key.text.len()].copy_from_slice(&key.text);
    }
    let inner = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x36))
        .chain_update(text.as_bytes())
        .finalize();
    let outer = Sha256::new().chain_update(block.map(|byte| byte ^ 0x5C)).chain_update(inner);
    shown(lua, "hash.hmac", &outer.finalize(), form.as_deref())
}

/// The SHA-256 of a file, read in pieces.
fn file(lua: &Lua, (path, form): (String, Option<String>)) -> Result<LuaString, Raise> {
    crate::sandbox::readable(lua, "hash.file", &path)?;
    let fault = |e: std::io::Error| failed(lua, "File could not be read", format!("{path}: {e}"));
    let mut file = std::fs::File::open(&path).map_err(fault)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 64 << 10]);
    loop {
        match file.read(&mut buffer).map_err(fault)? {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    shown(lua, "hash.file", &hash.finalize(), form.as_deref())
}

fn hex(_: &Lua, bytes: LuaString) -> Result<String, Raise> {
    Ok(digits(&bytes.as_bytes()))
}

fn unhex(lua: &Lua, text: LuaString) -> Result<LuaString, Raise> {
    let text = text.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pairs = text.chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    match pairs.collect::<Option<Vec<u8>>>() {
        Some(bytes) => Ok(lua.create_string(bytes)?),
        None => {
            Err(Raise::misuse("hash.unhex: the text is not made of pairs of hexadecimal digits"))
        }
    }
}

fn to_base64(_: &Lua, bytes: LuaString) -> Result<String, Raise> {
    Ok(alphabets::STANDARD.encode(bytes.as_bytes()))
}

/// Also where it is broken into lines, without padding, or in the alphabet of URLs.
fn unbase64(lua: &Lua, text: LuaString) -> Result<LuaString, Raise> {
    let text: Vec<u8> =
        text.as_bytes().iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let end = text.iter().rposition(|b| *b != b'=').map_or(0, |last| last + 1);
    let plain = &text[..end];
    let engine = if plain.iter().any(|b| b"-_".contains(b)) {
        alphabets::URL_SAFE_NO_PAD
    } else {
        alphabets::STANDARD_NO_PAD
    };
    match engine.decode(plain) {
        Ok(bytes) if text.len() - end <= 2 => Ok(lua.create_string(bytes)?),
        Ok(_) => Err(Raise::misuse("hash.unbase64: the text is not base64: too much padding")),
        Err(e) => Err(Raise::Misuse(format!("hash.unbase64: the text is not base64: {e}"))),
    }
}
