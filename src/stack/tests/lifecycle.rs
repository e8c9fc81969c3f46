//! From any valid state, any plan applied, however often interrupted, converges.

#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use dmsrun_base::{Random, Value};
use dmsrun_stack::{
    Action, Declared,
    tree::{Detail, tree},
};
use proptest::prelude::*;
use world::{Crash, KINDS, World, declared, id, reference};

/// One resource of a generated stack: whether it is there, its kind, two values, what it stands on
/// and what it uses (positions before it in a shuffled order).
#[derive(Clone, Debug)]
struct Spec {
    there: bool,
    a: i64,
    b: i64,
    on: Option<usize>,
    uses: Vec<usize>,
}

/// A version of the script: its resources, how the run of it dies, what drifts behind our back, and
/// the seed of the order.
#[derive(Clone, Debug)]
struct Version {
    specs: Vec<Spec>,
    /// Turns the direction of the references around.
    turned: bool,
    crash: Crash,
    drift: Option<Drift>,
    seed: u64,
}

/// What somebody does behind our back, to the item at a position.
#[derive(Clone, Copy, Debug)]
enum Drift {
    /// Gives it another value.
    Changed(usize),
    /// Takes it away, where nothing stands on it.
    Gone(usize),
}

const COUNT: usize = 6;

fn kind(index: usize) -> &'static str {
    KINDS[usize::from(index % 3 == 2)]
}

impl Version {
    fn declared(&self) -> Vec<Declared> {
        let position = |i: usize| if self.turned { COUNT - 1 - i } else { i };
        let there = |i: usize| self.specs[position(i)].there;
        (0..COUNT)
            .filter(|at| there(*at))
            .map(|at| {
                let spec = &self.specs[position(at)];
                let name = |i: usize| id(kind(position(i)), position(i));
                let target = |i: &usize| (*i < at && there(*i)).then(|| reference(&name(*i)));
                let on = spec.on.as_ref().and_then(target).unwrap_or_else(|| "none".into());
                let mut uses: Vec<Value> = spec.uses.iter().filter_map(target).collect();
                uses.dedup();
                declared(&name(at), spec.a, spec.b, on, uses)
            })
            .collect()
    }
}

fn spec() -> impl Strategy<Value = Spec> {
    let uses = prop::collection::btree_set(0..COUNT, 0..3);
    (prop::bool::weighted(0.8), 0..3_i64, 0..2_i64, prop::option::of(0..COUNT), uses).prop_map(
        |(there, a, b, on, uses)| Spec { there, a, b, on, uses: uses.into_iter().collect() },
    )
}

fn crash() -> impl Strategy<Value = Crash> {
    prop_oneof![
        Just(Crash::Never),
        (0..8_usize).prop_map(Crash::Before),
        (0..8_usize).prop_map(Crash::After),
    ]
}

fn drift() -> impl Strategy<Value = Option<Drift>> {
    prop_oneof![
        Just(None),
        (0..COUNT).prop_map(|at| Some(Drift::Changed(at))),
        (0..COUNT).prop_map(|at| Some(Drift::Gone(at))),
    ]
}

fn version() -> impl Strategy<Value = Version> {
    let specs = prop::collection::vec(spec(), COUNT);
    (specs, prop::bool::weighted(0.2), crash(), drift(), any::<u64>()).prop_map(
        |(specs, turned, crash, drift, seed)| Version { specs, turned, crash, drift, seed },
    )
}

fn run(versions: &[Version]) {
    let mut world = World::default();
    for version in versions {
        let random = Random::seeded(version.seed);
        let mut pick = |count: usize| random.below(count as u64) as usize;
        match version.drift {
            Some(Drift::Changed(at)) => world.change(at),
            Some(Drift::Gone(at)) => world.lose(at),
            None => {}
        }
        let _ = world.deploy(&version.declared(), version.crash, &mut pick);
    }
    let Some(last) = versions.last() else { return };
    let wanted = last.declared();
    // What turns out to need a replacement is replaced by the same run.
    assert!(world.deploy(&wanted, Crash::Never, &mut |_| 0).is_ok(), "it converges");
    let again = world.plan(&wanted);
    assert!(!again.has_changes(), "the plan after a deploy is empty: {:#?}", again.steps);
    assert_eq!(world.items.len(), wanted.len(), "no orphans and no twins");
    world.deploy(&[], Crash::Never, &mut |_| 0).unwrap();
    assert!(world.items.is_empty(), "destroy leaves nothing");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_converges(versions in prop::collection::vec(version(), 1..6)) {
        run(&versions);
    }
}

/// Every crash point of one deploy, exhaustively.
#[test]
fn a_crash_at_any_mutation_is_healed_by_the_next_run() {
    let nodes: Vec<_> = (0..5).map(|i| id(kind(i), i)).collect();
    let stack = |b: i64| -> Vec<Declared> {
        (0..5)
            .map(|i| {
                let on = if i == 0 { "none".into() } else { reference(&nodes[(i - 1) / 2]) };
                declared(&nodes[i], 1, if i == 0 { b } else { 0 }, on, Vec::new())
            })
            .collect()
    };
    let mut tried = 0;
    for crash in (0..12).flat_map(|n| [Crash::Before(n), Crash::After(n)]) {
        let mut world = World::default();
        world.deploy(&stack(0), Crash::Never, &mut |_| 0).unwrap();
        tried += usize::from(world.deploy(&stack(1), crash, &mut |_| 0).is_err());
        world.deploy(&stack(1), Crash::Never, &mut |_| 0).unwrap();
        assert!(!world.plan(&stack(1)).has_changes());
        assert_eq!(world.items.len(), 5);
    }
    assert_eq!(
        tried, 20,
        "replacing five resources has ten mutations, each tried before and after"
    );
}

#[test]
fn a_resource_that_only_moved_its_reference_is_not_recreated() {
    // users.md 15: what refers to something new is not replaced because its ARN is unknown.
    let (user, old, new) = (id("t.node", "user"), id("t.node", "old"), id("t.node", "new"));
    let mut world = World::default();
    let before = [
        declared(&old, 0, 0, "none".into(), Vec::new()),
        declared(&user, 0, 0, "none".into(), vec![reference(&old)]),
    ];
    world.deploy(&before, Crash::Never, &mut |_| 0).unwrap();
    let after = [
        declared(&old, 0, 0, "none".into(), Vec::new()),
        declared(&new, 0, 0, "none".into(), Vec::new()),
        declared(&user, 0, 0, "none".into(), vec![reference(&old), reference(&new)]),
    ];
    let plan = world.deploy(&after, Crash::Never, &mut |_| 0).unwrap();
    assert_eq!(plan.count(Action::Replace), 0);
    assert_eq!((plan.count(Action::Create), plan.count(Action::Update)), (1, 1));
}

#[test]
fn a_vanished_target_that_returns_does_not_replace_what_refers_to_it() {
    let (root, child) = (id("t.node", "root"), id("t.node", "child"));
    let stack = [
        declared(&root, 0, 0, "none".into(), Vec::new()),
        declared(&child, 0, 0, reference(&root), Vec::new()),
    ];
    let mut world = World::default();
    world.deploy(&stack, Crash::Never, &mut |_| 0).unwrap();
    let root_item = world.items.keys().find(|k| k.starts_with("root")).unwrap().clone();
    world.items.remove(&root_item);
    let plan = world.plan(&stack);
    assert_eq!(plan.count(Action::Replace), 0, "its value may well be the same again");
    assert_eq!((plan.count(Action::Create), plan.count(Action::Update)), (1, 1));
}

/// A stack of four, one upon the other, whose first item was let go of: it is there, and not ours.
fn forgotten() -> (World, Vec<Declared>) {
    let nodes: Vec<_> = ["root", "child", "leaf", "user"].iter().map(|n| id("t.node", n)).collect();
    let stack = vec![
        declared(&nodes[0], 0, 0, "none".into(), Vec::new()),
        declared(&nodes[1], 0, 0, reference(&nodes[0]), Vec::new()),
        declared(&nodes[2], 0, 0, reference(&nodes[1]), Vec::new()),
        declared(&nodes[3], 0, 0, "none".into(), vec![reference(&nodes[1])]),
    ];
    let mut world = World::default();
    world.deploy(&stack, Crash::Never, &mut |_| 0).unwrap();
    let root = world.items.keys().find(|k| k.starts_with("root")).unwrap().clone();
    let mut item = world.items.remove(&root).unwrap();
    item.id = id("t.node", "nobodys");
    world.foreign.insert(root, item);
    (world, stack)
}

#[test]
fn what_may_have_to_be_replaced_is_said_by_the_plan_and_done_by_the_same_run() {
    let (mut world, stack) = forgotten();
    let plan = world.plan(&stack);
    let maybe = |name: &str| {
        let step = plan.steps.iter().find(|s| s.resource.id == name).unwrap();
        (step.action, step.may_replace.clone())
    };
    assert_eq!(maybe("child").0, Action::Update);
    assert_eq!(
        maybe("child").1.unwrap(),
        "`on` follows t.node/root, which does not exist yet; it can't be changed"
    );
    // What hangs on it may have to follow, or take another value.
    assert_eq!(
        maybe("leaf").1.unwrap(),
        "`on` follows t.node/child, which may be replaced; it can't be changed"
    );
    assert_eq!(maybe("user"), (Action::Update, None));
    let shown = tree(&plan, Detail::Compact);
    assert_eq!(shown.headline, "1 to create, 1 to change, 2 that may be replaced");
    let child = shown.nodes.iter().find(|n| n.title == "t.node \"child\"").unwrap();
    assert_eq!((child.symbol, child.word), ("-/~", "may replace"));
    // Its value is another one: child and leaf are made anew, and the user follows.
    world.deploy(&stack, Crash::Never, &mut |_| 0).unwrap();
    assert!(!world.plan(&stack).has_changes());
    assert_eq!(world.items.len(), 4, "nothing is left of what was replaced");
    assert_eq!(world.items.values().filter(|i| i.generation == 2).count(), 2);
}

#[test]
fn a_crash_while_an_update_turns_into_a_replacement_is_healed_by_the_next_run() {
    for crash in (0..8).flat_map(|n| [Crash::Before(n), Crash::After(n)]) {
        let (mut world, stack) = forgotten();
        let _ = world.deploy(&stack, crash, &mut |_| 0);
        world.deploy(&stack, Crash::Never, &mut |_| 0).unwrap();
        assert!(!world.plan(&stack).has_changes(), "{crash:?}");
        assert_eq!(world.items.len(), 4, "{crash:?}");
    }
}

#[test]
fn what_may_have_to_be_replaced_and_turns_out_as_it_is_stays() {
    let (mut world, stack) = forgotten();
    // The next one gets the name of the old one, as a thing that is known by its name does.
    world.foreign.clear();
    world.again = Some("root-1".to_owned());
    world.deploy(&stack, Crash::Never, &mut |_| 0).unwrap();
    assert!(!world.plan(&stack).has_changes());
    assert_eq!(world.items.len(), 4);
    assert!(world.items.values().all(|i| i.generation == 1));
}
