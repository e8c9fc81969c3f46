//! `http`: one request and its answer, for webhooks and health checks. What may change something
//! elsewhere is not sent in a dry run nor in a rehearsal.

mod send;

use super::options::{Clear, Options, failed, span};
use crate::{
    calls::{self, Raise, Waiting},
    state::State,
};
use base64::Engine as _;
use dmsrun_diag::{Diagnostic, Exit};
use mlua::{Lua, Table, Value};
use send::{Answer, Failure, Request};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

/// What one host has of it: a client with its connections, and what was not sent.
#[derive(Default)]
struct Shared {
    client: send::Client,
    recorded: RefCell<Vec<Recorded>>,
}

/// A request that was written down instead of being sent.
struct Recorded {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    let shared = Rc::new(Shared::default());
    let client = Rc::clone(&shared);
    let request =
        move |lua: &Lua, options: Table| request_of(lua, "http.request", &client, &options);
    module.raw_set("request", calls::waiting(lua, "http.request", request)?)?;
    for (function, method) in [("http.get", "GET"), ("http.post", "POST")] {
        let client = Rc::clone(&shared);
        let short = move |lua: &Lua, (url, options): (Value, Option<Table>)| {
            let whole = lua.create_table()?;
            for pair in options.iter().flat_map(|o| o.pairs::<Value, Value>()) {
                let (key, value) = pair?;
                if let Some(name @ ("url" | "method")) =
                    key.as_string().and_then(|k| k.to_str().ok()).as_deref()
                {
                    return Err(Raise::Misuse(format!(
                        "{function}: {name} is given already; http.request takes any"
                    )));
                }
                whole.raw_set(key, value)?;
            }
            whole.raw_set("url", url)?;
            whole.raw_set("method", method)?;
            request_of(lua, function, &client, &whole)
        };
        let key = function.strip_prefix("http.").unwrap_or(function);
        module.raw_set(key, calls::waiting(lua, function, short)?)?;
    }
    let recorded = move |lua: &Lua, (): ()| recorded(lua, &shared);
    module.raw_set("recorded", calls::function(lua, "http.recorded", recorded)?)?;
    Ok(module)
}

const OPTIONS: [&str; 9] =
    ["url", "method", "headers", "query", "body", "json", "timeout", "check", "reads"];
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/// How long an answer may take where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(30);

fn request_of(
    lua: &Lua,
    function: &'static str,
    shared: &Rc<Shared>,
    options: &Table,
) -> Result<Waiting, Raise> {
    let options = Options::read(function, Some(options), &OPTIONS)?;
    let request = read(lua, function, &options)?;
    let reads = matches!(request.method, "GET" | "HEAD") || options.flag("reads")?;
    let check = options.value("check").is_none() || options.flag("check")?;
    let state = State::of(lua);
    if !reads {
        if state.option("read_only") {
            let what =
                format!("--read-only lets no {} be sent to {}", request.method, request.origin);
            return Err(failed(lua, "Request is refused", what)
                .hint("{ reads = true } says that it changes nothing there")
                .into());
        }
        if state.option("dry_run") || (state.is_local() && !request.is_near()) {
            return Ok(record(&state, shared, request));
        }
    }
    let clock = state.clock();
    let under_way = clock.in_flight();
    let (method, origin, timeout) = (request.method, request.origin.clone(), request.timeout);
    let shared = Rc::clone(shared);
    Ok(Box::pin(async move {
        let answer = shared.client.send(request).await;
        drop(under_way);
        calls::finish(move |lua| match answer {
            Ok(answer) if check && !(200..300).contains(&answer.status) => {
                Err(refused(lua, method, &origin, &answer).into())
            }
            Ok(answer) => answer_table(lua, &answer),
            Err(failure) => Err(not_answered(lua, method, &origin, timeout, failure).into()),
        })
    }))
}

fn read(lua: &Lua, function: &str, options: &Options) -> Result<Request, Raise> {
    let Some(url) = options.clear("url")? else {
        return Err(options.wrong("url", "an address such as https://example.com/hook"));
    };
    let text = String::from_utf8_lossy(&url.text).into_owned();
    let text = with_query(text, &options.texts("query")?);
    let uri: http::Uri = text.parse().map_err(|_| address(function, options, url.secret, &text))?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let Some(host) = uri.host().filter(|host| known && !host.is_empty()).map(str::to_owned) else {
        return Err(address(function, options, url.secret, &text));
    };
    // The path of a webhook is its password, and so may be what stands before the host.
    let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    let origin = format!("{}://{host}{port}", uri.scheme_str().unwrap_or_default());
    let mut headers = Vec::new();
    for (name, value) in options.texts("headers")? {
        let fault = || Raise::Misuse(format!("{function}: headers: {name:?} is no valid header"));
        let key = http::HeaderName::from_bytes(name.as_bytes()).map_err(|_| fault())?;
        let value = String::from_utf8(value.text).map_err(|_| fault())?;
        http::HeaderValue::from_str(&value).map_err(|_| fault())?;
        headers.push((key.as_str().to_owned(), value));
    }
    let before = uri.authority().and_then(|all| all.as_str().rsplit_once('@'));
    if let (Some((user, _)), false) = (before, headers.iter().any(|(n, _)| n == "authorization")) {
        headers.push(("authorization".to_owned(), basic(lua, user)));
    }
    let (body, json) = (options.clear("body")?, options.value("json"));
    let body = match (body, json) {
        (Some(_), Some(_)) => {
            return Err(Raise::Misuse(format!("{function}: body or json, not both")));
        }
        (Some(body), None) => body.text,
        (None, Some(value)) => {
            if !headers.iter().any(|(name, _)| name == "content-type") {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
            }
            super::json::plain(lua, value)
                .map_err(|fault| Raise::Misuse(format!("{function}: json: {fault}")))?
                .into_bytes()
        }
        (None, None) => Vec::new(),
    };
    // Without a word about it: a request with a body sends it.
    let method = match (options.value("method"), body.is_empty()) {
        (None, false) => "POST",
        _ => options.choice("method", &METHODS)?,
    };
    let timeout = options.duration("timeout")?.unwrap_or(TIMEOUT);
    Ok(Request { method, uri, origin, host, headers, body, timeout })
}

/// An address with these names and values behind its `?`.
fn with_query(url: String, query: &BTreeMap<String, Clear>) -> String {
    let pairs = query
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name.as_bytes()), escaped(&value.text)));
    let pairs = pairs.collect::<Vec<_>>().join("&");
    if pairs.is_empty() {
        return url;
    }
    let plain = url.split('#').next().unwrap_or_default();
    let between = if plain.contains('?') { "&" } else { "?" };
    format!("{plain}{between}{pairs}")
}

/// A text as a part of an address: what has a meaning there is written `%2F`.
fn escaped(text: &[u8]) -> String {
    let mut out = String::new();
    for &byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// What the name and the password before a host become: nobody else would send them.
fn basic(lua: &Lua, user: &str) -> String {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let (name, password) = (unescaped(name), unescaped(password));
    let whole = [name.as_slice(), b":", password.as_slice()].concat();
    let whole = base64::engine::general_purpose::STANDARD.encode(whole);
    let redactor = &State::of(lua).redactor;
    redactor.learn(&String::from_utf8_lossy(&password));
    redactor.learn(&whole);
    format!("Basic {whole}")
}

/// The bytes of a part of an address: `%40` is an `@`.
fn unescaped(text: &str) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| first == b'%');
        let byte = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    out
}

fn address(function: &str, options: &Options, secret: bool, text: &str) -> Raise {
    if !secret && !text.contains("://") && !text.is_empty() {
        return Raise::Misuse(format!("{function}: url must begin with http:// or https://"));
    }
    if secret {
        return Raise::Misuse(format!("{function}: url is a secret that is no address"));
    }
    options.wrong("url", "an address such as https://example.com/hook")
}

/// Writes a request down, and answers in the place of whom it was meant for.
fn record(state: &State, shared: &Rc<Shared>, request: Request) -> Waiting {
    let mode = if state.option("dry_run") { "dry run" } else { "rehearsal" };
    state.ui.err(&format!("{mode}: not sent: {} to {}", request.method, request.origin));
    let headers = request.headers.into_iter().map(|(name, value)| {
        let value = if is_secret(&name) { "***".to_owned() } else { state.scrub(&value) };
        (name, value)
    });
    shared.recorded.borrow_mut().push(Recorded {
        method: request.method.to_owned(),
        url: state.scrub(&request.uri.to_string()),
        headers: headers.collect(),
        body: request.body,
    });
    Box::pin(async {
        calls::finish(|lua| {
            let answer = Answer { status: 202, headers: Vec::new(), body: Vec::new() };
            let table = answer_table(lua, &answer)?;
            table.raw_set("recorded", true)?;
            Ok(table)
        })
    })
}

/// Whether a header's value is not to be shown, by its name.
fn is_secret(name: &str) -> bool {
    ["auth", "cookie", "key", "token", "secret", "password", "signature"]
        .iter()
        .any(|word| name.contains(word))
}

/// The requests that were written down instead of being sent, in their order.
fn recorded(lua: &Lua, shared: &Shared) -> Result<Table, Raise> {
    let list = super::empty_list(lua)?;
    for request in shared.recorded.borrow().iter() {
        let table = lua.create_table()?;
        table.raw_set("method", request.method.as_str())?;
        table.raw_set("url", request.url.as_str())?;
        let headers = lua.create_table()?;
        for (name, value) in &request.headers {
            headers.raw_set(name.as_str(), value.as_str())?;
        }
        table.raw_set("headers", headers)?;
        table.raw_set("body", lua.create_string(&request.body)?)?;
        list.raw_push(table)?;
    }
    Ok(list)
}

fn answer_table(lua: &Lua, answer: &Answer) -> Result<Table, Raise> {
    let table = lua.create_table()?;
    table.raw_set("status", answer.status)?;
    table.raw_set("ok", (200..300).contains(&answer.status))?;
    let headers = lua.create_table()?;
    for (name, value) in &answer.headers {
        let joined = match headers.raw_get::<Option<String>>(name.as_str())? {
            Some(before) => format!("{before}, {value}"),
            None => value.clone(),
        };
        headers.raw_set(name.as_str(), joined)?;
    }
    table.raw_set("headers", headers)?;
    table.raw_set("body", lua.create_string(&answer.body)?)?;
    Ok(table)
}

fn refused(lua: &Lua, method: &str, origin: &str, answer: &Answer) -> Diagnostic {
    let what = format!("{origin} answered {} to {method}", answer.status);
    let mut error = failed(lua, "Request was not successful", what);
    // A script may hand the error on, so no secret is in it.
    let body = State::of(lua).scrub(&String::from_utf8_lossy(&answer.body));
    let body: String = body.trim().chars().take(500).collect();
    if !body.is_empty() {
        error = error.cause(body);
    }
    let to = answer.headers.iter().find(|(name, _)| name == "location");
    if let (300..400, Some((_, to))) = (answer.status, to) {
        let to = to.split(['?', '#']).next().unwrap_or_default();
        return error.hint(format!("it points to {to}; redirections are not followed"));
    }
    error.hint("{ check = false } gives the answer instead of an error")
}

fn not_answered(
    lua: &Lua,
    method: &str,
    origin: &str,
    timeout: Duration,
    failure: Failure,
) -> Diagnostic {
    let error = Diagnostic::error("Request was not answered").at(span(lua));
    match failure {
        Failure::TooLong => error
            .what(format!(
                "{origin} gave no answer to {method} within {}",
                super::time::for_people(timeout)
            ))
            .hint("{ timeout = \"2m\" } waits longer; a change may have been done all the same")
            .exit(Exit::Timeout),
        Failure::TooMuch => error.what(format!(
            "the answer of {origin} to {method} has more than {} MB",
            send::MOST >> 20
        )),
        Failure::Other(causes) => {
            let mut error = error.what(format!("{method} to {origin} failed"));
            if causes.iter().any(|cause| cause.contains("certificate")) {
                error = error.hint(
                    "SSL_CERT_FILE names a file with the certificates to trust instead of the system's",
                );
            }
            if let Some(variable) = proxy(origin) {
                error = error.hint(format!(
                    "{variable} names a proxy; NO_PROXY names the hosts to reach without it"
                ));
            }
            for cause in causes {
                error = error.cause(cause);
            }
            error
        }
    }
}

/// The variable that names a proxy for an address.
fn proxy(origin: &str) -> Option<&'static str> {
    let names = match origin.starts_with("https:") {
        true => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        false => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    names.into_iter().find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
