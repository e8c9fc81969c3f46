//! A seed repeats everything, and a snapshot in the middle changes nothing of the future.

use super::super::Timing;
use super::*;

fn whole_story(rig: &mut Rig, reload: bool) -> (Json, Vec<Effect>) {
    let task = rig.task("full-load-and-cdc", settings());
    rig.start(&task, "start-replication");
    rig.wait(333);
    let mut effects = rig.effects();
    if reload {
        // Through text, as a store keeps it.
        let text = rig.dms.snapshot().to_string();
        rig.dms = Dms::new(ACCOUNT, Random::seeded(99));
        rig.dms.restore(serde_json::from_str(&text).unwrap()).unwrap();
    }
    rig.wait(1_111);
    rig.endpoint("later", "source", "source-db.example.com");
    rig.wait(77);
    let tables = rig.tables(&task);
    effects.extend(rig.effects());
    (json!([rig.dms.snapshot(), tables]), effects)
}

#[test]
fn a_seed_repeats_everything() {
    assert_eq!(whole_story(&mut Rig::seeded(3), false), whole_story(&mut Rig::seeded(3), false));
    let (a, _) = whole_story(&mut Rig::seeded(3), false);
    let (b, _) = whole_story(&mut Rig::seeded(4), false);
    assert_ne!(a, b, "another seed gives other ids");
}

#[test]
fn a_snapshot_in_the_middle_of_a_load_has_the_same_future() {
    assert_eq!(whole_story(&mut Rig::seeded(3), false), whole_story(&mut Rig::seeded(3), true));
}

#[test]
fn how_often_one_asks_makes_no_difference() {
    let run = |steps: &[u64]| {
        let mut rig = Rig::new();
        let task = rig.task("full-load-and-cdc", settings());
        rig.start(&task, "start-replication");
        for step in steps {
            rig.wait(*step);
        }
        (rig.dms.snapshot(), rig.effects())
    };
    let often: Vec<u64> = std::iter::repeat_n(7, 200).collect();
    assert_eq!(run(&[1_400]), run(&often));
}

#[test]
fn a_foreign_state_is_refused() {
    let mut dms = Dms::new(ACCOUNT, Random::seeded(1));
    assert!(dms.restore(json!({"version": 1})).is_err());
    let mut other = dms.snapshot();
    other["version"] = json!(99);
    assert!(dms.restore(other).unwrap_err().contains("form 99"));
}

#[test]
fn no_password_is_kept() {
    let mut rig = Rig::new();
    let (_, effects) = whole_story(&mut rig, false);
    let all = format!("{}{effects:?}", rig.dms.snapshot());
    assert!(!all.contains("planted-Password-1"));
}

#[test]
fn durations_can_be_set() {
    let mut rig = Rig::new();
    rig.dms.set_timing(Timing { instance_create: 1_000, ..Timing::default() });
    rig.group();
    rig.ok("CreateReplicationInstance", instance_input("quick"));
    rig.wait(1);
    let shown = rig.ok("DescribeReplicationInstances", json!({}));
    assert_eq!(shown["ReplicationInstances"][0]["ReplicationInstanceStatus"], "available");
}

#[test]
fn the_answer_can_travel_between_threads() {
    fn travels<T: Send>(_: &T) {}
    let mut rig = Rig::new();
    let future = rig.dms.handle(&rig.world, rig.now, REGION, "DescribeEvents", json!({}));
    travels(&future);
}
