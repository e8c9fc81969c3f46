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
use dmsrun_lua::{Host, HostConfig, Session, ui::Silent};
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

/// A host for one file of specs: nothing on disk, nothing shown, a local AWS of its own.
pub fn spec_config(options: &Options, file: &str, seed: u64, ui: &Terminal) -> HostConfig {
    let redactor = Redactor::new();
    let random = Random::seeded(seed);
    let (given, tracing) = (options.clone(), ui.clone());
    let (redactor_of_aws, random_of_aws) = (redactor.clone(), random.clone());
    HostConfig {
        script: Some(file.to_owned()),
        stdlib: options.stdlib.clone(),
        local: true,
        state_dir: std::env::temp_dir().join(format!("dmsrun-spec-{}-{seed}", std::process::id())),
        options: Options { local: Some(PathBuf::new()), ..options.clone() }.to_value(),
        session: Box::new(move || {
            let local =
                Local::open(dmsrun_local::Options { seed, ..local_options(&given, None)? })?;
            // A fault that kills is for what the spec runs.
            local.faults().spare();
            Ok(joined(aws_config(&given, &tracing, redactor_of_aws, random_of_aws), local))
        }),
        ui: Arc::new(Silent),
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
    local: Local,
) -> Session {
    joined(aws_config(options, ui, redactor, Random::seeded(seed)), local)
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

/// Watches a script in a sandbox from outside: a search with a hostile pattern runs for ever in one
/// instruction, and nothing inside the VM can stop it.
pub fn limit(host: &Host, ui: &Terminal) {
    let Some(pulse) = host.pulse() else { return };
    let ui = ui.clone();
    std::thread::spawn(move || {
        let mut last = (pulse.beats(), std::time::Instant::now());
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let beats = pulse.beats();
            if beats != last.0 || pulse.is_resting() {
                last = (beats, std::time::Instant::now());
            } else if last.1.elapsed() >= STUCK {
                ui.show(
                    &Diagnostic::error("The sandbox's limit is reached")
                        .what(format!(
                            "the script was inside one function for {} seconds",
                            STUCK.as_secs()
                        ))
                        .hint("a pattern, or a length that `__len` makes up, can keep a function busy for ever"),
                );
                std::process::exit(i32::from(Exit::Failure.code()));
            }
        }
    });
}
