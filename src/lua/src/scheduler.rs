//! Tasks, and waiting. Lua runs outside the runtime; the runtime is entered here and nowhere else.
//!
//! Every wait that is under way, of whatever task, is a future in one reactor, and whoever blocks
//! drives all of them: a wait inside `table.sort` can't hold up the answers of other tasks, and
//! virtual time moves only when nobody can go on.
//!
//! Blocking nests: a task that waits where it can't yield (a sort callback, its own coroutine) runs
//! this loop again, one level deeper. A loop resumes only tasks that were started at its level or
//! deeper: the others' stacks lie below it.

use crate::{
    border,
    calls::{self, Finish, Operation, OperationCell, Raise, Waiting},
    hook::{Ending, Watch},
    state::State,
};
use dmsrun_base::{Clock, drive};
use dmsrun_diag::{Diagnostic, Exit};
use futures_util::{
    StreamExt as _,
    future::{LocalBoxFuture, poll_fn},
    stream::FuturesUnordered,
};
use mlua::{AnyUserData, Function, IntoLuaMulti as _, Lua, MultiValue, Table, Thread, Value};
use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{BTreeMap, VecDeque},
    future::Future,
    pin::pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Wake, Waker},
};
use tokio::{runtime::Runtime, sync::Notify};

type Ticket = u64;

/// The exit code of what `kill -9` has ended, as shells give it.
pub(crate) const KILLED: u8 = 137;

/// Tasks that were started together and are awaited together.
pub(crate) struct Group {
    level: usize,
    /// How many were started.
    started: Cell<usize>,
    ended: RefCell<VecDeque<(usize, bool, Value)>>,
    waiter: RefCell<Option<Rc<Task>>>,
}

struct GroupHandle(Rc<Group>);
impl mlua::UserData for GroupHandle {}

struct Task {
    thread: Thread,
    group: Rc<Group>,
    index: usize,
}

/// What a task goes on with.
enum Resume {
    Start(Function),
    Ended(Finish),
    Group(Rc<Group>),
}

impl Group {
    /// The next task of the group that has ended: its index, whether it went well, and its value.
    fn next(&self, lua: &Lua) -> mlua::Result<Option<MultiValue>> {
        let ended = self.ended.borrow_mut().pop_front();
        ended.map(|(index, ok, value)| (index, ok, value).into_lua_multi(lua)).transpose()
    }
}

/// The scheduler of one VM.
#[derive(Default)]
pub(crate) struct Scheduler {
    runtime: OnceCell<Runtime>,
    reactor: RefCell<FuturesUnordered<LocalBoxFuture<'static, (Ticket, Finish)>>>,
    waiting: RefCell<BTreeMap<Ticket, Rc<Task>>>,
    ended: RefCell<BTreeMap<Ticket, Finish>>,
    ready: RefCell<VecDeque<(Rc<Task>, Resume)>>,
    tickets: Cell<Ticket>,
    depth: Cell<usize>,
    current: RefCell<Option<Thread>>,
    tell: OnceCell<Function>,
    watch: Arc<Watch>,
}

/// Tells a host of Ctrl-C, from any thread. The first asks to start nothing new and ends what merely
/// pauses; the second ends whatever waits.
#[derive(Clone, Debug, Default)]
pub struct InterruptHandle(Arc<Interrupts>);

#[derive(Debug, Default)]
struct Interrupts {
    count: AtomicUsize,
    killed: AtomicBool,
    news: Notify,
}

impl InterruptHandle {
    /// One more Ctrl-C; how many there were.
    pub fn interrupt(&self) -> usize {
        let count = self.note();
        self.wake();
        count
    }

    /// Counts one more and does nothing else: all that a signal handler may do.
    pub(crate) fn note(&self) -> usize {
        self.0.count.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Tells whoever waits that the count has changed; not to be called in a signal handler.
    pub fn wake(&self) {
        self.0.news.notify_waiters();
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        self.0.count.load(Ordering::SeqCst)
    }

    /// Ends the script as `kill -9` ends a process, as far as that is possible inside of one: what waits
    /// never goes on, no Lua code runs any more, nothing is written. The exit code is that of a shell.
    pub fn kill(&self) {
        self.0.killed.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Whether the script was killed.
    pub fn is_killed(&self) -> bool {
        self.0.killed.load(Ordering::SeqCst)
    }

    /// Forgets them, for the next entry of a session.
    pub fn clear(&self) {
        self.0.count.store(0, Ordering::SeqCst);
    }

    /// Ends when `reached` holds; it is asked after each Ctrl-C.
    async fn until(&self, reached: impl Fn() -> bool) {
        loop {
            let mut news = pin!(self.0.news.notified());
            // Before the question, so that no news is missed in between.
            news.as_mut().enable();
            if reached() {
                return;
            }
            news.await;
        }
    }
}

/// Notices whether it was called.
struct Noticing {
    woken: AtomicBool,
    next: Waker,
}

impl Wake for Noticing {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        self.next.wake_by_ref();
    }
}

/// Holds virtual time still while the future asks to be polled again at once: it only made a pause,
/// as a stream of many futures does, and does not wait for time.
async fn settled<F: Future>(clock: &dyn Clock, future: F) -> F::Output {
    let mut future = pin!(future);
    let mut hold = None;
    poll_fn(|cx| {
        drop(hold.take());
        let notice = Arc::new(Noticing { woken: AtomicBool::new(false), next: cx.waker().clone() });
        let waker = Waker::from(notice.clone());
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        if poll.is_pending() && notice.woken.load(Ordering::SeqCst) {
            hold = Some(clock.in_flight());
        }
        poll
    })
    .await
}

impl Scheduler {
    pub(crate) fn interrupt(&self) -> &InterruptHandle {
        self.watch.interrupts()
    }

    pub(crate) fn watch(&self) -> &Arc<Watch> {
        &self.watch
    }

    /// A wait that is no work: the first Ctrl-C ends it, unless code runs that minds interrupts
    /// itself.
    pub(crate) fn pause(
        &self,
        wait: impl Future<Output = ()> + 'static,
    ) -> impl Future<Output = Result<(), Diagnostic>> + 'static {
        let watch = Arc::clone(&self.watch);
        async move {
            tokio::select! {
                biased;
                () = wait => Ok(()),
                () = watch.interrupts().until(|| watch.is_pressed()) => Err(stopped()),
            }
        }
    }

    fn runtime(&self) -> Result<&Runtime, Diagnostic> {
        if self.runtime.get().is_none() {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(
                    |e| Diagnostic::error("The runtime could not be started").what(e.to_string()),
                )?;
            let _ = self.runtime.set(runtime);
        }
        Ok(self.runtime.get().expect("the runtime was just made"))
    }

    fn submit(&self, future: Waiting) -> Ticket {
        let ticket = self.tickets.get();
        self.tickets.set(ticket + 1);
        let future = Box::pin(async move { (ticket, future.await) });
        self.reactor.borrow().push(future);
        ticket
    }

    /// Waits until one of the waits under way has ended, and notes its end.
    fn wait(&self, state: &State) -> Result<(), Raise> {
        let clock = state.clock();
        let mut reactor = self.reactor.borrow_mut();
        let runtime = self.runtime()?;
        let interrupt = self.interrupt();
        self.watch.wait(true);
        let ended = runtime.block_on(async {
            let next = drive(&*clock, settled(&*clock, reactor.next()));
            tokio::select! {
                biased;
                () = interrupt.until(|| interrupt.is_killed()) => Err(None),
                () = interrupt.until(|| interrupt.count() >= 2) => Err(Some(interrupted())),
                ended = next => Ok(ended),
            }
        });
        self.watch.wait(false);
        drop(reactor);
        let ended = match ended {
            Ok(ended) => ended,
            Err(Some(interrupted)) => return Err(interrupted.into()),
            Err(None) => return Err(self.killed(state)),
        };
        let Some((ticket, finish)) = ended else {
            return Err(Diagnostic::bug("every task waits for another one").into());
        };
        match self.waiting.borrow_mut().remove(&ticket) {
            Some(task) => self.ready.borrow_mut().push_back((task, Resume::Ended(finish))),
            None => {
                self.ended.borrow_mut().insert(ticket, finish);
            }
        }
        Ok(())
    }

    /// Unwinds everything without letting any of it run.
    fn killed(&self, state: &State) -> Raise {
        state.exit_code.set(Some(KILLED));
        self.watch.end(Ending::Exit);
        Raise::Exit(KILLED)
    }

    /// Blocks until the operation has ended; runs tasks meanwhile.
    fn block(&self, lua: &Lua, operation: Operation) -> Result<MultiValue, Raise> {
        let state = State::of(lua);
        self.depth.set(self.depth.get() + 1);
        let goal = match operation {
            Operation::Future(future) => Goal::Ticket(self.submit(future)),
            Operation::Group(group) => Goal::Group(group),
        };
        let reached = self.run_until(lua, &state, &goal);
        if reached.is_err() {
            self.abandon();
        }
        self.depth.set(self.depth.get() - 1);
        match reached? {
            Reached::Ended(finish) => finish(lua),
            Reached::Child(values) => Ok(values),
        }
    }

    fn run_until(&self, lua: &Lua, state: &State, goal: &Goal) -> Result<Reached, Raise> {
        loop {
            while let Some((task, resume)) = self.next_ready() {
                self.resume(lua, &task, resume)?;
            }
            let reached = match goal {
                Goal::Ticket(ticket) => self.ended.borrow_mut().remove(ticket).map(Reached::Ended),
                Goal::Group(group) => group.next(lua)?.map(Reached::Child),
            };
            match reached {
                Some(reached) => return Ok(reached),
                None => self.wait(state)?,
            }
        }
    }

    /// Forgets the tasks of this level and deeper: what blocked on them is being unwound.
    fn abandon(&self) {
        let depth = self.depth.get();
        self.ready.borrow_mut().retain(|(task, _)| task.group.level < depth);
        self.waiting.borrow_mut().retain(|_, task| task.group.level < depth);
        if depth == 1 {
            *self.reactor.borrow_mut() = FuturesUnordered::new();
            self.ended.borrow_mut().clear();
        }
    }

    fn next_ready(&self) -> Option<(Rc<Task>, Resume)> {
        let mut ready = self.ready.borrow_mut();
        let index = ready.iter().position(|(task, _)| task.group.level >= self.depth.get())?;
        ready.remove(index)
    }

    fn resume(&self, lua: &Lua, task: &Rc<Task>, resume: Resume) -> Result<(), Raise> {
        let args = match resume {
            Resume::Start(f) => f.into_lua_multi(lua)?,
            Resume::Ended(finish) => calls::protocol(lua, finish(lua))?,
            Resume::Group(group) => calls::protocol(lua, Ok(group.next(lua)?.unwrap_or_default()))?,
        };
        let outer = self.current.replace(Some(task.thread.clone()));
        self.tell_current()?;
        let result = task.thread.resume::<MultiValue>(args);
        *self.current.borrow_mut() = outer;
        self.tell_current()?;
        match result {
            Err(error) => {
                let text = Value::String(lua.create_string(calls::root(&error))?);
                self.end(task, false, text);
            }
            Ok(mut values) if !task.thread.is_resumable() => {
                let ok = values.pop_front().and_then(|v| v.as_boolean()).unwrap_or(false);
                self.end(task, ok, values.pop_front().unwrap_or(Value::Nil));
            }
            Ok(values) => self.yielded(lua, task, values.front())?,
        }
        Ok(())
    }

    fn yielded(&self, lua: &Lua, task: &Rc<Task>, value: Option<&Value>) -> mlua::Result<()> {
        match value.and_then(Value::as_userdata).and_then(OperationCell::take) {
            Some(Operation::Future(future)) => {
                let ticket = self.submit(future);
                self.waiting.borrow_mut().insert(ticket, task.clone());
            }
            Some(Operation::Group(group)) if !group.ended.borrow().is_empty() => {
                self.ready.borrow_mut().push_back((task.clone(), Resume::Group(group)));
            }
            Some(Operation::Group(group)) => {
                *group.waiter.borrow_mut() = Some(task.clone());
            }
            None => {
                let text = "a task of parallel can't yield; give it a coroutine of its own";
                self.end(task, false, Value::String(lua.create_string(text)?));
            }
        }
        Ok(())
    }

    fn end(&self, task: &Task, ok: bool, value: Value) {
        let group = &task.group;
        group.ended.borrow_mut().push_back((task.index, ok, value));
        let waiter = group.waiter.borrow_mut().take();
        if let Some(waiter) = waiter {
            self.ready.borrow_mut().push_back((waiter, Resume::Group(group.clone())));
        }
    }

    /// Tells the wrappers in `prelude.lua` which task runs.
    fn tell_current(&self) -> mlua::Result<()> {
        self.watch.switch(self.current.borrow().as_ref());
        match self.tell.get() {
            Some(tell) => tell.call(self.current.borrow().clone()),
            None => Ok(()),
        }
    }
}

enum Goal {
    Ticket(Ticket),
    Group(Rc<Group>),
}

enum Reached {
    Ended(Finish),
    Child(MultiValue),
}

/// What the first Ctrl-C raises in code that does not mind it.
pub(crate) fn stopped() -> Diagnostic {
    Diagnostic::error("Interrupted").what("Ctrl-C ended the script here").exit(Exit::Interrupted)
}

fn interrupted() -> Diagnostic {
    Diagnostic::error("Interrupted")
        .what("a second Ctrl-C ended what was waiting; AWS goes on with what it was told")
        .hint("the same command again finds what stands and goes on from there")
        .exit(Exit::Interrupted)
}

/// The stage of the VM that makes waiting possible: loads `prelude.lua`, which wraps every host
/// function from then on.
pub(crate) fn install(lua: &Lua, state: &State) -> mlua::Result<()> {
    let block = lua.create_function(|lua, cell: AnyUserData| {
        let state = State::of(lua);
        let result = match OperationCell::take(&cell) {
            Some(operation) => state.scheduler.block(lua, operation),
            None => Err(Raise::misuse("this operation was awaited before")),
        };
        calls::protocol(lua, result)
    })?;
    let handler = lua.create_function(|lua, value: Value| {
        border::note_failure(lua, &value);
        Ok(value)
    })?;
    let prelude: Table = lua
        .load(include_str!("prelude.lua"))
        .set_name(crate::place::HOST)
        .call((block, handler.clone()))?;
    lua.set_named_registry_value(HANDLER, handler)?;
    lua.set_named_registry_value(calls::GUARD, prelude.get::<Function>("guard")?)?;
    lua.set_named_registry_value(calls::WAITER, prelude.get::<Function>("waiter")?)?;
    lua.set_named_registry_value(PROTECT, prelude.get::<Function>("protect")?)?;
    let _ = state.scheduler.tell.set(prelude.get("tell")?);
    lua.set_named_registry_value(PRELUDE, prelude)
}

pub(crate) const PRELUDE: &str = "dmsrun.prelude";
pub(crate) const HANDLER: &str = "dmsrun.handler";
/// `protect(f, ...)`: `xpcall` with our handler.
pub(crate) const PROTECT: &str = "dmsrun.protect";

/// The module `parallel`, and what `parallel.lua` builds it from.
pub(crate) fn module(lua: &Lua) -> mlua::Result<Table> {
    let group = calls::function(lua, "parallel", |lua, yields: bool| {
        let state = State::of(lua);
        let depth = state.scheduler.depth.get();
        let group = Group {
            level: if yields { depth } else { depth + 1 },
            started: Cell::new(0),
            ended: RefCell::default(),
            waiter: RefCell::default(),
        };
        Ok(GroupHandle(Rc::new(group)))
    })?;
    let spawn = calls::function(lua, "parallel", |lua, (group, f): (AnyUserData, Function)| {
        let group = group.borrow::<GroupHandle>()?.0.clone();
        let state = State::of(lua);
        let protect: Function = lua.named_registry_value(PROTECT)?;
        let index = group.started.get() + 1;
        group.started.set(index);
        let task = Task { thread: lua.create_thread(protect)?, group, index };
        state.scheduler.ready.borrow_mut().push_back((Rc::new(task), Resume::Start(f)));
        Ok(index)
    })?;
    let next = calls::operation(lua, "parallel", |_, group: AnyUserData| {
        Ok(Operation::Group(group.borrow::<GroupHandle>()?.0.clone()))
    })?;
    let prelude: Table = lua.named_registry_value(PRELUDE)?;
    lua.load(include_str!("parallel.lua")).set_name(crate::place::HOST).call((
        group,
        spawn,
        next,
        prelude.get::<Function>("yields")?,
        prelude.get::<Function>("protect")?,
        calls::misuse_function(lua)?,
    ))
}
