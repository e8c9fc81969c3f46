//! The account: one call at a time, on its clock, with everything that is due done before it and
//! everything that it changed on disk after it.

use crate::{
    Options,
    cloudwatch::CloudWatch,
    dms::Dms,
    ec2::Ec2,
    faults::{FaultKind, Faults, Killed},
    ids::Ids,
    logs::Logs,
    past::Past,
    request::Request,
    rules,
    seam::{NoAnswer, stamp},
    services::{self, Service},
    store::{Header, Store},
    tagged::Sweep,
    tagging,
    wire::{Answer, Protocol, Refusal, cbor_answer, ec2_answer, json_answer, refuse},
    world::View,
};
use dmsrun_base::{Clock as _, InFlight, Random, Timestamp, VirtualClock};
use dmsrun_diag::Diagnostic;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

/// After this many calls that only read, what time has changed is put on disk all the same.
const READS_BETWEEN_SAVES: u32 = 500;

/// What every service is told about a call.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub account: &'a str,
    pub ids: &'a Ids,
    pub now: Timestamp,
    pub region: &'a str,
    pub operation: &'a str,
}

/// The account with its services.
pub(crate) struct Account {
    number: String,
    clock: VirtualClock,
    ids: Ids,
    faults: Faults,
    store: Store,
    turn: tokio::sync::Mutex<()>,
    dms: tokio::sync::Mutex<Dms>,
    ec2: Mutex<Ec2>,
    cloudwatch: Mutex<CloudWatch>,
    logs: Mutex<Logs>,
    services: BTreeMap<&'static str, Service>,
    dirty: Mutex<Dirty>,
    past: Mutex<Past>,
    calls: Calls,
}

/// How many calls have arrived.
#[derive(Default)]
struct Calls {
    reading: AtomicU64,
    mutating: AtomicU64,
}

#[derive(Default)]
struct Dirty {
    files: BTreeSet<&'static str>,
    reads: u32,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("number", &self.number).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn load<T: DeserializeOwned + Default>(store: &Store, name: &str) -> Result<T, Diagnostic> {
    match store.take(name) {
        Some(body) => {
            serde_json::from_value(body).map_err(|error| store.corrupt(name, &error.to_string()))
        }
        None => Ok(T::default()),
    }
}

impl Account {
    pub fn open(options: Options) -> Result<Self, Diagnostic> {
        let (store, header) = Store::open(options.dir.clone())?;
        Self::of(options, store, header)
    }

    /// The account that a store holds.
    pub fn of(options: Options, store: Store, header: Option<Header>) -> Result<Self, Diagnostic> {
        winterbaume_core::set_default_account_id(options.account.clone());
        let header = header.unwrap_or_else(|| Header::new(options.start, options.seed, 0, 0));
        let ids = Ids::new(header.seed, header.ids, header.requests);
        let mut dms = Dms::new(&options.account, Random::seeded(header.seed));
        if let Some(body) = store.take("dms") {
            dms.restore(body).map_err(|error| store.corrupt("dms", &error))?;
        }
        Ok(Self {
            number: options.account,
            clock: VirtualClock::new(header.now, options.speed),
            faults: Faults::new(header.seed),
            turn: tokio::sync::Mutex::default(),
            dms: tokio::sync::Mutex::new(dms),
            ec2: Mutex::new(load(&store, "ec2")?),
            cloudwatch: Mutex::new(load(&store, "cloudwatch")?),
            logs: Mutex::new(load(&store, "logs")?),
            services: services::open(&store),
            dirty: Mutex::default(),
            past: Mutex::default(),
            calls: Calls::default(),
            ids,
            store,
        })
    }

    pub fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    pub fn request_id(&self) -> String {
        self.ids.request()
    }

    pub fn number(&self) -> &str {
        &self.number
    }

    pub fn ec2(&self) -> MutexGuard<'_, Ec2> {
        lock(&self.ec2)
    }

    pub fn cloudwatch(&self) -> MutexGuard<'_, CloudWatch> {
        lock(&self.cloudwatch)
    }

    pub fn logs(&self) -> MutexGuard<'_, Logs> {
        lock(&self.logs)
    }

    /// A service of winterbaume's by our name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.get(name)
    }

    /// Marks a file as no longer what the account knows.
    pub fn touch(&self, name: &'static str) {
        lock(&self.dirty).files.insert(name);
    }

    /// Answers a call. The mark that it is under way is given up while a fault delays it, or time would
    /// never pass.
    pub async fn call(&self, request: Request, under_way: InFlight) -> Result<Answer, NoAnswer> {
        let mut under_way = Some(under_way);
        self.unless_dead().await;
        let struck = self.faults.strike(request.service, &request.operation, request.mutates());
        if struck == Some(FaultKind::Offline) {
            return Err(NoAnswer::Offline);
        }
        let counter = if request.mutates() { &self.calls.mutating } else { &self.calls.reading };
        counter.fetch_add(1, Ordering::SeqCst);
        if let Some(FaultKind::Delay(delay)) = &struck {
            under_way.take();
            self.clock.sleep(*delay).await;
            under_way = Some(self.clock.in_flight());
        }
        if struck == Some(FaultKind::Kill) {
            self.kill().await;
        }
        let turn = self.turn.lock().await;
        if self.faults.is_dead() {
            drop(turn);
            std::future::pending::<()>().await;
            return Err(NoAnswer::Dropped);
        }
        let id = self.ids.request();
        let now = self.clock.now();
        self.advance(now).await;
        let done = match &struck {
            Some(FaultKind::Kill) => Err(nobody_to_kill()),
            Some(FaultKind::Fail { status, code, message }) => {
                Err(Refusal::new(code.as_str(), message.as_str()).status(*status))
            }
            Some(FaultKind::Stale(lag)) => self.perform_in_the_past(&request, *lag, &id).await,
            _ => {
                self.remember(&request, now);
                self.perform(&request, now, &id).await
            }
        };
        let mut answer = done.unwrap_or_else(|refusal| refuse(request.protocol, &refusal, &id));
        stamp(&mut answer, &id);
        if let Err(error) = self.keep(request.mutates()) {
            let refusal = Refusal::internal(error.to_string());
            answer = refuse(request.protocol, &refusal, &id);
            stamp(&mut answer, &id);
        }
        drop(turn);
        match struck {
            Some(FaultKind::KillAfter) => {
                self.kill().await;
                answer = refuse(request.protocol, &nobody_to_kill(), &id);
                stamp(&mut answer, &id);
            }
            Some(FaultKind::FailAfter { status, code, message }) => {
                let refusal = Refusal::new(code, message).status(status);
                answer = refuse(request.protocol, &refusal, &id);
                stamp(&mut answer, &id);
            }
            Some(FaultKind::DropAnswer) => return Err(NoAnswer::Dropped),
            _ => {}
        }
        drop(under_way);
        Ok(answer)
    }

    /// Goes on unless the client was killed: then there is nobody whom a call could matter to.
    async fn unless_dead(&self) {
        if self.faults.is_dead() {
            std::future::pending::<()>().await;
        }
    }

    /// Ends who calls, as `kill -9` does: nothing is flushed, nothing cleaned up. Comes back only where
    /// there is nobody to kill.
    async fn kill(&self) {
        match self.faults.kill() {
            Killed::Process => die(),
            Killed::Client => std::future::pending().await,
            Killed::Nobody => {}
        }
    }

    /// Does what has become due.
    pub(crate) async fn advance(&self, now: Timestamp) {
        let effects = {
            let mut dms = self.dms.lock().await;
            dms.tick(now);
            dms.take_effects()
        };
        self.apply(effects);
        self.measure_logs();
        let notices = self.cloudwatch().tick(&self.number, now);
        self.notify(notices);
        if self.ec2().tick(now) {
            self.touch("ec2");
        }
    }

    pub(crate) async fn perform(
        &self,
        request: &Request,
        now: Timestamp,
        id: &str,
    ) -> Result<Answer, Refusal> {
        let call = Call {
            account: &self.number,
            ids: &self.ids,
            now,
            region: &request.region,
            operation: &request.operation,
        };
        match request.service {
            "dms" => self.dms(request, now).await,
            "ec2" => {
                let members = self.ec2().handle(&call, &request.body);
                self.touch_if(request, "ec2");
                members.map(|members| ec2_answer(&request.operation, id, &members))
            }
            "cloudwatch" => {
                if request.headers.get("smithy-protocol").is_none() {
                    return Err(Refusal::new(
                        "UnsupportedProtocol",
                        "the CloudWatch of the local AWS speaks smithy-rpc-v2-cbor only",
                    ));
                }
                let input = crate::cbor::decode(&request.body).ok_or_else(|| {
                    Refusal::new("SerializationException", "the request is no CBOR")
                })?;
                let answer = self.cloudwatch().handle(&call, &input);
                self.touch_if(request, "cloudwatch");
                answer.map(|body| cbor_answer(200, &body))
            }
            "logs" => {
                let input = json_input(request)?;
                let answer = self.logs().handle(&call, &input);
                self.measure_logs();
                self.touch_if(request, "logs");
                answer.map(|body| json_answer(&body))
            }
            "tagging" => {
                let input = json_input(request)?;
                let all = self.cloudwatch().tagged(&request.region);
                let all = all.into_iter().chain(self.logs().tagged(&request.region)).collect();
                tagging::handle(&request.operation, &input, all).map(|body| json_answer(&body))
            }
            name => self.winterbaume(name, request, &call).await,
        }
    }

    async fn dms(&self, request: &Request, now: Timestamp) -> Result<Answer, Refusal> {
        let input = json_input(request)?;
        let (result, effects) = {
            let mut dms = self.dms.lock().await;
            let world = View::new(self);
            let (region, operation) = (&request.region, &request.operation);
            let result = dms.handle(&world, now, region, operation, input).await;
            (result, dms.take_effects())
        };
        self.apply(effects);
        self.touch_if(request, "dms");
        match result {
            Ok(body) => Ok(json_answer(&body)),
            Err(fault) => {
                Err(Refusal { extra: fault.extra, ..Refusal::new(fault.code, fault.message) })
            }
        }
    }

    async fn winterbaume(
        &self,
        name: &str,
        request: &Request,
        call: &Call<'_>,
    ) -> Result<Answer, Refusal> {
        let service =
            self.services.get(name).ok_or_else(|| Refusal::not_local(name, &request.operation))?;
        service.begin(&self.ids, &self.number, call.now, &request.region).await;
        let mut mended = request.clone();
        if let Some(answer) = rules::before(self, service, &mut mended, call)? {
            self.touch_if(request, service.name);
            return Ok(answer);
        }
        let mut answer = service.call(&self.ids, &self.number, call.now, &mended).await?;
        rules::after(service, &mended, call, &mut answer);
        self.touch_if(request, service.name);
        if answer.status == 501 {
            return Err(Refusal::not_local(name, &request.operation));
        }
        Ok(answer)
    }

    fn touch_if(&self, request: &Request, name: &'static str) {
        if request.mutates() {
            self.touch(name);
        }
    }

    /// Puts on disk what a call has changed.
    fn keep(&self, mutated: bool) -> Result<(), Diagnostic> {
        if !self.store.is_on_disk() {
            return Ok(());
        }
        {
            let mut dirty = lock(&self.dirty);
            dirty.reads = if mutated { 0 } else { dirty.reads + 1 };
            if !mutated && dirty.reads < READS_BETWEEN_SAVES {
                return Ok(());
            }
            dirty.reads = 0;
        }
        self.write(mutated)
    }

    fn write(&self, durable: bool) -> Result<(), Diagnostic> {
        let files = std::mem::take(&mut lock(&self.dirty).files);
        let header = self.header();
        for name in &files {
            // A call is in the middle of it and writes it when it ends.
            let Some(body) = self.body(name) else { continue };
            if let Err(error) = self.store.write(name, &header, &body, durable) {
                lock(&self.dirty).files.extend(files.iter().copied());
                return Err(error);
            }
        }
        Ok(())
    }

    /// What a file of that name holds now; `None` while a call is in the middle of it.
    pub(crate) fn body(&self, name: &str) -> Option<Json> {
        Some(match name {
            "dms" => self.dms.try_lock().ok()?.snapshot(),
            "ec2" => to_json(&*self.ec2()),
            "cloudwatch" => to_json(&*self.cloudwatch()),
            "logs" => to_json(&*self.logs()),
            name => self.services.get(name).map_or(Json::Null, Service::body),
        })
    }

    /// Shows a sweep what a service holds; nothing while a call is in the middle of it.
    pub(crate) fn sweep(&self, name: &str, sweep: &mut Sweep<'_>) {
        match name {
            "dms" => {
                if let Ok(dms) = self.dms.try_lock() {
                    dms.sweep(sweep);
                }
            }
            "ec2" => self.ec2().sweep(sweep),
            "cloudwatch" => self.cloudwatch().sweep(sweep),
            "logs" => self.logs().sweep(sweep),
            name => {
                if let Some(service) = self.services.get(name) {
                    service.sweep(sweep);
                }
            }
        }
    }

    /// Where it stands: what every file opens with.
    pub(crate) fn header(&self) -> Header {
        let (ids, requests) = self.ids.given();
        Header::new(self.clock.now(), self.ids.seed(), ids, requests)
    }

    /// How many calls have arrived that only read, and how many others.
    pub fn calls(&self) -> (u64, u64) {
        let Calls { reading, mutating } = &self.calls;
        (reading.load(Ordering::SeqCst), mutating.load(Ordering::SeqCst))
    }

    /// What mutations have replaced, for reads that come late.
    pub(crate) fn past(&self) -> MutexGuard<'_, Past> {
        lock(&self.past)
    }

    /// Puts everything on disk, and the time.
    pub fn save(&self) -> Result<(), Diagnostic> {
        if !self.store.is_on_disk() {
            return Ok(());
        }
        self.touch("dms");
        self.write(false)?;
        let header = self.header();
        self.store.write("clock", &header, &serde_json::json!({}), true)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // Whoever wants to know whether it worked calls save.
        let _ = self.save();
    }
}

/// A kill where there is nobody to kill.
fn nobody_to_kill() -> Refusal {
    Refusal::new("NothingToKill", "a fault kills what spec.run runs, and nothing was run by it")
}

fn to_json<T: serde::Serialize>(value: &T) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

fn json_input(request: &Request) -> Result<Json, Refusal> {
    debug_assert_eq!(request.protocol, Protocol::Json);
    if request.body.is_empty() {
        return Ok(serde_json::json!({}));
    }
    serde_json::from_slice(&request.body)
        .map_err(|error| Refusal::new("SerializationException", error.to_string()))
}

/// Ends the process as `kill -9` does: nothing is flushed, nothing cleaned up.
fn die() -> ! {
    let _ = signal_hook::low_level::raise(signal_hook::consts::SIGKILL);
    std::process::abort()
}
