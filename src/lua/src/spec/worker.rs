//! Runs one file of specs: a stage for it, the vocabulary, its tests.

use super::{
    Bench, Current, Ran, Request, Source, Stage, Status, Test,
    coverage::{Collector, Hits},
};
use crate::{Host, Raise, State, calls, convert::to_lua, diagnosis};
use dmsrun_base::Value as Base;
use dmsrun_diag::{Diagnostic, Severity, Span};
use mlua::{Function, Lua, Table, Value};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

/// What came of a file.
pub(super) struct Done {
    pub tests: Vec<Test>,
    pub hits: Hits,
    pub took: Duration,
}

impl Done {
    pub fn failed(&self) -> bool {
        self.tests.iter().any(|test| test.status == Status::Failed)
    }
}

/// A seed that depends on the file's name and the run's seed only, so that a spec repeats itself
/// whatever runs beside it.
fn seed(file: &str, run: u64) -> u64 {
    // FNV-1a.
    file.bytes().chain(run.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Runs a file. A failure outside of its tests is one more failed test.
pub(super) fn run(request: &Request, source: &Source, make: super::MakeStage<'_>) -> Done {
    let start = Instant::now();
    let tests = Rc::new(RefCell::new(Vec::new()));
    let collector = Collector::default();
    let result = make(&source.name, seed(&source.name, request.seed)).and_then(|stage| {
        let result = in_stage(&stage, request, source, &collector, &tests);
        let rest = stage.output.take();
        result.map_err(|failure| (failure, rest)).map_or_else(|f| Ok(Some(f)), |()| Ok(None))
    });
    let failed = match result {
        Ok(None) => None,
        Ok(Some((failure, output))) => Some((failure, output)),
        Err(failure) => Some((failure, Vec::new())),
    };
    let failed = failed.map(|(failure, output)| Test {
        file: source.name.clone(),
        name: "the file itself".to_owned(),
        place: failure.span.clone(),
        status: Status::Failed,
        failure: Some(failure),
        reason: None,
        output,
        took: start.elapsed(),
    });
    let tests = tests.take().into_iter().chain(failed).collect();
    Done { tests, hits: collector.take(), took: start.elapsed() }
}

fn in_stage(
    stage: &Stage,
    request: &Request,
    source: &Source,
    collector: &Collector,
    tests: &Rc<RefCell<Vec<Test>>>,
) -> Result<(), Diagnostic> {
    let host = &stage.host;
    let bug = |e: mlua::Error| Diagnostic::bug(calls::root(&e));
    let ended = || Diagnostic::error("Spec ended itself").what("it called host.exit or os.exit");
    let lua = host.lua();
    if request.coverage {
        collector.watch(host)?;
    }
    let require: Function = lua.globals().raw_get("require").map_err(bug)?;
    let function = |module: &str, name: &str| {
        let found = host.protected(&require, module)?.map_err(|_| ended())?;
        match found.into_iter().next() {
            Some(Value::Table(table)) => table.raw_get::<Function>(name).map_err(bug),
            _ => Err(Diagnostic::bug(format!("the module {module} is no table"))),
        }
    };
    let install = function("spec", "install")?;
    let run = function("spec.blocks", "run")?;
    let bench = match &stage.bench {
        Some(bench) => {
            let watch = request.coverage.then(|| collector.clone());
            Some(bench_table(lua, bench, watch).map_err(bug)?)
        }
        None => None,
    };
    host.protected(&install, bench)?.map_err(|_| ended())?;
    let code = match &source.text {
        Some(text) => host.run_text(&source.name, text.as_bytes())?,
        None => host.run_file(&source.name)?,
    };
    if code != 0 {
        return Err(ended());
    }
    let options = options_table(lua, request).map_err(bug)?;
    let report = report(lua, stage, request, &source.name, tests).map_err(bug)?;
    let begin = begin(lua, request, &source.name).map_err(bug)?;
    host.protected(&run, (options, report, begin))?.map_err(|_| ended())?;
    Ok(())
}

fn options_table(lua: &Lua, request: &Request) -> mlua::Result<Table> {
    let options = lua.create_table()?;
    for (name, list) in [
        ("filter", &request.filter),
        ("filter_out", &request.filter_out),
        ("tags", &request.tags),
        ("exclude_tags", &request.exclude_tags),
    ] {
        options.raw_set(name, list.as_slice())?;
    }
    options.raw_set("list", request.list)?;
    Ok(options)
}

/// What Lua calls with every result.
fn report(
    lua: &Lua,
    stage: &Stage,
    request: &Request,
    file: &str,
    tests: &Rc<RefCell<Vec<Test>>>,
) -> mlua::Result<Function> {
    let (tests, file, output) = (Rc::clone(tests), file.to_owned(), stage.output.clone());
    let (last, running) = (Cell::new(Instant::now()), request.running.clone());
    calls::function(lua, "report", move |lua, result: Table| {
        let now = Instant::now();
        let took = now.duration_since(last.replace(now));
        let test = test(lua, &file, &result, output.take(), took)?;
        running.ended(test.status);
        tests.borrow_mut().push(test);
        Ok::<(), Raise>(())
    })
}

/// What Lua calls before every test.
fn begin(lua: &Lua, request: &Request, file: &str) -> mlua::Result<Function> {
    let (running, file) = (request.running.clone(), file.to_owned());
    calls::function(lua, "begin", move |_, (name, at): (mlua::LuaString, Option<Table>)| {
        running.test(&file, Current { name: name.to_string_lossy(), place: place(at)? });
        Ok::<(), Raise>(())
    })
}

fn place(at: Option<Table>) -> mlua::Result<Option<Span>> {
    let Some(at) = at else { return Ok(None) };
    let (file, line) = (at.raw_get::<Option<String>>("file")?, at.raw_get::<Option<u32>>("line")?);
    Ok(file.zip(line).map(|(file, line)| Span::line(file, line)))
}

fn test(
    lua: &Lua,
    file: &str,
    result: &Table,
    output: Vec<String>,
    took: Duration,
) -> mlua::Result<Test> {
    let state = State::of(lua);
    let status = match result.raw_get::<String>("status")?.as_str() {
        "passed" => Status::Passed,
        "pending" => Status::Pending,
        _ => Status::Failed,
    };
    let failure = result.raw_get::<Option<Table>>("failure")?;
    let place = place(result.raw_get("at")?)?;
    let failure = failure.map(|t| diagnosis::from_table(&t, Severity::Error, &*state));
    Ok(Test {
        file: file.to_owned(),
        name: result.raw_get::<mlua::LuaString>("name")?.to_string_lossy(),
        place,
        status,
        failure: failure.map(|failure| state.scrub_diagnostic(failure)),
        reason: result.raw_get::<Option<mlua::LuaString>>("reason")?.map(|r| r.to_string_lossy()),
        output,
        took,
    })
}

/// The levers as Lua sees them; `spec.lua` makes its own functions of them.
fn bench_table(
    lua: &Lua,
    bench: &Rc<dyn Bench>,
    collector: Option<Collector>,
) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    let set = Rc::clone(bench);
    table.raw_set(
        "fault",
        calls::function(lua, "spec.faults.set", move |lua, text: String| {
            Ok(set.fault(&State::of(lua), &text)?)
        })?,
    )?;
    let clear = Rc::clone(bench);
    table.raw_set(
        "clear_faults",
        calls::function(lua, "spec.faults.clear", move |lua, (): ()| {
            Ok(clear.clear_faults(&State::of(lua))?)
        })?,
    )?;
    let unstruck = Rc::clone(bench);
    table.raw_set(
        "unstruck",
        calls::function(lua, "spec.faults.unstruck", move |lua, (): ()| {
            Ok(unstruck.unstruck(&State::of(lua))?)
        })?,
    )?;
    let tagged = Rc::clone(bench);
    table.raw_set(
        "tagged",
        calls::function(lua, "spec.invariants", move |lua, (): ()| {
            Ok(texts(lua, &tagged.tagged(&State::of(lua))?.into())?)
        })?,
    )?;
    let count = Rc::clone(bench);
    table.raw_set(
        "calls",
        calls::function(lua, "spec.calls", move |lua, (): ()| {
            let (reading, mutating) = count.calls(&State::of(lua))?;
            let table = lua.create_table()?;
            table.raw_set("reading", reading)?;
            table.raw_set("mutating", mutating)?;
            Ok(table)
        })?,
    )?;
    let branch = Rc::clone(bench);
    table.raw_set(
        "branch",
        calls::function(
            lua,
            "spec.branch",
            move |lua, (): ()| Ok(branch.branch(&State::of(lua))?),
        )?,
    )?;
    let leave = Rc::clone(bench);
    table.raw_set(
        "leave",
        calls::function(lua, "spec.branch", move |lua, (): ()| Ok(leave.leave(&State::of(lua))?))?,
    )?;
    let messages = Rc::clone(bench);
    table.raw_set(
        "messages",
        calls::function(lua, "spec.messages", move |lua, (): ()| {
            Ok(list(lua, messages.messages(&State::of(lua))?)?)
        })?,
    )?;
    table.raw_set("run", runner(lua, bench, collector)?)?;
    Ok(table)
}

/// Lists and objects of texts as plain tables. It is made after each step of each apply, so it takes the
/// short way.
fn texts(lua: &Lua, value: &serde_json::Value) -> mlua::Result<Value> {
    Ok(match value {
        serde_json::Value::Array(items) => {
            let table = lua.create_table_with_capacity(items.len(), 0)?;
            for (index, item) in items.iter().enumerate() {
                table.raw_set(index + 1, texts(lua, item)?)?;
            }
            Value::Table(table)
        }
        serde_json::Value::Object(map) => {
            let table = lua.create_table_with_capacity(0, map.len())?;
            for (key, item) in map {
                table.raw_set(key.as_str(), texts(lua, item)?)?;
            }
            Value::Table(table)
        }
        serde_json::Value::String(text) => Value::String(lua.create_string(text)?),
        // There are none.
        _ => Value::Nil,
    })
}

fn list(lua: &Lua, items: Vec<serde_json::Value>) -> mlua::Result<Value> {
    let items = items.into_iter().map(Base::from_json).collect();
    to_lua(lua, &Base::List(items)).map_err(mlua::Error::external)
}

/// `run(script, args, watches)`: with `watches`, the script's applies are watched as the spec's own are,
/// and what is found is in `violations`.
fn runner(
    lua: &Lua,
    bench: &Rc<dyn Bench>,
    collector: Option<Collector>,
) -> mlua::Result<Function> {
    let bench = Rc::clone(bench);
    calls::function(
        lua,
        "spec.run",
        move |lua, (script, args, watches): (String, Vec<String>, Option<bool>)| {
            let outer = State::of(lua);
            let found = Rc::new(RefCell::new(Vec::new()));
            let watch = |host: &Host| {
                if let Some(collector) = &collector {
                    collector.watch(host)?;
                }
                if watches == Some(true) {
                    watch_applies(host, &bench, &outer, &found)?;
                }
                Ok(())
            };
            let ran = bench.run(&outer, &script, &args, &watch)?;
            let table = ran_table(lua, &ran)?;
            table.raw_set("violations", found.take())?;
            Ok(table)
        },
    )
}

/// Switches the invariants on in the VM of a script that a spec runs.
fn watch_applies(
    host: &Host,
    bench: &Rc<dyn Bench>,
    outer: &Rc<State>,
    found: &Rc<RefCell<Vec<String>>>,
) -> Result<(), Diagnostic> {
    let bug = |e: mlua::Error| Diagnostic::bug(calls::root(&e));
    let lua = host.lua();
    let (bench, outer) = (Rc::clone(bench), Rc::clone(outer));
    // The script's own session has no levers: the spec's has.
    let tagged = calls::function(lua, "spec.invariants", move |lua, (): ()| {
        Ok(list(lua, bench.tagged(&outer)?)?)
    })
    .map_err(bug)?;
    let found = Rc::clone(found);
    let tell = calls::function(lua, "spec.invariants", move |_, text: String| {
        found.borrow_mut().push(text);
        Ok::<(), Raise>(())
    })
    .map_err(bug)?;
    let require: Function = lua.globals().raw_get("require").map_err(bug)?;
    let module = host.protected(&require, "spec.invariants")?;
    let Some(Value::Table(module)) = module.ok().and_then(|values| values.into_iter().next())
    else {
        return Err(Diagnostic::bug("the module spec.invariants is no table"));
    };
    let watch: Function = module.raw_get("watch").map_err(bug)?;
    host.protected(&watch, (tagged, tell))?
        .map(drop)
        .map_err(|_| Diagnostic::bug("spec.invariants ended the script"))
}

fn ran_table(lua: &Lua, ran: &Ran) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    table.raw_set("code", ran.code)?;
    table.raw_set("killed", ran.killed)?;
    table.raw_set("output", ran.transcript.output())?;
    let mut text = ran.transcript.text();
    for line in &ran.shown {
        text.push('\n');
        text.push_str(line);
    }
    table.raw_set("text", text)?;
    if let Some(failure) = &ran.failure {
        table.raw_set("failure", diagnosis::to_table(lua, failure)?)?;
    }
    Ok(table)
}
