//! Which live resource is which: identity by tags, twins, and what must not be touched.

use crate::{
    model::{Live, Schemas, tags},
    validate::unknown_kind,
};
use dmsrun_base::ResourceId;
use dmsrun_diag::Diagnostic;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// The live resources by identity.
#[derive(Debug, Default)]
pub struct Identified {
    /// For each identity the one that is meant, as an index into the live resources.
    pub primary: BTreeMap<ResourceId, usize>,
    /// The others of an identity, each with the reason why it goes.
    pub twins: Vec<(usize, String)>,
}

/// Gives each live resource its place, or says why the plan can't go on.
pub fn identify(
    live: &[Live],
    schemas: &Schemas,
    owner: Option<&str>,
) -> Result<Identified, Vec<Diagnostic>> {
    let wrong: Vec<Diagnostic> =
        live.iter().filter_map(|one| refuse(one, schemas, owner)).collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut by_id: BTreeMap<&ResourceId, Vec<usize>> = BTreeMap::new();
    for (at, one) in live.iter().enumerate() {
        by_id.entry(&one.id).or_default().push(at);
    }
    let referenced: BTreeSet<&str> = live
        .iter()
        .flat_map(|one| one.parents.iter().map(String::as_str).filter(|p| *p != one.physical))
        .collect();
    let mut out = Identified::default();
    for (id, mut candidates) in by_id {
        candidates.sort_by_key(|at| rank(&live[*at], &referenced));
        let kept = candidates.remove(0);
        for twin in candidates {
            out.twins.push((twin, why(&live[twin], &live[kept])));
        }
        out.primary.insert(id.clone(), kept);
    }
    Ok(out)
}

/// The one that is kept sorts first: usable before broken, the newest generation, the one that
/// others stand on, complete before half-made; the physical id only so that the choice is always
/// the same.
fn rank<'a>(
    live: &'a Live,
    referenced: &BTreeSet<&str>,
) -> (bool, bool, Reverse<u32>, bool, bool, &'a str) {
    let outputs = live.outputs.values().filter_map(|v| v.as_str());
    let used = outputs.chain([live.physical.as_str()]).any(|name| referenced.contains(name));
    (
        live.is_deleting(),
        live.broken.is_some(),
        Reverse(live.generation),
        !used,
        live.is_pending(),
        &live.physical,
    )
}

fn why(twin: &Live, kept: &Live) -> String {
    if twin.is_deleting() {
        "is being deleted already".to_owned()
    } else if twin.generation < kept.generation {
        format!("was replaced by {}", kept.physical)
    } else {
        format!("is a second one beside {}", kept.physical)
    }
}

fn refuse(live: &Live, schemas: &Schemas, owner: Option<&str>) -> Option<Diagnostic> {
    let named = format!("{} ({})", live.physical, live.id);
    if !schemas.contains_key(&live.id.kind) {
        let mut diagnostic = unknown_kind(&live.id.kind, schemas);
        diagnostic.summary = "A live resource is of an unknown kind".to_owned();
        return Some(diagnostic.why(format!(
            "{named} carries the tags of this stack; without its kind nobody can tell whether it is still wanted"
        )));
    }
    let version = live.tags.get(tags::VERSION).and_then(|v| v.parse::<u32>().ok()).unwrap_or(1);
    if version > tags::CURRENT_VERSION {
        return Some(
            Diagnostic::error("The stack was made by a newer dmsrun")
                .what(format!(
                    "the tags of {named} have version {version}, this dmsrun knows {}",
                    tags::CURRENT_VERSION
                ))
                .hint("Use the newer dmsrun"),
        );
    }
    let theirs = live.tags.get(tags::OWNER).map(String::as_str);
    match (theirs, owner) {
        (Some(theirs), Some(ours)) if theirs != ours => Some(
            Diagnostic::error("The stack belongs to somebody else")
                .what(format!("{named} has the owner \"{theirs}\", this stack states \"{ours}\""))
                .hint("Give this stack another name, or state that owner in stack.new"),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Schema;

    fn schemas() -> Schemas {
        Schemas::from([("t.x".to_owned(), Schema::default())])
    }

    fn live(physical: &str) -> Live {
        Live::new(ResourceId::new("t.x", "a"), physical)
    }

    fn kept(live: &[Live]) -> usize {
        let found = identify(live, &schemas(), None).expect("no refusal");
        found.primary[&ResourceId::new("t.x", "a")]
    }

    #[test]
    fn of_twins_the_one_that_others_stand_on_is_kept() {
        let child = Live {
            parents: vec!["x-2".into()],
            ..Live::new(ResourceId::new("t.x", "child"), "c-1")
        };
        assert_eq!(kept(&[live("x-1"), live("x-2"), child]), 1);
        assert_eq!(kept(&[live("x-2"), live("x-1")]), 1);
    }

    #[test]
    fn the_newest_generation_is_kept_unless_it_is_broken() {
        let newer = Live { generation: 2, state: Some("creating".into()), ..live("x-2") };
        assert_eq!(kept(&[live("x-1"), newer.clone()]), 1);
        let broken = Live { broken: Some("failed".into()), ..newer };
        assert_eq!(kept(&[live("x-1"), broken]), 0);
    }

    #[test]
    fn an_unknown_kind_and_a_foreign_owner_are_refused() {
        let stranger = Live::new(ResourceId::new("t.y", "a"), "y-1");
        let found = identify(&[stranger], &schemas(), None).expect_err("refused");
        assert_eq!(found[0].summary, "A live resource is of an unknown kind");
        let mut foreign = live("x-1");
        foreign.tags.insert(tags::OWNER.into(), "them".into());
        let found = identify(&[foreign], &schemas(), Some("us")).expect_err("refused");
        assert_eq!(found[0].summary, "The stack belongs to somebody else");
    }
}
