//! Joins the parts: the options become a host whose AWS, real or local, is made on first use.

use crate::{
    cli::Options,
    faults,
    ui::{Terminal, Tracer},
};
use dmsrun_aws::{Aws, Config, Policy};
use dmsrun_base::{Clock, Random, Redactor, SystemClock, Timestamp, Value};
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_local::Local;
use dmsrun_lua::{Host, HostConfig, Session, spec::Transcript};
use std::{cell::RefCell, path::PathBuf, rc::Rc, sync::Arc, time::Duration};

/// The account of the local AWS.
const LOCAL_ACCOUNT: &str = "123456789012";

/// Where virtual time begins in a fresh local AWS: one day for everybody, so that a seed repeats a run.
const LOCAL_START: i64 = 1_795_132_800;

/// A host for scripts and statements: shown on the terminal, its options read when AWS is first needed,
/// since a script's verb line may still add some.
pub fn host_config(options: &Rc<RefCell<Options>>, ui: &Terminal) -> HostConfig {
    let redactor = ui.redactor();
    let random = options.borrow().seed.map_or_else(Random::from_os, Random::seeded);
    let shared = Rc::clone(options);
    let tracing = ui.clone();
    let (redactor_of_aws, random_of_aws) = (redactor.clone(), random.clone());
    let given = options.borrow();
    HostConfig {
        options: given.to_value(),
        stdlib: given.stdlib.clone(),
        state_dir: PathBuf::from(".dmsrun"),
        local: given.local.is_some(),
        trace: given.trace,
        session: Box::new(move || {
            session(&shared.borrow(), &tracing, redactor_of_aws, random_of_aws)
        }),
        ui: Arc::new(ui.clone()),
        redactor,
        random,
        catalogue: Some(Rc::new(catalogue)),
        ..HostConfig::bare()
    }
}

/// The tables behind a server of the local AWS's demo, for checks before anything exists: which tables
/// the mappings select, which LOBs are cut.
pub fn catalogue(server: &str) -> Option<Value> {
    let engines = dmsrun_dms::engines().iter().filter(|engine| engine.source);
    let catalogue = engines
        .filter_map(|engine| Some((engine.name, engine.port?)))
        .find_map(|(engine, port)| dmsrun_local::dms::catalogue::demo(engine, server, port))?;
    serde_json::to_value(catalogue).ok().map(Value::from_json)
}

/// The catalogue of the local AWS's demo source, the shop that the README migrates.
pub fn demo_catalogue() -> Option<dmsrun_dms::Catalogue> {
    dmsrun_local::dms::catalogue::demo("mysql", "source-db.example.com", 3306)
}

/// Makes AWS anew for a host that has one already, by what the options say then.
pub fn factory(
    options: &Rc<RefCell<Options>>,
    ui: &Terminal,
    host: &Host,
) -> dmsrun_lua::SessionFactory {
    let (shared, ui, state) = (Rc::clone(options), ui.clone(), host.state());
    let (redactor, random) = (state.redactor.clone(), state.random.clone());
    Box::new(move || session(&shared.borrow(), &ui, redactor, random))
}

fn session(
    options: &Options,
    ui: &Terminal,
    redactor: Redactor,
    random: Random,
) -> Result<Session, Diagnostic> {
    let mut config = aws_config(options, ui, redactor, random);
    let Some(dir) = &options.local else {
        if let Some(fault) = options.fault.first() {
            return Err(Diagnostic::error("A fault needs the local AWS")
                .what(format!("--fault {fault} was given without --local"))
                .exit(Exit::Usage));
        }
        let clock = Arc::clone(&config.clock);
        return Ok(Session { aws: Aws::new(config), clock, keep: Box::new(()) });
    };
    let local = Local::open(local_options(options, Some(dir.clone()))?)?;
    for fault in &options.fault {
        faults::set(&local, fault)?;
    }
    let clock = plug_in(&mut config, &local);
    let keep = Box::new((faults::Watch::new(&local, ui), local));
    Ok(Session { aws: Aws::new(config), clock, keep })
}

/// What the names of the folders of this process's specs begin with.
pub fn spec_folder() -> String {
    format!("dmsrun-spec-{}-", std::process::id())
}

/// A host for one file of specs: nothing on disk, what it shows in a transcript, a local AWS of its own.
pub fn spec_config(
    options: &Options,
    file: &str,
    seed: u64,
    ui: &Terminal,
    output: &Transcript,
) -> HostConfig {
    let redactor = Redactor::new();
    let random = Random::seeded(seed);
    let (given, tracing, aside) = (options.clone(), ui.clone(), output.clone());
    let (redactor_of_aws, random_of_aws) = (redactor.clone(), random.clone());
    HostConfig {
        script: Some(file.to_owned()),
        stdlib: options.stdlib.clone(),
        local: true,
        state_dir: std::env::temp_dir().join(format!("{}{seed}", spec_folder())),
        fleeting: true,
        options: Options { local: Some(PathBuf::new()), ..options.clone() }.to_value(),
        session: Box::new(move || {
            let local =
                Local::open(dmsrun_local::Options { seed, ..local_options(&given, None)? })?;
            // A fault that kills is for what the spec runs.
            local.faults().spare();
            let mut config = aws_config(&given, &tracing, redactor_of_aws, random_of_aws);
            config.observer = Arc::new(Tracer::new(tracing, given.trace).aside(aside));
            Ok(joined(config, local))
        }),
        ui: Arc::new(output.clone()),
        redactor,
        random,
        ..HostConfig::bare()
    }
}

/// Another session of a spec, on a local AWS of its own.
pub fn on_local(
    options: &Options,
    ui: &Terminal,
    redactor: Redactor,
    seed: u64,
    output: &Transcript,
    local: Local,
) -> Session {
    let mut config = aws_config(options, ui, redactor, Random::seeded(seed));
    config.observer = Arc::new(Tracer::new(ui.clone(), options.trace).aside(output.clone()));
    joined(config, local)
}

fn joined(mut config: Config, local: Local) -> Session {
    let clock = plug_in(&mut config, &local);
    Session { aws: Aws::new(config), clock, keep: Box::new(local) }
}

fn aws_config(options: &Options, ui: &Terminal, redactor: Redactor, random: Random) -> Config {
    Config {
        profile: options.profile.clone(),
        region: options.region.clone(),
        endpoint_url: options.endpoint_url.clone(),
        http_client: None,
        credentials: None,
        clock: Arc::new(SystemClock),
        random,
        redactor,
        policy: Policy {
            read_only: options.read_only,
            dry_run: options.dry_run,
            expect_account: None,
            expect_region: None,
        },
        observer: Arc::new(Tracer::new(ui.clone(), options.trace)),
        local: false,
    }
}

fn plug_in(config: &mut Config, local: &Local) -> Arc<dyn Clock> {
    let clock: Arc<dyn Clock> = Arc::new(local.clock());
    config.http_client = Some(local.http_client());
    config.credentials = Some(local.credentials());
    config.endpoint_url = None;
    config.profile = None;
    config.clock = Arc::clone(&clock);
    config.local = true;
    clock
}

fn local_options(
    options: &Options,
    dir: Option<PathBuf>,
) -> Result<dmsrun_local::Options, Diagnostic> {
    if options.speed.is_some_and(|speed| !(speed > 0.0 && speed.is_finite())) {
        return Err(Diagnostic::error("The speed is not valid")
            .what("--speed takes a number above 0: 60 lets a virtual minute take a second")
            .exit(Exit::Usage));
    }
    if options.endpoint_url.is_some() {
        return Err(Diagnostic::error("Two places for the calls")
            .what("--local and --endpoint-url exclude each other")
            .exit(Exit::Usage));
    }
    let start = Timestamp::from_second(LOCAL_START)
        .map_err(|error| Diagnostic::bug(format!("the first moment is not valid: {error}")))?;
    Ok(dmsrun_local::Options {
        dir,
        account: LOCAL_ACCOUNT.to_owned(),
        seed: options.seed.unwrap_or(0),
        speed: options.speed,
        start,
    })
}

/// How long what waits has to end after the second Ctrl-C before the process is ended for it.
const GRACE: Duration = Duration::from_secs(1);

/// Ctrl-C once ends Lua code that runs without pause, and lets what is in flight finish; twice ends what
/// waits, and then the process. Both are safe: every mutation has its intent on disk before it is sent.
pub fn on_interrupt(host: &Host, ui: &Terminal) -> Result<(), Diagnostic> {
    use signal_hook::{consts::SIGINT, iterator::Signals};
    let failed =
        |error: std::io::Error| Diagnostic::error("Ctrl-C can't be caught").what(error.to_string());
    let signal = host.signal_handle();
    // SAFETY: the handler counts on atomics and sets a hook of Lua, which Lua allows in a handler; it
    // neither allocates nor locks. It is registered before the iterator, so it runs before it.
    #[allow(unsafe_code)]
    unsafe {
        let signal = signal.clone();
        signal_hook::low_level::register(SIGINT, move || signal.signalled()).map_err(failed)?;
    }
    let mut signals = Signals::new([SIGINT]).map_err(failed)?;
    let handle = host.interrupt_handle();
    let ui = ui.clone();
    // The thread lives as long as the process.
    std::thread::spawn(move || {
        for _ in signals.forever() {
            if crate::repl::signals::take(&handle) {
                continue;
            }
            if crate::repl::signals::take(&handle) {
                continue;
            }
            let count = handle.count();
            handle.wake();
            if count == 1 && signal.was_busy() {
                ui.talk("Ctrl-C: what is under way is finished, nothing new is started; again to stop at once");
            }
            if count >= 2 {
                std::thread::sleep(GRACE);
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
        }
    });
    Ok(())
}

/// How long a script in a sandbox may stay inside one function of the library, where its instructions
/// are not counted.
const STUCK: Duration = Duration::from_secs(10);

/// How often the watcher looks.
const TICK: Duration = Duration::from_millis(200);

/// What a tick counts for at least, in instructions: any machine runs more of them, and the time that
/// functions of the library take is counted so.
const OF_A_TICK: u64 = 2_000_000;

/// What the process may take beside three times the memory of the VM, in bytes.
const BESIDE: u64 = 512 << 20;

/// Watches a script in a sandbox from outside: a search with a hostile pattern runs for ever in one
/// instruction, and nothing inside the VM can stop it; nor is what our own modules hold its memory.
pub fn limit(host: &Host, ui: &Terminal) {
    let Some(pulse) = host.pulse() else { return };
    let ui = ui.clone();
    let memory = pulse.memory();
    std::thread::spawn(move || {
        let begun = resident().unwrap_or(0);
        let mut last = (pulse.beats(), std::time::Instant::now());
        loop {
            std::thread::sleep(TICK);
            let beats = pulse.beats();
            let resting = pulse.is_resting();
            if beats == last.0 && !resting && last.1.elapsed() >= STUCK {
                let what =
                    format!("the script was inside one function for {} seconds", STUCK.as_secs());
                end_of_sandbox(
                    &ui,
                    what,
                    "a pattern, or a length that `__len` makes up, can keep a function busy for ever",
                );
            }
            if resident().is_some_and(|now| now.saturating_sub(begun) > 3 * memory + BESIDE) {
                let what = format!("the script used more than {} MB of memory", memory >> 20);
                end_of_sandbox(&ui, what, "--sandbox-memory MB allows more");
            }
            let run = beats.saturating_sub(last.0);
            if !resting && run > 0 {
                let ticks = last.1.elapsed().as_millis() / TICK.as_millis();
                let least = OF_A_TICK.saturating_mul(u64::try_from(ticks).unwrap_or(u64::MAX));
                pulse.charge(least.saturating_sub(run));
            }
            if resting || run > 0 {
                last = (pulse.beats(), std::time::Instant::now());
            }
        }
    });
}

fn end_of_sandbox(ui: &Terminal, what: String, hint: &str) -> ! {
    ui.show(&Diagnostic::error("The sandbox's limit is reached").what(what).hint(hint));
    std::process::exit(i32::from(Exit::Failure.code()));
}

/// The memory of the process, in bytes, where the system tells it.
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
