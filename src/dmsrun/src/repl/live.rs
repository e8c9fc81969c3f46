//! Names that exist in the account, for completion, and who the account is, for the prompt. Against a
//! real account a thread of its own asks, with clients of its own, and may only read; nothing here
//! lets a keystroke wait longer than a person notices.

use crate::{cli::Options, session as host_session, ui::Terminal};
use dmsrun_lua::{Host, ui::Silent};
use mlua::{Function, Table};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Sender, channel},
    },
    time::{Duration, Instant},
};

/// How long Tab waits for names that are not there yet; the next Tab has them.
const PATIENCE: Duration = Duration::from_millis(350);
/// How long names count as fresh.
const FRESH: Duration = Duration::from_secs(60);

/// The sorts of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Names {
    /// Replication tasks by identifier.
    Tasks,
    /// Replication tasks by ARN.
    TaskArns,
    /// Replication instances by identifier.
    Instances,
    /// Replication instances by ARN.
    InstanceArns,
    /// Endpoints by identifier.
    Endpoints,
    /// Endpoints by ARN.
    EndpointArns,
    /// Log groups.
    LogGroups,
    /// Stacks of dmsrun.
    Stacks,
}

impl Names {
    /// The names that a member of an operation's input holds.
    pub fn of_member(key: &str) -> Option<Self> {
        Some(match key {
            "replication_task_identifier" => Self::Tasks,
            "replication_task_arn" => Self::TaskArns,
            "replication_instance_identifier" => Self::Instances,
            "replication_instance_arn" | "target_replication_instance_arn" => Self::InstanceArns,
            "endpoint_identifier" => Self::Endpoints,
            "endpoint_arn" | "source_endpoint_arn" | "target_endpoint_arn" => Self::EndpointArns,
            "log_group_name" | "log_group_names" => Self::LogGroups,
            _ => return None,
        })
    }

    /// What `repl/live.lua` calls them.
    fn word(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::TaskArns => "task_arns",
            Self::Instances => "instances",
            Self::InstanceArns => "instance_arns",
            Self::Endpoints => "endpoints",
            Self::EndpointArns => "endpoint_arns",
            Self::LogGroups => "log_groups",
            Self::Stacks => "stacks",
        }
    }
}

/// Who the account is.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Its alias, or its number.
    pub name: Option<String>,
    /// The region of the calls.
    pub region: Option<String>,
}

#[derive(Debug, Default)]
struct Known {
    /// With the moment of the answer; none where an entry may have made others since.
    names: BTreeMap<Names, (Option<Instant>, Vec<String>)>,
    asked: BTreeSet<Names>,
    account: Account,
}

#[derive(Debug, Default)]
struct Shared {
    known: Mutex<Known>,
    news: Condvar,
}

impl Shared {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The names of an account.
#[derive(Debug)]
pub struct Live<'h> {
    host: &'h Host,
    ui: Terminal,
    options: Rc<RefCell<Options>>,
    shared: RefCell<Arc<Shared>>,
    asker: RefCell<Option<Sender<Names>>>,
}

impl<'h> Live<'h> {
    /// Asks nothing yet.
    pub fn new(host: &'h Host, ui: &Terminal, options: &Rc<RefCell<Options>>) -> Self {
        Self {
            host,
            ui: ui.clone(),
            options: Rc::clone(options),
            shared: RefCell::default(),
            asker: RefCell::default(),
        }
    }

    fn is_local(&self) -> bool {
        self.options.borrow().local.is_some()
    }

    /// Forgets everything: another account or region.
    pub fn reset(&self) {
        *self.asker.borrow_mut() = None;
        *self.shared.borrow_mut() = Arc::default();
    }

    /// An entry may have made others: the names are asked for again when they are wanted, and stand
    /// until the answer is there.
    pub fn outdate_names(&self) {
        for (at, _) in self.shared.borrow().known().names.values_mut() {
            *at = None;
        }
    }

    /// Starts to find out who the account is, without waiting.
    pub fn greet(&self) {
        if !self.is_local() {
            self.asker();
        }
    }

    /// What is known of the account by now.
    pub fn account(&self) -> Account {
        self.shared.borrow().known().account.clone()
    }

    /// The names; where nothing is known and nobody is patient, none.
    pub fn names(&self, names: Names, patient: bool) -> Vec<String> {
        let shared = Arc::clone(&self.shared.borrow());
        {
            let known = shared.known();
            if let Some((at, list)) = known.names.get(&names)
                && (!patient || at.is_some_and(|at| at.elapsed() < FRESH))
            {
                return list.clone();
            }
            if !patient {
                return Vec::new();
            }
        }
        if self.is_local() {
            // The local AWS answers in a moment, and only this host may ask it.
            let list = ask(self.host, names).unwrap_or_default();
            shared.known().names.insert(names, (Some(Instant::now()), list.clone()));
            return list;
        }
        let asked = shared.known().asked.insert(names);
        // A thread that ended answers nothing, and the wait below is bounded.
        if asked && self.asker().send(names).is_err() {
            *self.asker.borrow_mut() = None;
            shared.known().asked.remove(&names);
        }
        let waiting = shared
            .news
            .wait_timeout_while(shared.known(), PATIENCE, |known| known.asked.contains(&names));
        let (known, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        known.names.get(&names).map(|(_, list)| list.clone()).unwrap_or_default()
    }

    fn asker(&self) -> Sender<Names> {
        if let Some(asker) = &*self.asker.borrow() {
            return asker.clone();
        }
        let (sender, receiver) = channel::<Names>();
        let options = Options { read_only: true, trace: false, ..self.options.borrow().clone() };
        let (shared, quiet) = (Arc::clone(&self.shared.borrow()), self.ui.quiet());
        // It ends with the channel, or with the process.
        std::thread::spawn(move || {
            let options = Rc::new(RefCell::new(options));
            let mut config = host_session::host_config(&options, &quiet);
            config.ui = Arc::new(Silent);
            let Ok(host) = Host::new(config) else { return };
            let account = account(&host);
            shared.known().account = account;
            while let Ok(names) = receiver.recv() {
                let list = ask(&host, names);
                let mut known = shared.known();
                // Where AWS does not answer, what was known stands.
                if let Some(list) = list {
                    known.names.insert(names, (Some(Instant::now()), list));
                }
                known.asked.remove(&names);
                shared.news.notify_all();
            }
        });
        *self.asker.borrow_mut() = Some(sender.clone());
        sender
    }
}

fn module(host: &Host) -> Option<Table> {
    let require: Function = host.lua().globals().raw_get("require").ok()?;
    let values = host.protected(&require, "repl.live").ok()?.ok()?;
    values.front()?.as_table().cloned()
}

fn ask(host: &Host, names: Names) -> Option<Vec<String>> {
    let ask: Function = module(host)?.raw_get("names").ok()?;
    let values = host.protected(&ask, names.word()).ok()?.ok()?;
    let list = values.front()?.as_table().cloned()?;
    Some(list.sequence_values::<String>().flatten().collect())
}

fn account(host: &Host) -> Account {
    let who = module(host).and_then(|module| module.raw_get::<Function>("account").ok());
    let values = who.and_then(|who| host.protected(&who, ()).ok()?.ok());
    let table = values.and_then(|values| values.front()?.as_table().cloned());
    let text = |key: &str| table.as_ref().and_then(|t| t.raw_get(key).ok()?);
    Account { name: text("name"), region: text("region") }
}
